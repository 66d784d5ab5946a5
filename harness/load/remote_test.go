package load

import (
	"context"
	"errors"
	"os"
	"slices"
	"testing"
	"time"
)

func testProcess() Process {
	return Process{Args: []string{os.Args[0]}}
}

func TestRemote(t *testing.T) {
	t.Setenv("CBENCH_TEST_LOAD", "1")
	r, err := Start(testProcess())
	if err != nil {
		t.Fatal(err)
	}
	s := serve(t, nil)
	if _, err := r.Drive(t.Context(), Drive{Duration: 1}, Watch{}); err == nil {
		t.Error("a drive before open succeeds")
	}
	for range 2 {
		if report, err := r.Open(t.Context(), plan(s.addr(), "chat", 8)); err != nil || report.Established != 8 {
			t.Fatalf("%v, %+v", err, report)
		}
		var window []bool
		progress := 0
		drive := Drive{Rate: 100, Duration: 1100 * time.Millisecond}
		report, err := r.Drive(t.Context(), drive, Watch{
			Window:   func(start bool) { window = append(window, start) },
			Progress: func(p Progress) { progress += int(p.Sent) },
		})
		if err != nil {
			t.Fatal(err)
		}
		check(t, drive, 4, report)
		if !slices.Equal(window, []bool{true, false}) || progress == 0 {
			t.Errorf("window told as %v, progress as %d", window, progress)
		}
		if end, err := r.Close(); err != nil || end.Closed != 8 {
			t.Errorf("closed %+v, %v", end, err)
		}
	}
	if err := r.Stop(); err != nil {
		t.Errorf("stop: %v", err)
	}
	if _, err := r.Open(t.Context(), plan(s.addr(), "echo", 1)); err == nil {
		t.Error("a process that is gone opens clients")
	}
}

// A load process is gone when its stdin ends, in mid-drive or not, and a drive ends with its context.
func TestRemoteEnds(t *testing.T) {
	t.Setenv("CBENCH_TEST_LOAD", "1")
	s := serve(t, nil)
	for _, end := range []string{"cancel", "stdin", "kill"} {
		t.Run(end, func(t *testing.T) {
			r, err := Start(testProcess())
			if err != nil {
				t.Fatal(err)
			}
			if _, err := r.Open(t.Context(), plan(s.addr(), "echo", 4)); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			_, err = r.Drive(ctx, Drive{Duration: time.Hour}, Watch{Window: func(bool) {
				switch end {
				case "cancel":
					cancel()
				case "stdin":
					r.in.Close()
				case "kill":
					r.cmd.Process.Kill()
				}
			}})
			if err == nil || end == "cancel" && !errors.Is(err, context.Canceled) {
				t.Errorf("drive: %v", err)
			}
			if end == "cancel" {
				if closed, err := r.Close(); err != nil || closed.Closed != 4 {
					t.Errorf("close: %v, %+v", err, closed)
				}
			}
			if err := r.Stop(); (err != nil) != (end == "kill") {
				t.Errorf("stop: %v", err)
			}
		})
	}
	if _, err := Start(Process{Args: []string{"/nonesuch"}}); err == nil {
		t.Error("a process that cannot start does")
	}
}
