package where

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"

	"icmpdump/capture/icmp"
	"icmpdump/flowtable"
	"icmpdump/internal/caret"
	"icmpdump/internal/forge"
	"icmpdump/render"
)

// noon is when packets of tests begin.
const noon = 1_795_262_400e9

// options name one interface.
var options = render.Options{Iface: func(index int32) string {
	if index == 2 {
		return "eth0"
	}
	return ""
}}

func parse(t testing.TB, text string) *Filter {
	t.Helper()
	f, err := Parse(text, time.UTC)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return f
}

// A scene is what the table made of some packets.
type scene struct {
	events flowtable.Events
	rows   []flowtable.Row
}

// add decodes a datagram, changed by change, and has the table take it at a time after noon.
func (s *scene) add(t testing.TB, table *flowtable.Table, at time.Duration, datagram []byte, change func(*icmp.Packet)) {
	t.Helper()
	p := icmp.Packet{Time: noon + at.Nanoseconds(), Number: uint64(len(s.events.All) + 1)}
	if change != nil {
		change(&p)
	}
	icmp.Decode(&p, icmp.LinkRaw, datagram, len(datagram))
	table.Add(&s.events, []icmp.Packet{p})
}

func echo(typ uint8, seq uint16) []byte {
	src, dst := "10.0.0.5", "198.51.100.7"
	if typ == 0 {
		src, dst = dst, src
	}
	return forge.Frame(forge.IP4(src, dst), forge.Echo4(typ, 4660, seq), gopacket.Payload(make([]byte, 8)))
}

// The events of the scene that tests ask about.
const (
	request     = iota // of an echo; tagged, in eth0, going out
	reply              // to it, after 60 ms
	duplicate          // of the reply
	unreachable        // port 53 of UDP is
	echo6              // over IPv6
	fragment           // a later one, of IPv4
	lost               // the second request of the same flow, of which the next packet tells
	advert             // of a router, in IPv6
)

// theScene has one event of each of these sorts, and its rows.
func theScene(t testing.TB) *scene {
	t.Helper()
	var s scene
	table := flowtable.New(flowtable.Config{MaxFlows: 64, Late: 60e9})
	tagged := func(p *icmp.Packet) { p.Iface, p.Dir, p.VLAN, p.Tags = 2, icmp.DirOut, [2]uint16{100, 10}, 2 }
	s.add(t, table, 0, echo(8, 1), tagged)
	s.add(t, table, 60*time.Millisecond, echo(0, 1), tagged)
	s.add(t, table, 160*time.Millisecond, echo(0, 1), tagged)
	quoted := forge.Frame(forge.IP4("10.0.0.5", "198.51.100.7"), &layers.UDP{SrcPort: 40112, DstPort: 53})
	ip := forge.IP4("192.0.2.1", "10.0.0.5")
	ip.TTL = 3
	s.add(t, table, time.Second, forge.Frame(ip, &layers.ICMPv4{TypeCode: layers.CreateICMPv4TypeCode(3, 3)}, gopacket.Payload(quoted)), nil)
	s.add(t, table, 2*time.Second, forge.Frame(forge.IP6("2001:db8::5", "2001:db8:ff::7"), forge.ICMP6(128, 0), forge.IDSeq(7, 9)), nil)
	later := forge.IP4("10.0.0.5", "198.51.100.7")
	later.FragOffset, later.Protocol = 185, layers.IPProtocolICMPv4
	s.add(t, table, 2*time.Second, forge.Frame(later, gopacket.Payload(make([]byte, 40))), nil)
	s.add(t, table, 13*time.Second, forge.Frame(forge.IP6("fe80::1", "ff02::1"), forge.ICMP6(134, 0), gopacket.Payload(make([]byte, 12))), nil)
	if len(s.events.All) != advert+1 || !s.events.All[lost].Lost {
		t.Fatalf("%d events", len(s.events.All))
	}
	s.rows = table.Rows(nil, nil)
	slices.SortFunc(s.rows, func(a, b flowtable.Row) int { return int(a.Start - b.Start) })
	return &s
}

