package icmp

import (
	"slices"
	"testing"

	"icmpdump/internal/forge"
)

// message6 is an IPv6 datagram of an ICMPv6 message, whose checksum need not be right.
func message6(t testing.TB, lines string) []byte {
	t.Helper()
	m := forge.Hex(lines)
	header := forge.Hex("60000000 0000 3a 40" + ip6Addrs)
	header[4], header[5] = byte(len(m)>>8), byte(len(m))
	return append(header, m...)
}

// decoded is the packet of a message of which the capture has all but cut bytes, and what it has.
func decoded(t testing.TB, lines string, cut int) (*Packet, []byte) {
	t.Helper()
	b := message6(t, lines)
	var p Packet
	Decode(&p, LinkRaw, b[:len(b)-cut], len(b))
	return &p, p.Message(&Frame{Data: b[:len(b)-cut], Wire: len(b), Link: LinkRaw})
}

const (
	group = ` ff050000000000000000000000010003 # ff05::1:3
	`
	address = ` 20010db8000000000000000000000009 # 2001:db8::9
	`
	mldQuery  = `82 00 0000 2710 0000` + group
	mldReport = `8f 00 0000 0000 `
	rplDIO    = `9b 01 0000 1e f0 0100 88 f0 00 00 ` + address
	renumber  = `8a 00 0000 00001267 07 a8 03e8 00000000 # router renumbering, command
	`
	matchPrefix = ` 09 30 20 40 0000 ` + address
	usePrefix   = ` 30 10 c0 80 00015180 00000e10 80000000 ` + address
)

