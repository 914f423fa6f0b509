package icmp

// iana4 and iana6 have the names of types and codes in IANA's registries, "ICMP Type Numbers" and
// "ICMPv6 'type' Numbers" with their code fields, as they stand there, but for "(Deprecated)".
// A code that the registry has without a name, or as "No Code", has none here.
var iana4 = [256]typeName{
	TypeEchoReply: {name: "Echo Reply"},
	TypeUnreachable: {"Destination Unreachable", []string{
		"Net Unreachable", "Host Unreachable", "Protocol Unreachable", "Port Unreachable",
		"Fragmentation Needed and Don't Fragment was Set", "Source Route Failed",
		"Destination Network Unknown", "Destination Host Unknown", "Source Host Isolated",
		"Communication with Destination Network is Administratively Prohibited",
		"Communication with Destination Host is Administratively Prohibited",
		"Destination Network Unreachable for Type of Service",
		"Destination Host Unreachable for Type of Service",
		"Communication Administratively Prohibited", "Host Precedence Violation",
		"Precedence cutoff in effect",
	}},
	TypeSourceQuench: {name: "Source Quench"},
	TypeRedirect: {"Redirect", []string{
		"Redirect Datagram for the Network (or subnet)", "Redirect Datagram for the Host",
		"Redirect Datagram for the Type of Service and Network",
		"Redirect Datagram for the Type of Service and Host",
	}},
	6:                 {"Alternate Host Address", []string{"Alternate Address for Host"}},
	TypeEcho:          {name: "Echo"},
	TypeRouterAdvert:  {"Router Advertisement", []string{0: "Normal router advertisement", 16: "Does not route common traffic"}},
	TypeRouterSolicit: {name: "Router Solicitation"},
	TypeTimeExceeded:  {"Time Exceeded", []string{"Time to Live exceeded in Transit", "Fragment Reassembly Time Exceeded"}},
	TypeParamProblem: {"Parameter Problem", []string{
		"Pointer indicates the error", "Missing a Required Option", "Bad Length",
	}},
	TypeTimestamp:      {name: "Timestamp"},
	TypeTimestampReply: {name: "Timestamp Reply"},
	TypeInfo:           {name: "Information Request"},
	TypeInfoReply:      {name: "Information Reply"},
	TypeMask:           {name: "Address Mask Request"},
	TypeMaskReply:      {name: "Address Mask Reply"},
	19:                 {name: "Reserved (for Security)"},
	20:                 {name: robustness},
	21:                 {name: robustness},
	22:                 {name: robustness},
	23:                 {name: robustness},
	24:                 {name: robustness},
	25:                 {name: robustness},
	26:                 {name: robustness},
	27:                 {name: robustness},
	28:                 {name: robustness},
	29:                 {name: robustness},
	30:                 {name: "Traceroute"},
	31:                 {name: "Datagram Conversion Error"},
	32:                 {name: "Mobile Host Redirect"},
	33:                 {name: "IPv6 Where-Are-You"},
	34:                 {name: "IPv6 I-Am-Here"},
	35:                 {name: "Mobile Registration Request"},
	36:                 {name: "Mobile Registration Reply"},
	37:                 {name: "Domain Name Request"},
	38:                 {name: "Domain Name Reply"},
	39:                 {name: "SKIP"},
	40: {"Photuris", []string{
		"Bad SPI", "Authentication Failed", "Decompression Failed", "Decryption Failed",
		"Need Authentication", "Need Authorization",
	}},
	41:                    {name: seamoby},
	TypeExtendedEcho:      {"Extended Echo Request", noError},
	TypeExtendedEchoReply: {"Extended Echo Reply", extendedReply},
	253:                   {name: "RFC3692-style Experiment 1"},
	254:                   {name: "RFC3692-style Experiment 2"},
	255:                   {name: "Reserved"},
}

