package render

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"icmpdump/internal/forge"
)

// detailsOf is what the object of a message has between length (or verdict) and flow.
func detailsOf(t *testing.T, message []byte, cut int) string {
	t.Helper()
	e, f := message6(t, message, cut)
	object := NewJSON(Options{}).Append(nil, e, f)
	if !json.Valid(object) {
		t.Fatalf("no JSON: %s", object)
	}
	_, details, _ := bytes.Cut(object, []byte(`,"length":`))
	_, details, _ = bytes.Cut(details, []byte(`,"`))
	details, _, _ = bytes.Cut(details, []byte(`,"flow":`))
	return `"` + string(details)
}

const rplDIO = `9b 01 0000 1e f0 0100 88 f0 00 00 ` + address

// The rows give the object, but for what all packets have.
func TestMulticastObjects(t *testing.T) {
	const target = `"target":"ff05::1:3",`
	for _, tt := range []struct {
		name, message string
		cut           int
		want          string
	}{
		{"MLDv1 query", `82 00 0000 2710 0000` + group, 0,
			target + `"mld_query":{"version":1,"maximum_response_code":10000,"maximum_response_delay_ms":10000,"group":"ff05::1:3"}`},
		{"MLDv1 report", `83 00 0000 0000 0000` + group, 0,
			target + `"mld_report":{"version":1,"maximum_response_code":0,"maximum_response_delay_ms":0,"group":"ff05::1:3"}`},
		{"MLDv1 done", `84 00 0000 0000 0000` + group, 0,
			target + `"mld_done":{"maximum_response_code":0,"maximum_response_delay_ms":0,"group":"ff05::1:3"}`},
		{"MLD query of no version", `82 00 0000 2710 0000` + group + `02`, 0,
			target + `"mld_query":{"maximum_response_code":10000,"maximum_response_delay_ms":10000,"group":"ff05::1:3"}`},
		{"MLDv2 query", `82 00 0000 8000 0000` + group + `0a 8f 0002` + address + address, 0,
			target + `"mld_query":{"version":2,"maximum_response_code":32768,"maximum_response_delay_ms":32768,"group":"ff05::1:3","suppress_router_side_processing":true,"qrv":2,"qqic":143,"qqi_s":248,"number_of_sources":2,"sources":["2001:db8::9","2001:db8::9"]}`},
		{"MLDv2 query, cut in its second source", `82 00 0000 8000 0000` + group + `02 00 0002` + address + address, 1,
			target + `"verdict":"truncated","mld_query":{"version":2,"maximum_response_code":32768,"maximum_response_delay_ms":32768,"group":"ff05::1:3","suppress_router_side_processing":false,"qrv":2,"qqic":0,"qqi_s":0,"number_of_sources":2,"sources":["2001:db8::9"]}`},
		{"MLDv2 query, cut in its group", `82 00 0000 8000 0000` + group + `02 00 0000`, 5,
			`"verdict":"truncated","mld_query":{"version":2,"maximum_response_code":32768,"maximum_response_delay_ms":32768}`},
		{"MLDv2 query, which lies", `82 00 0000 0001 0000` + group + `00 00 ffff` + address, 0,
			target + `"verdict":"malformed:option","mld_query":{"version":2,"maximum_response_code":1,"maximum_response_delay_ms":1,"group":"ff05::1:3","suppress_router_side_processing":false,"qrv":0,"qqic":0,"qqi_s":0,"number_of_sources":65535,"sources":["2001:db8::9"]}`},
		{"MLDv2 report", `8f 00 0000 0000 0002 04 01 0000` + group + `c0ffee00 09 00 0001` + group + address, 0,
			`"mld_report":{"version":2,"number_of_records":2,"records":[{"type":4,"name":"change_to_exclude_mode","group":"ff05::1:3","number_of_sources":0,"sources":[],"auxiliary_data":"c0ffee00"},{"type":9,"group":"ff05::1:3","number_of_sources":1,"sources":["2001:db8::9"]}]}`},
		{"MLDv2 report, cut before its count", `8f 00 0000 0000 0002`, 1, `"verdict":"truncated","mld_report":{"version":2}`},

		{"renumbering command", renumber + `02 07` + matchPrefix + usePrefix, 0,
			`"router_renumbering":{"message":"command","sequence_number":4711,"segment_number":7,"test":true,"result_requested":false,"force_apply":true,"site_specific":false,"processed_previously":true,"maximum_delay_ms":1000,"operations":[{"op_code":2,"op_code_name":"change","op_length":7,"ordinal":9,"match_length":48,"minimum_length":32,"maximum_length":64,"match_prefix":"2001:db8::9","uses":[{"use_length":48,"keep_length":16,"flag_mask":192,"ra_flags":128,"valid_lifetime_s":86400,"preferred_lifetime_s":4294967295,"decrement_valid":true,"decrement_preferred":false,"use_prefix":"2001:db8::9"}]}]}`},
		{"renumbering result", `8a 01 0000 00000007 00 00 0000 00000000 0002 09 30 00000003` + address, 0,
			`"router_renumbering":{"message":"result","sequence_number":7,"segment_number":0,"test":false,"result_requested":false,"force_apply":false,"site_specific":false,"processed_previously":false,"maximum_delay_ms":0,"reports":[{"out_of_bounds":true,"forbidden":false,"ordinal":9,"matched_length":48,"interface_index":3,"matched_prefix":"2001:db8::9"}]}`},
		{"renumbering, cut behind its sequence number", `8a ff 0000 00000007 00 00 0000 00000000`, 8,
			`"verdict":"truncated","router_renumbering":{"message":"sequence_number_reset","sequence_number":7}`},

		{"who are you?", `8b 00 0000 00000000 00000000`, 0, `"node_information":{"who_are_you":true}`},
		{"node information, cut in its nonce", `8b 00 0000 0000 0001` + node, 1, `"verdict":"truncated","node_information":{"qtype":0,"qtype_name":"noop","flags":1}`},
		{"node information, cut before its flags", `8b 00 0000 0000 0001` + node, 9, `"verdict":"truncated","node_information":{}`},
		{"question about an address", `8b 00 0000 0002 0000` + node + address, 0,
			`"node_information":{"qtype":2,"qtype_name":"node_name","flags":0,"nonce":"3132333435363738","subject":"2001:db8::9"}`},
		{"question about an IPv4 address", `8b 02 0000 0003 002b` + node + `c0000201`, 0,
			`"node_information":{"qtype":3,"qtype_name":"node_addresses","flags":43,"global":true,"site_local":false,"link_local":true,"compatible":false,"all":true,"truncated":true,"nonce":"3132333435363738","subject":"192.0.2.1"}`},
		{"question about a name", `8b 01 0000 0009 0000` + node + `0161 03622263 00`, 0,
			`"node_information":{"qtype":9,"flags":0,"nonce":"3132333435363738","subject_names":["a.b\\x22c."]}`},
		{"question about nobody knows what", `8b 07 0000 0000 0000` + node + `cafe`, 0,
			`"node_information":{"qtype":0,"qtype_name":"noop","flags":0,"nonce":"3132333435363738","data":"cafe"}`},
		{"names", `8c 00 0000 0002 0001` + node + `0000003c 045c1b5b41 00 0163 0000 0164`, 0,
			`"node_information":{"qtype":2,"qtype_name":"node_name","flags":1,"nonce":"3132333435363738","result":"success","ttl_s":60,"names":["\\x5c\\x1b[A.","c","d"]}`},
		{"an old name", `8c 00 0000 0002 0000` + node + `00000000 021b61`, 0,
			`"node_information":{"qtype":2,"qtype_name":"node_name","flags":0,"nonce":"3132333435363738","result":"success","ttl_s":0,"names":["\\x1ba"]}`},
		{"IPv4 addresses", `8c 00 0000 0004 0000` + node + `0000003c c0000201 00000000 c0000202`, 0,
			`"node_information":{"qtype":4,"qtype_name":"ipv4_addresses","flags":0,"nonce":"3132333435363738","result":"success","addresses":[{"address":"192.0.2.1","ttl_s":60},{"address":"192.0.2.2","ttl_s":0}]}`},
		{"supported questions", `8c 02 0000 0001 0000` + node + `0000001f`, 0,
			`"node_information":{"qtype":1,"qtype_name":"supported_qtypes","flags":0,"nonce":"3132333435363738","result":"unknown_qtype","data":"0000001f"}`},

		{"multicast router", `97 14 0000 007d 0002`, 0,
			`"multicast_router_advertisement":{"advertisement_interval_s":20,"query_interval_s":125,"robustness_variable":2}`},
		{"experimental mobility", `96 00 0000 02 000000 cafe`, 0, `"experimental_mobility":{"subtype":2,"data":"cafe"}`},
		{"locator update", `9c 00 0000 01 01 0000 20010db800010002 0010 0e10`, 0,
			`"locator_update":{"number_of_locators":1,"operation":1,"locators":[{"locator":"2001:db8:1:2::","preference":16,"lifetime_s":3600}]}`},
		{"MPL", `9f 00 0000 07 04 80 08 05 0001 40`, 0,
			`"mpl_control":{"seeds":[{"min_seqno":7,"buffered_messages":"80"},{"min_seqno":8,"seed_id":"0001","buffered_messages":"40"}]}`},
	} {
		if got := detailsOf(t, forge.Hex(tt.message), tt.cut); got != tt.want {
			t.Errorf("%s\ngot  %s\nwant %s", tt.name, got, tt.want)
		}
	}
}

