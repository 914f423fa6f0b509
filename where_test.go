package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"icmpdump/internal/forge"
	"icmpdump/internal/lab"
)

// An object is a line of JSON.
type object map[string]any

// get is the value of the first path that e has, and that is not null there.
func (e object) get(paths ...string) any {
	for _, path := range paths {
		var v any = map[string]any(e)
		for name := range strings.SplitSeq(path, ".") {
			o, _ := v.(map[string]any)
			v = o[name]
		}
		if v != nil {
			return v
		}
	}
	return nil
}

// is reports whether the first of paths that e has is a number of which ok is true.
func (e object) is(ok func(n float64) bool, paths ...string) bool {
	n, there := e.get(paths...).(float64)
	return there && ok(n)
}

// count is is of a counter, which packets have in an object.
func (e object) count(name string, ok func(n float64) bool) bool { return e.is(ok, "flow."+name, name) }

func (e object) has(paths ...string) bool { return e.get(paths...) != nil }

// says reports whether the first of paths that e has is a string of which ok is true.
func (e object) says(ok func(s string) bool, paths ...string) bool {
	s, there := e.get(paths...).(string)
	return there && ok(s)
}

// lists reports whether a list has an element of which ok is true.
func (e object) lists(ok func(v any) bool, path string) bool {
	list, _ := e.get(path).([]any)
	return slices.ContainsFunc(list, ok)
}

func (e object) notes(word string) bool {
	return e.lists(func(v any) bool { return v == word }, "notes")
}

// verdict is what is wrong with e, or "".
func (e object) verdict() string {
	switch reason, _ := e.get("reason").(string); {
	case e["event"] == "fragment":
		return "fragment"
	case reason == "truncated":
		return reason
	case reason != "":
		return "malformed:" + reason
	}
	verdict, _ := e["verdict"].(string)
	return verdict
}

// cause is the datagram that e quotes, as a line has it.
func (e object) cause() string {
	if !e.has("quoted") {
		return ""
	}
	var ends [2]string
	for i, end := range []string{"src", "dst"} {
		ends[i] = e.get("quoted." + end).(string)
		if port := e.get("quoted." + end + "_port"); port != nil {
			if strings.Contains(ends[i], ":") {
				ends[i] = "[" + ends[i] + "]"
			}
			ends[i] = fmt.Sprintf("%s:%v", ends[i], port)
		}
	}
	return fmt.Sprintf("%s/%s>%s", e.get("quoted.proto"), ends[0], ends[1])
}

// text is a string that e has, or "".
func (e object) text(paths ...string) string {
	s, _ := e.get(paths...).(string)
	return s
}

func within(network string) func(string) bool {
	p := netip.MustParsePrefix(network)
	return func(s string) bool {
		a, err := netip.ParseAddr(s)
		return err == nil && p.Contains(a)
	}
}

func equals[T comparable](want T) func(T) bool { return func(got T) bool { return got == want } }
func above(n float64) func(float64) bool       { return func(got float64) bool { return got > n } }
func below(n float64) func(float64) bool       { return func(got float64) bool { return got < n } }

