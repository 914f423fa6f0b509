package forge

import (
	"github.com/gopacket/gopacket/layers"
)

// MLD1 is a query (130), report (131) or done message (132) of MLDv1 (RFC 2710, section 3).
func MLD1(typ uint8, delay uint16, group string) Message {
	return Message6(typ, 0, uint32(delay)<<16, addresses(group))
}

// MLDQuery2 is a query of MLDv2 (RFC 3810, section 5.1). Flags are S and the three bits of the
// robustness variable.
func MLDQuery2(code uint16, group string, flags, interval uint8, sources ...string) Message {
	return Message6(130, 0, uint32(code)<<16, addresses(group), []byte{flags, interval}, be16(uint16(len(sources))), addresses(sources...))
}

// MLDReport2 is a report of MLDv2 (RFC 3810, section 5.2).
func MLDReport2(records ...layers.MLDv2MulticastAddressRecord) Message {
	return Message{Version: 6, Type: 143, Body: Frame(&layers.MLDv2MulticastListenerReportMessage{MulticastAddressRecords: records})}
}

// MLDRecord is one of a report's (RFC 3810, section 5.2.4), which does not say what the
// auxiliary data is; it is a multiple of 4 bytes.
func MLDRecord(typ uint8, group string, aux []byte, sources ...string) layers.MLDv2MulticastAddressRecord {
	r := layers.MLDv2MulticastAddressRecord{
		RecordType:       layers.MLDv2MulticastAddressRecordType(typ),
		MulticastAddress: ip(group), AuxiliaryData: aux,
	}
	for _, s := range sources {
		r.SourceAddresses = append(r.SourceAddresses, ip(s))
	}
	return r
}

// report is a random one of MLDv2, with that many words of auxiliary data in each record.
func (d dice) report(aux int) Message {
	return MLDReport2(some(d, 1, 4, func() layers.MLDv2MulticastAddressRecord {
		return MLDRecord(1+d.byte()%6, d.group(), d.bytes(4*aux), some(d, 0, 3, d.addr6)...)
	})...)
}
