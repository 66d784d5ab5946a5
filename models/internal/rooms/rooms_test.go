package rooms

import (
	"fmt"
	"testing"
	"time"

	"cbench/scenarios/wire"
)

type room struct {
	used time.Time
	busy bool
}

func (r *room) idle(since time.Time) bool { return !r.busy && r.used.Before(since) }

// Rooms that are not in use go after their time, and make place for others; no other goes, and no look is taken twice a minute.
func TestTable(t *testing.T) {
	var all Table[room]
	now := time.Now()
	find := func(name string, used time.Duration) *room {
		return all.Find(name, (*room).idle, func() *room { return &room{used: now.Add(-used), busy: name == "busy"} })
	}
	old, busy, fresh := find("old", 11*time.Minute), find("busy", 11*time.Minute), find("fresh", 9*time.Minute)
	if find("old", 0) != old || find("busy", 0) != busy || find("fresh", 0) != fresh || all.Len() != 3 {
		t.Fatal("a room is not found again")
	}
	for i := 3; i < wire.MaxRooms; i++ {
		if find(fmt.Sprint(i), 0) == nil {
			t.Fatalf("no room %d", i)
		}
	}
	if find("more", 0) != nil || all.Len() != wire.MaxRooms {
		t.Errorf("%d rooms, the last of them one too many", all.Len())
	}
	if find("fresh", 0) != fresh {
		t.Error("with too many rooms none is found")
	}
	all.swept = now.Add(-time.Hour)
	if find("more", 0) == nil || all.Len() != wire.MaxRooms {
		t.Errorf("%d rooms after an unused one was to go", all.Len())
	}
	if find("busy", 0) != busy || find("fresh", 0) != fresh {
		t.Error("a room in use is gone")
	}
	if find("old", 0) != nil {
		t.Error("an unused room is still there")
	}
}
