package scenarios

import (
	"fmt"
	"strconv"
)

// comet is rooms of waiters, each with a long poll under way at all times, and a few connections beside them that send. The
// share's waiters are its connections from 0, and its publishers those behind them.
//
// One connection sends all that is said in a room, and requests on a connection are answered in order: so it is known
// beforehand which id a message gets, and every waiter is held to that.
type comet struct {
	texts
	first      int    // the share's first waiter, of all
	size       int    // waiters of a room; the last may have fewer
	prefix     string // of rooms' names: a run's own, for a server may be used again
	waiters    []waiter
	publishers []publisher
	halls      []hall
	underway   int
	answers    answers
	news       news
	request    []byte
}

type waiter struct {
	next   uint64 // the id it must hear next; 0 until its opening was answered
	polled int64  // when it last asked
	since  uint64 // what it asked for: ids above
	strays strays
	torn   bool // the next answer is to be sought
	again  bool // and meanwhile it is to ask again: nothing else would come

	emptied bool // the last answer was empty, and no timeout
}

// publisher sends to the rooms from lo to hi-1 in turn.
type publisher struct {
	lo, hi, turn  int
	asked[uint64] // the ids that answers are to tell
	torn          bool
}

// hall is a room as its waiters must find it.
type hall struct {
	here    int // of its waiters, those that are ready
	joined  bool
	head    uint64 // before the first message
	sent    queue[cried]
	speaker int // connection
}

// cried is a message under way.
type cried struct {
	delivery
	left int32 // waiters that have not heard it
}

const (
	pollMS  = 60000          // of every long poll: the longest there is, for what is measured is not timers
	soonest = 50_000_000_000 // ns: an empty answer before that is no timeout
	perCrew = 100            // rooms a publisher

	sendTo  = "POST /send?room="
	waitIn  = "GET /wait?room="
	version = " HTTP/1.1\r\n"
	opener  = "&since=-1&timeout=1" // asks for the head, in effect: it is answered by no news and the cursor
)

// publishers is how many connections beside n waiters send to them.
func publishers(p Params, n int) int {
	rooms := (n + p.RoomSize - 1) / p.RoomSize
	return (rooms + perCrew - 1) / perCrew
}

func newComet(p Params, first, n int) Traffic {
	t := &comet{
		texts:      newTexts(p.Seed, p.Payload),
		first:      first,
		size:       p.RoomSize,
		prefix:     "c" + strconv.FormatUint(p.Seed, 16) + ".",
		waiters:    make([]waiter, n),
		publishers: make([]publisher, publishers(p, n)),
		halls:      make([]hall, (n+p.RoomSize-1)/p.RoomSize),
	}
	for i := range t.publishers {
		p := &t.publishers[i]
		p.lo, p.hi = i*len(t.halls)/len(t.publishers), (i+1)*len(t.halls)/len(t.publishers)
		for room := p.lo; room < p.hi; room++ {
			t.halls[room].speaker = n + i
		}
	}
	return t
}

// publisher is the one that connection c is, nil if it is a waiter.
func (t *comet) publisher(c int) *publisher {
	if c < len(t.waiters) {
		return nil
	}
	return &t.publishers[c-len(t.waiters)]
}

// number is a room's, of all: its texts are by a speaker of that number.
func (t *comet) number(room int) uint32 { return uint32(t.first/t.size + room) }

func (t *comet) appendRoom(dst []byte, room int) []byte {
	return strconv.AppendUint(append(dst, t.prefix...), uint64(t.number(room)), 10)
}

func (t *comet) Open(c int, out []byte) []byte {
	room := c / t.size
	if p := t.publisher(c); p != nil {
		*p = publisher{lo: p.lo, hi: p.hi}
		room = p.lo
	} else {
		t.waiters[c] = waiter{}
	}
	out = t.appendRoom(append(out, waitIn...), room)
	return append(out, opener+version+hostField+"\r\n"...)
}

// poll has a waiter ask for what is newer than since.
func (t *comet) poll(c int, since uint64, now int64, rec Recorder) {
	w := &t.waiters[c]
	w.since, w.polled = since, now
	b := t.appendRoom(append(t.request[:0], waitIn...), c/t.size)
	b = strconv.AppendUint(append(b, "&since="...), since, 10)
	b = strconv.AppendInt(append(b, "&timeout="...), pollMS, 10)
	t.request = append(b, version+hostField+"\r\n"...)
	rec.Say(c, t.request)
}

// Speaker takes turns over the rooms: a publisher goes through its own.
func (t *comet) Speaker(k uint64) int {
	c := t.halls[k%uint64(len(t.halls))].speaker
	if !t.publisher(c).ready {
		return -1
	}
	return c
}

// Speaks: in a closed loop every publisher goes on to its next room when all waiters of the last one heard it.
func (t *comet) Speaks(c int) bool { return c >= len(t.waiters) }