func TestRPLObjects(t *testing.T) {
	const dodag = `,"dodag_id":"2001:db8::9"`
	for _, tt := range []struct{ name, message, want string }{
		{"solicitation", `9b 00 0000 00 00 07 13 1e a0` + address + `02`,
			`"message":"dodag_information_solicitation","secure":false,"options":[{"type":7,"name":"solicited_information","instance_id":30,"version_predicate":true,"instance_id_predicate":false,"dodag_id_predicate":true` + dodag + `,"version_number":2}]`},
		{"information", rplDIO,
			`"message":"dodag_information_object","secure":false,"instance_id":30,"version_number":240,"rank":256,"grounded":true,"mode_of_operation":1,"mode_of_operation_name":"non_storing","preference":0,"dtsn":240` + dodag + `,"options":[]`},
		{"advertisement", `9b 02 0000 1e 80 00 07 05 06 00 20 20010db8 06 14 80 40 07 ff` + address + `09 04 cafebabe`,
			`"message":"destination_advertisement_object","secure":false,"instance_id":30,"ack_requested":true,"sequence_number":7,"options":[{"type":5,"name":"rpl_target","target_prefix":"2001:db8::","prefix_length":32},{"type":6,"name":"transit_information","external":true,"path_control":64,"path_sequence":7,"path_lifetime":255,"parent_address":"2001:db8::9"},{"type":9,"name":"rpl_target_descriptor","data":"cafebabe"}]`},
		{"acknowledgement", `9b 03 0000 1e 80 07 01` + address,
			`"message":"destination_advertisement_object_acknowledgment","secure":false,"instance_id":30,"sequence_number":7,"status":1` + dodag + `,"options":[]`},
		{"discovery reply", `9b 04 0000 1e 01 f0 00` + address,
			`"message":"p2p_discovery_reply_object","secure":false,"instance_id":30,"version_number":1,"stop":true,"ack_requested":true,"sequence_number":3` + dodag + `,"options":[]`},
		{"its acknowledgement", `9b 05 0000 1e 01 80 00` + address,
			`"message":"p2p_discovery_reply_object_acknowledgement","secure":false,"instance_id":30,"version_number":1,"sequence_number":2` + dodag + `,"options":[]`},
		{"measurement", `9b 06 0000 1e 01 80 00`, `"message":"measurement_object","secure":false`},
		{"cleanup", `9b 07 0000 1e 40 01 09` + address,
			`"message":"destination_cleanup_object","secure":false,"instance_id":30,"ack_requested":false,"status":1,"sequence_number":9` + dodag + `,"options":[]`},
		{"a code that nobody has named", `9b 0a 0000 1e 40 01 09`, `"secure":false`},
		{"a consistency check that is not secure", `9b 0a 0000 1e 80 cafe` + address + `0000002a`, `"secure":false`},
		{"consistency check", `9b 8a 0000 80 00 82 00 00001234 1122334455667788 07 1e 80 cafe` + address + `0000002a 01020304`,
			`"message":"consistency_check","secure":true,"security":{"counter_is_time":true,"algorithm":0,"key_identifier_mode":2,"security_level":2,"counter":4660,"key_source":"1122334455667788","key_index":7},"instance_id":30,"response":true,"nonce":51966,"destination_counter":42` + dodag},
		{"encrypted", `9b 81 0000 00 00 41 00 00001234 cafe`,
			`"message":"dodag_information_object","secure":true,"security":{"counter_is_time":false,"algorithm":0,"key_identifier_mode":1,"security_level":1,"counter":4660}`},
	} {
		if got, want := detailsOf(t, forge.Hex(tt.message), 0), `"rpl":{`+tt.want+`}`; got != want {
			t.Errorf("%s\ngot  %s\nwant %s", tt.name, got, want)
		}
	}
}

