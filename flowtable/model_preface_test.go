package flowtable_test

import "icmpdump/flowtable"

// What scripts begin with, now and then, because it seldom comes about by itself.

// echo is a request of the first host to the second.
func (w *writer) echo(id, seq int) shot {
	w.time += 11 * us
	s := shot{time: w.time, version: 4, src: hosts4[0], dst: hosts4[1], typ: 8, word: uint32(id)<<16 | uint32(seq), ttl: 64}
	w.recent = append(w.recent[max(0, len(w.recent)-11):], s)
	return s
}

// answered is a request and its reply.
func (w *writer) answered(id, seq int) op {
	asked := w.echo(id, seq)
	w.time += 300 * us
	answer := asked
	answer.time, answer.src, answer.dst, answer.typ = w.time, asked.dst, asked.src, 0
	return op{samples: []sample{asked.sample(), answer.sample()}}
}

// busy makes a table full of flows with some replies, and then a first request of another one.
func (w *writer) busy() (ops []op) {
	least := int(w.byte()) % 3
	var seen int64 // when the first flow was, the last time
	for id := range w.config.MaxFlows {
		replies := least + int(w.byte())%2
		for seq := range replies {
			ops = append(ops, w.answered(id, seq))
		}
		for seq := replies; seq < 2; seq++ {
			s := w.echo(id, seq)
			ops = append(ops, op{samples: []sample{s.sample()}})
		}
		if id == 0 {
			seen = w.time
		}
	}
	w.time = max(w.time, oneOf(&w.dice, 0, seen+newModel(w.config).config.ReplyTimeout-11*us))
	s := w.echo(w.config.MaxFlows, 0)
	return append(ops, op{samples: []sample{s.sample()}})
}

// flood has more requests than there is room for, most of one flow.
func (w *writer) flood() (ops []op) {
	const others = 3
	for id := range others {
		s := w.echo(id, 0)
		ops = append(ops, op{samples: []sample{s.sample()}})
	}
	for seq := range 4*w.config.MaxFlows + int(w.byte())%3 {
		s := w.echo(others, seq)
		ops = append(ops, op{samples: []sample{s.sample()}})
	}
	for seq := range 3 {
		s := w.echo(others, seq)
		s.src, s.dst, s.typ = s.dst, s.src, 0
		ops = append(ops, op{samples: []sample{s.sample()}})
	}
	return ops
}

// untimed begins with packets that have no time.
func (w *writer) untimed() (ops []op) {
	for range 5 {
		s := w.shot()
		s.untimed = true
		ops = append(ops, op{samples: []sample{s.sample()}})
	}
	return ops
}

// overtaken answers some requests, whose sequence numbers may wrap, in another order.
func (w *writer) overtaken() (ops []op) {
	half := oneOf(&w.dice, pairs[0], pairs[4], pairs[10]) // echo, timestamp, extended echo
	begin := oneOf(&w.dice, 1, 126, 254, 32766, 65534)
	for i := range 4 {
		s := w.echo(1, (begin+i)%65536)
		s.typ = half.typ
		if half.kind == flowtable.KindExtendedEcho {
			s.word = 1<<16 | uint32((begin+i)%256<<8)
		}
		w.recent[len(w.recent)-1] = s
		ops = append(ops, op{samples: []sample{s.sample()}})
	}
	for range 6 {
		w.time += ms
		s := w.reply(oneOf(&w.dice, w.recent...))
		s.time = w.time
		ops = append(ops, op{samples: []sample{s.sample()}})
	}
	return ops
}
