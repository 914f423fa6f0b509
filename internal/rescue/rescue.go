// Package rescue gives back what a program has borrowed, a terminal's mode for instance, when it is
// about to die of a panic. What the runtime ends by itself, without a panic (two writers of one map, no
// memory), it can't.
package rescue

import (
	"sync"
	"time"
)

// patience is how long what is to be given back is waited for.
const patience = time.Second

// A promise is a function to call before the program dies.
type promise struct{ restore func() }

var (
	turn sync.Mutex // of who restores: any goroutine may panic, and several at once

	mu       sync.Mutex // guards promises
	promises []*promise // in the order in which they were given
)

// On has restore called before the program dies of a panic, on a goroutine of its own, unless
// forget was called before. It is called once, behind those that were registered later, while other
// goroutines still run.
func On(restore func()) (forget func()) {
	p := &promise{restore}
	mu.Lock()
	defer mu.Unlock()
	promises = append(promises, p)
	return func() { take(p) }
}

// Guard is deferred where a goroutine begins: on its panic it has restored what is registered, and
// panics on with the same value, so that Go prints what it would have printed. All that panic wait until
// it is done, or a second has passed.
//
// Who waits for the goroutine must not hear of its end by something that is deferred as well: that happens
// in a panic too, and whoever hears of it might end the program as if it were well. [sync.WaitGroup.Go] knows that.
func Guard() {
	v := recover()
	if v == nil {
		return
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		restoreAll()
	}()
	select {
	case <-done:
	case <-time.After(patience):
	}
	panic(v)
}

// restoreAll keeps all promises, the last one first.
func restoreAll() {
	turn.Lock()
	defer turn.Unlock()
	for p := take(nil); p != nil; p = take(nil) {
		p.keep()
	}
}

// keep does what was promised. That it panics itself is nothing beside why it was called.
func (p *promise) keep() {
	defer func() { _ = recover() }()
	p.restore()
}

// take takes p out of the promises, or the last one if it is nil. It returns nil if it is not there.
func take(p *promise) *promise {
	mu.Lock()
	defer mu.Unlock()
	for i := len(promises) - 1; i >= 0; i-- {
		if q := promises[i]; p == nil || q == p {
			promises = append(promises[:i], promises[i+1:]...)
			return q
		}
	}
	return nil
}
