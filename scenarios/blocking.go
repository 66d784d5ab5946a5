package scenarios

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"time"
)

// blocking is echo's connections as bystanders, and a few beside them whose requests block the server where it handles them:
// a share of all messages. What is measured is how long the bystanders wait; the slow ones are told aside.
//
// The share's bystanders are its connections from 0, its blockers those behind them.
type blocking struct {
	*echo
	share    float64 // of all messages
	ask      []byte  // a slow request
	answer   []byte  // what it must be answered with
	blockers []blocker
	turn     int // of the blockers: who is looked at first
	blocked  int // slow requests under way
}

type blocker struct {
	flight
	ready    bool
	forgiven int // answers that were told as lost, and may come yet
}

const (
	// allBlockers is how many connections beside the bystanders make slow requests: several times as many as any model offloads at
	// once, so that it is the server where requests queue. Requests on one connection are answered in order.
	allBlockers = 256

	blockerOpening = "BLOCK 1 offload\n"
	blockerReady   = "BLOCKED 1\n"

	mostShare = 0.5
)

// blockersBeside is how many of them stand beside n bystanders out of p.Conns.
func blockersBeside(p Params, n int) int { return (allBlockers*n + p.Conns - 1) / p.Conns }

func newBlocking(p Params, first, n int) Traffic {
	ms := p.Block.Milliseconds()
	return &blocking{
		echo:     makeEcho(p, first, n),
		share:    p.Share,
		ask:      fmt.Appendf(nil, "BLOCK %d %s\n", ms, p.How),
		answer:   fmt.Appendf(nil, "BLOCKED %d\n", ms),
		blockers: make([]blocker, blockersBeside(p, n)),
	}
}

// blocker is connection c, if it is one: else nil.
func (t *blocking) blocker(c int) *blocker {
	if c < len(t.conns) {
		return nil
	}
	return &t.blockers[c-len(t.conns)]
}

func (t *blocking) Open(c int, out []byte) []byte {
	b := t.blocker(c)
	if b == nil {
		return t.echo.Open(c, out)
	}
	*b = blocker{}
	return append(out, blockerOpening...)
}

// Speaker draws which messages are slow, each for itself, as independent users would make them: they come in clusters, too.
func (t *blocking) Speaker(k uint64) int {
	const whole = 1 << 53 // what a float64 can tell apart
	if float64(rand.NewPCG(t.seed, k).Uint64()>>11) >= t.share*whole {
		return t.echo.Speaker(k)
	}
	t.turn = t.free()
	return len(t.conns) + t.turn
}

// free is the next blocker in turn that waits for nothing, or else the next in turn: to have the same one wait for more and more would
// measure its queue, not the server's.
func (t *blocking) free() int {
	n := len(t.blockers)
	for i := range n {
		at := (t.turn + 1 + i) % n
		if b := &t.blockers[at]; b.ready && b.len() == 0 {
			return at
		}
	}
	return (t.turn + 1) % n
}

func (t *blocking) Speaks(c int) bool { return t.blocker(c) == nil }

func (t *blocking) Send(c int, due, sent int64, out []byte) ([]byte, int) {
	b := t.blocker(c)
	if b == nil {
		return t.echo.Send(c, due, sent, out)
	}
	b.push(times{due, sent})
	t.blocked++
	return append(out, t.ask...), 0
}

func (t *blocking) Receive(c int, in []byte, now int64, rec Recorder) (took int) {
	b := t.blocker(c)
	if b == nil {
		return t.echo.Receive(c, in, now, rec)
	}
	for took < len(in) {
		end := bytes.IndexByte(in[took:], '\n') + 1
		if end == 0 {
			return took
		}
		t.unblocked(c, in[took:took+end], now, rec)
		took += end
	}
	return took
}

// unblocked judges one line that a blocker was told.
func (t *blocking) unblocked(c int, line []byte, now int64, rec Recorder) {
	b := t.blocker(c)
	switch {
	case !b.ready:
		if string(line) != blockerReady {
			rec.Fault(Corrupted, 1, line)
			return
		}
		b.ready = true
		rec.Ready(c)
		return
	case b.forgiven > 0:
		b.forgiven--
		return
	case b.len() == 0:
		rec.Fault(Surplus, 1, line)
		return
	case !bytes.Equal(line, t.answer):
		rec.Fault(Corrupted, 1, line)
		b.pop()
	default:
		asked := b.pop()
		rec.Aside(asked.due, now)
	}
	t.blocked--
}

func (t *blocking) Underway() int { return t.echo.Underway() + t.blocked }

func (t *blocking) Torn(c int, rec Recorder) {
	b := t.blocker(c)
	switch {
	case b == nil:
		t.echo.Torn(c, rec)
	case b.len() == 0 && b.forgiven == 0:
		rec.Fault(Surplus, 1, nil)
	}
}

func (t *blocking) Gone(c int, rec Recorder) {
	b := t.blocker(c)
	if b == nil {
		t.echo.Gone(c, rec)
		return
	}
	t.forgive(b, rec)
	*b = blocker{}
}

func (t *blocking) Settle(rec Recorder) {
	t.echo.Settle(rec)
	for i := range t.blockers {
		t.forgive(&t.blockers[i], rec)
	}
}

// forgive tells what a blocker was not answered as lost.
func (t *blocking) forgive(b *blocker, rec Recorder) {
	n := b.len()
	if n == 0 {
		return
	}
	rec.Fault(Lost, n, nil)
	b.forgiven += n
	b.head = b.next
	t.blocked -= n
}

// checkBlocking says what is wrong with the slow requests asked for.
func checkBlocking(p Params) error {
	switch {
	case !(p.Share >= 0 && p.Share <= mostShare):
		return fmt.Errorf("share %g: must be 0 to %g of all messages", p.Share, mostShare)
	case p.How != "inline" && p.How != "spin" && p.How != "offload":
		return fmt.Errorf("how %q: must be inline, spin or offload", p.How)
	case p.Block < time.Millisecond || p.Block > 10*time.Second || p.Block%time.Millisecond != 0:
		return fmt.Errorf("block %v: must be 1ms to 10s, in whole milliseconds", p.Block)
	}
	return nil
}
