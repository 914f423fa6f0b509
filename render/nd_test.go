package render

import (
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"

	"github.com/gopacket/gopacket"

	"icmpdump/capture/icmp"
	"icmpdump/flowtable"
	"icmpdump/internal/forge"
)

// ndEvent is the event of an ICMPv6 message, of which the bytes behind its checksum are given
// in hex digits.
func ndEvent(t *testing.T, typ, code uint8, digits string) (*flowtable.Event, icmp.Frame) {
	t.Helper()
	b := frame6(t, typ, code, digits)
	return event(t, icmp.LinkRaw, b, len(b))
}

func frame6(t testing.TB, typ, code uint8, digits string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(digits), ""))
	if err != nil {
		t.Fatal(err)
	}
	return forge.Frame(forge.IP6("2001:db8::1", "2001:db8::2"), forge.ICMP6(typ, code), gopacket.Payload(b))
}

// allNDOptions is what stands behind the checksum of a router advertisement with the options of
// ndOptionTests.
func allNDOptions() string {
	digits := `40 8c 0708 00007530 000003e8`
	for _, tt := range ndOptionTests {
		digits += tt.digits
	}
	return digits
}

// messageText is the line of an event, from the message on.
func messageText(e *flowtable.Event, f icmp.Frame, verbose int) string {
	l := NewLines(Options{Time: TimeFormat{Style: TimeNone}, Verbose: verbose})
	_, text, _ := strings.Cut(strings.TrimSuffix(string(l.Append(nil, e, f)), "\n"), "ICMP6, ")
	return text
}

// messageObject is what stands in an event's object between the length of the message and the
// flow, but for the target.
func messageObject(t *testing.T, e *flowtable.Event, f icmp.Frame) string {
	t.Helper()
	b := NewJSON(Options{}).Append(nil, e, f)
	if !json.Valid(b) {
		t.Errorf("not JSON: %s", b)
	}
	_, text, _ := strings.Cut(string(b), `:{`)
	text, _, _ = strings.Cut(text, `,"flow"`)
	return "{" + text
}

const address9 = `20010db8000000000000000000000009 `