func (t *comet) Send(c int, due, sent int64, out []byte) ([]byte, int) {
	p := t.publisher(c)
	for range p.hi - p.lo {
		room := p.lo + p.turn
		p.turn = (p.turn + 1) % (p.hi - p.lo)
		h := &t.halls[room]
		if !h.joined {
			continue // nobody is there, and nobody knows the ids
		}
		id := h.sent.next
		p.push(id)
		h.sent.push(cried{delivery{due: due, sent: sent}, int32(h.here)})
		t.underway++
		if h.here > 0 {
			t.underway++
		}
		return t.appendSend(out, room, id-h.head), h.here
	}
	return out, 0
}

// appendSend appends the request that sends a room's message of that number, from 1.
func (t *comet) appendSend(out []byte, room int, number uint64) []byte {
	const from, text, end = `{"from":"u`, `","text":"`, `"}`
	out = t.appendRoom(append(out, sendTo...), room)
	out = append(out, version+hostField+"Content-Type: application/json\r\nContent-Length: "...)
	out = strconv.AppendInt(out, int64(len(from)+6+len(text)+t.texts.size+len(end)), 10)
	out = append(out, "\r\n\r\n"+from...)
	stamp := stampOf(t.number(room), number)
	out = append(append(out, stamp[:6]...), text...)
	out = t.texts.append(out, t.number(room), number)
	return append(out, end...)
}

func (t *comet) Receive(c int, in []byte, now int64, rec Recorder) (took int) {
	torn := t.tornFlag(c)
	for took < len(in) {
		rest := in[took:]
		if *torn {
			skip, found := seek(rest)
			took, *torn = took+skip, !found
			t.askAgain(c, now, rec)
			if !found {
				return took
			}
			continue
		}
		a, wrong := t.answers.next(rest, false)
		switch {
		case wrong != "":
			t.garbled(c, rest, now, rec)
			took, *torn = took+1, true // so that the next answer is sought behind this one's first byte
			continue
		case a.size == 0:
			return took
		case a.status != 200:
			t.garbled(c, rest[:a.size], now, rec)
		case c < len(t.waiters):
			t.told(c, a.body, now, rec)
		default:
			t.acknowledged(c, a.body, rec)
		}
		if took += a.size; a.closes {
			rec.Closing(c)
		}
	}
	return took
}

func (t *comet) Wanted(c int) Wanted {
	switch p := t.publisher(c); {
	case p == nil && t.waiters[c].next == 0, p != nil && !p.ready:
		return Wanted{Words: `status 200 with {"messages":[],"missed":0,"next":<head>}`}
	case p == nil:
		return Wanted{Words: fmt.Sprintf(`status 200 with {"messages":[{"id":%d,…}…],"missed":0,"next":<id>}`, t.waiters[c].next)}
	case p.len() > 0:
		return Wanted{Words: fmt.Sprintf(`status 200 with {"id":%d}`, *p.at(p.head))}
	default:
		return Wanted{}
	}
}

func (t *comet) tornFlag(c int) *bool {
	if p := t.publisher(c); p != nil {
		return &p.torn
	}
	return &t.waiters[c].torn
}

func (t *comet) askAgain(c int, now int64, rec Recorder) {
	if c < len(t.waiters) && t.waiters[c].again {
		t.waiters[c].again = false
		t.poll(c, t.waiters[c].since, now, rec)
	}
}

func (t *comet) Underway() int { return t.underway }

func (t *comet) Torn(c int, rec Recorder) {
	if p := t.publisher(c); p != nil {
		if p.quiet() && !p.torn {
			rec.Fault(Surplus, 1, nil)
		}
		p.torn = true
		return
	}
	w := &t.waiters[c]
	w.again = w.again || !w.torn && w.next != 0
	w.torn = true
}

func (t *comet) Gone(c int, rec Recorder) {
	if p := t.publisher(c); p != nil {
		t.forgive(p, rec)
		*p = publisher{lo: p.lo, hi: p.hi}
		return
	}
	w, h := &t.waiters[c], &t.halls[c/t.size]
	if w.next == 0 {
		return
	}
	t.settle(c, rec)
	h.here--
	for ; w.next < h.sent.next; w.next++ {
		t.through(h, w.next, 0, rec)
	}
	*w = waiter{}
}

func (t *comet) Settle(rec Recorder) {
	for i := range t.publishers {
		t.forgive(&t.publishers[i], rec)
	}
	for c := range t.waiters {
		w, h := &t.waiters[c], &t.halls[c/t.size]
		if w.next == 0 {
			continue
		}
		t.settle(c, rec)
		for w.next < h.sent.next {
			t.pass(c, true, quiet{})
		}
	}
}

// settle tells as lost what waiter c was still to hear.
func (t *comet) settle(c int, rec Recorder) {
	w := &t.waiters[c]
	w.strays.settle(rec)
	lose(int(t.halls[c/t.size].sent.next-w.next), rec)
}
