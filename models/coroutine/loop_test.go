package coroutine

import (
	"errors"
	"net"
	"os"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func newLoop(t testing.TB) *loop {
	lp := new(loop)
	if err := lp.open(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(lp.close)
	return lp
}

// finish runs the loop until its coroutines have ended.
func (lp *loop) finish(t testing.TB) {
	t.Helper()
	stuck := time.AfterFunc(20*time.Second, func() { panic("a coroutine waits for ever") })
	defer stuck.Stop()
	if err := lp.run(func() {}); err != nil {
		t.Fatal(err)
	}
	if lp.alive != 0 || len(lp.ready) != 0 || lp.alarms.Len() != 0 {
		t.Fatalf("left behind: %d coroutines, %d ready, %d alarms", lp.alive, len(lp.ready), lp.alarms.Len())
	}
}

// pair is two sockets of the loop, connected with each other.
func (lp *loop) pair(t testing.TB) (a, b *socket) {
	t.Helper()
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	a, b = new(socket), new(socket)
	if err := errors.Join(a.open(lp, fds[0]), b.open(lp, fds[1])); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close(); b.Close() })
	return a, b
}

func TestWaitAny(t *testing.T) {
	for _, c := range []struct {
		name  string
		any   event
		told  []event
		woken []bool
		got   event
	}{
		{"the one", news, []event{news}, []bool{true}, news},
		{"one of several", news | gone, []event{gone}, []bool{true}, gone},
		{"several, before it runs", news | gone, []event{gone, news}, []bool{true, true}, gone | news},
		{"what it does not wait for", news | gone, []event{done, less, news}, []bool{false, false, true}, news},
		{"more than it waits for", news, []event{news | done}, []bool{true}, news},
	} {
		t.Run(c.name, func(t *testing.T) {
			lp := newLoop(t)
			var co *coroutine
			var got event
			lp.spawn(func() {
				co = lp.running
				got = lp.wait(c.any)
			})
			lp.spawn(func() { // after it: it waits by now
				for i, what := range c.told {
					if woken := lp.notify(co, what); woken != c.woken[i] {
						t.Errorf("told %#x: woken %v, want %v", what, woken, c.woken[i])
					}
				}
			})
			lp.finish(t)
			if got != c.got {
				t.Errorf("got %#x, want %#x", got, c.got)
			}
			if lp.notify(co, c.any) || lp.notify(nil, c.any) {
				t.Error("whoever does not wait was told something")
			}
		})
	}
}

func TestTimers(t *testing.T) {
	lp := newLoop(t)
	var order []string
	start := time.Now()
	var sleeper *coroutine
	sleep := func(name string, after time.Duration, want event) {
		lp.spawn(func() {
			if name == "told" {
				sleeper = lp.running
			}
			at := start.Add(after)
			if got := lp.waitUntil(news, at); got != want {
				t.Errorf("%s: got %#x, want %#x", name, got, want)
			}
			if early := time.Until(at); want == timeout && early > 0 {
				t.Errorf("%s: %v too early", name, early)
			}
			order = append(order, name)
		})
	}
	sleep("second", 20*time.Millisecond, timeout)
	sleep("first", 10*time.Millisecond, timeout)
	sleep("past", -time.Second, timeout)
	sleep("told", time.Hour, news)
	lp.spawn(func() {
		lp.waitUntil(0, start.Add(30*time.Millisecond))
		lp.notify(sleeper, news)
	})
	lp.finish(t)
	if want := []string{"past", "first", "second", "told"}; !slices.Equal(order, want) {
		t.Errorf("woken in the order %q, want %q", order, want)
	}
}

// TestTurns: whoever goes on in the next turn leaves this one to the others.
func TestTurns(t *testing.T) {
	lp := newLoop(t)
	var order []int
	for i := range 3 {
		lp.spawn(func() {
			for round := range 3 {
				order = append(order, round*3+i)
				lp.wait(turn)
			}
		})
	}
	turns := 0
	lp.atEnd = func() { turns++ }
	lp.finish(t)
	if !slices.IsSorted(order) || len(order) != 9 || turns != 4 {
		t.Errorf("ran in the order %v, in %d turns", order, turns)
	}
}

// TestBlocksAll: a coroutine that blocks where it stands stalls whoever is ready.
func TestBlocksAll(t *testing.T) {
	lp := newLoop(t)
	var order []string
	answer := make(chan struct{})
	lp.spawn(func() {
		time.AfterFunc(10*time.Millisecond, func() { close(answer) })
		<-answer
		order = append(order, "blocked")
	})
	lp.spawn(func() { order = append(order, "bystander") })
	lp.finish(t)
	if want := []string{"blocked", "bystander"}; !slices.Equal(order, want) {
		t.Errorf("ran in the order %q, want %q", order, want)
	}
}