var iana6 = [256]typeName{
	0: {name: "Reserved"},
	Type6Unreachable: {"Destination Unreachable", []string{
		"no route to destination", "communication with destination administratively prohibited",
		"beyond scope of source address", "address unreachable", "port unreachable",
		"source address failed ingress/egress policy", "reject route to destination",
		"Error in Source Routing Header", "Headers too long", "Error in P-Route",
	}},
	Type6PacketTooBig: {name: "Packet Too Big"},
	Type6TimeExceeded: {"Time Exceeded", []string{"hop limit exceeded in transit", "fragment reassembly time exceeded"}},
	Type6ParamProblem: {"Parameter Problem", []string{
		"erroneous header field encountered", "unrecognized Next Header type encountered",
		"unrecognized IPv6 option encountered", "IPv6 First Fragment has incomplete IPv6 Header Chain",
		"SR Upper-layer Header Error", "Unrecognized Next Header type encountered by intermediate node",
		"Extension header too big", "Extension header chain too long", "Too many extension headers",
		"Too many options in extension header", "Option too big",
	}},
	100:                  {name: experiment},
	101:                  {name: experiment},
	127:                  {name: "Reserved for expansion of ICMPv6 error messages"},
	Type6Echo:            {name: "Echo Request"},
	Type6EchoReply:       {name: "Echo Reply"},
	Type6MLDQuery:        {name: "Multicast Listener Query"},
	Type6MLDReport:       {name: "Multicast Listener Report"},
	Type6MLDDone:         {name: "Multicast Listener Done"},
	Type6RouterSolicit:   {name: "Router Solicitation"},
	Type6RouterAdvert:    {name: "Router Advertisement"},
	Type6NeighborSolicit: {name: "Neighbor Solicitation"},
	Type6NeighborAdvert:  {name: "Neighbor Advertisement"},
	Type6Redirect:        {name: "Redirect Message"},
	Type6RouterRenumbering: {"Router Renumbering", []string{
		0: "Router Renumbering Command", 1: "Router Renumbering Result", 255: "Sequence Number Reset",
	}},
	Type6NodeQuery: {"ICMP Node Information Query", []string{
		"The Data field contains an IPv6 address which is the Subject of this Query.",
		"The Data field contains a name which is the Subject of this Query, or is empty, as in the case of a NOOP.",
		"The Data field contains an IPv4 address which is the Subject of this Query.",
	}},
	Type6NodeReply: {"ICMP Node Information Response", []string{
		"A successful reply. The Reply Data field may or may not be empty.",
		"The Responder refuses to supply the answer. The Reply Data field will be empty.",
		"The Qtype of the Query is unknown to the Responder. The Reply Data field will be empty.",
	}},
	Type6InverseSolicit:     {name: "Inverse Neighbor Discovery Solicitation Message"},
	Type6InverseAdvert:      {name: "Inverse Neighbor Discovery Advertisement Message"},
	Type6MLDv2Report:        {name: "Version 2 Multicast Listener Report"},
	Type6HomeAgentRequest:   {name: "Home Agent Address Discovery Request Message"},
	Type6HomeAgentReply:     {name: "Home Agent Address Discovery Reply Message"},
	Type6MobileSolicit:      {name: "Mobile Prefix Solicitation"},
	Type6MobileAdvert:       {name: "Mobile Prefix Advertisement"},
	Type6CertPathSolicit:    {name: "Certification Path Solicitation Message"},
	Type6CertPathAdvert:     {name: "Certification Path Advertisement Message"},
	Type6ExperimentalMobile: {name: seamoby},
	Type6MulticastAdvert:    {name: "Multicast Router Advertisement"},
	Type6MulticastSolicit:   {name: "Multicast Router Solicitation"},
	Type6MulticastEnd:       {name: "Multicast Router Termination"},
	Type6FastHandover:       {name: "FMIPv6 Messages"},
	Type6RPL:                {name: "RPL Control Message"},
	Type6LocatorUpdate:      {name: "ILNPv6 Locator Update Message"},
	Type6DuplicateRequest: {"Duplicate Address Request", []string{
		"DAR message", "EDAR message with 64-bit ROVR field", "EDAR message with 128-bit ROVR field",
		"EDAR message with 192-bit ROVR field", "EDAR message with 256-bit ROVR field",
	}},
	Type6DuplicateConfirm: {"Duplicate Address Confirmation", []string{
		"DAC message", "EDAC message with 64-bit ROVR field", "EDAC message with 128-bit ROVR field",
		"EDAC message with 192-bit ROVR field", "EDAC message with 256-bit ROVR field",
	}},
	Type6MPLControl:        {name: "MPL Control Message"},
	Type6ExtendedEcho:      {"Extended Echo Request", noError},
	Type6ExtendedEchoReply: {"Extended Echo Reply", extendedReply},
	Type6MtraceResponse:    {name: experiment},
	Type6MtraceMessage:     {name: experiment},
	255:                    {name: "Reserved for expansion of ICMPv6 informational messages"},
}

// Names that the registries have more than once.
const (
	robustness = "Reserved (for Robustness Experiment)"
	seamoby    = "ICMP messages utilized by experimental mobility protocols such as Seamoby"
	experiment = "Private experimentation"
)

var (
	noError       = []string{"No Error"}
	extendedReply = []string{
		"No Error", "Malformed Query", "No Such Interface", "No Such Table Entry",
		"Multiple Interfaces Satisfy Query",
	}
)

// IANAName is the name of p's type and that of its code in IANA's registry. Either is "" if it
// has none there.
func (p *Packet) IANAName() (typ, code string) {
	if p.Version == 6 {
		return iana6[p.Type].of(p.Code)
	}
	return iana4[p.Type].of(p.Code)
}
