package icmp

import "encoding/binary"

// How long a multicast listener query is: exactly, of version 1 (RFC 2710, section 3), and at
// least, of version 2 (RFC 3810, section 5.1).
const (
	lenMLDQuery   = 24
	lenMLDv2Query = 28
)

// MLDVersion is the version of a multicast listener query, which its length tells (RFC 3810,
// section 8.1). It is 0 of a length that no version has, and of any other type.
func (p *Packet) MLDVersion() int {
	switch {
	case p.Version != 6 || p.Type != Type6MLDQuery:
		return 0
	case p.Length == lenMLDQuery:
		return 1
	case p.Length >= lenMLDv2Query:
		return 2
	}
	return 0
}

// MLDDelay is the maximum response delay of a multicast listener message in ms, and the code
// that stands for it: the same number (RFC 2710, section 3.4), but in version 2 from 32768 on a
// floating point one (RFC 3810, section 5.1.3).
func (p *Packet) MLDDelay() (code uint16, ms uint32, ok bool) {
	if p.Version != 6 || p.Type < Type6MLDQuery || p.Type > Type6MLDDone || p.Got < 6 {
		return 0, 0, false
	}
	code = uint16(p.Rest >> 16)
	if code < 0x8000 || p.MLDVersion() != 2 {
		return code, uint32(code), true
	}
	return code, uint32(code&0x0fff|0x1000) << (code>>12&7 + 3), true
}

// MLDv2Query is what a query of version 2 has behind its group (RFC 3810, section 5.1).
type MLDv2Query struct {
	Suppress   bool     // S: routers that hear it leave their timers alone
	Robustness uint8    // QRV: the querier's robustness variable, 0 if above 7
	QQIC       uint8    // the code of Interval
	Interval   uint32   // the querier's query interval (QQI), s
	Count      int      // of sources, as it says
	Sources    AddrList // as many as are there
}

// MLDv2Query is that of p, whose message is msg.
func (p *Packet) MLDv2Query(msg []byte) (MLDv2Query, bool) {
	if p.MLDVersion() != 2 || len(msg) < lenMLDv2Query {
		return MLDv2Query{}, false
	}
	q := MLDv2Query{
		Suppress:   msg[24]&0x08 != 0,
		Robustness: msg[24] & 0x07,
		QQIC:       msg[25],
		Interval:   uint32(msg[25]),
		Count:      int(binary.BigEndian.Uint16(msg[26:])),
	}
	if c := q.QQIC; c >= 0x80 { // section 5.1.9
		q.Interval = uint32(c&0x0f|0x10) << (c>>4&7 + 3)
	}
	q.Sources = addrList(msg[lenMLDv2Query:], q.Count)
	return q, true
}

// MLDRecord is a multicast address record (RFC 3810, section 5.2).
type MLDRecord struct {
	Type    uint8 // section 5.2.12
	Group   Addr
	Count   int      // of sources, as it says
	Sources AddrList // as many as are there
	Aux     []byte   // auxiliary data, as much as is there
}

// MLDRecords are the records of a report of version 2, in their order.
type MLDRecords struct {
	rest []byte
	left int // how many more were announced
	cut  bool
}

// MLDRecords are those of p, whose message is msg.
func (p *Packet) MLDRecords(msg []byte) MLDRecords {
	if p.Version != 6 || p.Type != Type6MLDv2Report || len(msg) < 8 {
		return MLDRecords{}
	}
	return MLDRecords{rest: msg[8:], left: int(binary.BigEndian.Uint16(msg[6:]))}
}

// Next is the next record. The last one may lack sources or auxiliary data that it announces.
func (r *MLDRecords) Next() (MLDRecord, bool) {
	const header = 20
	b := r.rest
	if r.left == 0 || r.cut || len(b) < header {
		return MLDRecord{}, false
	}
	m := MLDRecord{Type: b[0], Group: Addr(b[4:20]), Count: int(binary.BigEndian.Uint16(b[2:]))}
	aux := header + 16*m.Count
	end := aux + 4*int(b[1]) // auxiliary data is counted in words
	m.Sources = addrList(b[header:], m.Count)
	if aux < len(b) {
		m.Aux = b[aux:min(end, len(b))]
	}
	r.left--
	r.cut = end > len(b)
	r.rest = b[min(end, len(b)):]
	return m, true
}

// Whole reports, after the last record, whether all that were announced were there, and whole.
func (r *MLDRecords) Whole() bool { return r.left == 0 && !r.cut }

// mldQueryHolds reports whether the sources that a query announces are in it.
func mldQueryHolds(p *Packet, b []byte) bool {
	q, ok := p.MLDv2Query(b)
	return !ok || q.Count == q.Sources.Len()
}

// mldReportHolds reports whether the records that a report announces are in it.
func mldReportHolds(p *Packet, b []byte) bool {
	r := p.MLDRecords(b)
	for ok := true; ok; {
		_, ok = r.Next()
	}
	return r.Whole()
}
