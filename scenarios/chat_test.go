package scenarios

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// openRooms is a chat whose members all joined rooms with that head.
func openRooms(t *testing.T, conns, size, head int) *chat {
	t.Helper()
	p := Params{Conns: conns, Payload: 40, RoomSize: size, Seed: 5}
	chat := newChat(p, 0, conns).(*chat)
	var rec heard
	for c := range conns {
		join := strings.Fields(string(chat.Open(c, nil)))
		must(t, len(join) == 3 && join[0] == "JOIN", "opening: %q", join)
		feed(chat, c, fmt.Appendf(nil, "JOINED %s %d\n", join[1], head), 5, &rec)
	}
	must(t, rec.ready == conns && rec.tells() == tells{}, "%d ready, told %+v", rec.ready, rec.tells())
	return chat
}

// deliveries is what every member of a room is to hear of n messages of its members, ids from head+1.
func deliveries(t *chat, head, n int) (lines [][]byte) {
	for i := range n {
		c := t.Speaker(uint64(i))
		said, _ := t.Send(c, 1, 1, nil)
		text := bytes.TrimPrefix(said, []byte("SAY "))
		lines = append(lines, fmt.Appendf(nil, "MSG %d u%06x %s", head+1+i, c, text))
	}
	return lines
}

func TestChatFaults(t *testing.T) {
	const members, n = 3, 6
	all := members * n
	cases := []struct {
		name   string
		one    func(l [][]byte) [][]byte // spoils what the second member hears
		every  func(l [][]byte) [][]byte // spoils what every member hears
		expect tells
		first  *tells // where the second member is the first to hear, if that differs: the first to hear is believed
	}{
		{name: "none", expect: tells{received: all}},
		{name: "drop one", one: func(l [][]byte) [][]byte { return slices.Delete(l, 2, 3) }, expect: tells{received: all - 1, lost: 1}},
		{name: "drop the last", one: func(l [][]byte) [][]byte { return l[:n-1] }, expect: tells{received: all - 1, lost: 1}},
		{name: "drop the last everywhere", every: func(l [][]byte) [][]byte { return l[:n-1] }, expect: tells{received: all - 3, lost: 3}},
		{name: "drop one everywhere", every: func(l [][]byte) [][]byte { return slices.Delete(l, 2, 3) }, expect: tells{received: all - 3, lost: 3}},
		{name: "double one", one: func(l [][]byte) [][]byte { return slices.Insert(l, 2, l[2]) }, expect: tells{received: all, duplicated: 1}},
		{name: "double one everywhere", every: func(l [][]byte) [][]byte { return slices.Insert(l, 2, l[2]) }, expect: tells{received: all, duplicated: 3}},
		{name: "swap two", one: func(l [][]byte) [][]byte { l[2], l[3] = l[3], l[2]; return l }, expect: tells{received: all - 1, reordered: 1}},
		{name: "swap two everywhere", every: func(l [][]byte) [][]byte { l[2], l[3] = l[3], l[2]; return l }, expect: tells{received: all - 3, reordered: 3}},
		{name: "another order, with ids to fit", one: func(l [][]byte) [][]byte {
			l[2], l[3] = renumber(l[3], 3), renumber(l[2], 4)
			return l
		}, expect: tells{received: all - 2, reordered: 2}, first: &tells{received: all - 4, reordered: 4}},
		{name: "a byte of the text", one: flip(2, 30), expect: tells{received: all - 1, corrupted: 1}},
		{name: "a byte of the text, everywhere", every: flip(2, 30), expect: tells{received: all - 3, corrupted: 3}},
		{name: "a byte of the name", one: flip(2, 9), expect: tells{received: all - 1, corrupted: 1}},
		{name: "the LF", one: flip(2, 54), expect: tells{received: all - 1, corrupted: 1}},
		{name: "another speaker's name and stamp", one: func(l [][]byte) [][]byte {
			l[2] = bytes.ReplaceAll(bytes.Clone(l[2]), []byte("000002"), []byte("000001"))
			return l
		}, expect: tells{received: all - 1, corrupted: 1}},
		{name: "an error instead", one: func(l [][]byte) [][]byte { l[2] = []byte("ERR bad-request\n"); return l }, expect: tells{received: all - 1, corrupted: 1}},
		{name: "a line too many, at the end", one: func(l [][]byte) [][]byte { return append(l, []byte("hello\n")) }, expect: tells{received: all, surplus: 1}},
		{name: "bytes too many, at the end", one: func(l [][]byte) [][]byte { return append(l, []byte("hello")) }, expect: tells{received: all, surplus: 1}},
		{name: "a message again under a new id", every: func(l [][]byte) [][]byte {
			again := []([]byte){l[0], l[1], renumber(l[1], 3)}
			for i, line := range l[2:] {
				again = append(again, renumber(line, 4+i))
			}
			return again
		}, expect: tells{received: all, duplicated: 3}},
		{name: "an id left out", every: func(l [][]byte) [][]byte {
			for i := range l[3:] {
				l[3+i] = renumber(l[3+i], 5+i)
			}
			return l
		}, expect: tells{received: all - 3, lost: 3, surplus: 3}}, // the last has no message left to stand for
	}
	for _, c := range cases {
		for _, piece := range []int{1, 9, 1 << 20} {
			for first := range members { // the spoilt member may be the first to hear, or the last
				t.Run(fmt.Sprintf("%s/%d/%d", c.name, piece, first), func(t *testing.T) {
					chat := openRooms(t, members, members, 0)
					lines := deliveries(chat, 0, n)
					if c.every != nil {
						lines = c.every(lines)
					}
					var rec heard
					for i := range members {
						member, stream := (first+i)%members, slices.Clone(lines)
						if member == 1 && c.one != nil {
							stream = c.one(stream)
						}
						if kept := feed(chat, member, bytes.Join(stream, nil), piece, &rec); len(kept) > 0 {
							chat.Torn(member, &rec)
						}
					}
					chat.Settle(&rec)
					expect := c.expect
					if first == 1 && c.first != nil {
						expect = *c.first
					}
					if rec.tells() != expect {
						t.Errorf("told %+v, want %+v", rec.tells(), expect)
					}
					must(t, chat.Underway() == 0, "%d under way after the end", chat.Underway())
				})
			}
		}
	}
}