// What is asked, and of which of the events it is true.
var asked = []struct {
	expr string
	want []int
}{
	{"rtt", []int{reply}},
	{"rtt > 50ms", []int{reply}},
	{"rtt > 60ms", nil},
	{"rtt >= 60ms", []int{reply}},
	{"rtt = 0.06s", []int{reply}},
	{"rtt_ns < 60000001", []int{reply}},
	{"rtt-ms > 59.9", []int{reply}},
	{"not rtt < 50ms", []int{request, reply, duplicate, unreachable, echo6, fragment, lost, advert}},
	{"rtt != 60ms", nil},
	{"note", []int{duplicate, lost}},
	{"note in (DUP, LOST)", []int{duplicate, lost}},
	{"note == dup", []int{duplicate}},
	{"note != DUP", []int{lost}},
	{"not note == DUP", []int{request, reply, unreachable, echo6, fragment, lost, advert}},
	{"lost > 0", []int{lost}},
	{"lost", []int{request, reply, duplicate, echo6, lost}},
	{"flow.lost == 0", []int{request, reply, duplicate, echo6}},
	{"dup == 1 or duplicates > 1", []int{duplicate}},
	{"icmp_request_count == 1", []int{request, reply, duplicate, echo6, lost}},
	{"err", []int{request, reply, duplicate, unreachable, echo6, lost}},
	{"err == 1", []int{unreachable}},
	{"n", []int{advert}},
	{"pend == 1", []int{request, echo6}},
	{"loss == 100%", []int{lost}},
	{"loss < 0.01", []int{reply, duplicate}},
	{"ttl < 5", []int{unreachable}},
	{"ttl == 64", []int{request, reply, duplicate, echo6, fragment, advert}},
	{"vlan", []int{request, reply, duplicate}},
	{"vlan == 10", []int{request, reply, duplicate}},
	{"vlan in (100)", []int{request, reply, duplicate}},
	{"vlan < 11", []int{request, reply, duplicate}},
	{"vlan > 100", nil},
	{"frag", []int{fragment}},
	{`frag == "40@1480"`, []int{fragment}},
	{"fragment.offset == 1480 and fragment.length == 40", []int{fragment}},
	{"fragment_more", nil},
	{"fragment_more == false", []int{fragment}},
	{`cause ~ "udp"`, []int{unreachable}},
	{"cause ~ ^udp/.*:53$", []int{unreachable}},
	{`cause == "udp/10.0.0.5:40112>198.51.100.7:53"`, []int{unreachable}},
	{"cause != x", []int{unreachable}},
	{"cause in (a, b)", nil},
	{"quoted.dst_port == 53 and quoted_src_port == 40112", []int{unreachable}},
	{"quoted.proto == udp and quoted.src == 10.0.0.5 and quoted.dst in 198.51.100.0/24", []int{unreachable}},
	{"qid or qseq or mtu or via or asked or pointer or target", nil},
	{"sent", []int{lost}},
	{"sent == 2026-11-21T12:00:02Z", []int{lost}},
	{"time < 2026-11-21T12:00:00.06Z", []int{request}},
	{"time < '2026-11-21 12:00:01'", []int{request, reply, duplicate}},
	{"time > 1795262401.5", []int{echo6, fragment, lost, advert}},
	{"cksum == good", []int{request, reply, duplicate, unreachable, echo6, advert}},
	{"checksum_status in (bad, unverified)", nil},
	{"src == 10.0.0.5", []int{request, fragment}},
	{"src in 10.0.0.0/8", []int{request, fragment}},
	{"src in (10.0.0.0/8, 2001:db8::/32)", []int{request, echo6, fragment, lost}},
	{"src in 0.0.0.0/0", []int{request, reply, duplicate, unreachable, fragment}},
	{"src in ::/0", []int{echo6, lost, advert}},
	{"src != 10.0.0.5", []int{reply, duplicate, unreachable, echo6, lost, advert}},
	{"destination == ff02::1", []int{advert}},
	{"src in fe80::/10", []int{advert}},
	{"type == 0", []int{reply, duplicate}},
	{"type == echo-reply", []int{reply, duplicate}},
	{"type == EchoReply", []int{reply, duplicate}},
	{`type == "Echo Reply"`, []int{reply, duplicate}},
	{"type == echo", []int{request, echo6, lost}},
	{"type == unreachable/port", []int{unreachable}},
	{`type == "DestinationUnreachable(Port)"`, []int{unreachable}},
	{"type == unreachable/3", []int{unreachable}},
	{"type == unreachable/host", nil},
	{"type in (0, unreachable)", []int{reply, duplicate, unreachable}},
	{"type >= 128", []int{echo6, lost, advert}},
	{"type != echo-request", []int{reply, duplicate, unreachable, advert}},
	{"code == 3", []int{unreachable}},
	{`type_code == "DestinationUnreachable(Port)"`, []int{unreachable}},
	{"type_name ~ Router", []int{advert}},
	{"code_name ~ Port", []int{unreachable}},
	{"id == 0x1234", []int{request, reply, duplicate}},
	{"seq == 9", []int{echo6, lost}},
	{"icmp_last_seq == 1", []int{request, reply, duplicate}},
	{"length == 16", []int{request, reply, duplicate, advert}},
	{"ip_length == 36", []int{request, reply, duplicate}},
	{"interface == eth0", []int{request, reply, duplicate}},
	{"direction == egress", []int{request, reply, duplicate}},
	{"version == 6", []int{echo6, lost, advert}},
	{"proto == icmp6", []int{echo6, lost, advert}},
	{"event == lost", []int{lost}},
	{"event in (fragment, malformed)", []int{fragment}},
	{"verdict", []int{fragment}},
	{"verdict == fragment", []int{fragment}},
	{"kind == echo", []int{request, reply, duplicate, echo6, lost}},
	{"kind in (error, other)", []int{unreachable, advert}},
	{"frame <= 2", []int{request, reply}},
	{"checksum", []int{request, reply, duplicate, unreachable, echo6, advert}},
	{"status or start or p95 or bytes or refused", nil},

	// and binds tighter than or, and not tighter than both.
	{"note == LOST or ttl == 64 and id == 4660", []int{request, reply, duplicate, lost}},
	{"(note == LOST or ttl == 64) and id == 4660", []int{request, reply, duplicate}},
	{"not note and id == 4660", []int{request, reply}},
	{"not (note and id == 4660)", []int{request, reply, unreachable, echo6, fragment, lost, advert}},
	{"!note&&id==4660", []int{request, reply}},
	{"note==LOST||note==DUP", []int{duplicate, lost}},
	{"not not note AND NOT event IN (lost)", []int{duplicate}},
}