// announceTests are messages with counts and lengths in them, right or wrong.
var announceTests = []struct {
	name, message string
	cut           int // how many bytes the capture has not
	want          Status
}{
	{"MLD query, version 1", mldQuery, 0, OK},
	{"MLD query of a length between the versions", mldQuery + `00`, 0, OK},
	{"MLD query, no sources", mldQuery + `02 7d 0000`, 0, OK},
	{"MLD query, two sources", mldQuery + `0a 8f 0002` + address + address, 0, OK},
	{"MLD query, cut by the capture", mldQuery + `0a 8f 0002` + address + address, 1, Truncated},
	{"lying MLD counts: one source more than there is", mldQuery + `0a 8f 0003` + address + address, 0, MalformedOption},
	{"lying MLD counts: all sources there can be", mldQuery + `0a 8f ffff`, 0, MalformedOption},
	{"lying MLD counts: half a source", mldQuery + `0a 8f 0001 20010db800000000`, 0, MalformedOption},
	{"MLD report, nothing", mldReport + `0000`, 0, OK},
	{"MLD report, two records", mldReport + `0002
		04 00 0000` + group + `
		03 01 0001` + group + address + `c0ffee00 # auxiliary data`, 0, OK},
	{"MLD report, cut by the capture", mldReport + `0001 03 00 0001` + group + address, 1, Truncated},
	{"lying MLD counts: one record more than there is", mldReport + `0002 04 00 0000` + group, 0, MalformedOption},
	{"lying MLD counts: all records there can be", mldReport + `ffff`, 0, MalformedOption},
	{"lying MLD counts: a record with more sources than there are", mldReport + `0001 04 00 0002` + group + address, 0, MalformedOption},
	{"lying MLD counts: a record with more auxiliary data than there is", mldReport + `0001 04 02 0000` + group + `
		c0ffee00`, 0, MalformedOption},
	{"MLD report, something behind its records", mldReport + `0001 04 00 0000` + group + `
		c0ffee00`, 0, OK},
	{"MLD report without a count", `8f 00 0000 0000`, 0, MalformedICMPHeader},

	{"renumbering, no operation", renumber, 0, OK},
	{"renumbering, two operations", renumber + `01 0b` + matchPrefix + usePrefix + usePrefix + `03 03` + matchPrefix, 0, OK},
	{"renumbering, cut by the capture", renumber + `01 07` + matchPrefix + usePrefix, 1, Truncated},
	{"renumbering, a length that fits nothing", renumber + `01 04` + matchPrefix + usePrefix, 0, MalformedOption},
	{"renumbering, a length past the end", renumber + `01 0b` + matchPrefix + usePrefix, 0, MalformedOption},
	{"renumbering, half an operation", renumber + `01 03`, 0, MalformedOption},
	{"renumbering, two results", `8a 01 0000 00001267 07 00 0000 00000000
		0003 09 30 00000002` + address + `0000 0a 40 00000003` + address, 0, OK},
	{"renumbering, half a result", `8a 01 0000 00001267 07 00 0000 00000000
		0003 09 30 00000002`, 0, MalformedOption},
	{"renumbering without its header's end", `8a ff 0000 00001267 07 00 0000`, 0, MalformedICMPHeader},

	{"RPL solicitation", `9b 00 0000 00 00`, 0, OK},
	{"RPL solicitation with options", `9b 00 0000 00 00 00 01 02 0000 07 13` + ` 1e e0` + address + `01`, 0, OK},
	{"RPL solicitation that ends before its base object", `9b 00 0000 00`, 0, MalformedICMPHeader},
	{"RPL information object", rplDIO + `00 01 00`, 0, OK},
	{"RPL information object, cut by the capture", rplDIO + `04 0e`, 1, Truncated},
	{"RPL information object that ends before its DODAGID", `9b 01 0000 1e f0 0100 88 f0 00 00`, 0, MalformedICMPHeader},
	{"RPL option past the end", rplDIO + `00 04 0e 00`, 0, MalformedOption},
	{"RPL option without a length", rplDIO + `04`, 0, MalformedOption},
	{"RPL destination advertisement", `9b 02 0000 1e 80 00 07 05 12 00 80` + address, 0, OK},
	{"RPL destination advertisement without the DODAGID it announces", `9b 02 0000 1e 40 00 07`, 0, MalformedICMPHeader},
	{"RPL acknowledgement", `9b 03 0000 1e 80 07 01` + address, 0, OK},
	{"RPL P2P discovery reply", `9b 04 0000 1e 01 f0 00` + address, 0, OK},
	{"RPL P2P discovery reply's acknowledgement", `9b 05 0000 1e 01 c0 00` + address, 0, OK},
	{"RPL measurement, which is not read", `9b 06 0000 ff`, 0, OK},
	{"RPL cleanup", `9b 07 0000 1e 80 01 09`, 0, OK},
	{"RPL cleanup's acknowledgement", `9b 08 0000 1e 00 09 00`, 0, OK},
	{"RPL consistency check, signed, with a key's source and index", `9b 8a 0000
		80 00 82 00 00001234 1122334455667788 07 # time, mode 2, level 2
		1e 80 cafe` + address + `0000002a 0102030405060708`, 0, OK},
	{"RPL, secure and cut short before the key's index", `9b 81 0000 00 00 00 00 00001234`, 0, OK},
	{"RPL, encrypted", `9b 81 0000 00 00 c1 00 00001234 1122334455667788 07 ffff`, 0, OK},
	{"RPL, signed with a key of its own", `9b 80 0000 00 00 c0 00 00001234 00 00 c0ffee00`, 0, OK},

	{"multicast router advertisement", `97 14 0000 007d 0002`, 0, OK},
	{"multicast router advertisement, half of it", `97 14 0000 007d`, 0, MalformedICMPHeader},
	{"multicast router solicitation", `98 00 0000`, 0, OK},
	{"locator update, two locators", `9c 00 0000 02 01 0000
		20010db800000001 0010 0e10 20010db800000002 0020 0000`, 0, OK},
	{"locator update, one less than it says", `9c 00 0000 02 01 0000
		20010db800000001 0010 0e10`, 0, MalformedOption},
	{"MPL control, nothing", `9f 00 0000`, 0, OK},
	{"MPL control, four seeds", `9f 00 0000
		07 04 80
		07 05 0001 80
		07 0a 1122334455667788 80f0
		07 03` + address, 0, OK},
	{"MPL control, more messages than there are", `9f 00 0000 07 08 80`, 0, MalformedOption},
	{"MPL control, half a seed", `9f 00 0000 07`, 0, MalformedOption},

	{"node information query, a name", `8b 01 0000 0002 0000 3132333435363738 04686f7374 00 00`, 0, OK},
	{"node information reply, names", `8c 00 0000 0002 0001 3132333435363738 0000003c 0161 0162 00 0163 0000 0164`, 0, OK},
	{"node information reply, addresses", `8c 00 0000 0003 003e 3132333435363738
		0000003c` + address + `0000003d` + address, 0, OK},
	{"node information reply, IPv4 addresses", `8c 00 0000 0004 0000 3132333435363738 0000003c c0000201`, 0, OK},
	{"who are you?", `8b 00 0000 12345678 00000000`, 0, OK},
}

// What a message announces must be in it, or the capture must have cut it off.
func TestAnnouncedCounts(t *testing.T) {
	for _, tt := range announceTests {
		t.Run(tt.name, func(t *testing.T) {
			if p, _ := decoded(t, tt.message, tt.cut); p.Status != tt.want {
				t.Errorf("got %v, want %v", p.Status, tt.want)
			}
		})
	}
}

// What is announced of a fragment may be in the next.
func TestAnnouncedInAnotherFragment(t *testing.T) {
	b := message6(t, mldReport+`0002 04 00 0000`+group)
	b[6] = 44 // a fragment header
	b[5] += 8
	var p Packet
	if st := Decode(&p, LinkRaw, slices.Insert(b, 40, 58, 0, 0, 1, 0, 0, 0, 9), len(b)+8); st != OK {
		t.Errorf("got %v, want %v", st, OK)
	}
}

// Each of them cut at every byte, by the wire and by the capture, and with every byte changed.
func TestAnnouncedDamaged(t *testing.T) {
	for _, tt := range announceTests {
		b := message6(t, tt.message)
		damage(t, LinkRaw, b)
		for n := 40; n < len(b); n++ { // a whole datagram that ends early
			b[4], b[5] = byte((n-40)>>8), byte(n-40)
			check(t, LinkRaw, b[:n], n)
		}
	}
}