// renumber gives a delivery another id.
func renumber(line []byte, id int) []byte {
	_, rest, _ := bytes.Cut(line[len(messageWord):], []byte{' '})
	return append([]byte(messageWord+strconv.Itoa(id)+" "), rest...)
}

// Ids go on from the head a room was joined at, in several rooms apart, through a growing number of digits.
func TestChatIds(t *testing.T) {
	chat := openRooms(t, 7, 3, 95)
	var rec heard
	next := [3]int{96, 96, 96}
	for range 20 {
		for room, members := range [][]int{{0, 1, 2}, {3, 4, 5}, {6}} {
			said, receipts := chat.Send(members[0], 1, 1, nil)
			must(t, receipts == len(members), "%d receipts expected of %d members", receipts, len(members))
			for _, c := range members {
				feed(chat, c, fmt.Appendf(nil, "MSG %d u%06x %s", next[room], members[0], said[len("SAY "):]), 99, &rec)
			}
			next[room]++
		}
	}
	if want := (tells{received: 20 * 7}); rec.tells() != want || chat.Underway() != 0 {
		t.Errorf("told %+v and %d under way, want %+v", rec.tells(), chat.Underway(), want)
	}
	if len(rec.turns) != 60 {
		t.Errorf("%d turns, want one a message", len(rec.turns))
	}
}

func TestChatJoin(t *testing.T) {
	for answer, want := range map[string]tells{
		"JOINED b5.0 0\n":      {},
		"JOINED b5.0 17\n":     {},
		"JOINED b5.0 -1\n":     {corrupted: 1},
		"JOINED b5.0\n":        {corrupted: 1},
		"JOINED b5.1 0\n":      {corrupted: 1},
		"ERR not-joined\n":     {corrupted: 1},
		"JOINED b5.0 0 or 1\n": {corrupted: 1},
	} {
		chat := newChat(Params{Conns: 2, Payload: 40, RoomSize: 2, Seed: 5}, 0, 2)
		chat.Open(0, nil)
		var rec heard
		feed(chat, 0, []byte(answer), 3, &rec)
		if ready := want == (tells{}); rec.tells() != want || (rec.ready == 1) != ready {
			t.Errorf("%q: told %+v, ready %d", answer, rec.tells(), rec.ready)
		}
	}
	chat := openRooms(t, 1, 2, 4)
	chat.members = append(chat.members, member{})
	chat.rooms[0].size = 2
	var rec heard
	feed(chat, 1, []byte("JOINED b5.0 5\n"), 99, &rec)
	if rec.faults[Corrupted] != 1 {
		t.Errorf("two heads of one room: told %+v", rec.tells())
	}
}

