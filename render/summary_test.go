package render

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"icmpdump/capture/icmp"
	"icmpdump/flowtable"
)

func TestSummary(t *testing.T) {
	totals := &flowtable.Totals{Echo: flowtable.Counts{Requests: 24018, Replies: 23874, Lost: 96, Pending: 45, Late: 3, Duplicates: 12, Unsolicited: 4}}
	for _, ms := range []int64{10, 20, 30, 40} {
		totals.RTT.Add(ms * 1e6)
	}
	for _, tt := range []struct {
		name string
		s    Summary
		want string
	}{
		{"live", Summary{Live: true, Packets: 48330, Received: 48342, Skipped: 2, Totals: totals},
			"48330 packets captured\n48342 packets received by filter\n0 packets dropped by kernel\n2 lines skipped, the output was too slow\n" +
				"echo: 24018 requests, 23874 replies, 96 lost (0.40%), 45 pending, 3 late, 12 duplicate, 4 unsolicited\n" +
				"rtt min/avg/p95/max = 10.000/25.000/40.000/40.000 ms\n"},
		{"one direction", Summary{Live: true, OneWay: true, Packets: 2, Received: 2, Totals: &flowtable.Totals{Echo: flowtable.Counts{Requests: 2, Pending: 2}}},
			"2 packets captured\n2 packets received by filter\n0 packets dropped by kernel\necho: 2 requests, 0 replies, 2 pending\n"},
		{"filtered", Summary{Packets: 5, Received: 6, Records: 6, Where: true, LeftOut: 4, Totals: &flowtable.Totals{}},
			"5 packets captured\n6 records read\n4 lines left out by --where\n"},
		{"file without echoes", Summary{Packets: 1, Received: 1, Records: 1, Totals: &flowtable.Totals{}}, "1 packet captured\n1 record read\n"},
		{"file and a filter", Summary{Packets: 1, Received: 2, Records: 9, Filter: true, Totals: &flowtable.Totals{}},
			"1 packet captured\n9 records read\n2 packets received by filter\n"},
		{"all pending", Summary{Packets: 1, Received: 2, Records: 2, Totals: &flowtable.Totals{Echo: flowtable.Counts{Requests: 1, Pending: 1}}},
			"1 packet captured\n2 records read\necho: 1 request, 0 replies, 0 lost, 1 pending\n"},
		{"some pending, some forgotten", Summary{Totals: &flowtable.Totals{Echo: flowtable.Counts{Requests: 5, Pending: 2, Forgotten: 3}}},
			"0 packets captured\n0 records read\necho: 5 requests, 0 replies, 0 lost, 2 pending, 3 forgotten\n"},
		{"one known", Summary{Totals: &flowtable.Totals{Echo: flowtable.Counts{Requests: 9, Lost: 1, Forgotten: 8}}},
			"0 packets captured\n0 records read\necho: 9 requests, 0 replies, 1 lost (100.00%), 8 forgotten\n"},
	} {
		if got := string(tt.s.AppendText(nil)); got != tt.want {
			t.Errorf("%s:\ngot\n%swant\n%s", tt.name, got, tt.want)
		}
		tt.s.Color = true
		if got := string(painted.ReplaceAll(tt.s.AppendText(nil), []byte("$1"))); got != tt.want {
			t.Errorf("%s, with colours:\ngot\n%swant\n%s", tt.name, got, tt.want)
		}
	}
	s := Summary{Live: true, Packets: 5, Received: 6, Dropped: 1, Totals: totals,
		Verdicts: [icmp.NumStatus]uint64{icmp.NotICMP: 1, icmp.OK: 4, icmp.UnsupportedPPPoE: 1}}
	want := `{"schema":1,"event":"summary","packets":5,"received":6,"dropped":1,"skipped":0,"verdicts":{"not-icmp":1,"ok":4,"truncated":0,"fragment":0,"malformed:ip-header":0,"malformed:ip-length":0,"malformed:frag-overflow":0,"malformed:ext-header":0,"malformed:wrong-family":0,"malformed:icmp-header":0,"malformed:option":0,"malformed:extension":0,"unsupported:link-type":0,"unsupported:mpls":0,"unsupported:pppoe":1,"unsupported:ext-header":0},"echo":{"icmp_request_count":24018,"icmp_reply_count":23874,"pending":45,"lost":96,"late":3,"duplicates":12,"unsolicited":4,"out_of_order":0,"errors":0,"multi":0,"forgotten":0},"rtt":{"min_ns":10000000,"avg_ns":25000000,"p95_ns":40000000,"max_ns":40000000},"worst":[],"evicted_flows":0}` + "\n"
	if got := string(s.AppendJSON(nil)); got != want {
		t.Errorf("got  %swant %s", got, want)
	}
	s.Where = true
	if got, want := string(s.AppendJSON(nil)), strings.Replace(want, `"skipped":0,`, `"skipped":0,"left_out":0,`, 1); got != want {
		t.Errorf("got  %swant %s", got, want)
	}
}

