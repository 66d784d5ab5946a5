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
	c.park = &park{room: r, since: since, at: len(r.waiters), form: q.Form}
	r.waiters = append(r.waiters, c)
	lp.waiters++
	lp.alarms.Cancel(c.alarm)
	c.alarm = lp.alarms.Set(time.Now().Add(q.Delay), c)
}

// notify answers the long polls of a room that has news.
func (lp *loop) notify(r *room) {
	for i := len(r.waiters) - 1; i >= 0; i-- { // backwards, for the place of who goes is taken by the last
		c := r.waiters[i]
		c.owed, _ = c.park.form.AppendNews(lp.owing(c), &r.log, c.park.since)
		lp.unpark(c)
		lp.writeAtEnd(c)
	}
}

// timeOut answers a long poll that nothing came of.
func (lp *loop) timeOut(c *conn) {
	c.owed = c.park.form.AppendNone(lp.owing(c), c.park.since)
	lp.unpark(c)
	lp.writeAtEnd(c)
}

// unpark takes a long poll out of its room.
func (lp *loop) unpark(c *conn) {
	if c.park == nil || c.park.room == nil {
		return
	}
	r, at := c.park.room, c.park.at
	end := len(r.waiters) - 1
	r.waiters[at] = r.waiters[end]
	r.waiters[at].park.at = at
	r.waiters[end] = nil
	r.waiters = r.waiters[:end]
	r.used = time.Now()
	lp.waiters--
	lp.alarms.Cancel(c.alarm)
	c.park, c.alarm = nil, nil
}
