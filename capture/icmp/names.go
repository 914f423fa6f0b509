package icmp

// The ICMPv4 types that something here depends on
// (IANA, ICMP Parameters: "ICMP Type Numbers").
const (
	TypeEchoReply         = 0
	TypeUnreachable       = 3
	TypeSourceQuench      = 4
	TypeRedirect          = 5
	TypeEcho              = 8
	TypeRouterAdvert      = 9
	TypeRouterSolicit     = 10
	TypeTimeExceeded      = 11
	TypeParamProblem      = 12
	TypeTimestamp         = 13
	TypeTimestampReply    = 14
	TypeInfo              = 15
	TypeInfoReply         = 16
	TypeMask              = 17
	TypeMaskReply         = 18
	TypeExtendedEcho      = 42
	TypeExtendedEchoReply = 43
)

// The codes of TypeUnreachable that something here depends on.
const (
	CodePort       = 3
	CodeFragNeeded = 4
)

// The ICMPv6 types that something here depends on
// (IANA, ICMPv6 Parameters: "ICMPv6 'type' Numbers").
const (
	Type6Unreachable        = 1
	Type6PacketTooBig       = 2
	Type6TimeExceeded       = 3
	Type6ParamProblem       = 4
	Type6Echo               = 128
	Type6EchoReply          = 129
	Type6MLDQuery           = 130
	Type6MLDReport          = 131
	Type6MLDDone            = 132
	Type6RouterSolicit      = 133
	Type6RouterAdvert       = 134
	Type6NeighborSolicit    = 135
	Type6NeighborAdvert     = 136
	Type6Redirect           = 137
	Type6RouterRenumbering  = 138
	Type6NodeQuery          = 139
	Type6NodeReply          = 140
	Type6InverseSolicit     = 141
	Type6InverseAdvert      = 142
	Type6MLDv2Report        = 143
	Type6HomeAgentRequest   = 144
	Type6HomeAgentReply     = 145
	Type6MobileSolicit      = 146
	Type6MobileAdvert       = 147
	Type6CertPathSolicit    = 148
	Type6CertPathAdvert     = 149
	Type6ExperimentalMobile = 150 // Seamoby, RFC 4065
	Type6MulticastAdvert    = 151 // multicast router discovery, RFC 4286
	Type6MulticastSolicit   = 152
	Type6MulticastEnd       = 153
	Type6FastHandover       = 154
	Type6RPL                = 155
	Type6LocatorUpdate      = 156 // ILNPv6, RFC 6743
	Type6DuplicateRequest   = 157
	Type6DuplicateConfirm   = 158
	Type6MPLControl         = 159 // RFC 7731
	Type6ExtendedEcho       = 160
	Type6ExtendedEchoReply  = 161
	Type6MtraceResponse     = 200 // private experimentation; used by mtrace
	Type6MtraceMessage      = 201
	Code6PortUnreachable    = 4
	Code6AddressUnreachable = 3
)

// fields says which fields stand in the second word of a type's header, or behind it.
type fields uint8

const (
	hasID       fields = 1 << iota
	hasSeq             // 16 bits
	hasShortSeq        // 8 bits, RFC 8335
	hasLength          // of what is quoted, in front of an extension structure: RFC 4884
	hasObject          // an extension structure, and nothing quoted: RFC 8335
)

var fields4 = [256]fields{
	TypeEchoReply:         hasID | hasSeq,
	TypeEcho:              hasID | hasSeq,
	TypeTimestamp:         hasID | hasSeq,
	TypeTimestampReply:    hasID | hasSeq,
	TypeInfo:              hasID | hasSeq,
	TypeInfoReply:         hasID | hasSeq,
	TypeMask:              hasID | hasSeq,
	TypeMaskReply:         hasID | hasSeq,
	TypeUnreachable:       hasLength,
	TypeTimeExceeded:      hasLength,
	TypeParamProblem:      hasLength,
	TypeExtendedEcho:      hasID | hasShortSeq | hasObject,
	TypeExtendedEchoReply: hasID | hasShortSeq | hasObject,
}

var fields6 = [256]fields{
	Type6Echo:              hasID | hasSeq,
	Type6EchoReply:         hasID | hasSeq,
	Type6HomeAgentRequest:  hasID, // RFC 6275, sections 6.5 to 6.8
	Type6HomeAgentReply:    hasID,
	Type6MobileSolicit:     hasID,
	Type6MobileAdvert:      hasID,
	Type6Unreachable:       hasLength,
	Type6TimeExceeded:      hasLength,
	Type6ExtendedEcho:      hasID | hasShortSeq | hasObject,
	Type6ExtendedEchoReply: hasID | hasShortSeq | hasObject,
}

