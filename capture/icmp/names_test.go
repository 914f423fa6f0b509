package icmp

import (
	"fmt"
	"testing"

	"github.com/gopacket/gopacket/layers"
	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"
)

// Every name is gopacket's, for every type and code.
func TestNamesAreGopackets(t *testing.T) {
	for typ := range 256 {
		for code := range 256 {
			t4, c4 := uint8(typ), uint8(code)
			got := typeCode(&Packet{Version: 4, Type: t4, Code: c4})
			if want := layers.CreateICMPv4TypeCode(t4, c4).String(); got != want {
				t.Errorf("ICMP type %d code %d: got %s, want %s", typ, code, got, want)
			}
			got = typeCode(&Packet{Version: 6, Type: t4, Code: c4})
			if want := layers.CreateICMPv6TypeCode(t4, c4).String(); got != want {
				t.Errorf("ICMPv6 type %d code %d: got %s, want %s", typ, code, got, want)
			}
		}
	}
}

// typeCode puts the names together as gopacket does.
func typeCode(p *Packet) string {
	name, code := p.TypeName()
	switch {
	case name == "":
		return fmt.Sprintf("%d(%d)", p.Type, p.Code)
	case code != "":
		return fmt.Sprintf("%s(%s)", name, code)
	case p.Code == 0:
		return name
	}
	return fmt.Sprintf("%s(Code: %d)", name, p.Code)
}

// The numbers are those of x/net.
func TestTypeNumbers(t *testing.T) {
	for _, tt := range []struct{ got, want int }{
		{TypeEchoReply, int(ipv4.ICMPTypeEchoReply)},
		{TypeUnreachable, int(ipv4.ICMPTypeDestinationUnreachable)},
		{TypeRedirect, int(ipv4.ICMPTypeRedirect)},
		{TypeEcho, int(ipv4.ICMPTypeEcho)},
		{TypeRouterAdvert, int(ipv4.ICMPTypeRouterAdvertisement)},
		{TypeRouterSolicit, int(ipv4.ICMPTypeRouterSolicitation)},
		{TypeTimeExceeded, int(ipv4.ICMPTypeTimeExceeded)},
		{TypeParamProblem, int(ipv4.ICMPTypeParameterProblem)},
		{TypeTimestamp, int(ipv4.ICMPTypeTimestamp)},
		{TypeTimestampReply, int(ipv4.ICMPTypeTimestampReply)},
		{TypeExtendedEcho, int(ipv4.ICMPTypeExtendedEchoRequest)},
		{TypeExtendedEchoReply, int(ipv4.ICMPTypeExtendedEchoReply)},
		{Type6Unreachable, int(ipv6.ICMPTypeDestinationUnreachable)},
		{Type6PacketTooBig, int(ipv6.ICMPTypePacketTooBig)},
		{Type6TimeExceeded, int(ipv6.ICMPTypeTimeExceeded)},
		{Type6ParamProblem, int(ipv6.ICMPTypeParameterProblem)},
		{Type6Echo, int(ipv6.ICMPTypeEchoRequest)},
		{Type6EchoReply, int(ipv6.ICMPTypeEchoReply)},
		{Type6MLDQuery, int(ipv6.ICMPTypeMulticastListenerQuery)},
		{Type6MLDReport, int(ipv6.ICMPTypeMulticastListenerReport)},
		{Type6MLDDone, int(ipv6.ICMPTypeMulticastListenerDone)},
		{Type6RouterSolicit, int(ipv6.ICMPTypeRouterSolicitation)},
		{Type6RouterAdvert, int(ipv6.ICMPTypeRouterAdvertisement)},
		{Type6NeighborSolicit, int(ipv6.ICMPTypeNeighborSolicitation)},
		{Type6NeighborAdvert, int(ipv6.ICMPTypeNeighborAdvertisement)},
		{Type6Redirect, int(ipv6.ICMPTypeRedirect)},
		{Type6RouterRenumbering, int(ipv6.ICMPTypeRouterRenumbering)},
		{Type6NodeQuery, int(ipv6.ICMPTypeNodeInformationQuery)},
		{Type6NodeReply, int(ipv6.ICMPTypeNodeInformationResponse)},
		{Type6InverseSolicit, int(ipv6.ICMPTypeInverseNeighborDiscoverySolicitation)},
		{Type6InverseAdvert, int(ipv6.ICMPTypeInverseNeighborDiscoveryAdvertisement)},
		{Type6MLDv2Report, int(ipv6.ICMPTypeVersion2MulticastListenerReport)},
		{Type6HomeAgentRequest, int(ipv6.ICMPTypeHomeAgentAddressDiscoveryRequest)},
		{Type6HomeAgentReply, int(ipv6.ICMPTypeHomeAgentAddressDiscoveryReply)},
		{Type6MobileSolicit, int(ipv6.ICMPTypeMobilePrefixSolicitation)},
		{Type6MobileAdvert, int(ipv6.ICMPTypeMobilePrefixAdvertisement)},
		{Type6CertPathSolicit, int(ipv6.ICMPTypeCertificationPathSolicitation)},
		{Type6CertPathAdvert, int(ipv6.ICMPTypeCertificationPathAdvertisement)},
		{Type6FastHandover, int(ipv6.ICMPTypeFMIPv6)},
		{Type6DuplicateRequest, int(ipv6.ICMPTypeDuplicateAddressRequest)},
		{Type6DuplicateConfirm, int(ipv6.ICMPTypeDuplicateAddressConfirmation)},
		{Type6MulticastAdvert, int(ipv6.ICMPTypeMulticastRouterAdvertisement)},
		{Type6MulticastSolicit, int(ipv6.ICMPTypeMulticastRouterSolicitation)},
		{Type6MulticastEnd, int(ipv6.ICMPTypeMulticastRouterTermination)},
		{Type6RPL, int(ipv6.ICMPTypeRPLControl)},
		{Type6LocatorUpdate, int(ipv6.ICMPTypeILNPv6LocatorUpdate)},
		{Type6MPLControl, int(ipv6.ICMPTypeMPLControl)},
		{Type6ExtendedEcho, int(ipv6.ICMPTypeExtendedEchoRequest)},
		{Type6ExtendedEchoReply, int(ipv6.ICMPTypeExtendedEchoReply)},
	} {
		if tt.got != tt.want {
			t.Errorf("got %d, want %d (%v, or %v)", tt.got, tt.want, ipv4.ICMPType(tt.want), ipv6.ICMPType(tt.want))
		}
	}
}

func TestStatusNames(t *testing.T) {
	seen := map[string]Status{}
	for s := range NumStatus {
		name := s.String()
		if other, ok := seen[name]; ok || name == "" {
			t.Errorf("verdict %d is called %q, as is %d", s, name, other)
		}
		seen[name] = s
	}
}
