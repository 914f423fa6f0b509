// Gopacketdump is what one writes first when one has to count pings in a capture file with
// gopacket: the peer that icmpdump is measured against. It reads Ethernet and IPv4.
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/netip"
	"os"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
)

// A key is what a ping's requests and replies have in common.
type key struct {
	client, server netip.Addr
	id             uint16
}

// A flow is what is known of a key.
type flow struct {
	requests, replies int
	pending           map[uint16]time.Time // by sequence number
	sum               time.Duration        // of all round-trip times
	rtts              int
}

// A dumper counts, and writes lines if it has somewhere to write them.
type dumper struct {
	flows map[key]*flow
	lines *bufio.Writer // nil if none are wanted
}

func main() {
	file := flag.String("r", "", "the capture `FILE` to read")
	text := flag.Bool("text", false, "a line for each packet, and no table at the end")
	fast := flag.Bool("fast", false, "by a DecodingLayerParser, without copies")
	flag.Parse()
	out := bufio.NewWriter(os.Stdout)
	d := &dumper{flows: map[key]*flow{}}
	if *text {
		d.lines = out
	}
	read := d.read
	if *fast {
		read = d.readFast
	}
	err := read(*file)
	if !*text {
		d.table(out)
	}
	if err := errors.Join(err, out.Flush()); err != nil {
		fmt.Fprintln(os.Stderr, "gopacketdump:", err)
		os.Exit(1)
	}
}

// read is as gopacket's documentation has it.
func (d *dumper) read(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	r, err := pcapgo.NewReader(f) // which has a buffer
	if err != nil {
		return err
	}
	source := gopacket.NewPacketSource(r, r.LinkType())
	for packet := range source.Packets() {
		ip, ok := packet.Layer(layers.LayerTypeIPv4).(*layers.IPv4)
		if !ok {
			continue
		}
		if icmp, ok := packet.Layer(layers.LayerTypeICMPv4).(*layers.ICMPv4); ok {
			d.packet(packet.Metadata().Timestamp, ip, icmp)
		}
	}
	return nil
}

// readFast is the same with all that the documentation has on speed.
func (d *dumper) readFast(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	r, err := pcapgo.NewReader(f)
	if err != nil {
		return err
	}
	var ether layers.Ethernet
	var ip layers.IPv4
	var icmp layers.ICMPv4
	var payload gopacket.Payload
	parser := gopacket.NewDecodingLayerParser(layers.LayerTypeEthernet, &ether, &ip, &icmp, &payload)
	parser.IgnoreUnsupported = true
	var decoded []gopacket.LayerType
	for {
		data, ci, err := r.ZeroCopyReadPacketData()
		if err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		if err := parser.DecodeLayers(data, &decoded); err != nil {
			continue
		}
		for _, layer := range decoded {
			if layer == layers.LayerTypeICMPv4 {
				d.packet(ci.Timestamp, &ip, &icmp)
			}
		}
	}
}

// packet counts a packet, finds the request that it answers, and writes its line.
func (d *dumper) packet(at time.Time, ip *layers.IPv4, icmp *layers.ICMPv4) {
	src, _ := netip.AddrFromSlice(ip.SrcIP)
	dst, _ := netip.AddrFromSlice(ip.DstIP)
	switch icmp.TypeCode.Type() {
	case layers.ICMPv4TypeEchoRequest:
		f := d.flow(key{src, dst, icmp.Id})
		f.requests++
		f.pending[icmp.Seq] = at
		if d.lines != nil {
			fmt.Fprintf(d.lines, "%s IP %s > %s: ICMP echo request, id %d, seq %d, length %d | req=%d rep=%d ttl=%d\n",
				at.Format("15:04:05.000000"), src, dst, icmp.Id, icmp.Seq, ip.Length-uint16(ip.IHL)*4, f.requests, f.replies, ip.TTL)
		}
	case layers.ICMPv4TypeEchoReply:
		f := d.flow(key{dst, src, icmp.Id})
		f.replies++
		var rtt time.Duration
		if sent, ok := f.pending[icmp.Seq]; ok {
			delete(f.pending, icmp.Seq)
			rtt = at.Sub(sent)
			f.sum += rtt
			f.rtts++
		}
		if d.lines != nil {
			fmt.Fprintf(d.lines, "%s IP %s > %s: ICMP echo reply, id %d, seq %d, length %d | req=%d rep=%d rtt=%.3fms ttl=%d\n",
				at.Format("15:04:05.000000"), src, dst, icmp.Id, icmp.Seq, ip.Length-uint16(ip.IHL)*4, f.requests, f.replies,
				float64(rtt)/float64(time.Millisecond), ip.TTL)
		}
	}
}

func (d *dumper) flow(k key) *flow {
	f := d.flows[k]
	if f == nil {
		f = &flow{pending: map[uint16]time.Time{}}
		d.flows[k] = f
	}
	return f
}

// table writes a row for each flow, in no order.
func (d *dumper) table(w io.Writer) {
	for k, f := range d.flows {
		fmt.Fprintf(w, "%s %s %d requests %d replies %d", k.client, k.server, k.id, f.requests, f.replies)
		if f.rtts > 0 {
			fmt.Fprintf(w, " rtt %v", f.sum/time.Duration(f.rtts))
		}
		fmt.Fprintln(w)
	}
}
