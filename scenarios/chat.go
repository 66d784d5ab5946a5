package scenarios

import (
	"bytes"
	"fmt"
	"strconv"
)

const (
	messageWord = "MSG "
	joinedWord  = "JOINED "
	nameSize    = 7 // "u<6 hex digits: the connection>"
)

// chat is rooms of consecutive connections. The connection's text is numbered by its room, so that every member can say
// which message it hears, and the room whether all hear the same.
type chat struct {
	texts
	first    int
	size     int    // members of a room; the last may have fewer
	prefix   string // of rooms' names: a run's own, for a server may be used again
	members  []member
	rooms    []room
	underway int
}

type member struct {
	next   uint64 // the id it must hear next; 0 until it joined
	got    uint64 // of the room's numbers, how many it is through with
	strays strays
	torn   bool // the last line was: see cut
}

func newChat(p Params, first, n int) Traffic {
	t := &chat{
		texts:   newTexts(p.Seed, p.Payload),
		first:   first,
		size:    p.RoomSize,
		prefix:  "b" + strconv.FormatUint(p.Seed, 16) + ".",
		members: make([]member, n),
		rooms:   make([]room, (n+p.RoomSize-1)/p.RoomSize),
	}
	for i := range t.rooms {
		r := &t.rooms[i]
		r.first, r.size = i*t.size, min(t.size, n-i*t.size)
		r.sent.head, r.sent.next, r.settled = 1, 1, 1
	}
	return t
}

func (t *chat) room(c int) *room { return &t.rooms[c/t.size] }

func (t *chat) appendRoom(dst []byte, c int) []byte {
	dst = append(dst, t.prefix...)
	return strconv.AppendInt(dst, int64((t.first+c)/t.size), 10)
}

func (t *chat) Open(c int, out []byte) []byte {
	t.members[c] = member{}
	stamp := stampOf(uint32(t.first+c), 0)
	out = append(out, "JOIN "...)
	out = t.appendRoom(out, c)
	out = append(out, " u"...)
	out = append(out, stamp[:6]...)
	return append(out, '\n')
}

func (t *chat) Wanted(c int) Wanted {
	switch m := &t.members[c]; {
	case m.next == 0:
		return Wanted{Words: strconv.Quote(joinedWord + string(t.appendRoom(nil, c)) + " <head>")}
	case t.room(c).unheard() == 0:
		return Wanted{}
	default:
		return Wanted{Words: fmt.Sprintf("\"%s%d <from> <text>\", a text of %d bytes that a member of the room said",
			messageWord, m.next, t.texts.size)}
	}
}

// Speaker takes turns over the rooms, then over a room's members.
func (t *chat) Speaker(k uint64) int {
	rooms := uint64(len(t.rooms))
	r := &t.rooms[k%rooms]
	return r.first + int(k/rooms%uint64(r.size))
}

// Speaks: in a closed loop the first of a room begins, and the turn goes round.
func (t *chat) Speaks(c int) bool { return c%t.size == 0 }

func (t *chat) Send(c int, due, sent int64, out []byte) ([]byte, int) {
	r := t.room(c)
	out = append(out, "SAY "...)
	out = t.texts.append(out, uint32(t.first+c), r.sent.next)
	out = append(out, '\n')
	r.sent.push(said{delivery: delivery{due: due, sent: sent}, left: int32(r.here), speaker: int32(c)})
	r.last = c
	t.underway++
	return out, r.here
}

func (t *chat) Receive(c int, in []byte, now int64, rec Recorder) (took int) {
	m := &t.members[c]
	for took < len(in) {
		rest := in[took:]
		if m.next == 0 {
			end := bytes.IndexByte(rest, '\n') + 1
			if end == 0 {
				return took
			}
			took += end
			t.join(c, rest[:end], rec)
			continue
		}
		if m.torn {
			skip, whole := mend(rest, messageWord)
			took, m.torn = took+skip, !whole
			if !whole {
				return took
			}
			continue
		}
		n, torn := cut(rest, t.line(m.next))
		if n == 0 {
			return took
		}
		took, m.torn = took+n, torn
		if id, speaker, number, ok := t.parse(rest[:n]); ok {
			m.torn = false
			t.deliver(c, id, speaker, number, rest[:n], now, rec)
		} else {
			t.corrupted(c, rest[:n], rec)
		}
	}
	return took
}

// line is the bytes of a delivery under that id, its LF included.
func (t *chat) line(id uint64) int {
	digits := 1
	for ; id >= 10; id /= 10 {
		digits++
	}
	return len(messageWord) + digits + 1 + nameSize + 1 + t.texts.size + 1
}

// join reads "JOINED <room> <head>". All members of a room join before any speaks, so all must be told the same head.
func (t *chat) join(c int, line []byte, rec Recorder) {
	m, r := &t.members[c], t.room(c)
	rest, ok := bytes.CutPrefix(line, []byte(joinedWord))
	name, digits, spaced := bytes.Cut(rest, []byte{' '})
	head, err := strconv.ParseUint(string(bytes.TrimSuffix(digits, []byte{'\n'})), 10, 62)
	if !ok || !spaced || err != nil || string(name) != string(t.appendRoom(nil, c)) || r.joined && head+1 != r.order.next {
		rec.Fault(Corrupted, 1, line)
		return
	}
	if !r.joined {
		r.joined = true
		r.order.head, r.order.next = head+1, head+1
	}
	m.next, m.got = head+1, r.sent.next
	r.here++
	rec.Ready(c)
}