// A member that goes leaves its deliveries lost, and does not hold up the turn of the others.
func TestChatGone(t *testing.T) {
	chat := openRooms(t, 3, 3, 0)
	lines := deliveries(chat, 0, 2)
	var rec heard
	feed(chat, 0, bytes.Join(lines, nil), 99, &rec)
	feed(chat, 1, lines[0], 99, &rec)
	feed(chat, 2, bytes.Join(lines, nil), 99, &rec)
	must(t, chat.Underway() == 1, "%d under way", chat.Underway())
	chat.Gone(1, &rec)
	if want := (tells{received: 5, lost: 1}); rec.tells() != want || chat.Underway() != 0 || len(rec.turns) != 2 {
		t.Errorf("told %+v, %d under way, %d turns", rec.tells(), chat.Underway(), len(rec.turns))
	}
	must(t, !slices.Contains(rec.turns, 1) || rec.turns[0] == 1, "the turn of one that is gone: %v", rec.turns)
}

func TestChatAfterSettle(t *testing.T) {
	chat := openRooms(t, 2, 2, 0)
	lines := deliveries(chat, 0, 3)
	var rec heard
	feed(chat, 0, bytes.Join(lines, nil), 99, &rec)
	feed(chat, 1, lines[0], 99, &rec)
	chat.Settle(&rec)
	feed(chat, 1, bytes.Join(lines[1:], nil), 99, &rec)
	if want := (tells{received: 4, lost: 2}); rec.tells() != want {
		t.Errorf("told %+v, want %+v", rec.tells(), want)
	}
	rec = heard{}
	more := bytes.Join(deliveries(chat, 3, 3), nil)
	feed(chat, 0, more, 99, &rec)
	feed(chat, 1, more, 99, &rec)
	if want := (tells{received: 6}); rec.tells() != want {
		t.Errorf("afterwards told %+v, want %+v", rec.tells(), want)
	}
}

func TestChatAllocatesNothing(t *testing.T) {
	chat := openRooms(t, 4, 4, 0)
	var rec Recorder = quiet{}
	out, in := make([]byte, 0, 256), make([]byte, 0, 256)
	id := int64(0)
	if n := testing.AllocsPerRun(1000, func() {
		id++
		out, _ = chat.Send(0, 1, 1, out[:0])
		in = strconv.AppendInt(append(in[:0], messageWord...), id, 10)
		in = append(append(in, " u000000 "...), out[len("SAY "):]...)
		for c := range 4 {
			chat.Receive(c, in, 2, rec)
		}
	}); n != 0 {
		t.Errorf("%v allocations a message", n)
	}
	must(t, chat.Underway() == 0, "%d under way", chat.Underway())
}

// FuzzChat: whatever a server says to whom, nothing breaks and no receipt is counted that was not earned.
func FuzzChat(f *testing.F) {
	f.Add([]byte("MSG 3 u000000 x\nhello\n\n"), []byte{0, 1, 9, 10, 5, 20, 31}, 3)
	f.Add([]byte("MSG 99999999999999999 u000001 \nMSG 0 \n"), []byte{30, 0, 1, 2, 29}, 60)
	f.Fuzz(func(t *testing.T, junk, script []byte, piece int) {
		const members, n = 3, 8
		chat := openRooms(t, members, members, 0)
		lines := deliveries(chat, 0, n)
		var streams [members][]byte
		for _, b := range script {
			c := int(b) % members
			if i := int(b) / members; i < n {
				streams[c] = append(streams[c], lines[i]...)
			} else if i == n {
				streams[c] = append(streams[c], renumber(lines[0], n+1)...)
			} else {
				streams[c] = append(streams[c], junk...)
			}
		}
		var rec heard
		for c := range members {
			feed(chat, c, streams[c], 1+max(piece, 0)%100, &rec)
			must(t, rec.received <= (c+1)*n, "%d receipts", rec.received)
		}
		chat.Settle(&rec)
		must(t, chat.Underway() == 0, "%d under way", chat.Underway())
		must(t, rec.received+rec.faults[Lost] <= members*n, "told %+v", rec.tells())
		chat.Gone(1, &rec)
		chat.Settle(&rec)
	})
}
