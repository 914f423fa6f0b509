package render

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"icmpdump/capture/icmp"
	"icmpdump/flowtable"
)

// key4 and key6 are keys between two hosts.
func key4(kind flowtable.Kind, id uint16) flowtable.Key {
	return flowtable.Key{Requester: v4("10.0.0.5"), Responder: v4("198.51.100.7"), Kind: kind, Version: 4, ID: id}
}

func key6(kind flowtable.Kind, requester, responder string) flowtable.Key {
	return flowtable.Key{Requester: v6(requester), Responder: v6(responder), Kind: kind, Version: 6}
}

func typed(k flowtable.Key, typ, code uint8) flowtable.Key {
	k.Type, k.Code = typ, code
	return k
}

// ping is an echo flow that has all there is to have.
func ping() flowtable.Row {
	return flowtable.Row{
		Key: key4(flowtable.KindEcho, 4660),
		Counts: flowtable.Counts{Requests: 24018, Replies: 23874, Pending: 45, Lost: 96, Late: 3, Duplicates: 12,
			Unsolicited: 4, OutOfOrder: 2},
		Forward: flowtable.Volume{Packets: 24018, Bytes: 2017512}, Reverse: flowtable.Volume{Packets: 23889, Bytes: 2006676},
		Start: noon, End: noon + 240_180_004_000, Iface: 1, LastSeq: 24018,
		RTT: flowtable.RTT{Count: 23874, Sampled: 23874, Last: 12e6, Min: 11.934e6, Avg: 12.302e6, Max: 140.218e6, StdDev: 3e6,
			P50: 12.1e6, P95: 88.1e6, P99: 99e6},
		TTL: flowtable.TTL{Min: 56, Max: 57, Seen: true, Changes: 1}, Size: flowtable.Size{Min: 84, Max: 84},
	}
}

// sorts are rows of every sort.
func sorts() []flowtable.Row {
	row := func(at int64, k flowtable.Key, c flowtable.Counts, change func(*flowtable.Row)) flowtable.Row {
		r := flowtable.Row{Key: k, Counts: c, Start: noon + at*1e9, End: noon + at*1e9,
			Forward: flowtable.Volume{Packets: 1, Bytes: 56}, Size: flowtable.Size{Min: 56, Max: 56}}
		if change != nil {
			change(&r)
		}
		return r
	}
	quoted := func(q icmp.Quote) func(*flowtable.Row) {
		return func(r *flowtable.Row) { r.Quoted, r.TTL = q, flowtable.TTL{Min: 64, Max: 64, Seen: true} }
	}
	local := key6(flowtable.KindNeighbor, "fe80::5", "fe80::1")
	local.Scope = 1
	unasked := key6(flowtable.KindRouter, "::", "fe80::1")
	unasked.Scope = 1
	return []flowtable.Row{
		ping(),
		row(1, key4(flowtable.KindEcho, 7), flowtable.Counts{Requests: 3, Errors: 3}, func(r *flowtable.Row) {
			r.VLAN, r.Status = 100<<12|10, flowtable.StatusIdle
			r.Refusal = flowtable.Refusal{By: v4("192.0.2.1"), Type: 11}
		}),
		row(2, typed(key4(flowtable.KindError, 0), 3, 3), flowtable.Counts{Errors: 41},
			quoted(icmp.Quote{Src: v4("10.0.0.5"), Dst: v4("192.0.2.9"), Proto: 17, SrcPort: 40112, DstPort: 53, Level: icmp.QuotePorts})),
		row(3, typed(key4(flowtable.KindError, 0), 11, 0), flowtable.Counts{Errors: 3},
			quoted(icmp.Quote{Src: v4("10.0.0.5"), Dst: v4("198.51.100.7"), Proto: 1, Type: 8, SrcPort: 7, Level: icmp.QuotePorts})),
		row(4, typed(key4(flowtable.KindError, 0), 3, 16), flowtable.Counts{Errors: 1}, nil),
		row(5, typed(key4(flowtable.KindOther, 0), 40, 1), flowtable.Counts{Packets: 1}, nil),
		row(6, typed(key4(flowtable.KindOther, 0), 77, 1), flowtable.Counts{Packets: 1}, nil),
		row(7, local, flowtable.Counts{Requests: 1, Lost: 1}, func(r *flowtable.Row) { r.Status = flowtable.StatusTimedOut }),
		row(8, unasked, flowtable.Counts{Unsolicited: 1}, nil),
		row(9, key6(flowtable.KindExtendedEcho, "2001:db8::10", "2001:db8:ff::7"), flowtable.Counts{Requests: 2, Forgotten: 2}, nil),
	}
}