// Expressions, and the same written by hand as predicates of the JSON.
var wheres = []struct {
	expr string
	want func(e object) bool
}{
	{"rtt > 50ms", func(e object) bool { return e.is(above(50e6), "rtt_ns", "rtt.avg_ns") }},
	{"rtt_ns <= 20000000", func(e object) bool { return e.is(below(20e6+1), "rtt_ns", "rtt.avg_ns") }},
	{"rtt", func(e object) bool { return e.has("rtt_ns", "rtt.avg_ns") }},
	{"not rtt", func(e object) bool { return !e.has("rtt_ns", "rtt.avg_ns") }},
	{"note in (DUP,LOST)", func(e object) bool { return e.notes("DUP") || e.notes("LOST") }},
	{"note == LATE and rtt >= 10s", func(e object) bool { return e.notes("LATE") && e.is(above(10e9-1), "rtt_ns") }},
	{"note != DUP", func(e object) bool { return e.has("notes") && !e.notes("DUP") }},
	{"not note == DUP", func(e object) bool { return !e.notes("DUP") }},
	{"notes in (CKSUM, malformed, TRUNC)", func(e object) bool { return e.notes("CKSUM") || e.notes("MALFORMED") || e.notes("TRUNC") }},
	{"lost > 0", func(e object) bool { return e.count("lost", above(0)) }},
	{"lost", func(e object) bool { return e.has("flow.lost", "lost") }},
	{"late == 1 or dup > 2", func(e object) bool { return e.count("late", equals(1.0)) || e.count("duplicates", above(2)) }},
	{"ooo > 0 and not unsol > 0", func(e object) bool { return e.count("out_of_order", above(0)) && !e.count("unsolicited", above(0)) }},
	{"pend >= 2", func(e object) bool { return e.count("pending", above(1)) }},
	{"req > 20 and rep < 15", func(e object) bool {
		return e.count("icmp_request_count", above(20)) && e.count("icmp_reply_count", below(15))
	}},
	{"err > 0 or multi > 0", func(e object) bool { return e.count("errors", above(0)) || e.count("multi", above(0)) }},
	{"n", func(e object) bool { return e.has("flow.packets", "packets") }},
	{"loss > 10%", func(e object) bool {
		requests, _ := e.get("flow.icmp_request_count", "icmp_request_count").(float64)
		waiting, _ := e.get("flow.pending", "pending").(float64)
		gone, _ := e.get("flow.forgotten", "forgotten").(float64)
		lost, _ := e.get("flow.lost", "lost").(float64)
		return lost/(requests-waiting-gone) > 0.1
	}},
	{"ttl < 52", func(e object) bool { return e.is(below(52), "ttl") || e.is(below(52), "ttl.min") }},
	{"ttl == 55", func(e object) bool {
		return e.is(equals(55.0), "ttl") || e.is(equals(55.0), "ttl.min") || e.is(equals(55.0), "ttl.max")
	}},
	{"vlan", func(e object) bool { return e.has("vlan") }},
	{"vlan < 2000", func(e object) bool { return e.lists(func(v any) bool { return v.(float64) < 2000 }, "vlan") }},
	{`cause ~ "udp"`, func(e object) bool { return strings.Contains(e.cause(), "udp") }},
	{"cause", func(e object) bool { return e.cause() != "" }},
	{"cause ~ ':[0-9]+>.*:[0-9]*7$'", func(e object) bool { return regexp.MustCompile(":[0-9]+>.*:[0-9]*7$").MatchString(e.cause()) }},
	{"quoted.src_port > 30000 or qid < 30000", func(e object) bool {
		return e.is(above(30000), "quoted.src_port") || e.is(below(30000), "quoted.id")
	}},
	{"quoted.dst in ::/0 and quoted_proto != icmp6", func(e object) bool {
		return e.says(within("::/0"), "quoted.dst") && !e.says(equals("icmp6"), "quoted.proto")
	}},
	{"mtu or pointer >= 8", func(e object) bool { return e.has("mtu") || e.is(above(7), "pointer") }},
	{"via or target in fe80::/10", func(e object) bool { return e.has("gateway") || e.says(within("fe80::/10"), "target") }},
	{"sent", func(e object) bool { return e.has("sent") }},
	{"time >= 2026-11-21T12:03:00Z", func(e object) bool {
		at, err := time.Parse(time.RFC3339, e.text("time"))
		return err == nil && !at.Before(time.Date(2026, 11, 21, 12, 3, 0, 0, time.UTC))
	}},
	{"cksum == bad or cksum == unverified", func(e object) bool {
		return e.says(equals("bad"), "checksum_status") || e.says(equals("unverified"), "checksum_status")
	}},
	{"checksum > 0x8000", func(e object) bool { return e.is(above(0x8000), "checksum") }},
	{"src in 10.0.0.0/8", func(e object) bool { return e.says(within("10.0.0.0/8"), "src", "requester") }},
	{"src in (fe80::/10, 2001:db8::/32) or dst in 224.0.0.0/4", func(e object) bool {
		return e.says(within("fe80::/10"), "src", "requester") || e.says(within("2001:db8::/32"), "src", "requester") ||
			e.says(within("224.0.0.0/4"), "dst", "responder")
	}},
	{"version == 4 and not src in 0.0.0.0/0", func(e object) bool {
		return e.is(equals(4.0), "ip_version") && !e.says(within("0.0.0.0/0"), "src", "requester")
	}},
	{"type == echo-reply", func(e object) bool { return e.text("type_code") == "EchoReply" || e.text("type_name") == "Echo Reply" }},
	{"type == unreachable/port", func(e object) bool {
		return slices.Contains([]string{"DestinationUnreachable(Port)", "DestinationUnreachable(PortUnreachable)"}, e.text("type_code"))
	}},
	{"type in (redirect, time-exceeded) and code != 0", func(e object) bool {
		code := e.text("type_code")
		named := strings.HasPrefix(code, "Redirect") || strings.HasPrefix(code, "TimeExceeded") || e.text("type_name") == "Redirect Message"
		return named && !e.is(equals(0.0), "code", "icmp_code")
	}},
	{"type >= 128 and type < 140", func(e object) bool {
		return e.is(func(n float64) bool { return n >= 128 && n < 140 }, "type", "icmp_type")
	}},
	{"type_code ~ '[(]Code'", func(e object) bool { return strings.Contains(e.text("type_code"), "(Code") }},
	{`type_name ~ "^Router" or code_name == "No Error"`, func(e object) bool {
		return strings.HasPrefix(e.text("type_name"), "Router") || e.text("code_name") == "No Error"
	}},
	{"id < 20000 and seq > 0x8000", func(e object) bool { return e.is(below(20000), "id", "icmp_identifier") && e.is(above(0x8000), "seq") }},
	{"last_seq > 60000", func(e object) bool { return e.is(above(60000), "flow.icmp_last_seq", "icmp_last_seq") }},
	{"length > 200 or ip_length < 30", func(e object) bool { return e.is(above(200), "length") || e.is(below(30), "ip_length") }},
	{"event in (fragment, malformed, flow)", func(e object) bool { return slices.Contains([]any{"fragment", "malformed", "flow"}, e["event"]) }},
	{"verdict in (malformed:option, malformed:ip-length, fragment)", func(e object) bool {
		return slices.Contains([]string{"malformed:option", "malformed:ip-length", "fragment"}, e.verdict())
	}},
	{"not verdict", func(e object) bool { return e.verdict() == "" }},
	{"reason == truncated", func(e object) bool { return e["reason"] == "truncated" }},
	{"frag or fragment.more", func(e object) bool { return e.has("fragment") }},
	{"frag ~ '@0[+]'", func(e object) bool { return e.is(equals(0.0), "fragment.offset") && e.get("fragment.more") == true }},
	{"fragment_offset > 1000 and not fragment_more", func(e object) bool {
		return e.is(above(1000), "fragment.offset") && e.get("fragment.more") == false
	}},
	{"interface == if2 and direction == ingress", func(e object) bool {
		return e["interface"] == "if2" && e["direction"] == "ingress"
	}},
	{"proto == icmp6 and frame > 500", func(e object) bool { return e["proto"] == "icmp6" && e.is(above(500), "frame") }},
	{"status == timed_out and p95 > 100ms", func(e object) bool { return e["status"] == "timed_out" && e.is(above(100e6), "rtt.p95_ns") }},
	{"rtt_max < 30ms or rtt.stddev_ns > 40000000", func(e object) bool {
		return e.is(below(30e6), "rtt.max_ns") || e.is(above(40e6), "rtt.stddev_ns")
	}},
	{"kind == neighbor or kind in (router, listener)", func(e object) bool {
		kind, types := e.text("kind"), []float64{130, 131, 133, 134, 135, 136, 143}
		if e["event"] != "flow" && e.has("flow.pending") {
			n, _ := e.get("type").(float64)
			v4 := e.is(equals(4.0), "ip_version")
			return v4 && (n == 9 || n == 10) || !v4 && slices.Contains(types, n)
		}
		return kind == "neighbor" || kind == "router" || kind == "listener"
	}},
	{"duration > 30s and pkts >= 20 and bytes < 5000", func(e object) bool {
		packets, bytes := 0.0, 0.0
		for _, way := range []string{"forward_", "reverse_"} {
			p, _ := e.get(way + "packets").(float64)
			b, _ := e.get(way + "bytes").(float64)
			packets, bytes = packets+p, bytes+b
		}
		return e.is(above(30e9), "duration_ns") && packets >= 20 && bytes < 5000
	}},
	{"refused or refusal.type == 3 or size_max > 1000", func(e object) bool { return e.has("refusal") || e.is(above(1000), "size.max") }},
	{"lost > 0 or dup > 0 and rtt > 100ms", func(e object) bool {
		return e.count("lost", above(0)) || e.count("duplicates", above(0)) && e.is(above(100e6), "rtt_ns", "rtt.avg_ns")
	}},
	{"(lost > 0 or dup > 0) and rtt > 100ms", func(e object) bool {
		return (e.count("lost", above(0)) || e.count("duplicates", above(0))) && e.is(above(100e6), "rtt_ns", "rtt.avg_ns")
	}},
}