func TestRPLOptionObjects(t *testing.T) {
	for _, tt := range []struct{ option, want string }{
		{`00`, `"type":0,"name":"pad1"`},
		{`01 01 00`, `"type":1,"name":"padn","data":"00"`},
		{`02 09 07 0002 02 0080 03 0001 # its length is missing`, `"type":2,"name":"dag_metric_container","metrics":[{"type":7,"name":"link_etx","flags":2,"data":"0080"}],"data":"030001"`},
		{`03 0a 20 08 00000e10 20010db8`, `"type":3,"name":"route_information","prefix":"2001:db8::","prefix_length":32,"preference":"high","route_lifetime_s":3600`},
		{`03 01 20`, `"type":3,"name":"route_information","malformed":true,"data":"20"`},
		{`03 0a 20`, `"type":3,"name":"route_information","truncated":true,"data":"20"`},
		{`04 0e 0d 14 03 0a 0800 0100 0001 00 1e 003c`, `"type":4,"name":"dodag_configuration","authentication_enabled":true,"path_control_size":5,"dio_interval_doublings":20,"dio_interval_minimum":3,"dio_redundancy_constant":10,"max_rank_increase":2048,"min_hop_rank_increase":256,"objective_code_point":1,"default_lifetime":30,"lifetime_unit_s":60`},
		{`06 04 00 00 01 1e`, `"type":6,"name":"transit_information","external":false,"path_control":0,"path_sequence":1,"path_lifetime":30`},
		{`08 1e 40 60 00015180 00000e10 00000000` + address, `"type":8,"name":"prefix_information","prefix":"2001:db8::9","prefix_length":64,"on_link":false,"autonomous":true,"router_address":true,"valid_lifetime_s":86400,"preferred_lifetime_s":3600`},
		{`0c 00`, `"type":12`},
	} {
		_, got, _ := strings.Cut(detailsOf(t, forge.Hex(rplDIO+tt.option), 0), `"options":`)
		if want := `[{` + tt.want + `}]}`; got != want {
			t.Errorf("%s\ngot  %s\nwant %s", tt.option, got, want)
		}
	}
}