var evicted = flowtable.Evicted{
	Flows: 1234, Forward: flowtable.Volume{Packets: 2468, Bytes: 138208},
	Counts: flowtable.Counts{Requests: 1000, Forgotten: 1000, Packets: 1468}, Repeats: 5,
}

// draw is all that a drawer says of rows.
func draw(d RowAppender, rows []flowtable.Row, evicted flowtable.Evicted) string {
	sorted := Sorted(rows, "start")
	b := d.AppendHead(nil, sorted, &evicted)
	for _, r := range sorted {
		b = d.AppendRow(b, r)
	}
	return string(d.AppendEvicted(b, &evicted))
}

var wide = Options{Iface: func(i int32) string { return map[int32]string{1: "a, \"b\""}[i] }}

// Columns are as wide as what is in them, and there if any row has something in them.
func TestTable(t *testing.T) {
	healthy := ping()
	healthy.Counts = flowtable.Counts{Requests: 5, Replies: 5}
	healthy.TTL.Min = 57
	for _, tt := range []struct {
		name    string
		o       Options
		rows    []flowtable.Row
		evicted flowtable.Evicted
		want    string
	}{
		{"no flows", wide, nil, flowtable.Evicted{}, `
source  destination  kind id req rep lost loss pkts bytes secs  status
`},
		{"a ping", wide, []flowtable.Row{healthy}, flowtable.Evicted{}, `
source    destination   kind   id req rep lost  loss rtt-ms p95-ms  max-ms ttl  pkts   bytes    secs  status
10.0.0.5  198.51.100.7  echo 4660   5   5    0 0.00% 12.302 88.100 140.218  57 47907 4024188 240.180  active
`},
		{"one direction", Options{OneWay: true}, []flowtable.Row{healthy}, flowtable.Evicted{}, `
source    destination   kind   id req rep rtt-ms p95-ms  max-ms ttl  pkts   bytes    secs  status
10.0.0.5  198.51.100.7  echo 4660   5   5 12.302 88.100 140.218  57 47907 4024188 240.180  active
`},
		{"errors only", wide, sorts()[2:5], flowtable.Evicted{}, `
source    destination   type                       err ttl pkts bytes  secs  status qid  cause
10.0.0.5  198.51.100.7  unreachable/port            41  64    1    56 0.000  active   -  udp/10.0.0.5:40112>192.0.2.9:53
10.0.0.5  198.51.100.7  time-exceeded/ttl-exceeded   3  64    1    56 0.000  active   7  icmp/10.0.0.5>198.51.100.7
10.0.0.5  198.51.100.7  unreachable/16               1   -    1    56 0.000  active   -  -
`},
		{"every sort", wide, sorts(), evicted, `
source        destination         vlan  kind            id   req   rep lost    loss pend late dup ooo unsol err forgot rtt-ms p95-ms  max-ms   ttl  pkts   bytes seen    secs  status     refused
10.0.0.5      198.51.100.7           -  echo          4660 24018 23874   96   0.40%   45    3  12   2     4   0      0 12.302 88.100 140.218 56-57 47907 4024188    0 240.180  active     -
10.0.0.5      198.51.100.7      100.10  echo             7     3     0    0   0.00%    0    0   0   0     0   3      0      -      -       -     -     1      56    0   0.000  idle       time-exceeded/ttl-exceeded@192.0.2.1
fe80::5       fe80::1%a,\x20"b"      -  neighbor         -     1     0    1 100.00%    0    0   0   0     0   0      0      -      -       -     -     1      56    0   0.000  timed_out  -
-             fe80::1%a,\x20"b"      -  router           -     0     0    0       -    0    0   0   0     1   0      0      -      -       -     -     1      56    0   0.000  active     -
2001:db8::10  2001:db8:ff::7         -  extended_echo    0     2     0    0       -    0    0   0   0     0   0      2      -      -       -     -     1      56    0   0.000  active     -
1234-flows    -                      -  -                -  1000     0    0       -    0    0   0   0     0   0   1000      -      -       -     -  2468  138208    5       -  evicted    -

source    destination   type                       err ttl pkts bytes  secs  status qid  cause
10.0.0.5  198.51.100.7  unreachable/port            41  64    1    56 0.000  active   -  udp/10.0.0.5:40112>192.0.2.9:53
10.0.0.5  198.51.100.7  time-exceeded/ttl-exceeded   3  64    1    56 0.000  active   7  icmp/10.0.0.5>198.51.100.7
10.0.0.5  198.51.100.7  unreachable/16               1   -    1    56 0.000  active   -  -
10.0.0.5  198.51.100.7  photuris/1                   -   -    1    56 0.000  active   -  -
10.0.0.5  198.51.100.7  type-77/1                    -   -    1    56 0.000  active   -  -
`},
		{"errors, and flows that had to make room", wide, sorts()[4:5], evicted, `
source      req rep lost forgot pkts  bytes seen  status
1234-flows 1000   0    0   1000 2468 138208    5  evicted

source    destination   type           err pkts bytes  secs  status
10.0.0.5  198.51.100.7  unreachable/16   1    1    56 0.000  active
`},
	} {
		got := draw(NewTable(tt.o), tt.rows, tt.evicted)
		if want := strings.TrimPrefix(tt.want, "\n"); got != want {
			t.Errorf("%s: got\n%swant\n%s", tt.name, got, want)
		}
		tt.o.Color = true
		if colored := painted.ReplaceAllString(draw(NewTable(tt.o), tt.rows, tt.evicted), "$1"); colored != got {
			t.Errorf("%s, with colours: got\n%swant\n%s", tt.name, colored, got)
		}
	}
}