// least6 is how long a message of a type is at least, where that is more than the header of
// RFC 4443, section 2.1: RFC 4443 (sections 3 and 4), RFC 2710 (section 3), RFC 4861 (section
// 4), RFC 2894 (section 3.1), RFC 3122 (section 2), RFC 3810 (section 5.2), RFC 3971 (section
// 6.4), RFC 4286 (section 3), RFC 5568 (section 6.1), RFC 6275 (section 6), RFC 6743 (section 2),
// RFC 6775 (section 4.4), RFC 8335 (section 2).
var least6 = [256]uint8{
	Type6Unreachable:       8,
	Type6PacketTooBig:      8,
	Type6TimeExceeded:      8,
	Type6ParamProblem:      8,
	Type6Echo:              8,
	Type6EchoReply:         8,
	Type6MLDQuery:          24,
	Type6MLDReport:         24,
	Type6MLDDone:           24,
	Type6RouterSolicit:     8,
	Type6RouterAdvert:      16,
	Type6NeighborSolicit:   24,
	Type6NeighborAdvert:    24,
	Type6Redirect:          40,
	Type6InverseSolicit:    8,
	Type6InverseAdvert:     8,
	Type6RouterRenumbering: 16,
	Type6MLDv2Report:       8,
	Type6HomeAgentRequest:  8,
	Type6HomeAgentReply:    8,
	Type6MobileSolicit:     8,
	Type6MobileAdvert:      8,
	Type6CertPathSolicit:   8,
	Type6CertPathAdvert:    12,
	Type6FastHandover:      8,
	Type6DuplicateRequest:  32,
	Type6DuplicateConfirm:  32,
	Type6MulticastAdvert:   8,
	Type6LocatorUpdate:     8,
	Type6ExtendedEcho:      8,
	Type6ExtendedEchoReply: 8,
}

// least is how long p must be at least: the header of RFC 792, or what its type asks.
func (p *Packet) least() uint8 {
	if p.Version == 4 {
		return 8
	}
	return max(4, least6[p.Type])
}

func (p *Packet) fields() fields {
	if p.Version == 6 {
		return fields6[p.Type]
	}
	return fields4[p.Type]
}

// A typeName names one type and, where the type has them, its codes.
type typeName struct {
	name  string
	codes []string
}

// of is the type's name and that of its code.
func (n *typeName) of(c uint8) (typ, code string) {
	if int(c) < len(n.codes) {
		code = n.codes[c]
	}
	return n.name, code
}

// The names are those of gopacket's ICMPv4TypeCode and ICMPv6TypeCode, which people already
// have in their logs; a test holds every one to it.
var names4 = [256]typeName{
	TypeEchoReply: {name: "EchoReply"},
	TypeUnreachable: {"DestinationUnreachable", []string{
		"Net", "Host", "Protocol", "Port", "FragmentationNeeded", "SourceRoutingFailed",
		"NetUnknown", "HostUnknown", "SourceIsolated", "NetAdminProhibited",
		"HostAdminProhibited", "NetTOS", "HostTOS", "CommAdminProhibited", "HostPrecedence",
		"PrecedenceCutoff",
	}},
	TypeSourceQuench:   {name: "SourceQuench"},
	TypeRedirect:       {"Redirect", []string{"Net", "Host", "TOS+Net", "TOS+Host"}},
	TypeEcho:           {name: "EchoRequest"},
	TypeRouterAdvert:   {name: "RouterAdvertisement"},
	TypeRouterSolicit:  {name: "RouterSolicitation"},
	TypeTimeExceeded:   {"TimeExceeded", []string{"TTLExceeded", "FragmentReassemblyTimeExceeded"}},
	TypeParamProblem:   {"ParameterProblem", []string{"PointerIndicatesError", "MissingOption", "BadLength"}},
	TypeTimestamp:      {name: "TimestampRequest"},
	TypeTimestampReply: {name: "TimestampReply"},
	TypeInfo:           {name: "InfoRequest"},
	TypeInfoReply:      {name: "InfoReply"},
	TypeMask:           {name: "AddressMaskRequest"},
	TypeMaskReply:      {name: "AddressMaskReply"},
}

var names6 = [256]typeName{
	Type6Unreachable: {"DestinationUnreachable", []string{
		"NoRouteToDst", "AdminProhibited", "BeyondScopeOfSrc", "AddressUnreachable",
		"PortUnreachable", "SrcAddressFailedPolicy", "RejectRouteToDst",
	}},
	Type6PacketTooBig: {name: "PacketTooBig"},
	Type6TimeExceeded: {"TimeExceeded", []string{"HopLimitExceeded", "FragmentReassemblyTimeExceeded"}},
	Type6ParamProblem: {"ParameterProblem", []string{
		"ErroneousHeaderField", "UnrecognizedNextHeader", "UnrecognizedIPv6Option",
	}},
	Type6Echo:            {name: "EchoRequest"},
	Type6EchoReply:       {name: "EchoReply"},
	Type6RouterSolicit:   {name: "RouterSolicitation"},
	Type6RouterAdvert:    {name: "RouterAdvertisement"},
	Type6NeighborSolicit: {name: "NeighborSolicitation"},
	Type6NeighborAdvert:  {name: "NeighborAdvertisement"},
	Type6Redirect:        {name: "Redirect"},
}

// TypeName is the name of p's type and that of its code. Either is "" where it has none:
// then the number is all there is to say.
func (p *Packet) TypeName() (typ, code string) {
	if p.Version == 6 {
		return names6[p.Type].of(p.Code)
	}
	return names4[p.Type].of(p.Code)
}
