package pcapfile

import (
	"fmt"

	"icmpdump/capture/icmp"
)

// links are the link types that can be decoded, by their number in a file
// (https://www.tcpdump.org/linktypes.html).
var links = map[uint32]icmp.Link{
	0:   icmp.LinkNull,
	1:   icmp.LinkEthernet,
	9:   icmp.LinkPPP,
	12:  icmp.LinkRaw, // DLT_RAW of most systems, which some write instead of LINKTYPE_RAW
	14:  icmp.LinkRaw, // DLT_RAW of OpenBSD
	50:  icmp.LinkPPP, // LINKTYPE_PPP_HDLC, RFC 1662 framing, or Cisco's
	101: icmp.LinkRaw,
	104: icmp.LinkPPP, // LINKTYPE_C_HDLC
	108: icmp.LinkLoop,
	113: icmp.LinkSLL,
	228: icmp.LinkRaw, // LINKTYPE_IPV4
	229: icmp.LinkRaw, // LINKTYPE_IPV6
	276: icmp.LinkSLL2,
}

// otherLinks are names of link types that can't be decoded and that one may come across.
var otherLinks = map[uint32]string{
	6: "IEEE802_5", 8: "SLIP", 10: "FDDI", 51: "PPP_ETHER", 100: "ATM_RFC1483", 105: "IEEE802_11",
	107: "FRELAY", 109: "ENC", 117: "PFLOG", 119: "IEEE802_11_PRISM", 122: "IP_OVER_FC",
	127: "IEEE802_11_RADIOTAP", 143: "DOCSIS", 147: "USER0", 163: "IEEE802_11_AVS", 166: "PPP_PPPD",
	187: "BLUETOOTH_HCI_H4", 189: "USB_LINUX", 192: "PPI", 195: "IEEE802_15_4_WITHFCS",
	201: "BLUETOOTH_HCI_H4_WITH_PHDR", 204: "PPP_WITH_DIR", 220: "USB_LINUX_MMAPPED",
	227: "CAN_SOCKETCAN", 239: "NFLOG", 249: "USBPCAP", 252: "WIRESHARK_UPPER_PDU", 253: "NETLINK",
	258: "PKTAP",
}

// linkName is a link type's number, with its name if it is one of these.
func linkName(network uint32) string {
	if name := otherLinks[network]; name != "" {
		return fmt.Sprintf("link type %d (%s)", network, name)
	}
	return fmt.Sprintf("link type %d", network)
}

func unsupportedLink(network uint32) error {
	return fmt.Errorf("%s is not supported", linkName(network))
}
