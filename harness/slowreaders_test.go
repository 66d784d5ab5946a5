package harness

import (
	"strings"
	"testing"

	"cbench/results/record"
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

// Who grows by more than those that do not read may be owed, and as much again of garbage, is told of, and not void.
// However many others read makes no difference.
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
