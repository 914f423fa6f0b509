package render

import (
	"bytes"
	"strings"
	"testing"

	"icmpdump/capture/icmp"
	"icmpdump/internal/forge"
)

const (
	group = ` ff050000000000000000000000010003 # ff05::1:3
	`
	address = ` 20010db8000000000000000000000009 # 2001:db8::9
	`
	node = ` 3132333435363738 # nonce
	`
	renumber = `8a 00 0000 00001267 07 a8 03e8 00000000 # router renumbering, command
	`
	matchPrefix = ` 09 30 20 40 0000 ` + address
	usePrefix   = ` 30 10 c0 80 00015180 ffffffff 80000000 ` + address
)

// Where tcpdump loses what it had, or goes wrong. The rest of these lines is held to tcpdump's
// own, in the tests of the command.
func TestLinesOfTheirOwn(t *testing.T) {
	for _, tt := range []struct {
		name, message string
		cut, verbose  int
		want          string
	}{
		{"query of version 2, behind its group", `82 00 0000 2710 0000` + group + `02 7d 0000`, 1, 1,
			"multicast listener query v2 [max resp delay=10000] [gaddr ff05::1:3] [|icmp6]"},
		{"query of version 2, in its group", `82 00 0000 2710 0000` + group + `02 7d 0000`, 5, 1,
			"multicast listener query v2 [max resp delay=10000] [|icmp6]"},
		{"query, in its second source", `82 00 0000 2710 0000` + group + `0a 7d 0002` + address + address, 1, 2,
			"multicast listener query v2 [max resp delay=10000] [gaddr ff05::1:3 sflag robustness=2 qqi=125 { 2001:db8::9 }] [|icmp6]"},
		{"query, in its second source, which nobody asked for", `82 00 0000 2710 0000` + group + `0a 7d 0002` + address + address, 1, 0,
			"multicast listener query v2 [gaddr ff05::1:3, 2 source(s)], length 60"},
		{"report of version 1, behind its delay", `83 00 0000 0001 0000` + group, 1, 0,
			"multicast listener reportmax resp delay: 1 [|icmp6]"},
		{"report, in its second record", `8f 00 0000 0000 0002 04 00 0000` + group + `03 00 0001` + group + address, 17, 1,
			"multicast listener report v2, 2 group record(s) [gaddr ff05::1:3 to_ex, 0 source(s)] [|icmp6]"},
		{"report, in its last source", `8f 00 0000 0000 0001 03 00 0001` + group + address, 1, 2,
			"multicast listener report v2, 1 group record(s) [gaddr ff05::1:3 to_in { }] [|icmp6]"},
		{"report, before its count", `8f 00 0000 0000 0000`, 2, 0, "multicast listener report v2 [|icmp6]"},
		{"report with auxiliary data between its records", `8f 00 0000 0000 0002
			04 01 0000` + group + `c0ffee00 03 00 0001` + group + address, 0, 1,
			"multicast listener report v2, 2 group record(s) [gaddr ff05::1:3 to_ex, 0 source(s)] [gaddr ff05::1:3 to_in, 1 source(s)]"},

		{"renumbering without operations", renumber, 0, 0, "router renumbering, command, seq=4711, length 16"},
		{"renumbering with two", renumber + `01 03` + matchPrefix + `03 07` + matchPrefix + usePrefix, 0, 0,
			"router renumbering, command, seq=4711 match(add,2001:db8::9/48) match(setglobal,2001:db8::9/48) use(V,2001:db8::9/48/16), length 96"},
		{"renumbering, behind its sequence number", renumber, 1, 1, "router renumbering, command, seq=4711 [|icmp6]"},
		{"renumbering, before it", renumber, 9, 0, "router renumbering, command [|icmp6]"},

		{"several names", `8c 00 0000 0002 0000` + node + `0000003c 0161 0162 00 0163 0000`, 0, 1,
			`who-are-you reply node information reply (success, DNS name, "a.b.", "c")`},
		{"a name that would move the cursor", `8c 00 0000 0002 0000` + node + `0000003c 045c1b5b41 00`, 0, 0,
			`who-are-you reply node information reply (DNS name, "\x5c\x1b[A."), length 26`},
		{"an old name that would", `8c 00 0000 0002 0000` + node + `0000003c 021b5b`, 0, 0,
			`who-are-you reply node information reply (DNS name, "\x1b["), length 23`},
		{"a name that the capture cut off", `8c 00 0000 0002 0000` + node + `0000003c 0161 0362636400`, 3, 0,
			`who-are-you reply node information reply (DNS name, "a") [|icmp6]`},
		{"a subject that it cut off", `8b 00 0000 0003 0000` + node + address, 1, 0,
			"who-are-you request node information query (node addresses) [|icmp6]"},
		{"a nonce that it cut off", `8b 00 0000 0003 0000` + node + address, 17, 0,
			"who-are-you request node information query [|icmp6], length 32"},

		{"RPL advertisement of fewer than 20 bytes", `9b 02 0000 1e 80 00 07 05 12 00 80` + address, 0, 2,
			"RPL, (CLR)Destination Advertisement Object [dagid:<elided>,seq:7,instance:30,acK,80] opt:rpltarget len:20 "},
		{"RPL, in its base object", `9b 01 0000 1e f0 0100 88 f0 00 00` + address, 1, 1, "RPL, (CLR)DODAG Information Object [|icmp6]"},
		{"RPL, in its option", `9b 01 0000 1e f0 0100 88 f0 00 00` + address + `04 0e 0000`, 1, 3,
			"RPL, (CLR)DODAG Information Object [dagid:2001:db8::9,seq:240,instance:30,rank:256,grounded,mop:storing,prf:0] opt:config len:16  [|icmp6]"},
	} {
		if got := lineOf(t, forge.Hex(tt.message), tt.cut, tt.verbose); got != tt.want {
			t.Errorf("%s\ngot  %s\nwant %s", tt.name, got, tt.want)
		}
	}
}

