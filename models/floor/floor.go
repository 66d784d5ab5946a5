// Package floor is a control and no chat server: the least loop that echoes. It sends back whatever bytes come, whole lines or
// not, and knows no room, no request and no bound but one. What it costs is what the kernel costs, and what any other
// model costs beyond it is the model's.
package floor

import (
	"context"
	"net"
	"time"

	"cbench/internal/poll"
	"cbench/models/internal/config"
)

// conn owes its client what the socket did not take. While it owes, it is not read: so it never owes more than one read.
type conn struct {
	owed []byte
	open bool
}

type loop struct {
	poll     *poll.Poller
	listener int
	conns    poll.Table[conn] // by descriptor
	open     int
	maxConns int
	buf      [64 << 10]byte
}

// Serve echoes until ctx is done.
func Serve(ctx context.Context, l net.Listener, cfg config.Config) error {
	p, err := poll.Open()
	if err != nil {
		return err
	}
	defer p.Close()
	wake, err := p.NewWaker()
	if err != nil {
		return err
	}
	defer wake.Close()
	defer wake.WakeAtEnd(ctx)()

	fd, err := poll.Listener(l)
	l.Close()
	if err != nil {
		return err
	}
	lp := &loop{poll: p, listener: fd, maxConns: cfg.Resolve().MaxConns}
	defer lp.close()
	if err := p.Add(fd, poll.In); err != nil {
		return err
	}
	for ctx.Err() == nil {
		events, err := p.Wait(-1)
		if err != nil {
			return err
		}
		for _, ev := range events {
			if fd := int(ev.Fd); fd == lp.listener {
				lp.accept()
			} else if fd != wake.Fd() {
				lp.echo(fd, lp.conns.At(fd))
			}
		}
	}
	return nil
}

func (lp *loop) accept() {
	for {
		fd, err := poll.Accept(lp.listener)
		if err != nil {
			if err != poll.ErrAgain {
				time.Sleep(10 * time.Millisecond) // out of descriptors: not at full speed, at least
			}
			return
		}
		if lp.open >= lp.maxConns || lp.poll.Add(fd, poll.In) != nil {
			poll.Close(fd)
			continue
		}
		lp.conns.At(fd).open = true
		lp.open++
	}
}

// echo serves one event: it pays what is owed, or reads once and sends that back.
func (lp *loop) echo(fd int, c *conn) {
	b := c.owed
	if b == nil {
		n, err := poll.Read(fd, lp.buf[:])
		if n == 0 && err != poll.ErrAgain {
			lp.drop(fd, c)
			return
		}
		b = lp.buf[:n]
	}
	n, err := poll.Write(fd, b)
	switch {
	case err != nil && err != poll.ErrAgain:
		lp.drop(fd, c)
	case n < len(b):
		if c.owed == nil {
			lp.poll.Modify(fd, poll.Out)
		}
		c.owed = append([]byte(nil), b[n:]...)
	case c.owed != nil:
		c.owed = nil
		lp.poll.Modify(fd, poll.In)
	}
}

func (lp *loop) drop(fd int, c *conn) {
	if c.open {
		*c = conn{}
		lp.open--
		poll.Close(fd)
	}
}

func (lp *loop) close() {
	for fd, c := range lp.conns.All {
		lp.drop(fd, c)
	}
	poll.Close(lp.listener)
}
