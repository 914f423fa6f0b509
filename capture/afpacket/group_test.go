package afpacket

import (
	"fmt"
	"testing"

	"icmpdump/capture/icmp"
	"icmpdump/internal/forge"
	"icmpdump/internal/lab"
)

const (
	pairs   = 200 // of addresses
	perPair = 20  // echoes of each, half of them back
)

// sendPairs sends echoes between many addresses to a.
func sendPairs(a, b *lab.Host) {
	to := forge.Ether(a.Iface("va").HardwareAddr)
	var frames [][]byte
	for seq := range uint16(perPair / 2) {
		for i := range pairs {
			x, y := fmt.Sprintf("10.1.0.%d", i), fmt.Sprintf("10.2.0.%d", i)
			frames = append(frames,
				forge.Frame(to, forge.IP4(x, y), forge.Echo4(8, uint16(i), seq)),
				forge.Frame(to, forge.IP4(y, x), forge.Echo4(0, uint16(i), seq)))
		}
	}
	b.Send("vb", frames...)
}

// Of two groups each gets every packet once, all of a pair of addresses by the same member, in both
// directions; and none is idle. So neither takes anything from the other.
func TestGroupsShareOut(t *testing.T) {
	a, b := lab.Pair(t)
	const members = 2
	for _, on := range [][]string{{"va"}, nil} {
		groups := [][]*Source{listenGroup(t, a, members, Config{}, on...), listenGroup(t, a, members, Config{}, on...)}
		sendPairs(a, b)
		for g, group := range groups {
			type key struct{ id, seq, typ uint16 }
			seen := map[key]int{}
			member := map[uint16]int{}
			for i, s := range group {
				packets, tally := catch(t, s, pairs*perPair)
				balance(t, s, tally)
				forged := 0
				for j := range packets {
					p := &packets[j]
					if p.Version != 4 || p.Src[12] != 10 || p.Src[13] == 0 {
						continue
					}
					forged++
					id, _ := p.ID()
					seq, _ := p.Seq()
					seen[key{id, seq, uint16(p.Type)}]++
					if first, ok := member[id]; ok && first != i {
						t.Errorf("group %d: pair %d is at two members", g, id)
					}
					member[id] = i
				}
				if forged < pairs*perPair/10 {
					t.Errorf("group %d, member %d: %d packets of %d", g, i, forged, pairs*perPair)
				}
			}
			if len(seen) != pairs*perPair {
				t.Errorf("group %d: %d packets, want %d", g, len(seen), pairs*perPair)
			}
			for k, n := range seen {
				if n != 1 {
					t.Fatalf("group %d: %+v is there %d times", g, k, n)
				}
			}
		}
	}
}

// A group's interface may go down; one member says so for all.
func TestGroupInterfaceDown(t *testing.T) {
	a, b := lab.Pair(t)
	var notices []string
	group := listenGroup(t, a, 2, Config{Notice: func(text string) { notices = append(notices, text) }}, "va")
	a.IP("link", "set", "va", "down")
	for _, s := range group {
		catch(t, s, 0)
	}
	if len(notices) != 1 {
		t.Errorf("notices %q, want one", notices)
	}
	a.IP("link", "set", "va", "up")
	sendPairs(a, b)
	var got []icmp.Packet
	for _, s := range group {
		packets, _ := catch(t, s, pairs*perPair)
		got = append(got, only4(packets)...)
	}
	if len(got) < pairs*perPair {
		t.Errorf("%d packets after the interface came up, want %d", len(got), pairs*perPair)
	}
}