func TestEvents(t *testing.T) {
	s := theScene(t)
	for _, tt := range asked {
		f := parse(t, tt.expr)
		j := f.Judge(options)
		var got []int
		for i := range s.events.All {
			if j.Event(&s.events.All[i]) {
				got = append(got, i)
			}
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: true of %v, want %v", tt.expr, got, tt.want)
		}
	}
}

// What a row has is under the same names, and under those of its columns.
func TestRows(t *testing.T) {
	s := theScene(t)
	const echoes, unreachables, echoes6, adverts = 0, 1, 2, 3
	for _, tt := range []struct {
		expr string
		want []int
	}{
		{"lost > 0", []int{echoes6}},
		{"loss > 5%", []int{echoes6}},
		{"rtt > 50ms and rtt_min == 60ms and rtt.avg_ns == 60000000", []int{echoes}},
		{"p95 > 59ms and p95_ms < 62 and rtt_p99 > 59ms", []int{echoes}},
		{"max >= 60ms", []int{echoes}},
		{"src == 10.0.0.5", []int{echoes}},
		{"requester == 2001:db8::5", []int{echoes6}},
		{"dst == 10.0.0.5 and responder == 10.0.0.5", []int{unreachables}},
		{"type == unreachable/port", []int{unreachables}},
		{"type_code ~ Port and code == 3", []int{unreachables}},
		{"cause ~ udp/10.0.0.5 and quoted_dst_port == 53", []int{unreachables}},
		{"err == 1", []int{unreachables}},
		{"kind == echo and dup == 1", []int{echoes}},
		{"pkts == 3 and bytes == 108 and forward_packets == 1 and reverse_packets == 2", []int{echoes}},
		{"duration == 160ms or secs > 100", []int{echoes}},
		{"start < 2026-11-21T12:00:01Z and end > 2026-11-21T12:00:00.1Z", []int{echoes}},
		{"id == 4660 and last_seq == 1", []int{echoes}},
		{"vlan == 100 and interface == eth0", []int{echoes}},
		{"ttl < 5 and ttl_max == 3 and ttl.changes == 0", []int{unreachables}},
		{"size_min == 36 and size_max == 36", []int{echoes}},
		{"status in (idle, timed_out)", []int{echoes, unreachables, echoes6}},
		{"event == flow and version == 6", []int{echoes6, adverts}},
		{"seq or note or time or sent or verdict or frame or asked", nil},
	} {
		j := parse(t, tt.expr).Judge(options)
		var got []int
		for i := range s.rows {
			if j.Row(&s.rows[i]) {
				got = append(got, i)
			}
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: true of %v, want %v", tt.expr, got, tt.want)
		}
	}
}