// What was lost or dropped is red, if anything was.
func TestSummaryColors(t *testing.T) {
	s := Summary{Live: true, Color: true, Packets: 3, Received: 4, Dropped: 1, Totals: &flowtable.Totals{Echo: flowtable.Counts{Requests: 3, Replies: 2, Lost: 1}}}
	want := "3 packets captured\n4 packets received by filter\n[error]1 packet dropped by kernel[]\necho: 3 requests, 2 replies, [error]1 lost (33.33%)[]\n"
	if got := marked.Replace(string(s.AppendText(nil))); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	s.Dropped, s.Totals.Echo.Lost = 0, 0
	want = "3 packets captured\n4 packets received by filter\n0 packets dropped by kernel\necho: 3 requests, 2 replies, 0 lost (0.00%)\n"
	if got := string(s.AppendText(nil)); got != want {
		t.Errorf("got\n%qwant\n%s", got, want)
	}
}

// The flows that lost most are named, and how many had to make room.
func TestSummaryNamesTheWorst(t *testing.T) {
	rows := sorts() // two of them lost something
	lossy := func(id uint16, lost uint64) flowtable.Row {
		r := ping()
		r.ID, r.Lost, r.Requests, r.RTT = id, lost, 200, flowtable.RTT{}
		r.Pending = 0
		return r
	}
	rows = append(rows, lossy(9, 96), lossy(8, 96))
	s := Summary{Rows: rows, Iface: wide.Iface, Totals: &flowtable.Totals{Evicted: evicted,
		Echo: flowtable.Counts{Requests: 9, Replies: 12, Multi: 4, OutOfOrder: 1}}}
	want := "0 packets captured\n0 records read\n" +
		"echo: 9 requests, 8 replies, 0 lost (0.00%), 1 out of order, 4 by members of groups\n" +
		"worst: 10.0.0.5 > 198.51.100.7 id 8: 96 of 200 lost (48.00%)\n" +
		"worst: 10.0.0.5 > 198.51.100.7 id 9: 96 of 200 lost (48.00%)\n" +
		"worst: 10.0.0.5 > 198.51.100.7 id 4660: 96 of 24018 lost (0.40%), p95 88.100 ms\n" +
		"1234 flows made room for others (--max-flows)\n"
	if diff := cmp.Diff(want, string(s.AppendText(nil))); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	s.Rows = rows[:10]
	const local = "worst: fe80::5 > fe80::1%a,\\x20\"b\" neighbor: 1 of 1 lost (100.00%)\n"
	if got := string(s.AppendText(nil)); !strings.Contains(got, local) {
		t.Errorf("got\n%swant\n%s", got, local)
	}
	const objects = `,"worst":[{"requester":"10.0.0.5","responder":"198.51.100.7","interface":"a, \"b\"","vlan":null,"kind":"echo","icmp_identifier":4660,"icmp_request_count":24018,"lost":96,"loss":0.004005,"p95_ns":88100000},{"requester":"fe80::5","responder":"fe80::1","interface":null,"vlan":null,"kind":"neighbor","icmp_identifier":null,"icmp_request_count":1,"lost":1,"loss":1.000000,"p95_ns":null}],"evicted_flows":1234}` + "\n"
	if got := string(s.AppendJSON(nil)); !strings.HasSuffix(got, objects) {
		t.Errorf("got  %swant … %s", got, objects)
	}
	s.Totals.Evicted.Over = 1233
	if text, object := string(s.AppendText(nil)), string(s.AppendJSON(nil)); !strings.HasSuffix(text, "\n1 flow made room for others (--max-flows)\n") ||
		!strings.Contains(object, `"evicted_flows":1}`) {
		t.Errorf("of all but one that was over:\n%s%s", text, object)
	}
	s.Totals.Evicted.Over = 1234
	if text, object := string(s.AppendText(nil)), string(s.AppendJSON(nil)); strings.Contains(text, "room") || !strings.Contains(object, `"evicted_flows":0}`) {
		t.Errorf("of flows that were over:\n%s%s", text, object)
	}
	tagged := rows[:1:1]
	for i, vlan := range []uint32{10, 100<<12 | 10} {
		r := lossy(4660, 95-uint64(i))
		r.VLAN, r.Scope = vlan, 1
		tagged = append(tagged, r)
	}
	s.Rows = tagged
	const inVLANs = "worst: 10.0.0.5 > 198.51.100.7 id 4660: 96 of 24018 lost (0.40%), p95 88.100 ms\n" +
		"worst: 10.0.0.5 > 198.51.100.7%a,\\x20\"b\" id 4660 vlan 10: 95 of 200 lost (47.50%)\n" +
		"worst: 10.0.0.5 > 198.51.100.7%a,\\x20\"b\" id 4660 vlan 100.10: 94 of 200 lost (47.00%)\n"
	if got := string(s.AppendText(nil)); !strings.Contains(got, inVLANs) {
		t.Errorf("got\n%swant\n%s", got, inVLANs)
	}
	if got := string(s.AppendJSON(nil)); !strings.Contains(got, `"interface":"a, \"b\"","vlan":[100,10],"kind":"echo"`) {
		t.Errorf("no VLANs in %s", got)
	}
	s.OneWay = true
	if text, object := string(s.AppendText(nil)), string(s.AppendJSON(nil)); strings.Contains(text, "worst") || strings.Contains(object, "worst") {
		t.Errorf("where one direction is not seen:\n%s%s", text, object)
	}
}

// Flows that were over, or left with a reset, did not make room for others before their time.
func TestPushedOut(t *testing.T) {
	s := Summary{Totals: &flowtable.Totals{Evicted: flowtable.Evicted{Flows: 10, Over: 3, Reset: 5}}}
	if got := s.PushedOut(); got != 2 {
		t.Errorf("%d flows made room, want 2", got)
	}
}
