package filter

import (
	"strings"

	"icmpdump/capture/icmp"
)

const (
	etherARP  = 0x0806
	etherRARP = 0x8035
)

// protocols are those that a transport header can be of, by the name that it has in an index and as a
// primitive.
var protocols = map[string]uint32{
	"icmp": 1, "igmp": 2, "tcp": 6, "igrp": 9, "udp": 17, "esp": 50, "ah": 51, "icmp6": 58,
	"pim": 103, "vrrp": 112, "carp": 112, "sctp": 132,
}

// only4 are the primitives that are of IPv4 alone, as in libpcap; icmp6 is of IPv6 alone.
var only4 = map[string]bool{"icmp": true, "igmp": true, "igrp": true, "vrrp": true, "carp": true}

// protocolNames are those of proto: IANA's keywords, as getprotobyname(3) knows them.
var protocolNames = map[string]uint32{
	"hopopt": 0, "ip-hopopts": 0, "ipv4": 4, "ipip": 4, "egp": 8, "igp": 9, "dccp": 33, "ipv6": 41, "ipv6-route": 43,
	"ipv6-frag": 44, "rsvp": 46, "gre": 47, "ipv6-icmp": 58, "ipv6-nonxt": 59, "ipv6-opts": 60,
	"eigrp": 88, "ospf": 89, "l2tp": 115, "mobility-header": 135, "udplite": 136, "hip": 139, "shim6": 140,
}

// etherTypes are those that have names.
var etherTypes = map[string]etherType{
	"ip": etherIPv4, "ip6": etherIPv6, "arp": etherARP, "rarp": etherRARP, "aarp": 0x80f3, "atalk": 0x809b,
	"decnet": 0x6003, "lat": 0x6004, "sca": 0x6007, "moprc": 0x6002, "mopdl": 0x6001, "loopback": 0x9000,
}

// etherPrimitives are those that are primitives too.
var etherPrimitives = []string{"ip", "ip6", "arp", "rarp", "aarp", "decnet", "lat", "sca", "moprc", "mopdl"}

// refused is what libpcap has and this language does not, and what to use instead.
var refused = map[string]string{
	"port":       "an ICMP message has no ports: use id and seq, or quoted host for the datagram in an error",
	"portrange":  "an ICMP message has no ports: use id and seq with < and >",
	"gateway":    "use ether host ADDRESS and not host ADDRESS",
	"protochain": "use proto, which looks at all headers of the chain",
	"ifindex":    "use ifname",
	"mpls":       "what MPLS carries is not decoded",
	"pppoed":     "what PPPoE carries is not decoded",
	"pppoes":     "what PPPoE carries is not decoded",
	"geneve":     "what tunnels carry is not decoded: use quoted host for the datagram in an error",
	"llc":        "use ip or ip6, which know IP behind logical link control",
	"fddi":       "this link type is not decoded: use ether",
	"tr":         "this link type is not decoded: use ether",
	"wlan":       "this link type is not decoded: use ether",
	"ppp":        "use link for the link header",
	"slip":       "use link for the link header",
	"radio":      "this link type is not decoded",
	"type-wlan":  "this link type is not decoded",
	"subtype":    "this link type is not decoded",
	"iso":        "only what is behind IP or an EtherType is known",
	"clnp":       "only what is behind IP or an EtherType is known",
	"esis":       "only what is behind IP or an EtherType is known",
	"isis":       "only what is behind IP or an EtherType is known",
	"stp":        "only what is behind IP or an EtherType is known",
	"netbeui":    "only what is behind IP or an EtherType is known",
	"ipx":        "only what is behind IP or an EtherType is known",
	"atalk":      "use ether proto 0x809b",
	"rset":       "pf's log is not decoded",
	"ruleset":    "pf's log is not decoded",
	"rulenum":    "pf's log is not decoded",
	"rnr":        "pf's log is not decoded",
	"srnr":       "pf's log is not decoded",
	"subrulenum": "pf's log is not decoded",
	"reason":     "pf's log is not decoded",
	"action":     "pf's log is not decoded",
	"tcpflags":   "only ICMP messages are decoded: use 13",
	"lane":       "ATM is not decoded",
	"vpi":        "ATM is not decoded",
	"vci":        "ATM is not decoded",
}

