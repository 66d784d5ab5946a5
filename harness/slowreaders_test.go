package harness

import (
	"strings"
	"testing"

	"cbench/results/record"
	"cbench/results/record/recordtest"
	"cbench/scenarios/wire"
)

// A pause of the machine makes a peak; what holds for a second is what members that do not read cost.
func TestLevel(t *testing.T) {
	var l level
	for i := range 3 * looksASecond {
		v := int64(100)
		if i == looksASecond+2 {
			v = 900
		}
		l.add(v)
	}
	if l.peak != 900 || l.held != 100 {
		t.Errorf("peak %d, held %d", l.peak, l.held)
	}
	for range looksASecond {
		l.add(300)
	}
	l.add(50)
	if l.held != 300 {
		t.Errorf("held %d, want what held for a second", l.held)
	}
}

// Who grows by more than those that do not read may be owed, and as much again of garbage, is told of, and not void. However many others
// read makes no difference.
func TestMemoryBound(t *testing.T) {
	const allowed = 2*10*wire.MaxOwed + leastGarbage
	for _, tt := range []struct {
		members, conns int
		held           int64
		want           bool
	}{
		{10, 50, allowed, false}, {10, 50, allowed + 1, true}, {10, 50, 30 << 20, true}, {10, 10_000, allowed + 1, true},
		{0, 50, 30 << 20, false}, // all read: that is what traffic takes
	} {
		bound := int64(tt.members) * wire.MaxOwed
		m := &session{cell: record.Cell{Conns: tt.conns, Deaf: &record.Deaf{Members: tt.members, BoundBytes: bound, HeldAnon: &tt.held}}}
		m.bounded()
		told := len(m.cell.Warnings) == 1 && strings.Contains(m.cell.Warnings[0], "10 members that do not read")
		if told != tt.want || len(m.cell.Void) > 0 {
			t.Errorf("%d of %d, %d bytes: warnings %q, void %q", tt.members, tt.conns, tt.held, m.cell.Warnings, m.cell.Void)
		}
	}
}

func TestLingerOfBlocks(t *testing.T) {
	for text, want := range map[string]*int64{
		`{}`: nil, `{"linger": "30s"}`: recordtest.Ptr(int64(30e9)), `{"linger": "0s"}`: recordtest.Ptr(int64(0)), `{"linger": "30s", "rotate": "all"}`: nil,
	} {
		all, err := DecodeBlock([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		b := all[0]
		switch got := b.linger(1); {
		case (got == nil) != (want == nil), got != nil && *got != *want:
			t.Errorf("%s: %v, want %v", text, got, want)
		case b.linger(2) != nil:
			t.Errorf("%s: after a second repetition, too", text)
		}
	}
	p := record.Planned{Conns: 1, Params: record.Params{DurationNS: 1e9}}
	short := Estimate(p)
	p.LingerNS = recordtest.Ptr(int64(30e9))
	if more := Estimate(p) - short; more != 30e9 {
		t.Errorf("30 s of watching take %v", more)
	}
}