// Of a table what was lost is red, where anything was, and stands where it stood.
func TestTableColors(t *testing.T) {
	lossless := ping()
	lossless.Lost = 0
	red := PaintError.Begin()
	for _, tt := range []struct {
		name string
		o    Options
		row  flowtable.Row
		want []string
	}{
		{"some lost", Options{Color: true}, ping(), []string{"   " + red + "96" + PaintEnd + " ", " " + red + "0.40%" + PaintEnd + " "}},
		{"none lost", Options{Color: true}, lossless, nil},
		{"in one direction", Options{Color: true, OneWay: true}, ping(), nil},
		{"without colours", Options{}, ping(), nil},
	} {
		got := draw(NewTable(tt.o), []flowtable.Row{tt.row}, flowtable.Evicted{})
		for _, want := range tt.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s: no %q in %q", tt.name, want, got)
			}
		}
		if n := strings.Count(got, red); n != len(tt.want) {
			t.Errorf("%s: %d paints in %q", tt.name, n, got)
		}
	}
}

// Each line of a block has as many words as there are columns, so that awk can count on them.
func TestTableHasWords(t *testing.T) {
	blocks := strings.Split(strings.TrimSuffix(draw(NewTable(wide), sorts(), evicted), "\n"), "\n\n")
	for i, block := range blocks {
		lines := strings.Split(block, "\n")
		columns := len(strings.Fields(lines[0]))
		for _, line := range lines {
			if n := len(strings.Fields(line)); n != columns || strings.TrimRight(line, " ") != line {
				t.Errorf("%d words, want %d: %q", n, columns, line)
			}
		}
		if want := []int{7, 6}[i]; len(lines) != want { // five rows and an aggregate; five rows
			t.Errorf("block %d has %d lines, want %d", i, len(lines), want)
		}
	}
	if len(blocks) != 2 {
		t.Errorf("%d blocks, want two", len(blocks))
	}
}