// rawLines are the lines that icmpdump prints, and what they say, but for the summary.
func rawLines(t *testing.T, args ...string) (lines []string, objects []object) {
	t.Helper()
	for line := range strings.Lines(stdoutOf(t, exec.Command("icmpdump", args...))) {
		var e object
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		if e["event"] != "summary" {
			lines, objects = append(lines, line), append(objects, e)
		}
	}
	return lines, objects
}

// whereFiles are captures of pings with all that can become of them, of every kind of message, and of
// damaged ones.
func whereFiles(t *testing.T) (args []string) {
	t.Helper()
	seed := setting(t, seedVar, 1)
	t.Logf("%s=%d", seedVar, seed)
	dir := t.TempDir()
	pings, kinds := filepath.Join(dir, "pings.pcap"), filepath.Join(dir, "kinds.pcap")
	packets, _ := traffic(seed, 50)
	writeCooked(t, pings, cooked(packets))
	r := rand.New(rand.NewPCG(seed, 0))
	frames := everySort()
	for i := range 2500 {
		at := time.Duration(i) * 10 * time.Millisecond // some get lost
		c := captured{at: at, frame: forge.Kinds[i%len(forge.Kinds)].Frame(r)}
		if i%4 == 3 {
			c = captured{at: at, frame: forge.Damaged(r, c.frame), cut: r.IntN(2)}
		}
		frames = append(frames, c)
	}
	if err := writeCapture(kinds, frames); err != nil {
		t.Fatal(err)
	}
	return []string{"-r", pings, "-r", kinds}
}

