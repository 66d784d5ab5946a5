package scenarios

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"time"
)

// blocking is connections that echo as bystanders, and a few beside them whose requests block the server where it handles
// them: a share of all messages. What is measured is how long the bystanders wait; the slow ones are told aside.
//
// The share's bystanders are its connections from 0, its blockers those behind them.
type blocking struct {
	Traffic            // the bystanders', but for what is below
	bystanders int     // how many
	share      float64 // of all messages
	seed       uint64
	slow       slowForm
	blockers   []blocker
	turn       int // of the blockers: who is looked at first
	blocked    int // slow requests under way
}

// slowForm is how slow requests are put into bytes, and what they must be answered with.
type slowForm struct {
	opening, ready string // a short request before all, and its answer
	ask, answer    string
	// next takes the next answer from the front of in: its text, nil if there is none or only what belongs to a torn one, and
	// whether the connection ends behind it.
	next func(in []byte, torn *bool) (text []byte, took int, closes bool)
}

type blocker struct {
	asked[times]
	torn bool // the last answer was, and is told: see slowForm.next
}

const (
	// allBlockers is how many connections beside the bystanders make slow requests: several times as many as any model offloads at
	// once, so that it is the server where requests queue. Requests on one connection are answered in order.
	allBlockers = 256

	mostShare = 0.5
)

// blockersBeside is how many of them stand beside n bystanders out of p.Conns.
func blockersBeside(p Params, n int) int { return (allBlockers*n + p.Conns - 1) / p.Conns }

func newBlocking(p Params, first, n int) Traffic {
	return makeBlocking(p, first, n, newEcho(p, first, n), slowLines(p))
}

func newHTTPBlocking(p Params, first, n int) Traffic {
	echo := newHTTPEcho(p, first, n).(*httpEcho)
	return &httpBlocking{makeBlocking(p, first, n, echo, slowHTTP(p)), echo}
}

// httpBlocking goes on where a server ends connections in good order: to block twice is to block once, more slowly.
type httpBlocking struct {
	*blocking
	echo *httpEcho // the bystanders
}

func (t *httpBlocking) Ended(c int, rest []byte, heard, now int64, rec Recorder) bool {
	b := t.blocker(c)
	if b == nil {
		return t.echo.Ended(c, rest, heard, now, rec)
	}
	return b.ready && len(rest) == 0 && (b.len() == 0 || b.at(b.head).sent-heard >= idleEnd)
}

func (t *httpBlocking) Kept() time.Duration { return t.echo.Kept() }

func (t *httpBlocking) Again(c int, out []byte) []byte {
	b := t.blocker(c)
	if b == nil {
		return t.echo.Again(c, out)
	}
	b.forgiven, b.torn = 0, false // they were asked for on the connection that ended
	for range b.len() {
		out = append(out, t.slow.ask...)
	}
	return out
}

func makeBlocking(p Params, first, n int, bystanders Traffic, slow slowForm) *blocking {
	return &blocking{
		Traffic:    bystanders,
		bystanders: n,
		share:      p.Share,
		seed:       p.Seed ^ uint64(first)<<32, // so that shares do not all draw the same
		slow:       slow,
		blockers:   make([]blocker, blockersBeside(p, n)),
	}
}

// slowLines is "BLOCK <ms> <how>".
func slowLines(p Params) slowForm {
	const word = "BLOCKED "
	ms := p.Block.Milliseconds()
	return slowForm{
		opening: "BLOCK 1 offload\n",
		ready:   word + "1\n",
		ask:     fmt.Sprintf("BLOCK %d %s\n", ms, p.How),
		answer:  fmt.Sprintf(word+"%d\n", ms),
		next: func(in []byte, torn *bool) ([]byte, int, bool) {
			if *torn {
				skip, whole := mend(in, word)
				if *torn = !whole; !whole || skip > 0 {
					return nil, skip, false
				}
			}
			end := bytes.IndexByte(in, '\n') + 1
			if end == 0 {
				return nil, 0, false
			}
			return in[:end], end, false
		},
	}
}

// slowHTTP is "GET /block".
func slowHTTP(p Params) slowForm {
	ms := p.Block.Milliseconds()
	get := func(ms int64, how string) string {
		return fmt.Sprintf("GET /block?ms=%d&how=%s HTTP/1.1\r\n%s\r\n", ms, how, hostField)
	}
	told := func(ms int64) string { return fmt.Sprintf(`{"blocked_ms":%d}`, ms) }
	var heads answers
	return slowForm{
		opening: get(1, "offload"),
		ready:   told(1),
		ask:     get(ms, p.How),
		answer:  told(ms),
		next:    heads.object,
	}
}

