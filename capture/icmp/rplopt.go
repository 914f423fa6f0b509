package icmp

import "encoding/binary"

// The RPL control message options (RFC 6550, section 6.7).
const (
	RPLPad1       = 0
	RPLPadN       = 1
	RPLMetrics    = 2 // DAG metric container
	RPLRoute      = 3
	RPLConfig     = 4
	RPLTarget     = 5
	RPLTransit    = 6
	RPLSolicited  = 7
	RPLPrefix     = 8
	RPLDescriptor = 9 // of a target
)

// RPLOption is one of them.
type RPLOption struct {
	Type uint8
	Len  int    // of its data, as it says
	Data []byte // as much as is there
}

// RPLOptions are the options of a message, in their order.
type RPLOptions struct {
	rest []byte
	cut  bool
}

// Next is the next option. The last one may lack data that it announces.
func (o *RPLOptions) Next() (RPLOption, bool) {
	b := o.rest
	if len(b) > 0 && b[0] == RPLPad1 {
		o.rest = b[1:]
		return RPLOption{}, true
	}
	if len(b) < 2 {
		return RPLOption{}, false
	}
	opt := RPLOption{Type: b[0], Len: int(b[1])}
	end := min(2+opt.Len, len(b))
	opt.Data, o.rest = b[2:end], b[end:]
	o.cut = len(opt.Data) < opt.Len
	return opt, true
}

// Whole reports, after the last option, whether all were whole, and nothing was left over.
func (o *RPLOptions) Whole() bool { return len(o.rest) == 0 && !o.cut }

// RPLRouteInfo is a route to a prefix (RFC 6550, section 6.7.5).
type RPLRouteInfo struct {
	PrefixLen  uint8 // bits
	Preference RoutePref
	Lifetime   uint32 // s; all ones is forever
	Prefix     Addr
}

// Route is the route of o.
func (o *RPLOption) Route() (RPLRouteInfo, bool) {
	d := o.Data
	if o.Type != RPLRoute || len(d) < 6 {
		return RPLRouteInfo{}, false
	}
	return RPLRouteInfo{d[0], RoutePrefOf(d[1]), binary.BigEndian.Uint32(d[2:]), prefix(d[6:])}, true
}

// prefix is an address of which only the first bytes may be written out.
func prefix(b []byte) (a Addr) {
	copy(a[:], b)
	return a
}

// RPLConfiguration is how a DODAG works (RFC 6550, section 6.7.6).
type RPLConfiguration struct {
	Authenticated      bool  // A
	PathControlSize    uint8 // PCS
	Doublings          uint8 // DIOIntervalDoublings
	MinInterval        uint8 // DIOIntervalMin: 2 to this power, in ms
	Redundancy         uint8 // DIORedundancyConstant
	MaxRankIncrease    uint16
	MinHopRankIncrease uint16
	Objective          uint16 // OCP, objective code point
	Lifetime           uint8  // default lifetime, in units of LifetimeUnit
	LifetimeUnit       uint16 // s
}

// Config is the configuration of o.
func (o *RPLOption) Config() (RPLConfiguration, bool) {
	d := o.Data
	if o.Type != RPLConfig || len(d) < 14 {
		return RPLConfiguration{}, false
	}
	return RPLConfiguration{
		Authenticated: d[0]&0x08 != 0, PathControlSize: d[0] & 7,
		Doublings: d[1], MinInterval: d[2], Redundancy: d[3],
		MaxRankIncrease: binary.BigEndian.Uint16(d[4:]), MinHopRankIncrease: binary.BigEndian.Uint16(d[6:]),
		Objective: binary.BigEndian.Uint16(d[8:]), Lifetime: d[11], LifetimeUnit: binary.BigEndian.Uint16(d[12:]),
	}, true
}

// Target is the prefix of a target of o, and its length in bits (RFC 6550, section 6.7.7).
func (o *RPLOption) Target() (_ Addr, bits uint8, ok bool) {
	if o.Type != RPLTarget || len(o.Data) < 2 {
		return Addr{}, 0, false
	}
	return prefix(o.Data[2:]), o.Data[1], true
}

// RPLTransitInfo is how the targets before it are reached (RFC 6550, section 6.7.8).
type RPLTransitInfo struct {
	External     bool // E: the parent is no RPL router's
	PathControl  uint8
	PathSequence uint8
	PathLifetime uint8 // in units of the configuration's; 255 is forever, 0 none
	Parent       Addr  // valid iff HasParent
	HasParent    bool
}

// Transit is the transit information of o.
func (o *RPLOption) Transit() (RPLTransitInfo, bool) {
	d := o.Data
	if o.Type != RPLTransit || len(d) < 4 {
		return RPLTransitInfo{}, false
	}
	t := RPLTransitInfo{External: d[0]&0x80 != 0, PathControl: d[1], PathSequence: d[2], PathLifetime: d[3]}
	if t.HasParent = len(d) >= 20; t.HasParent {
		t.Parent = Addr(d[4:20])
	}
	return t, true
}

// RPLSolicitedInfo says who is to answer a solicitation (RFC 6550, section 6.7.9).
type RPLSolicitedInfo struct {
	Instance uint8
	Flags    uint8 // V, I, D from bit 7 down: which of version, instance, DODAG must be the same
	DODAG    Addr
	Version  uint8
}

// Solicited is the solicited information of o.
func (o *RPLOption) Solicited() (RPLSolicitedInfo, bool) {
	d := o.Data
	if o.Type != RPLSolicited || len(d) < 19 {
		return RPLSolicitedInfo{}, false
	}
	return RPLSolicitedInfo{d[0], d[1], Addr(d[2:18]), d[18]}, true
}

// RPLPrefixInfo is a prefix to make addresses of (RFC 6550, section 6.7.10).
type RPLPrefixInfo struct {
	PrefixLen        uint8  // bits
	Flags            uint8  // L, A, R from bit 7 down
	Valid, Preferred uint32 // lifetimes, s; all ones is forever
	Prefix           Addr
}

// Prefix is the prefix information of o.
func (o *RPLOption) Prefix() (RPLPrefixInfo, bool) {
	d := o.Data
	if o.Type != RPLPrefix || len(d) < 30 {
		return RPLPrefixInfo{}, false
	}
	return RPLPrefixInfo{d[0], d[1], binary.BigEndian.Uint32(d[2:]), binary.BigEndian.Uint32(d[6:]), Addr(d[14:30])}, true
}

// RPLMetric is a metric or a constraint of a container (RFC 6551, section 2.1).
type RPLMetric struct {
	Type  uint8
	Flags uint16 // reserved bits, P, C, O, R, A, precedence
	Data  []byte
}

// Metric takes the first of the metrics of o, which o has no more: of a container, until there
// is none that is whole.
func (o *RPLOption) Metric() (RPLMetric, bool) {
	d := o.Data
	if o.Type != RPLMetrics || len(d) < 4 || len(d) < 4+int(d[3]) {
		return RPLMetric{}, false
	}
	end := 4 + int(d[3])
	o.Data = d[end:]
	return RPLMetric{d[0], binary.BigEndian.Uint16(d[1:]), d[4:end]}, true
}
