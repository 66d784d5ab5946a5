package actor

import (
	"time"

	"cbench/scenarios/wire"
)

// park answers a long poll, or keeps it until there is news. It comes back as its own answer.
func (h *host) park(q *pollRequest) {
	h.history.mailbox <- register{q.from}
	news := newsQuery{since: q.since, form: q.form}
	h.history.ask(&news)
	q.since = news.since
	if news.answered {
		h.history.mailbox <- unregister{q.from}
		q.answer = news.answer
		q.from.post(q)
		return
	}
	h.waiters[q.from] = q
	h.tally(0, 1, 0)
}

// notify tells every waiter the news. Most wait for the same, which is then put into bytes once.
func (h *host) notify() {
	if len(h.waiters) == 0 {
		return
	}
	type kind struct {
		since int64
		form  wire.Form
	}
	made := make(map[kind][]byte)
	h.tally(0, -len(h.waiters), 0)
	for a, w := range h.waiters {
		k := kind{w.since, w.form}
		if made[k] == nil {
			news := newsQuery{since: w.since, form: w.form}
			h.history.ask(&news)
			made[k] = news.answer
		}
		w.answer = made[k]
		a.post(w)
		h.woken = append(h.woken, a)
		h.mayFail(waking)
	}
	clear(h.waiters)
	h.history.mailbox <- h.woken
	h.woken = nil
}

func (h *host) unpark(q *cancelRequest) {
	if h.waiters[q.from] != nil {
		delete(h.waiters, q.from)
		h.tally(0, -1, 0)
	}
	h.history.mailbox <- unregister{q.from}
	q.from.post(q)
}

// park has the room answer a long poll when it can. The connection is parked.
func (c *conn) park(q *wire.Request) {
	c.parked = &pollRequest{asked: asked{from: &c.address}, since: q.Since, form: q.Form}
	c.until(time.Now().Add(q.Delay))
	c.room.mailbox <- c.parked
}

// timeOut takes the long poll back from the room and answers it: that there is no news, unless some came meanwhile.
func (c *conn) timeOut() (form wire.Form, answer []byte) {
	w := c.parked
	form = w.form
	if !c.unpark() {
		return form, nil
	}
	if c.returned == w {
		return form, w.answer
	}
	return form, form.AppendNone(nil, w.since)
}

// unpark takes the long poll back, answered or not. From then on it is the connection's again.
func (c *conn) unpark() bool {
	c.parked, c.returned = nil, nil
	c.until(time.Time{})
	return c.askWithRetry(&cancelRequest{asked{from: &c.address}})
}

// resume goes on with what was asked behind the long poll, once it is answered.
func (c *conn) resume(form wire.Form, answer []byte) bool {
	c.parked = nil
	c.until(time.Time{})
	return c.send(answer) && !form.Last() && c.handle(nil)
}