// A packet of 64 KiB makes no line without end.
func TestListsAreBounded(t *testing.T) {
	const most = 1 << 14
	many := func(head, element string) []byte {
		h, e := forge.Hex(head), forge.Hex(element)
		return append(h, bytes.Repeat(e, (0xffff-40-len(h))/len(e))...)
	}
	for name, message := range map[string][]byte{
		"sources":            many(`82 00 0000 2710 0000`+group+`0a 7d 0ff0`, address),
		"records":            many(`8f 00 0000 0000 0ccc`, `04 00 0000`+group),
		"records of sources": many(`8f 00 0000 0000 0200`, `04 00 0004`+group+strings.Repeat(address, 4)),
		"operations":         many(renumber, `01 03`+matchPrefix),
		"parts":              many(renumber, `01 0f`+matchPrefix+strings.Repeat(usePrefix, 3)),
		"names":              many(`8c 00 0000 0002 0000`+node+`0000003c`, `1f`+strings.Repeat("1b", 31)+`00`),
		"labels":             many(`8c 00 0000 0002 0000`+node+`0000003c`, `0162`),
		"addresses":          many(`8c 00 0000 0003 0000`+node, `0000003c`+address),
		"options":            many(`9b 01 0000 1e f0 0100 88 f0 00 00`+address, `0c 10`+address),
		"paddings":           many(`9b 01 0000 1e f0 0100 88 f0 00 00`+address, `00`),
	} {
		for verbose := range 4 {
			if line := lineOf(t, message, 0, verbose); len(line) > most {
				t.Errorf("%s, -v %d times: %d bytes: %.200s", name, verbose, len(line), line)
			}
		}
		if line := lineOf(t, message, 0, 3); name != "labels" && !strings.Contains(line, " ...") {
			t.Errorf("%s: nothing left out of %.200s", name, line)
		}
	}
}

// Of a message whose frame was not kept, the line says what its packet knows.
func TestLinesWithoutFrames(t *testing.T) {
	for typ, want := range map[uint8]string{
		130: "multicast listener query v2 [gaddr ff05::1:3]",
		138: "router renumbering, command, seq=4711",
		139: "who-are-you request",
		140: "who-are-you reply",
		143: "multicast listener report v2, 4711 group record(s)",
		155: "RPL, (CLR)DODAG Information Solicitation",
	} {
		p := packet6(typ, 0, 4711)
		p.Quote = icmp.Quote{Dst: v6("ff05::1:3"), Level: icmp.QuoteHeader}
		e := other(p)
		got := string(NewLines(Options{Time: TimeFormat{Style: TimeNone}}).Append(nil, &e, icmp.Frame{}))
		if want := "IP6 2001:db8::10 > 2001:db8:ff::7: ICMP6, " + want + ", length 64\n"; got != want {
			t.Errorf("got  %swant %s", got, want)
		}
	}
}