// listMessages have lists in them, each of its own sort.
var listMessages = []string{
	`82 00 0000 8000 0000` + group + `0a 8f 0002` + address + address,
	`8f 00 0000 0000 0002 04 01 0000` + group + `c0ffee00 09 00 0001` + group + address,
	renumber + `02 07` + matchPrefix + usePrefix,
	`8a 01 0000 00000007 00 00 0000 00000000 0002 09 30 00000003` + address,
	`8b 01 0000 0003 0000` + node + `0161 0162 00`,
	`8c 00 0000 0002 0001` + node + `0000003c 0161 0162 00`,
	`8c 00 0000 0003 0001` + node + `0000003c` + address,
	`97 14 0000 007d 0002`,
	rplDIO + `02 06 07 0002 02 0080 04 0e 0d 14 03 0a 0800 0100 0001 00 1e 003c`,
	`9c 00 0000 01 01 0000 20010db800010002 0010 0e10`,
	`9f 00 0000 07 04 80 08 05 0001 40`,
}

// The line and the object of each of them are made without allocating.
func TestMulticastAllocs(t *testing.T) {
	for _, message := range listMessages {
		e, f := message6(t, forge.Hex(message), 0)
		for _, a := range []Appender{NewLines(Options{Verbose: 3}), NewJSON(Options{})} {
			dst := slices.Grow(a.Append(nil, e, f), 4096)
			if n := testing.AllocsPerRun(100, func() { dst = a.Append(dst[:0], e, f) }); n != 0 {
				t.Errorf("%T of %s: %v allocations", a, message, n)
			}
		}
	}
}

// Cut at every byte, each makes a line that says nothing but what the whole one says, in its order,
// and an object.
func TestMulticastCutShort(t *testing.T) {
	for _, message := range listMessages {
		b := forge.Hex(message)
		whole := lineOf(t, b, 0, 3)
		for cut := 1; cut <= len(b)-2; cut++ {
			line := lineOf(t, b, cut, 3)
			said, _, _ := strings.Cut(line, " [|icmp6]")
			if rest := without(whole, said); rest != "" {
				t.Errorf("%d bytes cut off\nthen %s\nelse %s\nwhich has no %s", cut, line, whole, rest)
			}
			detailsOf(t, b, cut)
		}
	}
}

// without is what s has behind the bytes that all has too, in the same order.
func without(all, s string) string {
	for i := 0; i < len(all) && s != ""; i++ {
		if all[i] == s[0] {
			s = s[1:]
		}
	}
	return s
}
