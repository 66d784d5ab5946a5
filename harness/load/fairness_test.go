package load

import (
	"slices"
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

// What is kept by connection is of the drives that count, whichever of them turned out not to.
func TestDrivesLeftOut(t *testing.T) {
	type drive struct{ keep, leaveOut bool } // leaveOut: of the drive before
	for name, tt := range map[string]struct {
		drives []drive // the i-th, from 0, brings 10^i replies
		want   uint32
	}{
		"all count":              {[]drive{{false, false}, {true, false}, {true, false}}, 111},
		"the first does not":     {[]drive{{false, false}, {true, true}, {true, false}}, 110},
		"nor the second":         {[]drive{{false, false}, {true, true}, {true, true}, {true, false}}, 1100},
		"one in the middle":      {[]drive{{false, false}, {true, false}, {true, true}, {true, false}}, 1101},
		"two in the middle":      {[]drive{{false, false}, {true, false}, {true, true}, {true, true}}, 1001},
		"anew":                   {[]drive{{false, false}, {true, false}, {false, true}}, 100},
		"anew, and that neither": {[]drive{{false, false}, {true, false}, {false, false}, {true, true}}, 1000},
	} {
		tl, replies := newTally(2), uint32(1)
		for _, d := range tt.drives {
			tl.goOn(d.keep, d.leaveOut)
			tl.clear()
			for i := range tl.receipts {
				tl.receipts[i] += replies
				tl.sketches[i][0] += uint16(replies)
			}
			replies *= 10
		}
		if !slices.Equal(tl.receipts, []uint32{tt.want, tt.want}) || tl.sketches[1][0] != uint16(tt.want) {
			t.Errorf("%s: %d, %d in the sketch, want %d", name, tl.receipts, tl.sketches[1][0], tt.want)
		}
	}
}
