package icmp

import "encoding/binary"

// The options of secure neighbor discovery (RFC 3971).

// A CGA is the parameters that a cryptographically generated address was made of (RFC 3971,
// section 5.1; RFC 3972, section 3).
type CGA struct {
	Modifier     []byte // 16 bytes
	Key          []byte // the public key in DER, and extensions behind it
	SubnetPrefix Addr   // its first half
	Collisions   uint8  // 0 to 2
}

// CGA reads a CGA option, whose padding is at its end.
func (o NDOption) CGA() (CGA, bool) {
	if o.Type != NDOptCGA {
		return CGA{}, false
	}
	b, ok := o.unpadded(2, int(o.Data[0]))
	if !ok || len(b) < 25 {
		return CGA{}, false
	}
	return CGA{Modifier: b[:16], SubnetPrefix: prefix(b[16:24]), Collisions: b[24], Key: b[25:]}, true
}

// Signature is the hash of the key that signed the message, of 16 bytes, and the signature, with
// what pads it: how long it is, the key knows (RFC 3971, section 5.2; RFC 6496).
func (o NDOption) Signature() (keyHash, signature []byte, ok bool) {
	if !o.is(NDOptSignature, 18) && !o.is(NDOptProxySignature, 18) {
		return nil, nil, false
	}
	return o.Data[2:18:18], o.Data[18:], true
}

// Timestamp is when the message was sent: seconds since the Unix epoch, and 1/65536 s (RFC
// 3971, section 5.3.1).
func (o NDOption) Timestamp() (seconds uint64, fraction uint16, ok bool) {
	if !o.is(NDOptTimestamp, 14) {
		return 0, 0, false
	}
	t := binary.BigEndian.Uint64(o.Data[6:])
	return t >> 16, uint16(t), true
}

// Nonce is a random number that an answer repeats (RFC 3971, section 5.3.2).
func (o NDOption) Nonce() ([]byte, bool) { return o.Data, o.Type == NDOptNonce }

// The types of a name in a TrustAnchor (RFC 3971, section 6.4.3). Others are hashes of a key
// (RFC 6495, section 3).
const (
	AnchorX501 = 1 // DER
	AnchorFQDN = 2 // a domain name in the form of RFC 1035
)

// TrustAnchor is the name of a trust anchor, and of which type it is.
func (o NDOption) TrustAnchor() (nameType uint8, name []byte, ok bool) {
	if o.Type != NDOptTrustAnchor {
		return 0, nil, false
	}
	name, ok = o.unpadded(2, int(o.Data[1]))
	return o.Data[0], name, ok
}

// Certificate is a certificate of the type given, with what pads it; type 1 is X.509 (RFC 3971,
// section 6.4.4).
func (o NDOption) Certificate() (certType uint8, cert []byte, ok bool) {
	if !o.is(NDOptCertificate, 6) {
		return 0, nil, false
	}
	return o.Data[0], o.Data[2:], true
}