// With one direction seen nothing can be said to be lost.
func TestOneWay(t *testing.T) {
	s := theScene(t)
	j := parse(t, "lost or loss").Judge(render.Options{OneWay: true})
	for i := range s.events.All {
		if j.Event(&s.events.All[i]) {
			t.Errorf("event %d has lost", i)
		}
	}
}

func TestErrors(t *testing.T) {
	for _, tt := range []struct {
		expr   string
		column int
		want   string
	}{
		{"", 1, "expected a field, such as rtt"},
		{"  ", 3, "expected a field, such as rtt"},
		{"rt > 5ms", 1, "there is no field rt; near it: rtt"},
		{"lots > 0", 1, "there is no field lots; near it: loss"},
		{"LOST > 0", 1, "there is no field LOST; near it: lost"},
		{"ttttl > 0", 1, "there is no field ttttl; near it: ttl"},
		{"dest == 10.0.0.1", 1, "there is no field dest; near it: destination"},
		{"dura > 5s", 1, "there is no field dura; near it: duration, duration_ns"},
		{"zzzzzzzz", 1, "there is no field zzzzzzzz; there are those of JSON, and type req rep pend lost late dup unsol err n rtt ttl vlan frag cause qid qseq mtu via asked sent cksum note"},
		{"rtt > 50", 7, "rtt is a duration: write 50ms, or another of ns us ms s m"},
		{"rtt > 50 ms", 7, "rtt is a duration: write 50ms, or another of ns us ms s m"},
		{"rtt > fast", 7, "rtt is a duration: write 50ms or 1.5s, not fast"},
		{"rtt > -5ms", 7, "rtt is never less than 0"},
		{"rtt >", 6, "expected a duration, such as 50ms"},
		{"rtt > )", 7, "expected a duration, such as 50ms, not )"},
		{"lost > 5ms", 8, "lost is a number: write 5 or 0x5, not 5ms"},
		{"lost > -1", 8, "lost is a number: write 5 or 0x5, not -1"},
		{"lost > 99999999999999999999", 8, "99999999999999999999 is more than any number here"},
		{"loss > 5", 8, "loss is a share: write 5% or 0.05, not 5"},
		{"note == FOO", 9, "FOO is no note: one of DUP MULTI LATE LOST MAYBE UNSOL DIFF TRUNC OOO CKSUM SEEN MALFORMED"},
		{"note in (DUP, LOTS)", 15, "LOTS is no note: one of DUP MULTI LATE LOST MAYBE UNSOL DIFF TRUNC OOO CKSUM SEEN MALFORMED"},
		{"note in (DUP", 13, "expected a comma or )"},
		{"note in ()", 10, "expected one of DUP MULTI LATE LOST MAYBE UNSOL DIFF TRUNC OOO CKSUM SEEN MALFORMED, not )"},
		{"note in DUP", 9, "expected (, not DUP"},
		{"note > DUP", 6, "note is a word, and has no order: write ==, != or in (...)"},
		{"note ~ D", 6, "note is a word, and ~ is for text: write == or in (...)"},
		{"src > 10.0.0.1", 5, "src is an address, and has no order: write ==, != or in (...)"},
		{"src == 10.0.0.0/8", 8, "10.0.0.0/8 is a network: write src in 10.0.0.0/8"},
		{"src in 10.0.0.5/8", 8, "10.0.0.5/8 has bits of a host: the network is 10.0.0.0/8"},
		{"src == host", 8, "src is an address: write 10.0.0.1 or 2001:db8::1, or in 10.0.0.0/8, not host"},
		{"src == fe80::1%eth0", 8, "src is an address: write 10.0.0.1 or 2001:db8::1, or in 10.0.0.0/8, not fe80::1%eth0"},
		{"sent > 14:02:11", 8, "sent is a time with its date: write 2026-11-21T13:02:11, with Z of UTC, or seconds since 1970"},
		{"time > 2300-01-01", 8, "2300-01-01 is not in the years 1678 to 2262"},
		{"type == ecko-reply", 9, "there is no type ecko-reply; near it: echo-reply"},
		{"type == zzzzzzzzzzzz", 9, "there is no type zzzzzzzzzzzz: write a number, or a name such as echo-reply or unreachable/port"},
		{"type == echo-reply/port", 9, "codes of echo-reply have no names: write a number from 0 to 255, not port"},
		{"type == redirect/here", 9, "redirect has no code here: write a number, or one of net host tos-net tos-host"},
		{"type > echo", 8, "names of types have no order: write a number, or type == echo"},
		{"fragment_more == yes", 18, "fragment_more is true or false, not yes"},
		{`cause ~ "["`, 9, "it is no regular expression: missing closing ]: ["},
		{`cause ~ "udp`, 9, "nothing ends what this quotation mark begins"},
		{"cause !~ udp", 7, "there is no !~: write not cause ~ and what it is like"},
		{"lost & rtt", 6, "& is no sign: write &&"},
		{"lost | rtt", 6, "| is no sign: write ||"},
		{"lost rtt", 6, "expected and, or, or the end, not rtt"},
		{"lost > 5 6", 10, "expected and, or, or the end, not 6"},
		{"lost and", 9, "expected a field, such as rtt"},
		{"lost and or", 10, "expected a field, such as rtt, not or"},
		{"(lost > 0", 10, "expected and, or, or the ) for column 1"},
		{"rtt and (lost > 0 rtt)", 19, "expected and, or, or the ) for column 9, not rtt"},
		{"lost > 0)", 9, "expected and, or, or the end, not )"},
		{`"rtt" > 5ms`, 1, `expected a field, such as rtt, not "rtt"`},
		{"ü > 5", 1, ""},
		{"cause == ü and x", 16, ""},
		{strings.Repeat("(", 101) + "rtt" + strings.Repeat(")", 101), 101, "more than 100 parentheses and nots within each other"},
		{strings.Repeat("not ", 1e5), 401, "more than 100 parentheses and nots within each other"},
	} {
		_, err := Parse(tt.expr, time.UTC)
		var at *caret.Error
		if !errors.As(err, &at) {
			t.Errorf("%.40s: %v", tt.expr, err)
			continue
		}
		if strings.IndexFunc(at.Text, func(r rune) bool { return r > '~' }) >= 0 && tt.want != "" {
			t.Errorf("%s: %s would be printed with escapes", tt.expr, at.Text)
		}
		if at.Expr != tt.expr || at.Column() != tt.column || tt.want != "" && at.Text != tt.want {
			t.Errorf("%.40s: column %d: %s\nwant column %d: %s", tt.expr, at.Column(), at.Text, tt.column, tt.want)
		}
	}
}

