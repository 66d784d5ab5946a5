package scenarios

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// openBlocking is two bystanders and their blockers, all ready.
func openBlocking(t *testing.T, share float64) (*blocking, *heard) {
	t.Helper()
	p := Params{Conns: 2, Payload: 40, Seed: 3, Share: share, Block: 20 * time.Millisecond, How: "inline"}
	must(t, ByName("blocking").Check(p) == nil, "%v", ByName("blocking").Check(p))
	b := newBlocking(p, 0, 2).(*blocking)
	var rec heard
	for c := range 2 + allBlockers {
		asked := string(b.Open(c, nil))
		if c >= 2 {
			must(t, asked == "BLOCK 1 offload\n", "opening %q", asked)
			asked = "BLOCKED 1\n"
		}
		feed(b, c, []byte(asked), 5, &rec)
	}
	must(t, rec.ready == 2+allBlockers && rec.tells() == tells{} && b.Underway() == 0, "%d ready, told %+v", rec.ready, rec.tells())
	return b, &rec
}

func TestBlockingFaults(t *testing.T) {
	const right = "BLOCKED 20\n"
	for _, c := range []struct {
		name, answer string
		aside        int
		expect       tells
	}{
		{"none", right + right, 2, tells{}},
		{"one missing", right, 1, tells{lost: 1}},
		{"all missing", "", 0, tells{lost: 2}},
		{"one too many", right + right + right, 2, tells{surplus: 1}},
		{"another time", right + "BLOCKED 21\n", 1, tells{corrupted: 1}},
		{"something else", "ERR bad-request\n" + right, 1, tells{corrupted: 1}},
		{"cut short", right + "BLOCK", 1, tells{lost: 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, rec := openBlocking(t, 0.5)
			for range 2 {
				asked, receipts := b.Send(2, 1, 1, nil)
				must(t, string(asked) == "BLOCK 20 inline\n" && receipts == 0, "asked %q for %d receipts", asked, receipts)
			}
			if kept := feed(b, 2, []byte(c.answer), 4, rec); len(kept) > 0 {
				b.Torn(2, rec)
			}
			b.Settle(rec)
			if rec.tells() != c.expect || rec.aside != c.aside {
				t.Errorf("told %+v and %d aside, want %+v and %d", rec.tells(), rec.aside, c.expect, c.aside)
			}
			must(t, b.Underway() == 0, "%d under way after the end", b.Underway())
		})
	}
}

// openHTTPBlocking is a bystander and its blockers, all ready, over HTTP.
func openHTTPBlocking(t *testing.T) (Traffic, *heard) {
	t.Helper()
	p := Params{Conns: 1, Payload: 40, Seed: 3, Share: 0.5, Block: 20 * time.Millisecond, How: "inline"}
	must(t, ByName("http-blocking").Check(p) == nil, "%v", ByName("http-blocking").Check(p))
	b := newHTTPBlocking(p, 0, 1)
	var rec heard
	feed(b, 0, posted(t, [][]byte{b.Open(0, nil)})[0], 5, &rec)
	for c := 1; c <= allBlockers; c++ {
		asked := string(b.Open(c, nil))
		must(t, strings.HasPrefix(asked, "GET /block?ms=1&how=offload HTTP/1.1\r\nHost: "), "opening %q", asked)
		feed(b, c, []byte(blockedFor(1)), 5, &rec)
	}
	must(t, rec.ready == 1+allBlockers && rec.tells() == tells{} && b.Underway() == 0, "%d ready, told %+v", rec.ready, rec.tells())
	return b, &rec
}

// blockedFor is an answer of /block.
func blockedFor(ms int) string {
	body := fmt.Sprintf(`{"blocked_ms": %d}`+"\n", ms) // JSON has blanks where it likes
	return fmt.Sprintf("%s%d\r\n\r\n%s", okHead, len(body), body)
}

func TestHTTPBlockingFaults(t *testing.T) {
	right := blockedFor(20)
	for _, c := range []struct {
		name, answer string
		aside        int
		expect       tells
	}{
		{"none", right + right, 2, tells{}},
		{"one missing", right, 1, tells{lost: 1}},
		{"one too many", right + right + right, 2, tells{surplus: 1}},
		{"another time", right + blockedFor(21), 1, tells{corrupted: 1}},
		{"time in two", right + strings.Replace(right, ": 20}", ":2 0}", 1), 1, tells{corrupted: 1}},
		{"too short a length", strings.Replace(right, ": 19", ": 17", 1) + right, 1, tells{corrupted: 1}},
		{"too short a length at last", right + strings.Replace(right, ": 19", ": 17", 1), 1, tells{corrupted: 1}},
		{"too long a length", strings.Replace(right, ": 19", ": 39", 1) + right, 1, tells{corrupted: 1}},
		{"503", strings.Replace(right, "200 OK", "503 No", 1) + right, 1, tells{corrupted: 1}},
		{"503 at last", right + strings.Replace(right, "200 OK", "503 No", 1), 1, tells{corrupted: 1}},
		{"cut short", right + right[:len(right)-3], 1, tells{lost: 1}},
	} {
		for _, piece := range []int{1, 4, 1 << 20} {
			t.Run(fmt.Sprint(c.name, piece), func(t *testing.T) {
				b, rec := openHTTPBlocking(t)
				for range 2 {
					asked, receipts := b.Send(1, 1, 1, nil)
					must(t, strings.HasPrefix(string(asked), "GET /block?ms=20&how=inline HTTP/1.1\r\n") && receipts == 0, "asked %q for %d receipts", asked, receipts)
				}
				if kept := feed(b, 1, []byte(c.answer), piece, rec); len(kept) > 0 {
					b.Torn(1, rec)
				}
				feed(b, 0, posted(t, say(b, 0, 1))[0], piece, rec) // who stands by is none the worse
				b.Settle(rec)
				if c.expect.received = 1; rec.tells() != c.expect || rec.aside != c.aside {
					t.Errorf("told %+v and %d aside, want %+v and %d", rec.tells(), rec.aside, c.expect, c.aside)
				}
				must(t, b.Underway() == 0, "%d under way after the end", b.Underway())
			})
		}
	}
}

