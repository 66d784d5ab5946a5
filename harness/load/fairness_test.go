package load

import (
	"testing"
	"time"
)

// Of drives that are kept, fairness is over all of them; one that is not begins anew.
func TestFairnessIsKept(t *testing.T) {
	c := open(t, plan(serve(t, nil).addr(), "echo", 2))
	drive := Drive{Rate: 200, Duration: 60 * time.Millisecond} // 6 messages a connection
	for i, want := range []struct{ keep, known bool }{{true, false}, {true, true}, {false, false}, {true, true}} {
		drive.Keep = want.keep
		r, err := c.Drive(t.Context(), drive, Watch{})
		if err != nil {
			t.Fatal(err)
		}
		if known := r.Fairness.Jain != nil; known != want.known || r.Received != 12 {
			t.Errorf("drive %d: %d received, known: %t, want %t", i+1, r.Received, known, want.known)
		}
	}
}
