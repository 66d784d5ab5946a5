package wire

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestLog holds the log against one that forgets nothing: a slice of all messages.
func TestLog(t *testing.T) {
	var l Log
	var all []string // all[id-1]: what was said
	rng := rand.New(rand.NewPCG(1, 2))
	for len(all) < 3*RingSize+7 {
		from := []byte(fmt.Sprint("n", rng.IntN(1000)))
		text := []byte(strings.Repeat("t", 1+rng.IntN(50)) + fmt.Sprint(len(all)))
		all = append(all, string(from)+" "+string(text))

		m := l.Append(from, text)
		clear(from) // the log has copies
		clear(text)
		if got := string(m.From) + " " + string(m.Text); m.ID != int64(len(all)) || l.Head() != m.ID || got != all[m.ID-1] {
			t.Fatalf("message %d: id %d, head %d, %q; want %q", len(all), m.ID, l.Head(), got, all[len(all)-1])
		}
		checkLog(t, &l, all, rng)
	}
}

func checkLog(t *testing.T, l *Log, all []string, rng *rand.Rand) {
	t.Helper()
	head := int64(len(all))
	oldest := max(1, head-200+1)
	for _, since := range []int64{0, 1, oldest - 2, oldest - 1, oldest, head - 1, head, rng.Int64N(head + 1)} {
		if since < 0 || since > head {
			continue
		}
		most := 1 + rng.IntN(250)
		var want []int64
		var gone int64
		for id := since + 1; id <= head; id++ {
			if id < oldest {
				gone++
			} else if len(want) < most {
				want = append(want, id)
			}
		}
		var got []int64
		first, last, missed := l.Since(since, most)
		for id := first; id <= last; id++ {
			got = append(got, id)
			m := l.At(id)
			if said := string(m.From) + " " + string(m.Text); m.ID != id || said != all[id-1] {
				t.Fatalf("At(%d) of %d: id %d, %q; want %q", id, head, m.ID, said, all[id-1])
			}
		}
		if missed != gone || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("Since(%d, %d) of %d: missed %d, %v; want %d, %v", since, most, head, missed, got, gone, want)
		}
	}
}

func TestEmptyLog(t *testing.T) {
	var l Log
	first, last, missed := l.Since(0, 100)
	if l.Head() != 0 || first <= last || missed != 0 {
		t.Errorf("head %d, ids %d to %d, missed %d", l.Head(), first, last, missed)
	}
}

func TestLogAllocatesNothingOnceWarm(t *testing.T) {
	var l Log
	from, text := []byte("ann"), []byte("hello")
	say := func() { l.Append(from, text) }
	for range RingSize {
		say()
	}
	var sum int
	allocs := testing.AllocsPerRun(2*RingSize, func() {
		say()
		first, last, _ := l.Since(l.Head()-3, 100)
		for id := first; id <= last; id++ {
			sum += len(l.At(id).Text)
		}
	})
	if allocs != 0 || sum == 0 {
		t.Errorf("%v allocations a message", allocs)
	}
}
