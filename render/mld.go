package render

import "icmpdump/capture/icmp"

// appendMLD appends delay and group of an MLDv1 message.
func (l *Lines) appendMLD(dst []byte, p *icmp.Packet) (_ []byte, whole bool) {
	if p.Got < 8 {
		return dst, false
	}
	dst = append(dst, "max resp delay: "...) // no blank before it: tcpdump has none
	dst = appendDecimal(dst, uint64(p.Rest>>16))
	return l.appendTarget(dst, " addr: ", p)
}

// appendMLDQuery appends a query of either version: of version 2 the group, how many sources are
// asked for, and with -v all the rest, the sources of -vv included.
func (l *Lines) appendMLDQuery(dst []byte, p *icmp.Packet, msg []byte) (_ []byte, whole bool) {
	verbose := l.opts.Verbose
	switch p.MLDVersion() {
	case 1:
		return l.appendMLD(dst, p)
	case 0:
		dst = append(dst, " unknown-version (len "...)
		return append(appendDecimal(dst, uint64(p.Length)), ") "...), true
	}
	dst = append(dst, " v2"...)
	if _, delay, ok := p.MLDDelay(); ok && verbose > 0 {
		dst = append(appendNumber(dst, " [max resp delay=", delay), ']')
	}
	dst, whole = l.appendTarget(dst, " [gaddr ", p)
	if !whole {
		return dst, false
	}
	q, ok := p.MLDv2Query(msg)
	if !ok {
		return append(dst, ']'), len(msg) == 0 // of no frame all is said that can be
	}
	if verbose > 0 {
		if q.Suppress {
			dst = append(dst, " sflag"...)
		}
		if q.Robustness > 0 {
			dst = appendNumber(dst, " robustness=", q.Robustness)
		}
		dst = appendNumber(dst, " qqi=", q.Interval)
	}
	whole = true
	missing := q.Sources.Len() < q.Count
	switch {
	case q.Count == 0:
	case missing && p.Status != icmp.Truncated:
		dst = append(dst, " [invalid number of sources]"...)
	case verbose > 1:
		dst, whole = appendSources(dst, q.Sources, maxListed), !missing
	default:
		dst = appendSourceCount(dst, q.Count)
	}
	return append(dst, ']'), whole
}

func appendSourceCount(dst []byte, n int) []byte {
	dst = appendNumber(dst, ", ", n)
	return append(dst, " source(s)"...)
}

// appendSources appends no more than limit sources.
func appendSources(dst []byte, sources icmp.AddrList, limit int) []byte {
	dst = append(dst, " {"...)
	for i := range sources.Len() {
		if i == limit {
			dst = append(dst, " ..."...)
			break
		}
		a := sources.At(i)
		dst = appendAddr6(append(dst, ' '), &a)
	}
	return append(dst, " }"...)
}

// recordTypes are tcpdump's words for the types of MLDv2 records.
var recordTypes = [...]string{1: "is_in", "is_ex", "to_in", "to_ex", "allow", "block"}

// appendMLDReport appends how many records a report of version 2 has, and with -v which.
func appendMLDReport(dst []byte, p *icmp.Packet, msg []byte, verbose int) (_ []byte, whole bool) {
	if p.Length < 8 {
		dst = append(dst, " [invalid len "...)
		return append(appendDecimal(dst, uint64(p.Length)), ']'), true
	}
	if p.Got < 8 {
		return dst, false
	}
	dst = appendNumber(dst, ", ", p.Rest&0xffff)
	dst = append(dst, " group record(s)"...)
	if verbose == 0 || len(msg) == 0 {
		return dst, true
	}
	return appendMLDRecords(dst, p, msg, verbose)
}

// appendMLDRecords appends the records of a report: with -v how many sources each has, with -vv
// which.
func appendMLDRecords(dst []byte, p *icmp.Packet, msg []byte, verbose int) (_ []byte, whole bool) {
	lies := p.Status != icmp.Truncated // what is missing never was there
	whole = true
	records, sources := p.MLDRecords(msg), 0
	for i := range int(p.Rest & 0xffff) {
		r, ok := records.Next()
		switch {
		case !ok && lies:
			return append(dst, " [invalid number of groups]"...), true
		case !ok:
			return dst, false
		case i == maxListed || sources > maxListed:
			return append(dst, " ..."...), true
		}
		dst = appendAddr6(append(dst, " [gaddr "...), &r.Group)
		if int(r.Type) < len(recordTypes) && recordTypes[r.Type] != "" {
			dst = append(append(dst, ' '), recordTypes[r.Type]...)
		} else {
			dst = append(appendNumber(dst, "  [v2-report-#", r.Type), ']') // both blanks are tcpdump's
		}
		missing := r.Sources.Len() < r.Count
		switch {
		case missing && lies:
			dst = append(dst, " [invalid number of sources "...)
			return append(appendDecimal(dst, uint64(r.Count)), ']'), true
		case verbose == 1:
			dst = appendSourceCount(dst, r.Count)
		default:
			dst, whole = appendSources(dst, r.Sources, maxListed-sources), !missing
			sources += r.Sources.Len()
		}
		dst = append(dst, ']')
	}
	return dst, whole
}
