package scenarios

import (
	"testing"
	"time"
)

// openWork is two connections, ready.
func openWork(t *testing.T) (*work, *heard) {
	t.Helper()
	p := Params{Conns: 2, Payload: 40, Block: 3 * time.Millisecond}
	must(t, ByName("work").Check(p) == nil, "%v", ByName("work").Check(p))
	w := newWork(p, 0, 2).(*work)
	var rec heard
	for c := range 2 {
		asked := string(w.Open(c, nil))
		must(t, asked == "BLOCK 3 spin\n", "opening %q", asked)
		feed(w, c, []byte("BLOCKED 3\n"), 4, &rec)
	}
	must(t, rec.ready == 2 && rec.tells() == tells{} && len(rec.turns) == 0 && w.Underway() == 0, "%d ready, told %+v", rec.ready, rec.tells())
	return w, &rec
}

func TestWorkFaults(t *testing.T) {
	const right = "BLOCKED 3\n"
	for _, c := range []struct {
		name, answer string
		expect       tells
	}{
		{"none", right + right, tells{received: 2}},
		{"one missing", right, tells{received: 1, lost: 1}},
		{"all missing", "", tells{lost: 2}},
		{"one too many", right + right + right, tells{received: 2, surplus: 1}},
		{"another time", right + "BLOCKED 30\n", tells{received: 1, corrupted: 1}},
		{"something else", "ERR bad-request\n" + right, tells{received: 1, corrupted: 1}},
		{"cut short", right + "BLOCK", tells{received: 1, lost: 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, rec := openWork(t)
			for range 2 {
				asked, receipts := w.Send(1, 1, 1, nil)
				must(t, string(asked) == "BLOCK 3 spin\n" && receipts == 1, "asked %q for %d receipts", asked, receipts)
			}
			if kept := feed(w, 1, []byte(c.answer), 4, rec); len(kept) > 0 {
				w.Torn(1, rec)
			}
			if asked := rec.tells(); len(rec.turns) != asked.received+asked.corrupted {
				t.Errorf("%d turns after %+v", len(rec.turns), asked)
			}
			w.Settle(rec)
			if rec.tells() != c.expect {
				t.Errorf("told %+v, want %+v", rec.tells(), c.expect)
			}
			must(t, w.Underway() == 0, "%d under way after the end", w.Underway())
		})
	}
}

// What was told as lost and comes after all is no second fault, and no answer to what came after it. An opening that nobody
// answered is no message.
func TestWorkAfterSettle(t *testing.T) {
	w, rec := openWork(t)
	w.Send(0, 1, 1, nil)
	w.Settle(rec)
	w.Send(0, 2, 2, nil)
	feed(w, 0, []byte("BLOCKED 3\nBLOCKED 3\n"), 100, rec)
	w.Open(1, nil)
	w.Gone(1, rec)
	if want := (tells{received: 1, lost: 1}); rec.tells() != want || w.Underway() != 0 {
		t.Errorf("told %+v with %d under way, want %+v", rec.tells(), w.Underway(), want)
	}
}

func TestWorkChecks(t *testing.T) {
	for _, block := range []time.Duration{0, 1500 * time.Microsecond, 11 * time.Second} {
		if ByName("work").Check(Params{Conns: 2, Payload: 40, Block: block}) == nil {
			t.Errorf("%v is let pass", block)
		}
	}
}