// What --where shows is what its expression says of the JSON without it, line by line; and so it is of
// rows.
func TestWhereIsJSONs(t *testing.T) {
	files := whereFiles(t)
	for _, command := range [][]string{{"--json"}, {"flows", "--json", "--sort", "start"}} {
		args := slices.Concat(command, files)
		lines, objects := rawLines(t, args...)
		for i, tt := range wheres {
			if len(command) > 1 && i%5 != 0 { // a stream has rows, too
				continue
			}
			got, _ := rawLines(t, append(slices.Clone(args), "--where", tt.expr)...)
			var want []string
			for i, e := range objects {
				if tt.want(e) {
					want = append(want, lines[i])
				}
			}
			if len(command) == 1 && !chosen() && (len(want) == 0 || len(want) == len(lines)) {
				t.Errorf("%s: %d of %d lines: that shows nothing", tt.expr, len(want), len(lines))
			}
			for i := range max(len(got), len(want)) {
				if i < len(got) && i < len(want) && got[i] == want[i] {
					continue
				}
				t.Errorf("%v --where %q: %d lines, want %d; line %d differs:\n%s\nwant\n%s", command, tt.expr, len(got), len(want), i+1,
					append(got, "none\n")[min(i, len(got))], append(want, "none\n")[min(i, len(want))])
				break
			}
		}
		t.Logf("%v: %d lines, %d expressions", command, len(lines), len(wheres))
	}
}

