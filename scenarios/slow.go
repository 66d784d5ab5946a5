package scenarios

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"time"
)

// slow is chat's rooms with members beside them that do not read: some for good, some every other while. All that is measured is
// measured at the others. The server may drop a slow reader;
// every other member must still get every message.
//
// The share's healthy members are its connections from 0, the slow readers those behind them.
type slow struct {
	*chat
	joined []bool // by connection behind the healthy ones: it has
}

// SlowReaders is traffic with connections beside those that are counted that stop reading; that a server drops them is no fault.
type SlowReaders interface {
	// Reads reports whether connection c reads at that time since the measured window began; before it every one does.
	Reads(c int, since time.Duration) bool
}

// pause is how long a member that stops reading for a while does, and then does.
const pause = time.Second

func slowReaders(p Params, n int) int { return int(math.Ceil(p.Share * float64(n))) }

func newSlow(p Params, first, n int) Traffic {
	return &slow{chat: newChat(p, first, n).(*chat), joined: make([]bool, slowReaders(p, n))}
}

// Reads: of the slow readers every other one is so for good, from the beginning.
func (t *slow) Reads(c int, since time.Duration) bool {
	i := c - len(t.members)
	return i < 0 || i%2 == 1 && since/pause%2 == 1
}

func (t *slow) Open(c int, out []byte) []byte {
	i := c - len(t.members)
	if i < 0 {
		return t.chat.Open(c, out)
	}
	t.joined[i] = false
	room := i % len(t.rooms)
	out = t.appendRoom(append(out, "JOIN "...), t.rooms[room].first)
	out = append(out, " deaf"...)
	return append(strconv.AppendInt(out, int64(i), 10), '\n')
}

func (t *slow) Speaks(c int) bool { return c < len(t.members) && t.chat.Speaks(c) }

func (t *slow) Receive(c int, in []byte, now int64, rec Recorder) (took int) {
	i := c - len(t.members)
	switch {
	case i < 0:
		return t.chat.Receive(c, in, now, rec)
	case t.joined[i]:
		return len(in) // too late for anybody to care
	}
	end := bytes.IndexByte(in, '\n') + 1
	if end == 0 {
		return 0
	}
	if !bytes.HasPrefix(in, []byte(joinedWord)) {
		rec.Fault(Corrupted, 1, in[:end])
		return end
	}
	t.joined[i] = true
	rec.Ready(c)
	return len(in)
}

func (t *slow) Wanted(c int) Wanted {
	if c < len(t.members) {
		return t.chat.Wanted(c)
	}
	return Wanted{Words: strconv.Quote(joinedWord + "<room> <head>")}
}

func (t *slow) Torn(c int, rec Recorder) {
	if c < len(t.members) {
		t.chat.Torn(c, rec)
	}
}

func (t *slow) Gone(c int, rec Recorder) {
	if c < len(t.members) {
		t.chat.Gone(c, rec)
	}
}

func checkSlow(p Params) error {
	if !(p.Share >= 0 && p.Share <= 1) {
		return fmt.Errorf("share %g: must be 0 to 1 of the members", p.Share)
	}
	return nil
}
