package pcapfile

import (
	"fmt"

	"icmpdump/capture/icmp"
)

// oddities count the records of a file that were read, though something is odd about them.
type oddities struct {
	overWire    oddity // more was captured than there was on the wire
	overSnaplen oddity // and than the snapshot length allows
	untimed     oddity // the time stamp is none
	foreign     oddity // the link type is not supported
	network     uint32 // of the first of these
}

// An oddity counts records.
type oddity struct {
	n     uint64
	first uint64 // number
}

func (o *oddity) add(number uint64) {
	if o.n == 0 {
		o.first = number
	}
	o.n++
}

// note counts what is odd about a record.
func (o *oddities) note(number uint64, m *medium, captured, wire uint32, t stamp) {
	if captured > wire {
		o.overWire.add(number)
	}
	if m.snaplen > 0 && captured > m.snaplen {
		o.overSnaplen.add(number)
	}
	if !t.valid {
		o.untimed.add(number)
	}
	if m.link == icmp.LinkUnknown {
		if o.foreign.n == 0 {
			o.network = m.network
		}
		o.foreign.add(number)
	}
}

// refusal is an error if not one of so many records could be decoded.
func (o *oddities) refusal(records uint64) error {
	if records > 0 && o.foreign.n == records {
		return unsupportedLink(o.network)
	}
	return nil
}

// notices say what was counted, of so many records.
func (o *oddities) notices(records uint64) []string {
	var all []string
	say := func(count oddity, what string) {
		if count.n > 0 {
			all = append(all, fmt.Sprintf("%d of %d records, the first number %d, %s", count.n, records, count.first, what))
		}
	}
	say(o.overWire, "hold more than was on the wire")
	say(o.overSnaplen, "hold more than the snapshot length")
	say(o.untimed, "have no valid time: no round trip is measured by them")
	if o.refusal(records) == nil {
		say(o.foreign, fmt.Sprintf("were not decoded: %s is not supported", linkName(o.network)))
	}
	return all
}
