package icmp

import (
	"strings"
	"testing"

	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"
)

// registry4 is IANA's "ICMP Type Numbers" and its code fields: of each type number and name, and
// indented below it number and name of its codes.
const registry4 = `
0 Echo Reply
3 Destination Unreachable
  0 Net Unreachable
  1 Host Unreachable
  2 Protocol Unreachable
  3 Port Unreachable
  4 Fragmentation Needed and Don't Fragment was Set
  5 Source Route Failed
  6 Destination Network Unknown
  7 Destination Host Unknown
  8 Source Host Isolated
  9 Communication with Destination Network is Administratively Prohibited
  10 Communication with Destination Host is Administratively Prohibited
  11 Destination Network Unreachable for Type of Service
  12 Destination Host Unreachable for Type of Service
  13 Communication Administratively Prohibited
  14 Host Precedence Violation
  15 Precedence cutoff in effect
4 Source Quench (Deprecated)
5 Redirect
  0 Redirect Datagram for the Network (or subnet)
  1 Redirect Datagram for the Host
  2 Redirect Datagram for the Type of Service and Network
  3 Redirect Datagram for the Type of Service and Host
6 Alternate Host Address (Deprecated)
  0 Alternate Address for Host
8 Echo
9 Router Advertisement
  0 Normal router advertisement
  16 Does not route common traffic
10 Router Solicitation
11 Time Exceeded
  0 Time to Live exceeded in Transit
  1 Fragment Reassembly Time Exceeded
12 Parameter Problem
  0 Pointer indicates the error
  1 Missing a Required Option
  2 Bad Length
13 Timestamp
14 Timestamp Reply
15 Information Request (Deprecated)
16 Information Reply (Deprecated)
17 Address Mask Request (Deprecated)
18 Address Mask Reply (Deprecated)
19 Reserved (for Security)
20 Reserved (for Robustness Experiment)
21 Reserved (for Robustness Experiment)
22 Reserved (for Robustness Experiment)
23 Reserved (for Robustness Experiment)
24 Reserved (for Robustness Experiment)
25 Reserved (for Robustness Experiment)
26 Reserved (for Robustness Experiment)
27 Reserved (for Robustness Experiment)
28 Reserved (for Robustness Experiment)
29 Reserved (for Robustness Experiment)
30 Traceroute (Deprecated)
31 Datagram Conversion Error (Deprecated)
32 Mobile Host Redirect (Deprecated)
33 IPv6 Where-Are-You (Deprecated)
34 IPv6 I-Am-Here (Deprecated)
35 Mobile Registration Request (Deprecated)
36 Mobile Registration Reply (Deprecated)
37 Domain Name Request (Deprecated)
38 Domain Name Reply (Deprecated)
39 SKIP (Deprecated)
40 Photuris
  0 Bad SPI
  1 Authentication Failed
  2 Decompression Failed
  3 Decryption Failed
  4 Need Authentication
  5 Need Authorization
41 ICMP messages utilized by experimental mobility protocols such as Seamoby
42 Extended Echo Request
  0 No Error
43 Extended Echo Reply
  0 No Error
  1 Malformed Query
  2 No Such Interface
  3 No Such Table Entry
  4 Multiple Interfaces Satisfy Query
253 RFC3692-style Experiment 1
254 RFC3692-style Experiment 2
255 Reserved
`

