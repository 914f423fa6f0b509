package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"icmpdump/bench/traffic"
)

// sent notes frames: > is a request, < a reply, behind it its flow and sequence number.
func sent(words *[]string) func(*[traffic.FrameLen]byte) error {
	return func(frame *[traffic.FrameLen]byte) error {
		way, client := ">", frame[26:30]
		if frame[34] == 0 {
			way, client = "<", frame[30:34]
		}
		*words = append(*words, fmt.Sprintf("%s%d.%d", way, client[3], binary.BigEndian.Uint16(frame[40:])))
		return nil
	}
}

// Flows ping in turn, and replies come a step behind their requests.
func TestPings(t *testing.T) {
	var words []string
	p := pings{flows: 3, send: sent(&words)}
	for _, n := range []int{2, 2, 0, 0} {
		if err := p.step(n); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := strings.Join(words, " "), ">0.1 >1.1 <0.1 <1.1 >2.1 >0.2 <2.1 <0.2"; got != want || p.frames != 8 {
		t.Errorf("sent %s, %d frames, want %s", got, p.frames, want)
	}
}

// One in pingLost requests has no reply, and each time it is another flow's.
func TestPingsLost(t *testing.T) {
	var words []string
	p := pings{flows: 10, send: sent(&words)}
	for _, n := range []int{2 * pingLost, 0} {
		if err := p.step(n); err != nil {
			t.Fatal(err)
		}
	}
	var lost []string
	for i := range 2 * pingLost {
		if word := fmt.Sprintf("%d.%d", i%10, i/10+1); !slices.Contains(words, "<"+word) {
			lost = append(lost, word)
		}
	}
	if want := []string{"8.5", "7.10"}; !slices.Equal(lost, want) || len(words) != 4*pingLost-2 {
		t.Errorf("lost %v of %d frames, want %v", lost, len(words), want)
	}
}

// What is due is sent, no faster and no more; without a total until the context ends; and no longer than it can be.
func TestPaced(t *testing.T) {
	full := errors.New("no buffer space")
	for _, tt := range []struct {
		name        string
		total, rate int
		until       int // sent, when the context ends
		fails       error
	}{
		{name: "a total", total: 1000, rate: 20_000},
		{name: "less than one each time", total: 3, rate: 100},
		{name: "until the end", rate: 20_000, until: 500},
		{name: "an error", rate: 20_000, fails: full},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			sent, begin := 0, time.Now()
			err := paced(ctx, tt.total, tt.rate, func(n int) error {
				if sent += n; tt.until > 0 && sent >= tt.until {
					cancel()
				}
				return tt.fails
			})
			took := time.Since(begin)
			if least := time.Duration(sent) * time.Second / time.Duration(tt.rate); took < least {
				t.Errorf("%d sent in %v, want no less than %v", sent, took, least)
			}
			if err != tt.fails || tt.total > 0 && sent != tt.total || sent < tt.until {
				t.Errorf("%d sent, error %v, want %+v", sent, err, tt)
			}
		})
	}
}
