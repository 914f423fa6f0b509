package icmp

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"icmpdump/internal/forge"
)

// A row is a sort of packet that the decoder must not be misled by, and the verdict on each of
// its cases, by its stable name. docs/decoding.md has them in words.
type row struct {
	name  string
	cases []rowCase
}

type rowCase struct {
	name, frame string
	link        Link // LinkRaw if not given
	wire        int  // 0: as long as the frame
	verdict     string
	want        Packet // but for its Status
}

// head4 and head6 are what the headers of the rows say, before the lengths.
var (
	head4 = Packet{Version: 4, Src: v4(10, 0, 0, 1), Dst: v4(10, 0, 0, 2), TTL: 64, IPID: 1}
	head6 = Packet{Version: 6, Src: v6(1), Dst: v6(2), TTL: 64}
)

// addrs4 and the like are parts of frames.
const (
	addrs4 = " 0a000001 0a000002 "
	ping4  = " 0800 fbcc 4d2f 0003 c0ffee00 "
)

// ping is an echo request as a row's packet has it, of that whole length.
func ping(p Packet, ipLen uint32) Packet {
	p.IPLen, p.Length, p.Got, p.Type, p.Rest, p.Sum = ipLen, 12, 8, TypeEcho, 19759<<16|3, SumGood
	p.Checksum = 0xfbcc
	if p.Version == 6 {
		p.Type, p.Checksum = Type6Echo, 0x2811
	}
	return p
}

// sized is p with these lengths.
func sized(p Packet, ipLen, length uint32) Packet {
	p.IPLen, p.Length = ipLen, length
	return p
}

// differ is where got is not what was wanted. Where things stand in the frame is TestFrame's, and
// the data of an echo is TestPayload's.
func differ(want, got Packet) string {
	if _, ok := got.Payload(); ok {
		got.Quote = Quote{}
	}
	return cmp.Diff(want, got, cmpopts.IgnoreUnexported(Packet{}))
}