// Two links with the same addresses are two rows, and the name of one that is too long does not
// make the others wide.
func TestTableNamesInterfaces(t *testing.T) {
	var rows []flowtable.Row
	for i := range 3 {
		r := flowtable.Row{Key: key6(flowtable.KindNeighbor, "2001:db8::5", "2001:db8::1"), Counts: flowtable.Counts{Requests: 1, Pending: 1}}
		r.Scope = int32(i + 1)
		rows = append(rows, r)
	}
	long := strings.Repeat("x", 300)
	o := Options{Iface: func(i int32) string { return []string{"", "eth0", "eth1", long}[i] }}
	want := strings.ReplaceAll(`
source       destination                                    kind     req rep lost pend pkts bytes  secs  status
2001:db8::5  2001:db8::1%eth0                               neighbor   1   0    0    1    0     0 0.000  active
2001:db8::5  2001:db8::1%eth1                               neighbor   1   0    0    1    0     0 0.000  active
2001:db8::5  2001:db8::1%LONG  neighbor   1   0    0    1    0     0 0.000  active
`, "LONG", long)[1:]
	if diff := cmp.Diff(want, draw(NewTable(o), rows, flowtable.Evicted{})); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestTypeWords(t *testing.T) {
	for _, tt := range []struct {
		version, typ, code uint8
		want               string
	}{
		{4, 3, 3, "unreachable/port"},
		{4, 3, 11, "unreachable/net-tos"},
		{4, 3, 77, "unreachable/77"},
		{4, 5, 2, "redirect/tos-net"},
		{4, 11, 0, "time-exceeded/ttl-exceeded"},
		{4, 4, 0, "source-quench"},
		{4, 9, 16, "router-advertisement/16"},
		{4, 40, 0, "photuris"},
		{4, 77, 0, "type-77/0"},
		{6, 1, 4, "unreachable/port-unreachable"},
		{6, 2, 0, "packet-too-big"},
		{6, 4, 2, "parameter-problem/unrecognized-ipv6-option"},
		{6, 143, 0, "version-2-multicast-listener-report"},
	} {
		if got := string(appendTypeWords(nil, tt.version, tt.typ, tt.code)); got != tt.want {
			t.Errorf("version %d, type %d, code %d: %s, want %s", tt.version, tt.typ, tt.code, got, tt.want)
		}
	}
}

func TestFlowJSON(t *testing.T) {
	rows := sorts()
	for _, tt := range []struct {
		name string
		got  string
		want string
	}{
		{"a ping", draw(NewJSON(wide), rows[:1], flowtable.Evicted{}),
			`{"schema":1,"event":"flow","requester":"10.0.0.5","responder":"198.51.100.7","ip_version":4,"proto":"icmp","interface":"a, \"b\"","vlan":null,"kind":"echo","icmp_type":8,"icmp_code":0,"type_code":"EchoRequest","icmp_identifier":4660,"icmp_request_count":24018,"icmp_reply_count":23874,"icmp_last_seq":24018,"forward_packets":24018,"forward_bytes":2017512,"reverse_packets":23889,"reverse_bytes":2006676,"start":"2026-11-21T12:00:00.123456789Z","end":"2026-11-21T12:04:00.303460789Z","duration_ns":240180004000,"status":"active","pending":45,"lost":96,"loss":0.004005,"late":3,"duplicates":12,"unsolicited":4,"out_of_order":2,"errors":0,"multi":0,"forgotten":0,"packets":null,"repeats":0,"rtt_unknown":0,"rtt":{"last_ns":12000000,"min_ns":11934000,"avg_ns":12302000,"max_ns":140218000,"stddev_ns":3000000,"p50_ns":12100000,"p95_ns":88100000,"p99_ns":99000000},"ttl":{"min":56,"max":57,"changes":1},"size":{"min":84,"max":84},"refusal":null,"quoted":null}`},
		{"a refused one, in two VLANs", draw(NewJSON(Options{OneWay: true}), rows[1:2], flowtable.Evicted{}),
			`{"schema":1,"event":"flow","requester":"10.0.0.5","responder":"198.51.100.7","ip_version":4,"proto":"icmp","interface":null,"vlan":[100,10],"kind":"echo","icmp_type":8,"icmp_code":0,"type_code":"EchoRequest","icmp_identifier":7,"icmp_request_count":3,"icmp_reply_count":0,"icmp_last_seq":0,"forward_packets":1,"forward_bytes":56,"reverse_packets":0,"reverse_bytes":0,"start":"2026-11-21T12:00:01.123456789Z","end":"2026-11-21T12:00:01.123456789Z","duration_ns":0,"status":"idle","pending":0,"lost":null,"loss":null,"late":0,"duplicates":0,"unsolicited":0,"out_of_order":0,"errors":3,"multi":0,"forgotten":0,"packets":null,"repeats":0,"rtt_unknown":0,"rtt":null,"ttl":null,"size":{"min":56,"max":56},"refusal":{"src":"192.0.2.1","type":11,"code":0,"type_code":"TimeExceeded(TTLExceeded)"},"quoted":null}`},
		{"errors", draw(NewJSON(wide), rows[3:4], flowtable.Evicted{}),
			`{"schema":1,"event":"flow","requester":"10.0.0.5","responder":"198.51.100.7","ip_version":4,"proto":"icmp","interface":null,"vlan":null,"kind":"error","icmp_type":11,"icmp_code":0,"type_code":"TimeExceeded(TTLExceeded)","icmp_identifier":null,"icmp_request_count":null,"icmp_reply_count":null,"icmp_last_seq":null,"forward_packets":1,"forward_bytes":56,"reverse_packets":0,"reverse_bytes":0,"start":"2026-11-21T12:00:03.123456789Z","end":"2026-11-21T12:00:03.123456789Z","duration_ns":0,"status":"active","pending":null,"lost":null,"loss":null,"late":null,"duplicates":null,"unsolicited":null,"out_of_order":null,"errors":3,"multi":null,"forgotten":null,"packets":null,"repeats":0,"rtt_unknown":null,"rtt":null,"ttl":{"min":64,"max":64,"changes":0},"size":{"min":56,"max":56},"refusal":null,"quoted":{"src":"10.0.0.5","dst":"198.51.100.7","proto":"icmp","type":8,"id":7}}`},
		{"evicted", draw(NewJSON(wide), nil, evicted),
			`{"schema":1,"event":"flow","requester":null,"responder":null,"ip_version":null,"proto":null,"interface":null,"vlan":null,"kind":null,"icmp_type":null,"icmp_code":null,"type_code":null,"icmp_identifier":null,"icmp_request_count":1000,"icmp_reply_count":0,"icmp_last_seq":null,"forward_packets":2468,"forward_bytes":138208,"reverse_packets":0,"reverse_bytes":0,"start":null,"end":null,"duration_ns":null,"status":"evicted","flows":1234,"pending":0,"lost":0,"loss":null,"late":0,"duplicates":0,"unsolicited":0,"out_of_order":0,"errors":0,"multi":0,"forgotten":1000,"packets":1468,"repeats":5,"rtt_unknown":null,"rtt":null,"ttl":null,"size":null,"refusal":null,"quoted":null}`},
	} {
		if diff := cmp.Diff(tt.want+"\n", tt.got); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", tt.name, diff)
		}
	}
}

