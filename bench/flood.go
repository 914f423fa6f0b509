package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"icmpdump/bench/traffic"
)

// Of a flood.
const (
	floodPackets = 1_000_000
	floodPings   = 1000 // identifiers
)

const (
	measureRate    = "kpackets/s" // that were sent
	measureLines   = "lines"
	measureDropped = "dropped"
	measureSkipped = "skipped"
	measureLineCPU = "cpu ns/line"
)

// settled is how long a program may write nothing before it is taken to have done.
const settled = 500 * time.Millisecond

func (b *bench) flood() scenario {
	wants := []want{{measure: measureLineCPU, of: ours, over: tcpdump, most: 0.35}}
	for _, name := range []string{ours, ourJSON} {
		wants = append(wants,
			want{measure: measureLines, of: name, least: floodPackets, most: floodPackets, always: true},
			want{measure: measureDropped, of: name, always: true},
			want{measure: measureSkipped, of: name, always: true})
	}
	return scenario{
		name:     "flood",
		about:    fmt.Sprintf("live, %d echo requests of %d bytes as fast as trafgen sends them, into a file", floodPackets, traffic.FrameLen),
		root:     true,
		measures: []string{measureRate, measureLines, measureDropped, measureSkipped, measureLineCPU, measureCPU, measureRSS},
		ratios:   []string{measureLineCPU},
		wants:    wants,
		prepare: func(context.Context) ([]program, func(), error) {
			config := filepath.Join(b.dir, "flood.trafgen")
			if err := os.WriteFile(config, trafgenConfig(traffic.Requests(floodPings)), 0o644); err != nil {
				return nil, nil, err
			}
			near, far, remove, err := hosts("flood")
			on := func(name string, argv ...string) program {
				return program{name: name, measure: func(ctx context.Context) (sample, error) {
					return b.flooded(ctx, near, far, config, append(argv, "-i", farIface))
				}}
			}
			programs := []program{on(ours, b.icmpdump), on(ourJSON, b.icmpdump, "--json"), on(tcpdump, "tcpdump", "-n")}
			if b.old != "" {
				programs = append(programs, on("old "+ours, b.old))
			}
			return programs, remove, err
		},
	}
}

// flooded is one flood, of which a program writes lines to a file.
func (b *bench) flooded(ctx context.Context, near, far host, config string, argv []string) (sample, error) {
	out, err := os.Create(filepath.Join(b.dir, "flood.out"))
	if err != nil {
		return nil, err
	}
	defer os.Remove(out.Name())
	defer out.Close()
	l, err := far.listen(ctx, out, argv...)
	if err != nil {
		return nil, err
	}
	begin := time.Now()
	err = near.run(ctx, "trafgen", "-o", nearIface, "-P1", "--no-sock-mem", "-n", strconv.Itoa(floodPackets), "-i", config)
	sent := time.Since(begin)
	for size := int64(-1); err == nil; {
		info, statErr := out.Stat()
		if statErr != nil || info.Size() == size {
			break
		}
		size = info.Size()
		time.Sleep(settled)
	}
	stderr, s, endErr := l.end()
	if err != nil {
		return nil, err
	}
	if endErr != nil {
		return nil, endErr
	}
	s[measureRate] = floodPackets / sent.Seconds() / 1e3
	dropped, err := count(stderr, "packets dropped by kernel")
	if err != nil {
		return nil, err
	}
	skipped, _ := count(stderr, "lines skipped, the output was too slow") // said if there are any
	if _, err := out.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	lines, err := packetLines(out)
	if err != nil {
		return nil, err
	}
	s[measureLines], s[measureDropped], s[measureSkipped] = float64(lines), float64(dropped), float64(skipped)
	s[measureLineCPU] = s[measureCPU] * 1e9 / float64(max(lines, 1))
	return s, nil
}

// packetLines counts the lines, or objects, of echo requests: others are of lost ones.
func packetLines(r io.Reader) (n int, err error) {
	scan := bufio.NewScanner(r)
	for scan.Scan() {
		if bytes.Contains(scan.Bytes(), []byte("ICMP echo request,")) || bytes.Contains(scan.Bytes(), []byte(`"event":"packet"`)) {
			n++
		}
	}
	return n, scan.Err()
}

// trafgenConfig is what trafgen reads to send these frames in turn.
func trafgenConfig(frames [][traffic.FrameLen]byte) []byte {
	var text []byte
	for _, frame := range frames {
		text = append(text, '{')
		for i, b := range frame {
			if i > 0 {
				text = append(text, ',')
			}
			text = fmt.Appendf(text, " 0x%02x", b)
		}
		text = append(text, " }\n"...)
	}
	return text
}