// ndMessageTests are messages in a line with -v, and in an object.
var ndMessageTests = []struct {
	name       string
	typ, code  uint8
	digits     string
	line, json string
}{
	{
		"router solicitation", 133, 0, `00000000 01 01 020000000001`,
		`router solicitation, length 16 source link-address option (1), length 8 (1): 02:00:00:00:00:01`,
		`{"options":[{"type":1,"name":"source_link_layer_address","length":8,"address":"02:00:00:00:00:01"}]}`,
	},
	{
		"router advertisement of a proxy", 134, 0, `40 8c 0708 00007530 000003e8`,
		`router advertisement, length 16 hop limit 64, Flags [managed, proxy], pref high, router lifetime 1800s, reachable time 30000ms, retrans timer 1000ms`,
		`{"cur_hop_limit":64,"managed":true,"other_configuration":false,"home_agent":false,"proxy":true,"preference":"high","router_lifetime_s":1800,"reachable_time_ms":30000,"retrans_timer_ms":1000,"options":[]}`,
	},
	{
		"neighbor solicitation", 135, 0, `00000000` + address9,
		`neighbor solicitation, length 24, who has 2001:db8::9`,
		`{"target_address":"2001:db8::9","options":[]}`,
	},
	{
		"neighbor advertisement", 136, 0, `60000000` + address9,
		`neighbor advertisement, length 24, tgt is 2001:db8::9, Flags [solicited, override]`,
		`{"router":false,"solicited":true,"override":true,"target_address":"2001:db8::9","options":[]}`,
	},
	{
		"redirect", 137, 0, `00000000` + address9 + `20010db8000000000000000000000007 04 01 000000000000`,
		`redirect, length 48, 2001:db8::7 to 2001:db8::9 redirected header option (4), length 8 (1): `,
		`{"target_address":"2001:db8::9","destination_address":"2001:db8::7","options":[{"type":4,"name":"redirected_header","length":8,"datagram":""}]}`,
	},
	{
		"inverse neighbor advertisement", 142, 0, `00000000 02 01 020000000001 0a 03 000000000000` + address9,
		`inverse neighbor advertisement destination link-address option (2), length 8 (1): 02:00:00:00:00:01 target address list option (10), length 24 (3): addresses=[2001:db8::9]`,
		`{"options":[{"type":2,"name":"target_link_layer_address","length":8,"address":"02:00:00:00:00:01"},{"type":10,"name":"target_address_list","length":24,"addresses":["2001:db8::9"]}]}`,
	},
	{
		"home agent discovery reply", 145, 0, `0007 0000` + address9 + address9,
		`ha discovery reply, length 40, id 0x0007, 2001:db8::9, 2001:db8::9`,
		`{"home_agent_addresses":["2001:db8::9","2001:db8::9"]}`,
	},
	{
		"mobile prefix advertisement", 147, 0, `0007 8000`,
		`mobile router advertisement, length 8, id 0x0007 M`,
		`{"managed":true,"other_configuration":false,"options":[]}`,
	},
	{
		"certification path solicitation", 148, 0, `0007 ffff 0f 01 02 01 016100 00`,
		`certification path solicitation, length 16 id=7, component=65535 trust anchor option (15), length 8 (1): name_type=2, name_type_name=fqdn, anchor=016100`,
		`{"id":7,"component":65535,"options":[{"type":15,"name":"trust_anchor","length":8,"name_type":2,"name_type_name":"fqdn","anchor":"016100"}]}`,
	},
	{
		"certification path advertisement", 149, 0, `0007 0003 0002 0000 10 01 01 00 30020000`,
		`certification path advertisement, length 20 id=7, all_components=3, component=2 certificate option (16), length 8 (1): cert_type=1, cert_type_name=x509v3, certificate=30020000`,
		`{"id":7,"all_components":3,"component":2,"options":[{"type":16,"name":"certificate","length":8,"cert_type":1,"cert_type_name":"x509v3","certificate":"30020000"}]}`,
	},
	{
		"router solicitation for proxy advertisement", 154, 0, `02 00 0007 13 01 01 0200000001`,
		`fmipv6, length 16 subtype=2, subtype_name=router_solicitation_for_proxy_advertisement, id=7 link layer address option (19), length 8 (1): option_code=1, option_code_name=new_access_point, address=02:00:00:00:01`,
		`{"subtype":2,"subtype_name":"router_solicitation_for_proxy_advertisement","id":7,"options":[{"type":19,"name":"link_layer_address","length":8,"option_code":1,"option_code_name":"new_access_point","address":"02:00:00:00:01"}]}`,
	},
	{
		"fast handover of no known kind", 154, 0, `63 00 0007`,
		`fmipv6, length 8 subtype=99, id=7`,
		`{"subtype":99,"id":7,"options":[]}`,
	},
	{
		"duplicate address request", 157, 0, `00 00 003c 0200000000000001` + address9,
		`duplicate address request, length 32 status=0, status_name=success, registration_lifetime_min=60, rovr=0200000000000001, registered_address=2001:db8::9`,
		`{"status":0,"status_name":"success","registration_lifetime_min":60,"rovr":"0200000000000001","registered_address":"2001:db8::9"}`,
	},
	{
		"extended duplicate address confirmation", 158, 1, `03 05 003c 0200000000000001` + address9,
		`duplicate address confirmation, length 32 status=3, status_name=moved, tid=5, registration_lifetime_min=60, rovr=0200000000000001, registered_address=2001:db8::9`,
		`{"status":3,"status_name":"moved","tid":5,"registration_lifetime_min":60,"rovr":"0200000000000001","registered_address":"2001:db8::9"}`,
	},
	{
		"duplicate address request, shorter than its code says", 157, 2, `00 00 003c 0200000000000001` + address9,
		`duplicate address request, length 32 [|icmp6]`,
		`{}`,
	},
}

func TestNDMessages(t *testing.T) {
	for _, tt := range ndMessageTests {
		t.Run(tt.name, func(t *testing.T) {
			e, f := ndEvent(t, tt.typ, tt.code, tt.digits)
			for verbose := 1; verbose <= 3; verbose++ {
				if got := messageText(e, f, verbose); got != tt.line {
					t.Errorf("-v %d\ngot  %s\nwant %s", verbose, got, tt.line)
				}
			}
			if got := messageObject(t, e, f); got != tt.json {
				t.Errorf("\ngot  %s\nwant %s", got, tt.json)
			}
		})
	}
}

