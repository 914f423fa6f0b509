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
		icmp.TypeTimestamp:         appendTimestamps,
		icmp.TypeTimestampReply:    appendTimestamps,
		icmp.TypeMask:              appendAddressMask,
		icmp.TypeMaskReply:         appendAddressMask,
		icmp.TypeExtendedEcho:      appendExtendedEcho,
		icmp.TypeExtendedEchoReply: appendExtendedEcho,
	}
	details6 = [256]detail{
		icmp.Type6Unreachable:        appendExtensionsJSON,
		icmp.Type6TimeExceeded:       appendExtensionsJSON,
		icmp.Type6ExtendedEcho:       appendExtendedEcho,
		icmp.Type6ExtendedEchoReply:  appendExtendedEcho,
		icmp.Type6RouterSolicit:      ndDetail,
		icmp.Type6RouterAdvert:       ndDetail,
		icmp.Type6NeighborSolicit:    ndDetail,
		icmp.Type6NeighborAdvert:     ndDetail,
		icmp.Type6Redirect:           ndDetail,
		icmp.Type6InverseSolicit:     ndDetail,
		icmp.Type6InverseAdvert:      ndDetail,
		icmp.Type6HomeAgentReply:     ndDetail,
		icmp.Type6MobileAdvert:       ndDetail,
		icmp.Type6CertPathSolicit:    ndDetail,
		icmp.Type6CertPathAdvert:     ndDetail,
		icmp.Type6FastHandover:       ndDetail,
		icmp.Type6DuplicateRequest:   ndDetail,
		icmp.Type6DuplicateConfirm:   ndDetail,
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