// constants are the names of offsets and types in arithmetic, as tcpdump has them.
var constants = func() map[string]uint32 {
	m := map[string]uint32{"icmptype": 0, "icmpcode": 1, "icmp6type": 0, "icmp6code": 1}
	for name, typ := range dumpNames4 {
		m["icmp-"+name] = uint32(typ)
	}
	for name, typ := range dumpNames6 {
		m["icmp6-"+name] = uint32(typ)
	}
	return m
}()

// dumpNames4 and dumpNames6 are the types' names in pcap-filter(7), without icmp- and icmp6-.
var dumpNames4 = map[string]uint8{
	"echoreply": 0, "unreach": 3, "sourcequench": 4, "redirect": 5, "echo": 8, "routeradvert": 9,
	"routersolicit": 10, "timxceed": 11, "paramprob": 12, "tstamp": 13, "tstampreply": 14, "ireq": 15,
	"ireqreply": 16, "maskreq": 17, "maskreply": 18,
}

var dumpNames6 = map[string]uint8{
	"destinationunreach": 1, "packettoobig": 2, "timeexceeded": 3, "parameterproblem": 4, "echo": 128,
	"echoreply": 129, "multicastlistenerquery": 130, "multicastlistenerreportv1": 131,
	"multicastlistenerdone": 132, "routersolicit": 133, "routeradvert": 134, "neighborsolicit": 135,
	"neighboradvert": 136, "redirect": 137, "routerrenum": 138, "nodeinformationquery": 139,
	"nodeinformationresponse": 140, "ineighbordiscoverysolicit": 141, "ineighbordiscoveryadvert": 142,
	"multicastlistenerreportv2": 143, "homeagentdiscoveryrequest": 144, "homeagentdiscoveryreply": 145,
	"mobileprefixsolicit": 146, "mobileprefixadvert": 147, "certpathsolicit": 148, "certpathadvert": 149,
	"multicastrouteradvert": 151, "multicastroutersolicit": 152, "multicastrouterterm": 153,
}

// A family pair is the types of ICMP and ICMPv6 that a name means, in order.
type familyPair struct{ of4, of6 []uint8 }

// typeNames are the names of types, see plain: those of pcap-filter(7), of our JSON, and of IANA's
// registries.
var typeNames = func() map[string]*familyPair {
	m := map[string]*familyPair{}
	add := func(name string, version, typ uint8) {
		name = plain(name)
		if name == "" || strings.HasPrefix(name, "reserved") {
			return
		}
		p := m[name]
		if p == nil {
			p = new(familyPair)
			m[name] = p
		}
		types := &p.of4
		if version == 6 {
			types = &p.of6
		}
		if n := len(*types); n == 0 || (*types)[n-1] != typ {
			*types = append(*types, typ)
		}
	}
	for typ := range 256 {
		for _, version := range []uint8{4, 6} {
			t := uint8(typ)
			p := icmp.Packet{Version: version, Type: t}
			ours, _ := p.TypeName()
			registered, _ := p.IANAName()
			names := []string{ours, registered}
			dump := dumpNames4
			if version == 6 {
				dump = dumpNames6
			}
			for name, of := range dump {
				if of == t {
					names = append(names, name)
				}
			}
			for _, name := range names {
				add(name, version, t)
			}
		}
	}
	return m
}()

// plain is a name in small letters, with nothing but letters and digits.
func plain(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			return r
		}
		return -1
	}, name)
}

// words are those that mean something to the parser, and so are no names of hosts.
var words = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields("and or not src dst host net mask proto ether link multicast broadcast vlan less " +
		"greater len inbound outbound ifname on id seq type ttl quoted") {
		m[w] = true
	}
	for w := range protocols {
		m[w] = true
	}
	for _, w := range etherPrimitives {
		m[w] = true
	}
	for w := range refused {
		m[w] = true
	}
	return m
}()