// Lines are those of the objects that are shown.
func TestWhereOfLines(t *testing.T) {
	files := whereFiles(t)
	_, objects := rawLines(t, slices.Concat([]string{"--json"}, files)...)
	objects = slices.DeleteFunc(objects, func(e object) bool { return e["event"] == "flow" })
	lines := slices.Collect(strings.Lines(stdoutOf(t, exec.Command("icmpdump", files...))))
	if len(lines) != len(objects) {
		t.Fatalf("%d lines of %d objects", len(lines), len(objects))
	}
	for i := 0; i < len(wheres); i += 5 {
		var want []string
		for n, e := range objects {
			if wheres[i].want(e) {
				want = append(want, lines[n])
			}
		}
		args := slices.Concat(files, []string{"--where", wheres[i].expr})
		if got := stdoutOf(t, exec.Command("icmpdump", args...)); got != strings.Join(want, "") {
			t.Errorf("%s: not the %d lines of its objects", wheres[i].expr, len(want))
		}
	}
}

// Live, the capture ends with the last that -c asks for, and what came behind it is unread; with
// several workers too.
func TestLiveWhere(t *testing.T) {
	a, b := lab.Pair(t)
	to := forge.Ether(a.Iface("va").HardwareAddr)
	var frames [][]byte
	for seq := range uint16(500) {
		for _, id := range []uint16{76, 77} {
			frames = append(frames,
				forge.Frame(to, forge.IP4("10.9.0.2", "10.9.0.3"), forge.Echo4(8, id, seq)),
				forge.Frame(to, forge.IP4("10.9.0.3", "10.9.0.2"), forge.Echo4(0, id, seq)))
		}
	}
	lost := watching(t, a, "-i", "va", "-c", "1", "--where", "note == LOST and id == 5", "--reply-timeout", "300ms")
	b.Send("vb", forge.Frame(to, forge.IP4("10.9.0.2", "10.9.0.3"), forge.Echo4(8, 5, 1)))
	lines, stderr := lost.End()
	if len(lines) != 1 || !strings.Contains(lines[0].Text, "echo timeout, id 5, seq 1 | req=1 rep=0 lost=1 ") {
		t.Errorf("no line of the loss, and that alone: %v", lines)
	}
	checkBooks(t, stderr)
	for _, args := range [][]string{nil, {"--workers", "2"}} {
		r := watching(t, a, append([]string{"-i", "va", "-c", "3", "--where", "rtt and id == 77"}, args...)...)
		b.Send("vb", frames...)
		lines, stderr := r.End()
		if len(lines) != 3 {
			t.Errorf("%d lines, want 3", len(lines))
		}
		for i, l := range lines {
			if !strings.Contains(l.Text, fmt.Sprintf("echo reply, id 77, seq %d, ", i)) {
				t.Errorf("line %d: %s", i+1, l.Text)
			}
		}
		checkBooks(t, stderr)
		if !strings.Contains(stderr, "\necho: 6 requests, 6 replies, ") {
			t.Errorf("what came behind the last was counted:\n%s", stderr)
		}
	}
}