// flatten is an object's fields as CSV has them.
func flatten(to map[string]string, prefix string, object map[string]any) {
	for name, v := range object {
		switch v := v.(type) {
		case nil:
		case map[string]any:
			flatten(to, prefix+name+"_", v)
		case []any:
			to[prefix+name] = strings.ReplaceAll(strings.Trim(fmt.Sprint(v), "[]"), " ", ".")
		default:
			to[prefix+name] = fmt.Sprint(v)
		}
	}
}

// CSV has the fields of JSON, by the same names and in the same order.
func TestFlowCSV(t *testing.T) {
	records, err := csv.NewReader(strings.NewReader(draw(NewCSV(wide), sorts(), evicted))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	head, records := records[0], records[1:]
	objects := strings.Split(strings.TrimSuffix(draw(NewJSON(wide), sorts(), evicted), "\n"), "\n")
	if len(records) != len(objects) {
		t.Fatalf("%d records, want %d", len(records), len(objects))
	}
	for i, record := range records {
		var object map[string]any
		dec := json.NewDecoder(strings.NewReader(objects[i]))
		dec.UseNumber()
		if err := dec.Decode(&object); err != nil {
			t.Fatal(err)
		}
		delete(object, "schema")
		delete(object, "event")
		want, got := map[string]string{}, map[string]string{}
		flatten(want, "", object)
		for n, value := range record {
			if value != "" {
				got[head[n]] = value
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("row %d: (-JSON +CSV)\n%s", i, diff)
		}
		at := -1
		for n, name := range head {
			if strings.HasPrefix(name, "rtt_") && name != "rtt_unknown" || strings.Contains(name, "_src") || name == "flows" {
				continue
			}
			if j := strings.Index(objects[i], `"`+name+`":`); j >= 0 && j < at {
				t.Errorf("row %d: field %d, %s, is out of order", i, n, name)
			} else if j >= 0 {
				at = j
			}
		}
	}
}

func TestSorted(t *testing.T) {
	row := func(id uint16, start int64) flowtable.Row {
		return flowtable.Row{Key: key4(flowtable.KindEcho, id), Start: start, End: start + int64(id)}
	}
	for _, by := range RowOrders() {
		rows := []flowtable.Row{row(3, 5), row(1, 5), row(2, 4)}
		r := &rows[1]
		r.RTT, r.Lost, r.Requests, r.Unsolicited, r.Multi, r.Forgotten, r.Repeats = flowtable.RTT{Count: 1, Sampled: 1}, 1, 2, 1, 1, 1, 1
		rows[2].Requests = 1      // and nothing was lost
		want := []uint16{2, 1, 3} // by start, then key
		switch by {
		case "end", "duration":
			want = []uint16{3, 2, 1} // ends are 8, 6, 6
		case "requests", "lost", "loss", "unsolicited", "multi", "forgotten", "repeats", "rtt", "p95", "max":
			want = []uint16{1, 2, 3}
		}
		var got []uint16
		for _, r := range Sorted(rows, by) {
			got = append(got, r.ID)
		}
		if !slices.Equal(got, want) {
			t.Errorf("by %s: %v, want %v", by, got, want)
		}
	}
}

// What a table's column or a field of JSON or CSV is called is a name of its order too.
func TestRowOrderNames(t *testing.T) {
	seen := map[string]bool{}
	for i := range orders {
		for _, name := range strings.Fields(orders[i].names) {
			if orderOf(name) != &orders[i] || seen[name] {
				t.Errorf("%s is the name of two orders", name)
			}
			seen[name] = true
		}
	}
	unordered := []string{"source", "destination", "vlan", "kind", "id", "ttl", "status", "refused"}
	for _, c := range queryColumns {
		if HasRowOrder(c.name) == slices.Contains(unordered, c.name) {
			t.Errorf("column %s: order %v", c.name, HasRowOrder(c.name))
		}
	}
	head := strings.TrimSpace(string(NewCSV(wide).AppendHead(nil, nil, &flowtable.Evicted{})))
	fields := strings.Split(head, ",")
	for name := range seen {
		if isField := strings.Contains(name, "_"); isField && !slices.Contains(fields, name) {
			t.Errorf("%s is no field of %s", name, head)
		}
	}
	for _, name := range []string{"duration_ns", "icmp_request_count", "icmp_reply_count", "pending", "lost", "loss", "late",
		"duplicates", "unsolicited", "out_of_order", "errors", "multi", "forgotten", "packets", "repeats"} {
		if !seen[name] || !slices.Contains(fields, name) {
			t.Errorf("no order is called %s", name)
		}
	}
	if HasRowOrder("") || HasRowOrder("colour") || HasRowOrder("req rep") {
		t.Error("anything is an order")
	}
}

// A clock that was set back makes no negative time.
func TestDuration(t *testing.T) {
	for _, tt := range []struct{ start, end, want int64 }{{5, 9, 4}, {9, 5, 0}, {-1 << 62, 1 << 62, 1<<63 - 1}} {
		if got := duration(&flowtable.Row{Start: tt.start, End: tt.end}); got != tt.want {
			t.Errorf("from %d to %d: %d, want %d", tt.start, tt.end, got, tt.want)
		}
	}
}

// A row costs no memory but that of the buffer.
func TestRowAllocs(t *testing.T) {
	rows := sorts()
	buf := make([]byte, 0, 1<<16)
	for name, d := range map[string]RowAppender{"JSON": NewJSON(wide), "CSV": NewCSV(wide)} {
		d.AppendHead(nil, Sorted(rows, "start"), &flowtable.Evicted{})
		d.AppendRow(buf, &rows[0]) // the interface's name is asked once
		if n := testing.AllocsPerRun(100, func() { d.AppendRow(buf, &rows[0]) }); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

// In reverse, values go the other way, and what is the same stays in its order. Sorting many again makes
// no more garbage than sorting few.
func TestSorter(t *testing.T) {
	row := func(id uint16, start int64, lost uint64) *flowtable.Row {
		return &flowtable.Row{Key: key4(flowtable.KindEcho, id), Start: start, Counts: flowtable.Counts{Lost: lost}}
	}
	rows := []*flowtable.Row{row(5, 9, 2), row(4, 7, 0), row(3, 8, 2), row(2, 8, 2), row(1, 6, 7)}
	var s Sorter
	for _, tt := range []struct {
		by      string
		reverse bool
		want    []uint16
	}{
		{"lost", false, []uint16{1, 2, 3, 5, 4}},
		{"lost", true, []uint16{4, 2, 3, 5, 1}},
		{"start", false, []uint16{1, 4, 2, 3, 5}},
		{"start", true, []uint16{5, 2, 3, 4, 1}},
	} {
		s.Sort(rows, tt.by, tt.reverse)
		var got []uint16
		for _, r := range rows {
			got = append(got, r.ID)
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("by %s, reverse %t: got %v, want %v", tt.by, tt.reverse, got, tt.want)
		}
	}
	few := testing.AllocsPerRun(10, func() { s.Sort(rows, "lost", false) })
	for len(rows) < 5000 {
		rows = append(rows, rows...)
	}
	if many := testing.AllocsPerRun(10, func() { s.Sort(rows, "lost", false) }); many > few {
		t.Errorf("%v allocations of many rows, %v of few", many, few)
	}
}