func TestDeadline(t *testing.T) {
	lp := newLoop(t)
	a, b := lp.pair(t)
	lp.spawn(func() {
		if _, err := a.Read(); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("interrupted while it waits: %v", err)
		}
		if _, err := a.Read(); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("interrupted before it waits: %v", err)
		}
		a.SetReadDeadline(time.Now().Add(10 * time.Millisecond))
		if _, err := a.Read(); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("in time: %v", err)
		}
		a.SetReadDeadline(time.Time{})
		if a.deadline != nil {
			t.Error("a deadline that was taken back stands")
		}
		b.Write([]byte("late"))
		a.SetReadDeadline(time.Unix(1, 0))
		if p, err := a.Read(); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("interrupted with bytes to be read: %q, %v", p, err)
		}
		a.SetReadDeadline(time.Time{})
		if p, err := a.Read(); string(p) != "late" {
			t.Errorf("after that: %q, %v", p, err)
		}
	})
	lp.spawn(func() { a.SetReadDeadline(time.Unix(1, 0)) })
	lp.finish(t)
}

// TestDeath: whatever the coroutines of a connection wait for, its end wakes them.
func TestDeath(t *testing.T) {
	flood := make([]byte, 16<<20)
	for _, c := range []struct {
		name string
		end  func(mine, peer *socket)
		read error
	}{
		{"the peer leaves", func(_, peer *socket) { peer.Close() }, nil},
		{"closed by another", func(mine, _ *socket) { mine.Close() }, net.ErrClosed},
	} {
		t.Run(c.name, func(t *testing.T) {
			lp := newLoop(t)
			mine, peer := lp.pair(t)
			parked, away := lp.pair(t)
			lp.spawn(func() {
				if _, err := mine.Read(); err == nil || c.read != nil && err != c.read {
					t.Errorf("read: %v", err)
				}
			})
			lp.spawn(func() {
				if n, err := mine.Write(flood); err == nil || n == len(flood) {
					t.Errorf("wrote %d bytes: %v", n, err)
				}
			})
			lp.spawn(func() {
				if got := parked.await(news | gone); got&gone == 0 {
					t.Errorf("parked: got %#x", got)
				}
			})
			lp.spawn(func() {
				lp.wait(turn)
				c.end(mine, peer)
				c.end(parked, away)
			})
			lp.finish(t)
		})
	}
}

// TestDeathUnnoticed: what nobody waits for is noticed all the same, and does not keep the loop busy.
func TestDeathUnnoticed(t *testing.T) {
	lp := newLoop(t)
	mine, peer := lp.pair(t)
	lp.spawn(func() {
		peer.Close()
		for mine.fd >= 0 {
			lp.wait(turn)
		}
		if _, err := mine.Read(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("read: %v", err)
		}
	})
	lp.finish(t)
}

// TestUnwanted: bytes that come while nobody reads are told of once, and are there for the next who does.
func TestUnwanted(t *testing.T) {
	lp := newLoop(t)
	mine, peer := lp.pair(t)
	lp.spawn(func() {
		peer.Write([]byte("early"))
		for mine.watched != 0 {
			lp.wait(turn)
		}
		if p, err := mine.Read(); string(p) != "early" {
			t.Errorf("read %q, %v", p, err)
		}
	})
	lp.finish(t)
}

// TestBorrowed: what was read is good while its reader waits, though others read meanwhile; and no longer once given back.
func TestBorrowed(t *testing.T) {
	for _, back := range []bool{false, true} {
		lp := newLoop(t)
		a, toA := lp.pair(t)
		b, toB := lp.pair(t)
		read := false
		lp.spawn(func() {
			p, _ := a.Read()
			if back {
				lp.giveBack()
			}
			toB.Write([]byte("xyz"))
			for !read {
				lp.wait(turn)
			}
			if want := map[bool]string{false: "abc", true: "xyz"}[back]; string(p) != want {
				t.Errorf("given back %v: its bytes are %q, want %q", back, p, want)
			}
		})
		lp.spawn(func() {
			toA.Write([]byte("abc"))
			p, _ := b.Read()
			if string(p) != "xyz" {
				t.Errorf("the other read %q", p)
			}
			read = true
		})
		lp.finish(t)
	}
}

// TestCannotWait: without its poller the loop ends everybody and says why.
func TestCannotWait(t *testing.T) {
	lp := newLoop(t)
	a, _ := lp.pair(t)
	ended := false
	lp.spawn(func() {
		a.Read()
		ended = true
	})
	lp.poll.Close()
	if err := lp.run(a.Close); !errors.Is(err, unix.EBADF) || !ended {
		t.Errorf("error %v, ended %v", err, ended)
	}
	if err := lp.open(t.Context()); err != nil { // for the clean-up
		t.Fatal(err)
	}
}
