package afpacket

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/gopacket/gopacket/layers"

	"icmpdump/capture"
	"icmpdump/capture/filter"
	"icmpdump/internal/forge"
	"icmpdump/internal/lab"
)

// On a link without an Ethernet header expressions mean the same, as far as they are not about that.
func TestFilterOnRawIPLink(t *testing.T) {
	a := lab.NewHost(t, "a")
	tun := tunDevice(t, a, "tun0")
	a.Addr("tun0", "10.7.0.1/24")
	frames := [][]byte{
		forge.Frame(forge.IP4("10.7.0.2", "10.7.0.9"), forge.Echo4(8, 77, 1)),
		forge.Frame(forge.IP4("10.8.0.2", "10.7.0.9"), forge.Echo4(0, 78, 2)),
		forge.Frame(forge.IP4("10.7.0.2", "10.7.0.9"), &layers.UDP{SrcPort: 1, DstPort: 58}),
		forge.Frame(forge.IP6("fd07::2", "fd07::9"), forge.ICMP6(128, 0), forge.IDSeq(77, 3)),
		forge.Frame(forge.IP6("fd07::2", "fd07::9"), forge.Pad(6), forge.ICMP6(129, 0), forge.IDSeq(77, 4)),
	}
	for _, tt := range []struct {
		expr string
		want []uint16 // sequence numbers
	}{
		{"icmp", []uint16{1, 2}},
		{"icmp6", []uint16{3, 4}},
		{"src net 10.7.0.0/16", []uint16{1}},
		{"not host 10.8.0.2", []uint16{1, 3, 4}},
		{"icmp[icmptype] = icmp-echoreply or icmp6[icmp6type] = icmp6-echoreply", []uint16{2, 4}},
		{"id 77 and seq >= 3", []uint16{3, 4}},
		{"len > 47", []uint16{3, 4}},
		{"ip[9] = 1 and inbound", []uint16{1, 2}},
		{"ether multicast or vlan", nil},
		{"not ether host 02:00:00:00:00:01 and ip6", []uint16{3, 4}},
		{"ttl 64", []uint16{1, 2, 3, 4}},
	} {
		f, err := filter.Parse(tt.expr, filter.Lookup{})
		if err != nil {
			t.Fatalf("%s: %v", tt.expr, err)
		}
		for _, on := range []string{"tun0", "any"} {
			s := listen(t, a, Config{Filter: f}, on)
			for _, frame := range frames {
				if _, err := tun.Write(frame); err != nil {
					t.Fatal(err)
				}
			}
			got, tally := sequence(t, s, f)
			if !slices.Equal(got, tt.want) {
				t.Errorf("%s on %s: %v, want %v", tt.expr, on, got, tt.want)
			}
			balance(t, s, tally)
		}
	}
}

// sequence is the sequence numbers of the packets that pass a source's program and the Machine, until a
// tenth of a second passes without any.
func sequence(t *testing.T, s *Source, f *filter.Filter) ([]uint16, *capture.Tally) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	s.SetTick(100 * time.Millisecond)
	var got []uint16
	pump := capture.Pump{Source: s, Match: f.Machine(s.Interface).Match}
	err := pump.Run(ctx, new(capture.Batch), func(b *capture.Batch) *capture.Batch {
		for i := range b.Packets {
			if seq, ok := b.Packets[i].Seq(); ok {
				got = append(got, seq)
			}
		}
		if len(b.Packets) == 0 {
			cancel()
		}
		return b
	})
	if err != nil {
		t.Fatal(err)
	}
	return got, &pump.Tally
}