// Cut at every byte, a message's line begins as that of the whole, and its object is one.
func TestNDCutAtEveryByte(t *testing.T) {
	for _, tt := range ndMessageTests {
		whole := frame6(t, tt.typ, tt.code, tt.digits)
		for n := 40 + 2; n < len(whole); n++ {
			e, f := event(t, icmp.LinkRaw, whole[:n], len(whole))
			got := messageText(e, f, 1)
			if !strings.HasPrefix(tt.line, strings.TrimSuffix(got, " [|icmp6]")) {
				t.Errorf("%s, %d of %d bytes\ngot   %s\nwhole %s", tt.name, n, len(whole), got, tt.line)
			}
			if b := NewJSON(Options{}).Append(nil, e, f); !json.Valid(b) {
				t.Errorf("%s, %d of %d bytes: %s", tt.name, n, len(whole), b)
			}
		}
	}
}

// ndOptionTests are options that tcpdump does not know, or cannot read: what stands behind their
// length, in a line and in an object.
var ndOptionTests = []struct{ name, digits, line, json string }{
	{"shortcut limit", `06 01 07 00 00000000`, `nbma shortcut limit option (6), length 8 (1): shortcut_limit=7`, `"shortcut_limit":7`},
	{"CGA", `0b 04 01 00 000102030405060708090a0b0c0d0e0f 20010db800000000 01 3000 00`,
		`cga option (11), length 32 (4): modifier=000102030405060708090a0b0c0d0e0f, subnet_prefix=2001:db8::, collision_count=1, public_key=3000`,
		`"modifier":"000102030405060708090a0b0c0d0e0f","subnet_prefix":"2001:db8::","collision_count":1,"public_key":"3000"`},
	{"RSA signature", `0c 03 0000 000102030405060708090a0b0c0d0e0f 01020304`,
		`rsa signature option (12), length 24 (3): key_hash=000102030405060708090a0b0c0d0e0f, signature=01020304`,
		`"key_hash":"000102030405060708090a0b0c0d0e0f","signature":"01020304"`},
	{"timestamp", `0d 02 000000000000 00006553f1008000`, `timestamp option (13), length 16 (2): timestamp_s=1700000000, fraction_65536=32768`,
		`"timestamp_s":1700000000,"fraction_65536":32768`},
	{"nonce", `0e 01 010203040506`, `nonce option (14), length 8 (1): nonce=010203040506`, `"nonce":"010203040506"`},
	{"a hash of the anchor's key", `0f 01 03 00 01020304`,
		`trust anchor option (15), length 8 (1): name_type=3, name_type_name=sha1_ski, anchor=01020304`,
		`"name_type":3,"name_type_name":"sha1_ski","anchor":"01020304"`},
	{"care-of address", `11 03 02 80 00000000` + address9,
		`ip address prefix option (17), length 24 (3): option_code=2, option_code_name=new_care_of_address, address=2001:db8::9, prefix_length=128`,
		`"option_code":2,"option_code_name":"new_care_of_address","address":"2001:db8::9","prefix_length":128`},
	{"new router prefix", `12 03 02 40 00000000` + address9,
		`new router prefix information option (18), length 24 (3): option_code=2, address=2001:db8::9, prefix_length=64`,
		`"option_code":2,"address":"2001:db8::9","prefix_length":64`},
	{"acknowledgment", `14 03 00 02 00000000` + address9,
		`neighbor advertisement acknowledgment option (20), length 24 (3): status=2, supplied_ncoa=2001:db8::9`,
		`"status":2,"supplied_ncoa":"2001:db8::9"`},
	{"provisioning domain", `15 02 a0 03 0007 0161 0162 00 0000000000`,
		`pvd id option (21), length 16 (2): pvd_id=a.b., sequence_number=7, delay=3, http=true, legacy=false, router_advertisement=true`,
		`"pvd_id":"a.b.","sequence_number":7,"delay":3,"http":true,"legacy":false,"router_advertisement":true`},
	{"mobility anchor point", `17 03 2f 80 00000e10` + address9,
		`map option (23), length 24 (3): global_address=2001:db8::9, distance=2, preference=15, regional_care_of_address=true, valid_lifetime_s=3600`,
		`"global_address":"2001:db8::9","distance":2,"preference":15,"regional_care_of_address":true,"valid_lifetime_s":3600`},
	{"flags", `1a 01 800000000001`, `ra flags extension option (26), length 8 (1): flags=800000000001`, `"flags":"800000000001"`},
	{"handover key request", `1b 01 01 10 010203 00`, `handover key request option (27), length 8 (1): algorithm_type=1, public_key=010203`,
		`"algorithm_type":1,"public_key":"010203"`},
	{"handover key", `1c 01 01 20 012c 01 00`, `handover key reply option (28), length 8 (1): algorithm_type=2, key_lifetime_s=300, encrypted_handover_key=01`,
		`"algorithm_type":2,"key_lifetime_s":300,"encrypted_handover_key":"01"`},
	{"mobile node", `1e 01 01 03 612e62 00`, `mobile node identifier option (30), length 8 (1): option_code=1, value=612e62`,
		`"option_code":1,"value":"612e62"`},
	{"registration", `21 03 00 05 07 09 003c 0200000000000001 0000000000000002`,
		`address registration option (33), length 24 (3): status=0, status_name=success, opaque=5, i=1, r=true, t=true, tid=9, registration_lifetime_min=60, rovr=02000000000000010000000000000002`,
		`"status":0,"status_name":"success","opaque":5,"i":1,"r":true,"t":true,"tid":9,"registration_lifetime_min":60,"rovr":"02000000000000010000000000000002"`},
	{"context", `22 02 40 13 0000 000a 20010db800000000`,
		`6lowpan context option (34), length 16 (2): context_prefix=2001:db8::, context_length=64, cid=3, compression=true, valid_lifetime_min=10`,
		`"context_prefix":"2001:db8::","context_length":64,"cid":3,"compression":true,"valid_lifetime_min":10`},
	{"border router", `23 03 0002 0001 000a` + address9,
		`authoritative border router option (35), length 24 (3): 6lbr_address=2001:db8::9, version=65538, valid_lifetime_min=10`,
		`"6lbr_address":"2001:db8::9","version":65538,"valid_lifetime_min":10`},
	{"capabilities, which are not taken apart", `24 01 000100000000`, `6lowpan capability indication option (36), length 8 (1): `, `"data":"000100000000"`},
	{"captive portal, cleaned", `25 02 68747470733a2f2f61 20 1b 22 5c 00`,
		`captive portal option (37), length 16 (2): uri=https://a\x20\x1b"\x5c`, `"uri":"https://a \\x1b\"\\x5c"`},
	{"PREF64", `26 02 0709 0064ff9b0000000000000000`, `pref64 option (38), length 16 (2): prefix=64:ff9b::, prefix_length=64, lifetime_s=1800`,
		`"prefix":"64:ff9b::","prefix_length":64,"lifetime_s":1800`},
	{"PREF64 that is none", `26 01 000000000000`, `pref64 option (38), length 8 (1): malformed=true`, `"malformed":true,"data":"000000000000"`},
	{"encrypted DNS", `90 05 0001 00000e10 0005 0161016200 0010` + address9 + `0003 010203 0000`,
		`encrypted dns option (144), length 40 (5): service_priority=1, lifetime_s=3600, adn=a.b., addresses=[2001:db8::9], svc_params=010203`,
		`"service_priority":1,"lifetime_s":3600,"adn":"a.b.","addresses":["2001:db8::9"],"svc_params":"010203"`},
	{"an experiment", `fd 01 010203040506`, `rfc3692 experiment 1 option (253), length 8 (1): `, `"data":"010203040506"`},
	{"route, reserved preference", `18 01 00 10 00000000`, `route info option (24), length 8 (1):  ::/0, pref=rsv, lifetime=0s`,
		`"prefix":"::","prefix_length":0,"preference":"reserved","route_lifetime_s":0`},
	{"nobody knows", `c8 01 010203040506`, `unknown option (200), length 8 (1): `, `"data":"010203040506"`},
	{"prefix, too short", `03 01 40 c0 00000000`, `prefix info option (3), length 8 (1): badlen`, `"malformed":true,"data":"40c000000000"`},
	{"route, too long", `18 04 00 00 00000000 000000000000000000000000000000000000000000000000`, `route info option (24), length 32 (4): badlen`,
		`"malformed":true,"data":"000000000000000000000000000000000000000000000000000000000000"`},
	{"domains, cleaned", `1f 02 0000 00000e10 05 61202e227c 00 00`, `dnssl option (31), length 16 (2):  lifetime 3600s, domain(s): a\x20\x2e\x22|.`,
		`"lifetime_s":3600,"domains":["a\\x20\\x2e\\x22|."]`},
	{"domains, with a pointer", `1f 02 0000 00000e10 0161 00 c000 000000`, `dnssl option (31), length 16 (2):  lifetime 3600s, domain(s): a. <bad name>`,
		`"lifetime_s":3600,"domains":["a."],"malformed":true,"data":"000000000e10016100c000000000"`},
}

