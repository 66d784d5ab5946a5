// Package rooms finds a server's rooms by name, and bounds how many there are. Who owns a room, and what is in
// it, differs between the models.
package rooms

import (
	"time"

	"cbench/scenarios/wire"
)

// Table is the rooms by name. The zero value has none. It has no lock.
type Table[R any] struct {
	all   map[string]*R
	swept time.Time // when unused rooms were last dropped
}

// Find is the room of that name. If it has not been used it is made, unless there are too many; then it is nil. Before that, and
// once a minute at most, it drops the rooms that idle reports as empty and not used since.
func (t *Table[R]) Find(name string, idle func(r *R, since time.Time) bool, made func() *R) *R {
	r := t.all[name]
	if r == nil {
		t.sweep(time.Now(), idle)
		if len(t.all) >= wire.MaxRooms {
			return nil
		}
		if t.all == nil {
			t.all = make(map[string]*R)
		}
		r = made()
		t.all[name] = r
	}
	return r
}

// Len is how many rooms there are.
func (t *Table[R]) Len() int { return len(t.all) }

func (t *Table[R]) sweep(now time.Time, idle func(*R, time.Time) bool) {
	if now.Sub(t.swept) < time.Minute {
		return
	}
	t.swept = now
	for name, r := range t.all {
		if idle(r, now.Add(-wire.RoomIdle)) {
			delete(t.all, name)
		}
	}
}
