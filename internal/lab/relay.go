package lab

import (
	"sync"
	"time"

	"github.com/mdlayher/packet"
)

// ethPAll is the EtherType of a packet socket that receives all there are (ETH_P_ALL).
const ethPAll = 3

// Relay makes two interfaces of the host one wire: what comes in on one goes out on the other,
// as long later as delay says of it. It ends with the test.
func (h *Host) Relay(one, other string, delay func(frame []byte) time.Duration) {
	h.t.Helper()
	a, b := h.Dial(one, ethPAll), h.Dial(other, ethPAll)
	var done sync.WaitGroup
	done.Go(func() { forward(a, b, delay) })
	done.Go(func() { forward(b, a, delay) })
	h.t.Cleanup(func() {
		a.Close()
		b.Close()
		done.Wait()
	})
}

// forward sends on to what comes in at from, until one of them is closed. A socket does not
// receive what was sent through it.
func forward(from, to *packet.Conn, delay func(frame []byte) time.Duration) {
	buf := make([]byte, 65536)
	for {
		n, _, err := from.ReadFrom(buf)
		if err != nil {
			return
		}
		frame := append([]byte(nil), buf[:n]...)
		send := func() { to.WriteTo(frame, &packet.Addr{HardwareAddr: frame[:6]}) }
		if d := delay(frame); d > 0 {
			time.AfterFunc(d, send)
		} else {
			send()
		}
	}
}