// Options are shown one by one, and what follows one that is unknown or malformed is not lost.
func TestNDOptions(t *testing.T) {
	const after = ` mtu option (5), length 8 (1):  1500`
	for _, tt := range ndOptionTests {
		t.Run(tt.name, func(t *testing.T) {
			e, f := ndEvent(t, icmp.Type6RouterSolicit, 0, `00000000`+tt.digits+`05 01 0000 000005dc`)
			got := messageText(e, f, 1)
			if want := " " + strings.TrimSuffix(tt.line, " ") + after; !strings.HasSuffix(got, want) {
				t.Errorf("\ngot  %s\nwant %s", got, want)
			}
			got = messageObject(t, e, f)
			if want := tt.json + `},{"type":5,"name":"mtu","length":8,"mtu":1500}]}`; !strings.HasSuffix(got, want) {
				t.Errorf("\ngot  %s\nwant %s", got, want)
			}
		})
	}
}

// A line stays a line however many options and elements there are; an object has all.
func TestNDBounded(t *testing.T) {
	for _, tt := range []struct {
		name     string
		typ      uint8
		digits   string
		elements string // of which the line has maxListed
		all      int
	}{
		{"options", 133, "00000000" + strings.Repeat(`05 01 0000 000005dc`, 8000), "mtu option", 8000},
		{"DNS servers", 133, "00000000 19 c9 0000 00000e10" + strings.Repeat(address9, 100), "addr: 2001:db8::9", 100},
		{"addresses", 141, "00000000 09 c9 0000 00000000" + strings.Repeat(address9, 100), "2001:db8::9", 100},
		{"domains", 133, "00000000 1f 26 0000 00000e10" + strings.Repeat(`016100`, 98) + "0000", " a.", 98},
		{"home agents", 145, "00070000" + strings.Repeat(address9, 4000), "2001:db8::9", 4000},
		{"link-layer address", 133, "00000000 01 20" + strings.Repeat("aa", 254), "aa", 254},
		{"nonce", 133, "00000000 0e 20" + strings.Repeat("aa", 254), "aa", 254},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e, f := ndEvent(t, tt.typ, 0, tt.digits)
			text := messageText(e, f, 1)
			if n := strings.Count(text, tt.elements); n != maxListed || !strings.Contains(text, " ...") || len(text) > 8192 {
				t.Errorf("%d in a line of %d bytes: %s", n, len(text), text)
			}
			element := strings.TrimPrefix(strings.ReplaceAll(tt.elements, "mtu option", `"name":"mtu"`), "addr: ")
			if n := strings.Count(messageObject(t, e, f), strings.TrimSpace(element)); n != tt.all {
				t.Errorf("%d of %d in the object", n, tt.all)
			}
		})
	}
}

// Nothing is allocated, whatever the options.
func TestNDAllocs(t *testing.T) {
	e, f := ndEvent(t, icmp.Type6RouterAdvert, 0, allNDOptions())
	dst := make([]byte, 0, 16384)
	for name, a := range map[string]Appender{"line": NewLines(Options{Verbose: 1}), "JSON": NewJSON(Options{})} {
		if n := testing.AllocsPerRun(100, func() { dst = a.Append(dst[:0], e, f) }); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}
