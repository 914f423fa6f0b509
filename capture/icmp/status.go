package icmp

// Status is the verdict on one frame. Each frame gets exactly one, so that the counts of all
// add up to the frames that were read.
type Status uint8

// The verdicts. NotICMP is the zero value: a frame that this program is not about.
//
// A message whose type and code were read keeps them whatever its verdict: [Packet.Decoded].
const (
	NotICMP   Status = iota
	OK               // decoded whole
	Truncated        // less was captured than the datagram is long
	Fragment         // not a datagram's first: it has no ICMP header

	MalformedIPHeader     // version, header length, or less than a header
	MalformedIPLength     // shorter than its own header
	MalformedFragOverflow // offset + length > 65535 (RFC 791, section 3.2)
	MalformedExtHeader    // an IPv6 header chain that runs past the datagram's end
	MalformedWrongFamily  // ICMP in IPv6, or ICMPv6 in IPv4
	MalformedICMPHeader   // a message shorter than its header
	MalformedOption       // an option of length 0, or a length or count past the message's end
	MalformedExtension    // an extension structure that is not where it should be, or an object past its end

	UnsupportedLink      // a link type that can't be decoded
	UnsupportedMPLS      // may hold ICMP, is not opened (RFC 3032)
	UnsupportedPPPoE     // likewise (RFC 2516)
	UnsupportedExtHeader // ESP, no next header, or one that nobody knows

	NumStatus // how many there are
)

var statusNames = [NumStatus]string{
	NotICMP:               "not-icmp",
	OK:                    "ok",
	Truncated:             "truncated",
	Fragment:              "fragment",
	MalformedIPHeader:     "malformed:ip-header",
	MalformedIPLength:     "malformed:ip-length",
	MalformedFragOverflow: "malformed:frag-overflow",
	MalformedExtHeader:    "malformed:ext-header",
	MalformedWrongFamily:  "malformed:wrong-family",
	MalformedICMPHeader:   "malformed:icmp-header",
	MalformedOption:       "malformed:option",
	MalformedExtension:    "malformed:extension",
	UnsupportedLink:       "unsupported:link-type",
	UnsupportedMPLS:       "unsupported:mpls",
	UnsupportedPPPoE:      "unsupported:pppoe",
	UnsupportedExtHeader:  "unsupported:ext-header",
}

// String is the verdict's stable name, the same in text, JSON and documentation.
func (s Status) String() string { return statusNames[s] }

// Malformed reports whether the frame breaks the rules of its own protocol.
func (s Status) Malformed() bool { return s >= MalformedIPHeader && s <= MalformedExtension }

// Unsupported reports whether the frame may hold ICMP where this package does not look.
func (s Status) Unsupported() bool { return s >= UnsupportedLink && s <= UnsupportedExtHeader }
