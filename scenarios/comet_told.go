package scenarios

import "bytes"

// What comet's connections are told: the judge's half of it.

// told is a waiter's answer. Whatever it says, the waiter asks again at once.
func (t *comet) told(c int, body []byte, now int64, rec Recorder) {
	w, h, n := &t.waiters[c], &t.halls[c/t.size], &t.news
	switch {
	case !n.parse(body):
		t.garbled(c, body, now, rec)
		return
	case w.next == 0:
		t.join(c, body, now, rec)
		return
	}
	first, last := w.since+1, w.since
	if len(n.messages) > 0 {
		first, last = n.messages[0].id, n.messages[len(n.messages)-1].id
	}
	if n.next != last || n.missed != first-1-w.since {
		t.wrong(c, body, rec)
	}
	// One empty answer before its time is let pass: a server may take its leave so from a client that said FIN.
	empty := len(n.messages) == 0 && now-w.polled < soonest
	if empty && w.emptied {
		rec.Fault(Surplus, 1, body)
	}
	w.emptied = empty
	for i := range n.messages {
		t.hear(c, &n.messages[i], body, now, rec)
	}
	t.poll(c, max(w.since, min(last, h.sent.next-1)), now, rec)
}

// join reads the answer to a waiter's opening: no news, and where the room stands. All of a room join before anybody
// speaks, so all must be told the same.
func (t *comet) join(c int, body []byte, now int64, rec Recorder) {
	w, h, n := &t.waiters[c], &t.halls[c/t.size], &t.news
	if len(n.messages) > 0 || n.missed != 0 || h.joined && n.next+1 != h.sent.next {
		rec.Fault(Corrupted, 1, body)
		return
	}
	if !h.joined {
		h.joined, h.head = true, n.next
		h.sent.head, h.sent.next = n.next+1, n.next+1
	}
	w.next = n.next + 1
	h.here++
	rec.Ready(c)
	t.poll(c, n.next, now, rec)
}

// hear judges one message of an answer.
func (t *comet) hear(c int, m *newsItem, body []byte, now int64, rec Recorder) {
	w, h := &t.waiters[c], &t.halls[c/t.size]
	switch {
	case m.id >= h.sent.next || m.id <= h.head:
		rec.Fault(Surplus, 1, body)
		return
	case m.id < w.next:
		w.strays.came(m.id, body, rec)
		return
	}
	for w.next < m.id {
		t.pass(c, false, rec)
	}
	speaker := t.number(c / t.size)
	named := len(m.from) == nameSize && m.from[0] == 'u' && bytes.HasPrefix(m.text, m.from[1:])
	if !named || !t.is(m.text, speaker, m.id-h.head) {
		rec.Fault(Corrupted, 1, body)
		t.pass(c, true, rec)
		return
	}
	w.next++
	cried := h.sent.at(m.id)
	rec.Received(c, cried.due, cried.sent, now)
	t.through(h, m.id, now, rec)
}

// garbled: what came is no answer. What it should have told is asked for again.
func (t *comet) garbled(c int, in []byte, now int64, rec Recorder) {
	if p := t.publisher(c); p != nil {
		t.acknowledged(c, in, rec)
		return
	}
	t.wrong(c, in, rec)
	if w := &t.waiters[c]; w.next > 0 {
		t.poll(c, w.since, now, rec)
	}
}

// wrong: a waiter's answer is not what it has to be.
func (t *comet) wrong(c int, in []byte, rec Recorder) {
	w, h := &t.waiters[c], &t.halls[c/t.size]
	if w.next > 0 && w.next == h.sent.next {
		rec.Fault(Surplus, 1, in)
		return
	}
	rec.Fault(Corrupted, 1, in)
}

// pass gives up the message due next to waiter c.
func (t *comet) pass(c int, told bool, rec Recorder) {
	w := &t.waiters[c]
	w.strays.add(w.next, told, rec)
	t.through(&t.halls[c/t.size], w.next, 0, rec)
	w.next++
}

// through: one more waiter heard the message at that time, or, at 0, will not.
func (t *comet) through(h *hall, id uint64, now int64, rec Recorder) {
	m := h.sent.at(id)
	if now > 0 {
		m.hear(now)
	}
	m.left--
	if m.left > 0 {
		return
	}
	t.underway--
	if m.first > 0 {
		rec.Heard(m.due, m.first, m.last)
	}
	if t.publisher(h.speaker).ready {
		rec.Next(h.speaker)
	}
	for h.sent.head < h.sent.next && h.sent.at(h.sent.head).left <= 0 {
		h.sent.head++
	}
}

// acknowledged is a publisher's answer: the id of its oldest message that was not answered.
func (t *comet) acknowledged(c int, body []byte, rec Recorder) {
	p := t.publisher(c)
	if !p.ready {
		if !t.news.parse(body) || len(t.news.messages) > 0 {
			rec.Fault(Corrupted, 1, body)
			return
		}
		p.ready = true
		rec.Ready(c)
		return
	}
	id, ok := parseID(body)
	switch {
	case p.len() > 0 && ok && id == *p.at(p.head):
	case p.forgiven > 0:
		p.forgiven--
		return
	case p.len() == 0:
		rec.Fault(Surplus, 1, body)
		return
	default:
		rec.Fault(Corrupted, 1, body)
	}
	p.pop()
	t.underway--
}

// forgive tells what a publisher was not answered as lost.
func (t *comet) forgive(p *publisher, rec Recorder) {
	n := p.forgive()
	t.underway -= n
	lose(n, rec)
}
