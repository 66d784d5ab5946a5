package scenarios

import (
	"strings"
	"testing"
	"time"
)

func TestSlow(t *testing.T) {
	p := Params{Conns: 6, Payload: 40, RoomSize: 3, Seed: 3, Share: 0.5}
	s := newSlow(p, 0, 6).(*slow)
	must(t, slowReaders(p, 6) == 3, "%d slow readers", slowReaders(p, 6))
	var rec heard
	rooms := map[string]int{}
	for c := range 9 {
		asked := strings.Fields(string(s.Open(c, nil)))
		must(t, len(asked) == 3 && asked[0] == "JOIN", "opening %q", asked)
		rooms[asked[1]]++
		feed(s, c, []byte("JOINED "+asked[1]+" 7\n"), 4, &rec)
	}
	must(t, rec.ready == 9 && len(rooms) == 2 && rec.tells() == tells{}, "%d ready in rooms %v, told %+v", rec.ready, rooms, rec.tells())

	_, receipts := s.Send(0, 1, 1, nil)
	if receipts != 3 {
		t.Errorf("%d receipts are waited for, want those of the 3 healthy members", receipts)
	}
	s.Receive(6, []byte("MSG 8 u000000 half of a"), 1, &rec)
	s.Torn(6, &rec)
	s.Gone(6, &rec) // dropped by the server: as it should be
	if rec.tells() != (tells{}) {
		t.Errorf("a slow reader told %+v", rec.tells())
	}
	s.Gone(0, &rec)
	if want := (tells{lost: 1}); rec.tells() != want {
		t.Errorf("a healthy member that is dropped tells %+v, want %+v", rec.tells(), want)
	}
}

func TestSlowReads(t *testing.T) {
	s := newSlow(Params{Conns: 4, Payload: 40, RoomSize: 4, Share: 0.5}, 0, 4).(*slow)
	for _, c := range []struct {
		conn  int
		since time.Duration
		reads bool
	}{
		{0, 0, true}, {3, time.Hour, true}, // healthy
		{4, 0, false}, {4, time.Hour + pause, false}, // for good
		{5, 0, false}, {5, pause, true}, {5, 2 * pause, false}, {5, 3 * pause, true},
	} {
		if got := s.Reads(c.conn, c.since); got != c.reads {
			t.Errorf("connection %d after %v: reads %v", c.conn, c.since, got)
		}
	}
}

func TestFanout(t *testing.T) {
	f := newFanout(Params{Conns: 5, Payload: 40, RoomSize: 1, Seed: 3}, 0, 5)
	var rec heard
	room := ""
	for c := range 5 {
		asked := strings.Fields(string(f.Open(c, nil)))
		must(t, c == 0 || room == asked[1], "rooms %s and %s", room, asked[1])
		room = asked[1]
		feed(f, c, []byte("JOINED "+room+" 0\n"), 100, &rec)
	}
	line, receipts := f.Send(2, 1, 1, nil)
	must(t, receipts == 5, "%d receipts", receipts)
	for c := range 5 {
		must(t, rec.heard == 0, "told as heard by all before it was")
		feed(f, c, []byte("MSG 1 u000002 "+strings.TrimPrefix(string(line), "SAY ")), 100, &rec)
	}
	if want := (tells{received: 5}); rec.tells() != want || rec.heard != 1 {
		t.Errorf("told %+v, heard by all %d times, want %+v, and once", rec.tells(), rec.heard, want)
	}
}