func TestNormalForm(t *testing.T) {
	for expr, want := range map[string]string{
		"  rtt>50ms ":                          "rtt > 50ms",
		"rtt_ns = 1500":                        "rtt == 1.5us",
		"a_":                                   "",
		"not(lost||rtt and ttl<5)":             "not (lost or (rtt and ttl < 5))",
		"src in 10.0.0.0/8":                    "src in (10.0.0.0/8)",
		"src in (2001:DB8:0:0::1,10.0.0.1/32)": "src in (2001:db8::1, 10.0.0.1)",
		"note in (dup,Lost)":                   "note in (DUP, LOST)",
		`cause ~ 'a"b\\.c\d'`:                  `cause ~ "a\"b\\.c\\d"`,
		"loss > 5.5%":                          "loss > 0.055",
		"id==0xff":                             "id == 255",
		"type in (0,Echo-Reply)":               `type in (0, "Echo-Reply")`,
		"flow.pending == 0":                    "pend == 0",
		"time > 2026-11-21":                    "time > 2026-11-21T00:00:00Z",
	} {
		f, err := Parse(expr, time.UTC)
		if want == "" {
			if err == nil {
				t.Errorf("%s: %s, want an error", expr, f)
			}
			continue
		}
		if err != nil || f.String() != want {
			t.Errorf("%s: %v, %v, want %s", expr, f, err, want)
		}
	}
}