// blocker is connection c, if it is one: else nil.
func (t *blocking) blocker(c int) *blocker {
	if c < t.bystanders {
		return nil
	}
	return &t.blockers[c-t.bystanders]
}

func (t *blocking) Open(c int, out []byte) []byte {
	b := t.blocker(c)
	if b == nil {
		return t.Traffic.Open(c, out)
	}
	*b = blocker{}
	return append(out, t.slow.opening...)
}

// Speaker draws which messages are slow, each for itself, as independent users would make them: they come in clusters, too.
func (t *blocking) Speaker(k uint64) int {
	const whole = 1 << 53 // what a float64 can tell apart
	if float64(rand.NewPCG(t.seed, k).Uint64()>>11) >= t.share*whole {
		return t.Traffic.Speaker(k)
	}
	t.turn = t.free()
	return t.bystanders + t.turn
}

// free is the next blocker in turn that waits for nothing, or else the next in turn: to have the same one wait for more and more
// would measure its queue, not the server's.
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
		return t.Traffic.Send(c, due, sent, out)
	}
	b.push(times{due, sent})
	t.blocked++
	return append(out, t.slow.ask...), 0
}

func (t *blocking) Receive(c int, in []byte, now int64, rec Recorder) (took int) {
	b := t.blocker(c)
	if b == nil {
		return t.Traffic.Receive(c, in, now, rec)
	}
	for took < len(in) {
		text, n, closes := t.slow.next(in[took:], &b.torn)
		if n == 0 {
			break
		}
		took += n
		if text != nil {
			t.unblocked(c, text, now, rec)
		}
		if closes {
			rec.Closing(c)
		}
	}
	return took
}

// unblocked judges one answer to a blocker.
func (t *blocking) unblocked(c int, text []byte, now int64, rec Recorder) {
	b := t.blocker(c)
	switch {
	case !b.ready:
		if string(text) != t.slow.ready {
			rec.Fault(Corrupted, 1, text)
			return
		}
		b.ready = true
		rec.Ready(c)
		return
	case b.forgiven > 0:
		b.forgiven--
		return
	case b.len() == 0:
		rec.Fault(Surplus, 1, text)
		return
	case string(text) != t.slow.answer:
		rec.Fault(Corrupted, 1, text)
		b.pop()
	default:
		asked := b.pop()
		rec.Aside(asked.due, now)
	}
	t.blocked--
}

func (t *blocking) Wanted(c int) Wanted {
	switch b := t.blocker(c); {
	case b == nil:
		return t.Traffic.Wanted(c)
	case !b.ready:
		return wantedLine([]byte(t.slow.ready))
	case b.len() == 0:
		return Wanted{}
	default:
		return wantedLine([]byte(t.slow.answer))
	}
}

func (t *blocking) Underway() int { return t.Traffic.Underway() + t.blocked }

func (t *blocking) Torn(c int, rec Recorder) {
	b := t.blocker(c)
	switch {
	case b == nil:
		t.Traffic.Torn(c, rec)
	case b.quiet() && !b.torn:
		rec.Fault(Surplus, 1, nil)
		b.torn = true
	}
}

func (t *blocking) Gone(c int, rec Recorder) {
	b := t.blocker(c)
	if b == nil {
		t.Traffic.Gone(c, rec)
		return
	}
	t.forgive(b, rec)
	*b = blocker{}
}

func (t *blocking) Settle(rec Recorder) {
	t.Traffic.Settle(rec)
	for i := range t.blockers {
		t.forgive(&t.blockers[i], rec)
	}
}

// forgive tells what a blocker was not answered as lost.
func (t *blocking) forgive(b *blocker, rec Recorder) {
	n := b.forgive()
	t.blocked -= n
	lose(n, rec)
}

// checkBlock says what is wrong with how long a request blocks, or is at work.
func checkBlock(p Params) error {
	if p.Block < time.Millisecond || p.Block > 10*time.Second || p.Block%time.Millisecond != 0 {
		return fmt.Errorf("block %v: must be 1ms to 10s, in whole milliseconds", p.Block)
	}
	return nil
}

// checkBlocking says what is wrong with the slow requests asked for.
func checkBlocking(p Params) error {
	switch {
	case !(p.Share >= 0 && p.Share <= mostShare):
		return fmt.Errorf("share %g: must be 0 to %g of all messages", p.Share, mostShare)
	case p.How != "inline" && p.How != "spin" && p.How != "offload":
		return fmt.Errorf("how %q: must be inline, spin or offload", p.How)
	}
	return checkBlock(p)
}
