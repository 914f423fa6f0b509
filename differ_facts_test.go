package main

import (
	"fmt"
	"maps"
	"net/netip"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/gopacket/gopacket/layers"

	"icmpdump/internal/lab"
)

// A record is what tshark says of one frame: by field, all its values.
type record map[string][]string

// A fact is a thing that both tshark and icmpdump say of a packet, or neither.
type fact struct {
	path   string            // in icmpdump's JSON, see at
	fields string            // tshark's; of several, the values of the first come first
	nth    int               // which of the values it is, or every one
	of     func(record) bool // which packets it is compared in; nil: in all
	words  map[string]string // JSON's words for values of tshark's
	unit   uint64            // what 1 of tshark's is in JSON; 0: 1
}

const every = -1

// tshark has the same fields for a message and for the one that is quoted in it.
func ip4(r record) bool      { return len(r["ip.len"]) > 0 }
func quotes(r record) bool   { return len(r["ip.src"])+len(r["ipv6.src"]) > 1 }
func quotesNo(r record) bool { return !quotes(r) }

// ip4Part reports whether the packet is a fragment of IPv4.
func ip4Part(r record) bool {
	return ip4(r) && (r["ip.frag_offset"][0] != "0" || r["ip.flags.mf"][0] != "0")
}

// protocols are JSON's words for the protocols of forge's quotes.
var protocols = map[string]string{
	"1": "icmp", "6": "tcp", "17": "udp", "2": "ip-proto-2", "46": "ip-proto-46", "89": "ip-proto-89",
	"103": "ip-proto-103", "112": "ip-proto-112", "200": "ip-proto-200",
}

var facts = []fact{
	{path: "vlan.0", fields: "vlan.id"},
	{path: "vlan.1", fields: "vlan.id", nth: 1},
	{path: "ip_version", fields: "ip.version ipv6.version"},
	{path: "src", fields: "ip.src ipv6.src"},
	{path: "dst", fields: "ip.dst ipv6.dst"},
	{path: "ttl", fields: "ip.ttl ipv6.hlim"},
	{path: "ip_length", fields: "ip.len", of: ip4},
	{path: "fragment.offset", fields: "ip.frag_offset", of: ip4Part, unit: 8},
	{path: "fragment.more", fields: "ip.flags.mf", of: ip4Part},
	{path: "type", fields: "icmp.type icmpv6.type"},
	{path: "code", fields: "icmp.code icmpv6.code"},
	{path: "checksum", fields: "icmp.checksum icmpv6.checksum"},
	{path: "checksum_status", fields: "icmp.checksum.status icmpv6.checksum.status",
		words: map[string]string{"0": "bad", "1": "good", "2": "unverified"}},
	{path: "id", fields: "icmp.ident icmpv6.echo.identifier icmpv6.mip6.identifier", of: quotesNo},
	{path: "seq", fields: "icmp.seq icmp.ext.echo.seq icmpv6.echo.sequence_number icmpv6.ext.echo.seq", of: quotesNo},
	{path: "mtu", fields: "icmp.mtu icmpv6.mtu"},
	{path: "pointer", fields: "icmp.pointer icmpv6.pointer"},
	{path: "gateway", fields: "icmp.redir_gw icmpv6.nd.rd.target_address"},
	{path: "target", fields: "icmpv6.nd.ns.target_address icmpv6.nd.na.target_address icmpv6.mld.multicast_address"},
	{path: "quoted.src", fields: "ip.src ipv6.src", nth: 1},
	{path: "quoted.dst", fields: "ip.dst ipv6.dst", nth: 1},
	{path: "quoted.proto", fields: "ip.proto", nth: 1, of: ip4, words: protocols},
	{path: "quoted.src_port", fields: "udp.srcport tcp.srcport"},
	{path: "quoted.dst_port", fields: "udp.dstport tcp.dstport"},
	{path: "quoted.type", fields: "icmp.type icmpv6.type", nth: 1},
	{path: "quoted.id", fields: "icmp.ident icmpv6.echo.identifier", of: quotes},
	{path: "quoted.seq", fields: "icmp.seq icmp.ext.echo.seq icmpv6.echo.sequence_number icmpv6.ext.echo.seq", of: quotes},
}

// An exception is where icmpdump does not say what tshark says: docs/lines.md has the list.
type exception struct {
	paths string // "": any
	why   string
	is    func(event any, got, want []string) bool
}

var exceptions = []exception{
	{"mtu", "0 is no MTU (RFC 1191, section 4)", func(_ any, got, want []string) bool {
		return len(got) == 0 && slices.Equal(want, []string{"0"})
	}},
	{"pointer", "with another code than 0, that byte is no pointer (RFC 792)", func(event any, got, _ []string) bool {
		return len(got) == 0 && !slices.Equal(at(event, "code"), []string{"0"})
	}},
	{"quoted.tcp_seq", "of 8 bytes of TCP, tshark says the ports only", func(_ any, _, want []string) bool {
		return len(want) == 0
	}},
	{"extensions.objects.@interface_information.interface_name", "of a name at the end of an object, tshark says the length only", func(_ any, got, want []string) bool {
		return len(got) > len(want)
	}},
	{"*.options.@prefix_information|route_information.prefix", "a default route has no bytes of a prefix: :: is said", func(_ any, got, want []string) bool {
		none := func(s string) bool { return s == "::" }
		return slices.Equal(slices.DeleteFunc(slices.Clone(got), none), slices.DeleteFunc(slices.Clone(want), none))
	}},
	{"mld_report.records.auxiliary_data quoted.src quoted.dst quoted.type", "likewise, of the first part", func(event any, _, want []string) bool {
		return cutByFragment(event, nil, []string{""}) && len(want) == 0
	}},
	{"", "of a header or an element that goes on in another fragment, tshark reads what is there, and icmpdump nothing", cutByFragment},
}

