package filter_test

// expressions are of every primitive, qualifier and operator, as tcpdump takes them, too.
var expressions = []string{
	// protocols
	"icmp", "icmp6", "ip", "ip6", "icmp or icmp6", "ip or ip6", "not icmp", "not ip6", "tcp", "udp", "arp",
	`ip proto \icmp`, "ip proto 1", "ip proto 58", `ip proto \udp`, "ip proto 132", "ip proto 51", "ip proto 0x32",
	"ip6 proto 58", "ip6 proto ipv6-icmp", `ip6 proto \tcp`, "ip6 proto 0", "ip6 proto 43", "ip6 proto 44", "ip6 proto 51",
	"ip6 proto 60", "ip6 proto 135", "ip6 proto 59", "proto 1", "proto 58", `proto \icmp`, "proto 17", "proto 51",
	`ether proto \ip`, `ether proto \ip6`, "ether proto 0x0800", "ether proto 0x86dd", `ether proto \arp`, "ether proto 0x88b5",
	"ether proto 0x8847", "ip multicast", "ip6 multicast", "igmp", "ah", "esp", "pim", "vrrp", "sctp",

	// hosts
	"host 10.0.0.1", "src host 10.0.0.1", "dst host 10.0.0.1", "src 10.0.0.1", "dst 10.0.0.2", "ip host 10.0.0.1",
	"ip src 10.0.0.1", "ip dst host 10.0.0.2", "src or dst host 10.0.0.5", "src and dst host 10.0.0.5", "src and dst 10.0.0.1",
	"dst or src 10.0.0.2", "host 198.51.100.7 and icmp", "icmp and host 10.0.0.9", "host 224.0.0.1", "host 0.0.0.0", "host 255.255.255.255",
	"host fd00::1", "src host fd00::1", "dst host fd00::2", "ip6 host fd00::1", "ip6 src fd00::2", "dst 2001:db8:ff::9",
	"host fe80::1", "host ff02::1", "src and dst host fd00::1", "host 10.0.0.1 or host fd00::1", "icmp6 and host fd00::2",
	"ip6 and src host 2001:db8::1", "host 10.9.3.4 and host 198.51.100.7", "not host 10.0.0.1", "not src host fd00::1",
	"arp host 10.0.0.1", "arp src 10.9.0.1",

	// networks
	"net 10", "net 10.0", "net 10.0.0", "net 10.0.0.0/8", "net 10.0.0.0/24", "net 10.0.0.0/30", "net 10.9/16", "net 10.9.0.0/16",
	"net 10.0.0.0 mask 255.255.255.0", "net 10.0.0.1", "src net 10.0.0.0/29", "dst net 198.51.100", "net 0.0.0.0/0",
	"net 192.168.1.200/32", "ip net 10", "src net 10.9 and dst net 10", "src and dst net 10", "src or dst net 192.168",
	"net fd00::/8", "not host ::ffff:10.0.0.1", "net fd00::/64", "net 2001:db8::/32", "src net 2001:db8::/48", "dst net 2001:db8:ff::/48", "net fd00::/127",
	"net fe80::/10", "net ::/0", "net fd00::1/128", "dst net ff02::/16", "ip6 net fd00::/16", "net fd00::2", "not net 10.9.0.0/16",
	"host 10.0.0.1 and not net 10.9.0.0/16", "net 224.0.0.0/4", "net 2001:db8:ff::/49", "net 128.0.0.0/1",

	// Ethernet
	"ether host 02:00:00:00:00:01", "ether src 02:00:00:00:00:07", "ether dst 02:00:00:00:00:01", "ether host 2:0:0:0:0:9",
	"ether dst ff:ff:ff:ff:ff:ff", "ether broadcast", "ether multicast", "broadcast", "multicast", "not multicast",
	"ether dst 33:33:00:00:00:01", "ether src or dst 02:00:00:00:00:10", "ether src and dst 02:00:00:00:00:01",
	"ether multicast and icmp6", "ether dst 33-33-ff-00-00-02", "ether src host 0200.0000.0020", "not ether broadcast",

	// directions
	"inbound", "outbound", "not outbound", "icmp and outbound", "inbound and host 10.0.0.1 or outbound",

	// lengths
	"less 60", "less 74", "greater 60", "greater 100", "len > 100", "len = 60", "len <= 42", "len != 60", "less 128 and icmp",
	"greater 500 and icmp", "len - 14 > 84", "icmp and len & 1 = 1",

	// bytes
	"ip[0] = 0x45", "ip[0] & 0xf > 5", "ip[8] < 5", "ip[8] = 64", "ip[9] = 1", "ip[6:2] & 0x1fff != 0", "ip[6:2] & 0x2000 != 0",
	"ip[6] & 0x40 != 0", "ip[2:2] > 60", "ip[2:2] - 20 < 40", "ip[12:4] = 0x0a000001", "ip[16:4] & 0xff000000 = 0xe0000000",
	"ip[4:2] = 4711", "ip[1] & 0xfc = 0xb8", "ip6[6] = 58", "ip6[6] = 0", "ip6[7] = 255", "ip6[7] < 2", "ip6[4:2] > 40",
	"ip6[0:4] & 0xfffff = 0xabcde", "ip6[8:4] = 0xfd000000", "ip6[24] = 0xff", "ip[20] = 8", "ip6[40] = 128",
	"icmp[icmptype] == icmp-echo", "icmp[icmptype] = icmp-echoreply", "icmp[icmptype] != icmp-echo", "icmp[icmptype] == icmp-unreach",
	"icmp[icmptype] = icmp-timxceed", "icmp[icmptype] = icmp-redirect", "icmp[icmptype] = icmp-paramprob", "icmp[icmptype] = icmp-tstamp",
	"icmp[icmptype] = icmp-tstampreply", "icmp[icmptype] = icmp-ireq", "icmp[icmptype] = icmp-ireqreply", "icmp[icmptype] = icmp-maskreq",
	"icmp[icmptype] = icmp-maskreply", "icmp[icmptype] = icmp-routeradvert", "icmp[icmptype] = icmp-routersolicit",
	"icmp[icmptype] = icmp-sourcequench", "icmp[icmpcode] = 3", "icmp[icmpcode] != 0", "icmp[0] = 8 or icmp[0] = 0",
	"icmp[0] & 0xf7 = 0", "icmp[4:2] = 77", "icmp[6:2] > 1", "icmp[0:2] = 0x0303", "icmp[8:4] = 0x45000030", "icmp[17] = 17",
	"icmp[28:2] = 40112", "icmp[2:2] != 0", "icmp[100] = 0", "not icmp[icmptype] = 8", "not icmp6[icmp6type] = 128",
	"icmp6[icmp6type] == icmp6-echo", "icmp6[icmp6type] = icmp6-echoreply", "icmp6[icmp6type] != icmp6-echo",
	"icmp6[icmp6type] = icmp6-destinationunreach", "icmp6[icmp6type] = icmp6-packettoobig", "icmp6[icmp6type] = icmp6-timeexceeded",
	"icmp6[icmp6type] = icmp6-parameterproblem", "icmp6[icmp6type] = icmp6-multicastlistenerquery",
	"icmp6[icmp6type] = icmp6-multicastlistenerreportv1", "icmp6[icmp6type] = icmp6-multicastlistenerdone",
	"icmp6[icmp6type] = icmp6-routersolicit", "icmp6[icmp6type] = icmp6-routeradvert", "icmp6[icmp6type] = icmp6-neighborsolicit",
	"icmp6[icmp6type] = icmp6-neighboradvert", "icmp6[icmp6type] = icmp6-redirect", "icmp6[icmp6type] = icmp6-routerrenum",
	"icmp6[icmp6type] = icmp6-nodeinformationquery", "icmp6[icmp6type] = icmp6-nodeinformationresponse",
	"icmp6[icmp6type] = icmp6-multicastlistenerreportv2", "icmp6[icmp6type] = icmp6-multicastrouteradvert",
	"icmp6[icmp6code] = 4", "icmp6[0] >= 133 and icmp6[0] <= 137", "icmp6[4:2] = 77",
	"ether[0] & 1 = 1", "ether[12:2] = 0x0800", "ether[12:2] <= 1500", "ether[6:4] = 0x02000000", "link[0] = 2", "ether[14] >> 4 = 4",
	"udp[2:2] = 53", "tcp[13] & 2 != 0", "arp[6:2] = 1",

	// arithmetic
	"ip[0] + 1 = 0x46", "ip[8] * 2 = 128", "ip[8] / 3 = 21", "ip[8] % 10 = 4", "ip[8] ^ 0xff = 0xbf", "ip[8] | 1 = 65", "ip[8] << 2 = 256",
	"ip[8] >> 1 = 32", "ip[0] - 0x46 > 0", "-ip[8] = 0xffffffc0", "(ip[8] + ip[9]) * 2 = 130", "ip[8] + ip[9] * 2 = 66",
	"1 + 1 = 2", "1 = 2", "ip[ip[0] & 0xf] = 0", "ip[8 + 1] = 1", "icmp[icmptype] + icmp[icmpcode] = 6", "ip[2:2] > ip[8]", "64 = ip[8]",
	"ip[2:2] = len - 14", "ip6[4:2] + 54 = len", "icmp[4 + 2 : 2] = 1", "ip[8] & 0x40 | 1 = 65", "ip[8] | 1 & 2 = 64",
	"ip[(ip[0] & 0xf) << 2] = 8",
	"0x10 < ip[8] and ip[8] <= 0x40", "ip[8] > icmp-echo", "ip[8] = 0100",

	// and, or, not, and what they do to each other
	"icmp and ip", "icmp && ip", "icmp || icmp6", "! icmp", "!icmp", "not not icmp", "not (icmp or icmp6)", "not icmp and not icmp6",
	"not icmp and ip", "ip and not icmp", "icmp or icmp6 and host fd00::1", "icmp and host 10.0.0.1 or icmp6", "icmp6 or icmp and host 10.0.0.1",
	"(icmp or icmp6) and (host 10.0.0.1 or host fd00::1)", "icmp and (host 10.0.0.1 or 10.0.0.9)", "host 10.0.0.1 or 10.0.0.9",
	"host 10.0.0.1 or 10.0.0.9 or 10.0.0.5", "src host 10.0.0.1 or 10.0.0.9", "host 10.0.0.1 and 10.0.0.2", "net 10.9 or 192.168",
	"dst net 192.168 or 198.51.100.0/24", "host 10.0.0.1 and not 10.0.0.2", "host (10.0.0.1 or 10.0.0.5)", "src (10.0.0.1 or 10.0.0.9) and icmp",
	"not host 10.0.0.1 and 10.0.0.2", "host 10.0.0.1 or not 10.0.0.2 and icmp", "ip host 10.0.0.1 or 10.0.0.5",
	"icmp and not (host 10.0.0.1 or host 10.0.0.9)", "((icmp))", "(((host 10.0.0.1)))", "not (not host 10.0.0.1)",
	"icmp and icmp6", "icmp or not icmp", "ip and ip6", "icmp and host 10.0.0.1 and net 10.0.0.0/24 and greater 60 and not multicast",
	"icmp[icmptype] = icmp-echo or icmp6[icmp6type] = icmp6-echo", "host 10.0.0.1 or fd00::1", "ip proto 1 or 58", "ether src 02:00:00:00:00:01 or 02:00:00:00:00:02",
	"(src host 10.0.0.1 and dst host 10.0.0.2) or (src host 10.0.0.2 and dst host 10.0.0.1)", "not src net 10 or dst net 10.9",
	"icmp and not icmp[icmptype] = icmp-echo and not icmp[icmptype] = icmp-echoreply", "less 100 or greater 500",
	"icmp and (ip[8] = 1 or ip[8] = 255)", "! (host 10.0.0.1 || net 10.9) && icmp",
}

// ownExpressions are of primitives that tcpdump has not.
var ownExpressions = []string{
	"id 77", "id = 77", "id > 100", "seq 1", "seq >= 2", "ttl < 5", "ttl 64", "ttl = 255", "type echo", "type echo-reply",
	"quoted host 10.0.0.1", "quoted src host 10.0.0.1", "quoted net 10", "quoted dst 192.0.2.9", "quoted host fd00::1",
	"quoted host 192.0.2.9 or quoted host 2001:db8:ff::9", "not quoted net 10.0.0.0/8", "type unreach and not quoted host 10.0.0.5",
	"type neighbor-solicitation", "type icmp6-echo", "type 200", "id 77 and vlan 10", "seq 1 or ttl < 5", "not type echo",
	"ifname va and icmp", "icmp and not ifname vb", "not ifname va or icmp6",
}
