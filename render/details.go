package render

import "icmpdump/capture/icmp"

// A detail appends the object that a type of message has of its own: fields by their names in
// the RFC that defines it, as far as msg, what was captured of the message, has them.
type detail func(dst []byte, p *icmp.Packet, msg []byte) []byte

// details4 and details6 are by type.
var (
	details4 = [256]detail{
		icmp.TypeUnreachable:       appendExtensionsJSON,
		icmp.TypeTimeExceeded:      appendExtensionsJSON,
		icmp.TypeParamProblem:      appendExtensionsJSON,
		icmp.TypeRouterAdvert:      appendRouterAdvert4JSON,
		icmp.TypeTimestamp:         appendTimestampsJSON,
		icmp.TypeTimestampReply:    appendTimestampsJSON,
		icmp.TypeMask:              appendAddressMaskJSON,
		icmp.TypeMaskReply:         appendAddressMaskJSON,
		icmp.TypeExtendedEcho:      appendExtendedEchoJSON,
		icmp.TypeExtendedEchoReply: appendExtendedEchoJSON,
	}
	details6 = [256]detail{
		icmp.Type6Unreachable:        appendExtensionsJSON,
		icmp.Type6TimeExceeded:       appendExtensionsJSON,
		icmp.Type6ExtendedEcho:       appendExtendedEchoJSON,
		icmp.Type6ExtendedEchoReply:  appendExtendedEchoJSON,
		icmp.Type6RouterSolicit:      appendNDJSON,
		icmp.Type6RouterAdvert:       appendNDJSON,
		icmp.Type6NeighborSolicit:    appendNDJSON,
		icmp.Type6NeighborAdvert:     appendNDJSON,
		icmp.Type6Redirect:           appendNDJSON,
		icmp.Type6InverseSolicit:     appendNDJSON,
		icmp.Type6InverseAdvert:      appendNDJSON,
		icmp.Type6HomeAgentReply:     appendNDJSON,
		icmp.Type6MobileAdvert:       appendNDJSON,
		icmp.Type6CertPathSolicit:    appendNDJSON,
		icmp.Type6CertPathAdvert:     appendNDJSON,
		icmp.Type6FastHandover:       appendNDJSON,
		icmp.Type6DuplicateRequest:   appendNDJSON,
		icmp.Type6DuplicateConfirm:   appendNDJSON,
		icmp.Type6MLDQuery:           appendMLDQueryJSON,
		icmp.Type6MLDReport:          appendMLDReportJSON,
		icmp.Type6MLDDone:            appendMLDDoneJSON,
		icmp.Type6RouterRenumbering:  appendRenumberingJSON,
		icmp.Type6NodeQuery:          appendNodeInfoJSON,
		icmp.Type6NodeReply:          appendNodeInfoJSON,
		icmp.Type6MLDv2Report:        appendMLDv2ReportJSON,
		icmp.Type6ExperimentalMobile: appendExperimentalMobileJSON,
		icmp.Type6MulticastAdvert:    appendMulticastRouterJSON,
		icmp.Type6RPL:                appendRPLJSON,
		icmp.Type6LocatorUpdate:      appendLocatorUpdateJSON,
		icmp.Type6MPLControl:         appendMPLJSON,
	}
)

// appendDetails appends what the type of p has of its own. The message of a packet whose frame
// was not kept is empty.
func appendDetails(dst []byte, p *icmp.Packet, msg []byte) []byte {
	details := &details4
	if p.Version == 6 {
		details = &details6
	}
	if d := details[p.Type]; d != nil && len(msg) > 0 {
		dst = d(dst, p, msg)
	}
	return dst
}