// What was told as lost and comes after all is no second fault, and no answer to what came after it.
func TestBlockingAfterSettle(t *testing.T) {
	b, rec := openBlocking(t, 0.5)
	b.Send(2, 1, 1, nil)
	b.Settle(rec)
	b.Send(2, 2, 2, nil)
	feed(b, 2, []byte("BLOCKED 20\nBLOCKED 20\n"), 100, rec)
	b.Settle(rec)
	if want := (tells{lost: 1}); rec.tells() != want || rec.aside != 1 {
		t.Errorf("told %+v and %d aside, want %+v and 1", rec.tells(), rec.aside, want)
	}
}

// What nobody asked for is one fault, be it cut between two windows, and what is asked for then is none.
func TestBlockingTorn(t *testing.T) {
	lines, told := openBlocking(t, 0.5)
	overHTTP, toldHTTP := openHTTPBlocking(t)
	for _, c := range []struct {
		Traffic
		rec    *heard
		conn   int
		answer string
	}{{lines, told, 2, "BLOCKED 20\n"}, {overHTTP, toldHTTP, 1, blockedFor(20)}} {
		kept := feed(c, c.conn, []byte(c.answer[:5]), 100, c.rec)
		must(t, len(kept) > 0, "nothing is left of %q", c.answer[:5])
		c.Torn(c.conn, c.rec)
		c.Settle(c.rec)
		c.Send(c.conn, 1, 1, nil)
		feed(c, c.conn, []byte(c.answer[5:]+c.answer), 100, c.rec)
		c.Settle(c.rec)
		if want := (tells{surplus: 1}); c.rec.tells() != want || c.rec.aside != 1 {
			t.Errorf("%q: told %+v and %d aside, want %+v and 1", c.answer, c.rec.tells(), c.rec.aside, want)
		}
	}
}

// The shares of a run draw each for itself: else all their slow requests would fall together.
func TestBlockingSharesDrawApart(t *testing.T) {
	p := Params{Conns: 20, Payload: 40, Seed: 3, Share: 0.05, Block: 20 * time.Millisecond, How: "inline"}
	one, other := newBlocking(p, 0, 10).(*blocking), newBlocking(p, 10, 10).(*blocking)
	slow, together := 0, 0
	for k := range uint64(10_000) {
		first, second := one.Speaker(k) >= 10, other.Speaker(k) >= 10
		if first {
			slow++
		}
		if first && second {
			together++
		}
	}
	must(t, slow > 300 && together < slow/4, "%d slow, %d of them in both", slow, together)
}

func TestBlockingBystanders(t *testing.T) {
	b, rec := openBlocking(t, 0.5)
	line := say(b, 1, 1)[0]
	feed(b, 1, line, 3, rec)
	if want := (tells{received: 1}); rec.tells() != want || rec.aside != 0 {
		t.Errorf("told %+v and %d aside, want %+v and none", rec.tells(), rec.aside, want)
	}
}

// The share is kept over many messages, and what is slow goes to connections that are free.
func TestBlockingShare(t *testing.T) {
	for _, share := range []float64{0, 0.01, 0.25, 0.5} {
		b, _ := openBlocking(t, share)
		const messages = 20000
		slow := map[int]int{}
		n := 0
		for k := range uint64(messages) {
			if c := b.Speaker(k); c >= 2 {
				n++
				slow[c]++
				if len(slow) < allBlockers {
					must(t, b.blocker(c).len() == 0, "a blocker was asked twice while others were free")
				}
				b.Send(c, 1, 1, nil)
			}
		}
		if got := float64(n) / messages; got < share*0.8 || got > share*1.2 {
			t.Errorf("share %g: %g of the messages were slow", share, got)
		}
	}
}

func TestBlockingChecks(t *testing.T) {
	fine := Params{Conns: 2, Payload: 40, Share: 0.01, Block: 20 * time.Millisecond, How: "spin"}
	for name, spoil := range map[string]func(*Params){
		"share":       func(p *Params) { p.Share = 0.6 },
		"share below": func(p *Params) { p.Share = -0.1 },
		"how":         func(p *Params) { p.How = "sleep" },
		"block":       func(p *Params) { p.Block = 0 },
		"long block":  func(p *Params) { p.Block = 11 * time.Second },
		"fraction":    func(p *Params) { p.Block = 1500 * time.Microsecond },
	} {
		p := fine
		spoil(&p)
		if ByName("blocking").Check(p) == nil {
			t.Errorf("%s: %+v is let pass", name, p)
		}
	}
	must(t, ByName("blocking").Check(fine) == nil, "what is right is not let pass")
}

// Where every blocker waits already, they take turns in waiting for more.
func TestBlockersTakeTurns(t *testing.T) {
	b, _ := openBlocking(t, 0.5)
	most, asked := 0, 0
	for k := uint64(0); asked < 3*allBlockers; k++ {
		if c := b.Speaker(k); b.blocker(c) != nil {
			b.Send(c, 1, 1, nil)
			most = max(most, b.blocker(c).len())
			asked++
		}
	}
	must(t, most == 3, "one blocker waits for %d of three rounds", most)
}