// cutByFragment reports whether the message goes on in another fragment, and what is said of it is
// the beginning of what tshark says.
func cutByFragment(event any, got, want []string) bool {
	return slices.Equal(at(event, "checksum_status"), []string{"unverified"}) && len(got) < len(want) && slices.Equal(got, want[:len(got)])
}

// What icmpdump reports of a random packet is what tshark does.
func TestRandomFactsAreTsharks(t *testing.T) {
	lab.NeedTshark(t)
	all, path := specimens(t, layers.LinkTypeEthernet)
	facts := slices.Concat(facts, details)
	records, events := tshark(t, path, facts), packetsOf(t, path, "-v")
	if len(records) != len(all) {
		t.Fatalf("tshark says something of %d frames, want %d", len(records), len(all))
	}
	compared, used := make([]int, len(facts)), make([]int, len(exceptions))
	for i, s := range all {
		event := any(events[uint64(i+1)])
		for j := range facts {
			f := &facts[j]
			if f.of != nil && !f.of(records[i]) {
				continue
			}
			got, want := at(event, f.path), f.from(records[i])
			compared[j] += len(got)
			if strings.Contains(f.fields, " ") && f.nth == every { // not in the packet's order
				slices.Sort(got)
				slices.Sort(want)
			}
			if slices.Equal(got, want) {
				continue
			}
			k := slices.IndexFunc(exceptions, func(e exception) bool {
				return (e.paths == "" || slices.Contains(strings.Fields(e.paths), f.path)) && e.is(event, got, want)
			})
			if k < 0 {
				t.Errorf("frame %d, %s: %s is %v, tshark says %v\n%x", i+1, s.kind, f.path, got, want, s.frame)
				continue
			}
			used[k]++
		}
	}
	for j, f := range facts {
		if compared[j] == 0 && !chosen() {
			t.Errorf("no packet has %s", f.path)
		}
	}
	for k, e := range exceptions {
		if used[k] == 0 && !chosen() {
			t.Errorf("no packet needs the exception for %s: %s", e.paths, e.why)
		}
	}
}

// tshark asks tshark for the facts' fields of each frame in a file, without names and without
// putting fragments together.
func tshark(t *testing.T, path string, facts []fact) []record {
	t.Helper()
	const between = ";"
	args := []string{"-n", "-r", path, "-o", "ip.defragment:FALSE", "-o", "ipv6.defragment:FALSE",
		"-T", "fields", "-E", "occurrence=a", "-E", "aggregator=" + between}
	var fields []string
	for _, f := range facts {
		fields = append(fields, strings.Fields(f.fields)...)
	}
	fields = append(fields, "frame.number") // a line is never empty
	slices.Sort(fields)
	fields = slices.Compact(fields)
	for _, f := range fields {
		args = append(args, "-e", f)
	}
	var records []record
	for line := range strings.Lines(stdoutOf(t, exec.Command("tshark", args...))) {
		r := record{}
		for i, cell := range strings.Split(strings.TrimSuffix(line, "\n"), "\t") {
			if cell != "" {
				r[fields[i]] = strings.Split(cell, between)
			}
		}
		records = append(records, r)
	}
	return records
}

// from is what a record says of the fact.
func (f *fact) from(r record) []string {
	var values []string
	for field := range strings.FieldsSeq(f.fields) {
		for _, v := range r[field] {
			if word, ok := f.words[v]; ok {
				v = word
			}
			if n, err := strconv.ParseUint(v, 0, 64); err == nil && f.unit != 0 {
				v = strconv.FormatUint(n*f.unit, 10)
			}
			values = append(values, canonical(v))
		}
	}
	if f.nth == every {
		return values
	}
	return nth(values, f.nth)
}

// nth is the element of that index, or nothing.
func nth[T any](of []T, n int) []T { return of[min(n, len(of)):min(n+1, len(of))] }

// at is what stands at a path of JSON: members' names, or * for all that are objects; in an array
// an index, or @ and the names of those meant. Without either it stands for each of its elements.
func at(v any, path string) []string {
	step, rest, _ := strings.Cut(path, ".")
	switch v := v.(type) {
	case map[string]any:
		if step == "*" {
			var values []string
			for _, name := range slices.Sorted(maps.Keys(v)) {
				if object, ok := v[name].(map[string]any); ok {
					values = append(values, at(object, rest)...)
				}
			}
			return values
		}
		if member, ok := v[step]; ok {
			return at(member, rest)
		}
		return nil
	case []any:
		if index, err := strconv.Atoi(step); err == nil {
			v, path = nth(v, index), rest
		} else if name, ok := strings.CutPrefix(step, "@"); ok {
			v, path = slices.DeleteFunc(slices.Clone(v), func(e any) bool { return !slices.Contains(strings.Split(name, "|"), strings.Join(at(e, "name"), "")) }), rest
		}
		var values []string
		for _, element := range v {
			values = append(values, at(element, path)...)
		}
		return values
	}
	return []string{canonical(fmt.Sprint(v))}
}

// canonical is a value in one spelling: a number in base 10, an address as netip writes it, a
// boolean as tshark does.
func canonical(s string) string {
	if n, err := strconv.ParseUint(s, 0, 64); err == nil {
		return strconv.FormatUint(n, 10)
	}
	if a, err := netip.ParseAddr(s); err == nil {
		return a.String()
	}
	switch s = strings.TrimSuffix(s, "."); s { // of a name that is complete
	case "true":
		return "1"
	case "false":
		return "0"
	}
	return s
}