// rowsIP4 are about links and IPv4.
var rowsIP4 = []row{
	{"header length", []rowCase{
		{name: "below 5", frame: "4400 0020 0001 0000 40 01 0000" + addrs4 + ping4, verdict: "malformed:ip-header", want: head4},
		{name: "beyond the packet", frame: "4f00 0020 0001 0000 40 01 0000" + addrs4 + ping4, verdict: "malformed:ip-header", want: head4},
		{name: "beyond the total length", frame: "4900 0020 0001 0000 40 01 0000" + addrs4 + ping4 + "00000000", verdict: "malformed:ip-length",
			want: sized(head4, 32, 0)},
		{name: "another version", link: LinkEthernet, frame: ether4 + "5500 0020 0001 0000 40 01 0000" + addrs4 + ping4, verdict: "malformed:ip-header", want: head4},
	}},
	{"total length", []rowCase{
		{name: "below the header's", frame: "4500 0013 0001 0000 40 01 0000" + addrs4 + ping4, verdict: "malformed:ip-length", want: sized(head4, 19, 0)},
		{name: "beyond what was captured", frame: "4500 0064 0001 0000 40 01 0000" + addrs4 + ping4, wire: 100, verdict: "truncated",
			want: with(ping(head4, 100), func(p *Packet) { p.Length, p.Sum = 80, SumUnverified })},
		{name: "beyond the wire", frame: "4500 0064 0001 0000 40 01 0000" + addrs4 + ping4, verdict: "truncated",
			want: with(ping(head4, 100), func(p *Packet) { p.Length = 80 })},
		{name: "0, of segmentation offload", frame: "4500 0000 0001 0000 40 01 0000" + addrs4 + ping4, verdict: "ok",
			want: with(ping(head4, 32), func(p *Packet) { p.Flags = FlagNoIPLen })},
		{name: "padding behind it", frame: "4500 0020 0001 0000 40 01 0000" + addrs4 + ping4 + "ffffffffffff", verdict: "ok", want: ping(head4, 32)},
	}},
	{"fragments", []rowCase{
		{name: "first", frame: "4500 0020 0001 2000 40 01 0000" + addrs4 + ping4, verdict: "ok",
			want: with(ping(head4, 32), func(p *Packet) { p.Frag, p.Sum = 1, SumUnverified })},
		{name: "tiny", frame: "4500 0018 0001 2000 40 01 0000" + addrs4 + "0800fbcc", verdict: "malformed:icmp-header",
			want: with(sized(head4, 24, 4), func(p *Packet) { p.Frag, p.Got, p.Type, p.Checksum, p.Sum = 1, 4, 8, 0xfbcc, SumUnverified })},
		{name: "later", frame: "4500 0020 0001 2001 40 01 0000" + addrs4 + ping4, verdict: "fragment",
			want: with(sized(head4, 32, 12), func(p *Packet) { p.Frag = 9 })},
		{name: "last", frame: "4500 0020 0001 0001 40 01 0000" + addrs4 + ping4, verdict: "fragment",
			want: with(sized(head4, 32, 12), func(p *Packet) { p.Frag = 8 })},
		{name: "past the end of any datagram", frame: "4500 0020 0001 1fff 40 01 0000" + addrs4 + ping4, verdict: "malformed:frag-overflow",
			want: with(sized(head4, 32, 12), func(p *Packet) { p.Frag = 65528 })},
		{name: "the last byte there can be", frame: "4500 001b 0001 1ffc 40 01 0000" + addrs4 + "00000000000000", verdict: "fragment",
			want: with(sized(head4, 27, 7), func(p *Packet) { p.Frag = 65504 })},
	}},
	{"wrong family", []rowCase{
		{name: "ICMPv6 in IPv4", frame: "4500 0020 0001 0000 40 3a 0000" + addrs4 + ping4, verdict: "malformed:wrong-family", want: sized(head4, 32, 12)},
		{name: "ICMP in IPv6", frame: "60000000 000c 01 40" + ip6Addrs + ping4, verdict: "malformed:wrong-family", want: sized(head6, 52, 12)},
	}},
	{"tags and what else stands before IP", []rowCase{
		{name: "three tags", link: LinkEthernet, frame: "020000000002 020000000001 88a8 0064 8100 000a 9100 000b 0800 4500 0020 0001 0000 40 01 0000" + addrs4 + ping4,
			verdict: "ok", want: with(ping(head4, 32), func(p *Packet) { p.Tags, p.VLAN = 3, [2]uint16{100, 10} })},
		{name: "MPLS", link: LinkEthernet, frame: "020000000002 020000000001 8847 00010140 4500 0020 0001 0000 40 01 0000" + addrs4 + ping4, verdict: "unsupported:mpls"},
		{name: "MPLS in a tag", link: LinkEthernet, frame: "020000000002 020000000001 8100 0007 8848 00010140", verdict: "unsupported:mpls",
			want: Packet{Tags: 1, VLAN: [2]uint16{7}}},
		{name: "PPPoE", link: LinkEthernet, frame: "020000000002 020000000001 8864 1100 0001 0022 0021", verdict: "unsupported:pppoe"},
		{name: "ARP", link: LinkEthernet, frame: "020000000002 020000000001 0806 0001 0800", verdict: "not-icmp"},
		{name: "IP in IP", frame: "4500 0034 0001 0000 40 04 0000" + addrs4 + "4500 0020 0001 0000 40 01 0000" + addrs4 + ping4, verdict: "not-icmp"},
	}},
}

// packetRows are all rows but those about the options of neighbor discovery, the records of
// multicast listener reports and the extensions of errors, which stand with the tests of these,
// and cutting at any byte, which TestDecodeDamaged does.
var packetRows = slices.Concat(rowsIP4, rowsIP6)

func TestPacketRows(t *testing.T) {
	for _, row := range packetRows {
		for _, tt := range row.cases {
			t.Run(row.name+"/"+strings.ReplaceAll(tt.name, " ", "_"), func(t *testing.T) {
				link := tt.link
				b := forge.Hex(tt.frame)
				if link == LinkUnknown {
					link = LinkRaw
				}
				var got Packet
				st := Decode(&got, link, b, max(tt.wire, len(b)))
				if st.String() != tt.verdict {
					t.Errorf("verdict %s, want %s", st, tt.verdict)
				}
				tt.want.Status = st
				if diff := differ(tt.want, got); diff != "" {
					t.Errorf("(-want +got)\n%s", diff)
				}
				classes := 0
				for _, is := range []bool{st == NotICMP, st == OK, st == Truncated, st == Fragment, st.Malformed(), st.Unsupported()} {
					if is {
						classes++
					}
				}
				if classes != 1 {
					t.Errorf("%v is of %d classes", st, classes)
				}
			})
		}
	}
}
