package reactor

import (
	"time"

	"cbench/scenarios/wire"
)

// park answers a long poll if there is news, and else parks the connection.
func (lp *loop) park(c *conn, q *wire.Request) {
	r := lp.room(string(q.Room))
	if r == nil {
		lp.refuse(c, q)
		return
	}
	since := q.Since
	if since < 0 {
		since = r.log.Head()
	}
	var answered bool
	if c.owed, answered = q.Form.AppendNews(c.owed, &r.log, since); answered {
		return
	}
	if lp.ending { // no news comes any more
		c.owed = q.Form.AppendNone(c.owed, since)
		return
	}
	c.parked = &parked{room: r, since: since, at: len(r.waiters), form: q.Form}
	r.waiters = append(r.waiters, c)
	lp.waiters++
	lp.alarms.Cancel(c.alarm)
	c.alarm = lp.alarms.Set(time.Now().Add(q.Delay), c)
}

// notify answers the long polls of a room that has news.
func (r *room) notify() {
	lp := r.lp
	for i := len(r.waiters) - 1; i >= 0; i-- { // backwards, because the last takes the place of one that goes
		c := r.waiters[i]
		c.owed, _ = c.parked.form.AppendNews(lp.owing(c), &r.log, c.parked.since)
		lp.unpark(c)
		lp.writeAtTurnEnd(c)
	}
}

// timeOut answers a long poll that nothing came of.
func (lp *loop) timeOut(c *conn) {
	c.owed = c.parked.form.AppendNone(lp.owing(c), c.parked.since)
	lp.unpark(c)
	lp.writeAtTurnEnd(c)
}

// unpark takes a long poll out of its room.
func (lp *loop) unpark(c *conn) {
	if c.parked == nil || c.parked.room == nil {
		return
	}
	r, at := c.parked.room, c.parked.at
	end := len(r.waiters) - 1
	r.waiters[at] = r.waiters[end]
	r.waiters[at].parked.at = at
	r.waiters[end] = nil
	r.waiters = r.waiters[:end]
	r.used = time.Now()
	lp.waiters--
	lp.alarms.Cancel(c.alarm)
	c.parked, c.alarm = nil, nil
}