// No field has a name that another has, or that is a keyword.
func TestNames(t *testing.T) {
	names := allNames()
	slices.Sort(names)
	for i, name := range names {
		if i > 0 && names[i-1] == name {
			t.Errorf("two fields are called %s", name)
		}
		if name != canonical(name) || slices.Contains([]string{"and", "or", "not", "in"}, name) {
			t.Errorf("nobody can ask for %s", name)
		}
	}
	for _, f := range fields {
		if f.event == nil && f.row == nil || (f.class == classWord) != (len(f.words) > 0) {
			t.Errorf("%s: nothing to read, or words that are none", f.name)
		}
	}
}

// Every field is in the documentation.
func TestFieldsAreDocumented(t *testing.T) {
	doc, err := os.ReadFile("../../docs/where.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range fields {
		if !strings.Contains(string(doc), "`"+f.name+"`") {
			t.Errorf("docs/where.md does not have %s", f.name)
		}
	}
}

// Nothing is allocated, whatever is asked of whatever.
func TestAllocs(t *testing.T) {
	s := theScene(t)
	for _, tt := range asked {
		j := parse(t, tt.expr).Judge(options)
		if n := testing.AllocsPerRun(20, func() {
			for i := range s.events.All {
				j.Event(&s.events.All[i])
			}
			for i := range s.rows {
				j.Row(&s.rows[i])
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations", tt.expr, n)
		}
	}
}

func BenchmarkJudge(b *testing.B) {
	s := theScene(b)
	for _, expr := range []string{
		"rtt > 50ms", "note in (DUP,LOST)", "lost > 0", "ttl < 5", "src in 10.0.0.0/8", "type == echo-reply",
		"interface == eth0", `cause ~ "udp"`, `type_code == "EchoReply"`,
		"lost > 0 and (rtt > 50ms or note in (DUP,LOST)) and src in 10.0.0.0/8",
		"cause ~ ^udp/.*:53$",
	} {
		j := parse(b, expr).Judge(options)
		for _, event := range []int{reply, unreachable} {
			b.Run(fmt.Sprint(expr, "/", []string{reply: "reply", unreachable: "error"}[event]), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					j.Event(&s.events.All[event])
				}
			})
		}
	}
}