// registry6 is "ICMPv6 'type' Numbers" and its code fields.
const registry6 = `
0 Reserved
1 Destination Unreachable
  0 no route to destination
  1 communication with destination administratively prohibited
  2 beyond scope of source address
  3 address unreachable
  4 port unreachable
  5 source address failed ingress/egress policy
  6 reject route to destination
  7 Error in Source Routing Header
  8 Headers too long
  9 Error in P-Route
2 Packet Too Big
3 Time Exceeded
  0 hop limit exceeded in transit
  1 fragment reassembly time exceeded
4 Parameter Problem
  0 erroneous header field encountered
  1 unrecognized Next Header type encountered
  2 unrecognized IPv6 option encountered
  3 IPv6 First Fragment has incomplete IPv6 Header Chain
  4 SR Upper-layer Header Error
  5 Unrecognized Next Header type encountered by intermediate node
  6 Extension header too big
  7 Extension header chain too long
  8 Too many extension headers
  9 Too many options in extension header
  10 Option too big
100 Private experimentation
101 Private experimentation
127 Reserved for expansion of ICMPv6 error messages
128 Echo Request
129 Echo Reply
130 Multicast Listener Query
131 Multicast Listener Report
132 Multicast Listener Done
133 Router Solicitation
134 Router Advertisement
135 Neighbor Solicitation
136 Neighbor Advertisement
137 Redirect Message
138 Router Renumbering
  0 Router Renumbering Command
  1 Router Renumbering Result
  255 Sequence Number Reset
139 ICMP Node Information Query
  0 The Data field contains an IPv6 address which is the Subject of this Query.
  1 The Data field contains a name which is the Subject of this Query, or is empty, as in the case of a NOOP.
  2 The Data field contains an IPv4 address which is the Subject of this Query.
140 ICMP Node Information Response
  0 A successful reply. The Reply Data field may or may not be empty.
  1 The Responder refuses to supply the answer. The Reply Data field will be empty.
  2 The Qtype of the Query is unknown to the Responder. The Reply Data field will be empty.
141 Inverse Neighbor Discovery Solicitation Message
142 Inverse Neighbor Discovery Advertisement Message
143 Version 2 Multicast Listener Report
144 Home Agent Address Discovery Request Message
145 Home Agent Address Discovery Reply Message
146 Mobile Prefix Solicitation
147 Mobile Prefix Advertisement
148 Certification Path Solicitation Message
149 Certification Path Advertisement Message
150 ICMP messages utilized by experimental mobility protocols such as Seamoby
151 Multicast Router Advertisement
152 Multicast Router Solicitation
153 Multicast Router Termination
154 FMIPv6 Messages
155 RPL Control Message
156 ILNPv6 Locator Update Message
157 Duplicate Address Request
  0 DAR message
  1 EDAR message with 64-bit ROVR field
  2 EDAR message with 128-bit ROVR field
  3 EDAR message with 192-bit ROVR field
  4 EDAR message with 256-bit ROVR field
158 Duplicate Address Confirmation
  0 DAC message
  1 EDAC message with 64-bit ROVR field
  2 EDAC message with 128-bit ROVR field
  3 EDAC message with 192-bit ROVR field
  4 EDAC message with 256-bit ROVR field
159 MPL Control Message
160 Extended Echo Request
  0 No Error
161 Extended Echo Reply
  0 No Error
  1 Malformed Query
  2 No Such Interface
  3 No Such Table Entry
  4 Multiple Interfaces Satisfy Query
200 Private experimentation
201 Private experimentation
255 Reserved for expansion of ICMPv6 informational messages
`

// A registered type has its name, and those of its codes by number.
type registered struct {
	name  string
	codes map[int]string
}

// readRegistry reads a registry's rows.
func readRegistry(t *testing.T, rows string) map[int]registered {
	t.Helper()
	types := map[int]registered{}
	var typ int
	for row := range strings.Lines(strings.TrimSpace(rows)) {
		number, name, _ := strings.Cut(strings.TrimSpace(row), " ")
		name = strings.TrimSuffix(name, " (Deprecated)")
		n := 0
		for _, digit := range number {
			n = 10*n + int(digit-'0')
		}
		if row[0] == ' ' {
			types[typ].codes[n] = name
		} else {
			typ = n
			types[typ] = registered{name, map[int]string{}}
		}
	}
	return types
}

// Every type and code has the name that the registry has for it, and no other has one.
func TestIANANames(t *testing.T) {
	for version, rows := range map[uint8]string{4: registry4, 6: registry6} {
		registry := readRegistry(t, rows)
		for typ := range 256 {
			for code := range 256 {
				p := Packet{Version: version, Type: uint8(typ), Code: uint8(code)}
				gotType, gotCode := p.IANAName()
				want := registry[typ]
				if gotType != want.name || gotCode != want.codes[code] {
					t.Errorf("ICMPv%d %d(%d): got %q, %q, want %q, %q",
						version, typ, code, gotType, gotCode, want.name, want.codes[code])
				}
			}
		}
	}
}

// x/net has the registry's names in lower case.
func TestIANANamesAreXNets(t *testing.T) {
	for typ := range 256 {
		for version, want := range map[uint8]string{4: ipv4.ICMPType(typ).String(), 6: ipv6.ICMPType(typ).String()} {
			if want == "<nil>" { // not in its table: unassigned, reserved, deprecated, experiments
				continue
			}
			p := Packet{Version: version, Type: uint8(typ)}
			if got, _ := p.IANAName(); strings.ToLower(got) != want {
				t.Errorf("ICMPv%d %d: got %q, want %q", version, typ, got, want)
			}
		}
	}
}