// parse reads a delivery: it is ok if it is whole, the text one of this run byte for byte, and the name its speaker's.
func (t *chat) parse(line []byte) (id uint64, speaker uint32, number uint64, ok bool) {
	if len(line) < len(messageWord)+1 || string(line[:len(messageWord)]) != messageWord || line[len(messageWord)] == '0' {
		return
	}
	i := len(messageWord)
	for ; i < min(len(line), len(messageWord)+18) && '0' <= line[i] && line[i] <= '9'; i++ {
		id = id*10 + uint64(line[i]-'0')
	}
	rest := line[i:]
	text := 1 + nameSize + 1
	if id == 0 || len(rest) != text+t.texts.size+1 {
		return
	}
	if rest[0] != ' ' || rest[1] != 'u' || rest[text-1] != ' ' || rest[len(rest)-1] != '\n' {
		return
	}
	said := rest[text : len(rest)-1]
	speaker, number, ok = t.read(said)
	return id, speaker, number, ok && string(rest[2:2+6]) == string(said[:6])
}

// owed is how many messages member c has still to be told of, in whatever way.
func (t *chat) owed(c int) uint64 { return t.room(c).sent.next - t.members[c].got }

// deliver judges a delivery that is whole in itself: is it the right one?
func (t *chat) deliver(c int, id uint64, speaker uint32, number uint64, line []byte, now int64, rec Recorder) {
	m, r := &t.members[c], t.room(c)
	switch {
	case id < m.next:
		t.late(c, id, number, line, rec)
		return
	case number < r.settled: // told as lost already: its id is nobody else's
		if id >= r.order.head && id-m.next < maxStrays {
			r.reach(id)
			r.order.at(id).number = alien
		}
		m.next = id + 1
		return
	case number >= r.sent.next || t.owed(c) == 0:
		rec.Fault(Surplus, 1, line)
		if id == m.next {
			m.next++
		}
		return
	case id-m.next >= t.owed(c):
		t.corrupted(c, line, rec) // there are not so many ids
		return
	case !r.sent.has(number):
		rec.Fault(Duplicated, 1, line)
		m.next = id + 1
		return
	case int(r.sent.at(number).speaker) != int(speaker)-t.first:
		t.corrupted(c, line, rec)
		return
	}
	for m.next < id {
		t.pass(c, false, rec)
	}
	m.next++
	said := r.sent.at(number)
	wrong, ok, done := r.agree(id, number)
	if ok {
		said.hear(now)
		rec.Received(c, said.due, said.sent, now)
	} else {
		rec.Fault(wrong, 1, line)
	}
	if ok || wrong == Reordered {
		m.got++
		done += r.heard(number, 1)
	}
	if done > 0 && said.first > 0 {
		rec.Heard(said.due, said.first, said.last)
	}
	t.done(r, done, rec)
}

// late judges a delivery whose id was passed over. It may be the one that tells the room what the id is.
func (t *chat) late(c int, id, number uint64, line []byte, rec Recorder) {
	r := t.room(c)
	t.members[c].strays.came(id, line, rec)
	if r.sent.has(number) && r.order.has(id) && r.order.at(id).number == 0 && r.sent.at(number).id == 0 {
		_, _, done := r.agree(id, number)
		t.done(r, done, rec)
	}
}

// corrupted: a line came that can be no delivery.
func (t *chat) corrupted(c int, line []byte, rec Recorder) {
	if t.owed(c) == 0 {
		rec.Fault(Surplus, 1, line)
		return
	}
	rec.Fault(Corrupted, 1, line)
	t.pass(c, true, rec)
}

// pass gives up the place of the delivery due next to member c.
func (t *chat) pass(c int, told bool, rec Recorder) {
	m, r := &t.members[c], t.room(c)
	m.strays.add(m.next, told, rec)
	t.done(r, r.forgo(m.next), rec)
	m.next++
	m.got++
}

// done: n messages of the room were heard by all. In a closed loop the turn is the next member's.
func (t *chat) done(r *room, n int, rec Recorder) {
	for ; n > 0; n-- {
		t.underway--
		if r.here == 0 {
			continue
		}
		for range r.size {
			r.last++
			if r.last >= r.first+r.size {
				r.last = r.first
			}
			if t.members[r.last].next != 0 {
				break
			}
		}
		rec.Next(r.last)
	}
}

func (t *chat) Underway() int { return t.underway }

func (t *chat) Torn(c int, rec Recorder) {
	m := &t.members[c]
	if t.owed(c) == 0 && !m.torn {
		rec.Fault(Surplus, 1, nil)
	}
	m.torn = true
}

func (t *chat) Gone(c int, rec Recorder) {
	m, r := &t.members[c], t.room(c)
	if m.next == 0 {
		return
	}
	lose(int(t.owed(c)), rec)
	m.strays.settle(rec)
	next := m.next
	*m = member{}
	r.here--
	for number := r.sent.head; number < r.sent.next; number++ {
		if said := r.sent.at(number); said.id == 0 || said.id >= next {
			t.done(r, r.heard(number, 1), rec)
		}
	}
}

func (t *chat) Settle(rec Recorder) {
	for i := range t.rooms {
		r := &t.rooms[i]
		for c := r.first; c < r.first+r.size; c++ {
			m := &t.members[c]
			if m.next == 0 {
				continue
			}
			lose(int(t.owed(c)), rec)
			m.strays.settle(rec)
			for ; m.next < r.order.next; m.next++ {
				m.strays.add(m.next, true, rec)
			}
			m.got = r.sent.next
		}
		t.underway -= r.unheard()
		r.settled = r.sent.next
		r.sent.clear()
		r.order.clear()
	}
}
