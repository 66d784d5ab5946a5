// Package witness is what drivers from outside have in common: load generators that others wrote, in our own engine's place. They
// open connections by themselves, post one body to /echo in a closed loop, and look at none that comes back. So one connection of
// ours posts other bodies meanwhile and looks at each.
package witness

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sys/unix"

	"cbench/harness/load"
)

// Witness is the connection of ours, and what the driver beside it is asked for.
type Witness struct {
	Who  string // the driver
	Plan load.Plan
	Body []byte // that the driver posts, as long as ours

	checker *checker
}

// Open makes sure that the server echoes a body. What it tells as established is what the driver will be asked for: it dials by
// itself, and a connection it cannot get is an error of a drive.
func Open(ctx context.Context, who string, p load.Plan) (*Witness, load.ConnectReport, error) {
	if p.Scenario != "http-echo" {
		return nil, load.ConnectReport{}, fmt.Errorf("%s: scenario %q: only http-echo", who, p.Scenario)
	}
	if p.Timeout <= 0 {
		p.Timeout = 5 * time.Second
	}
	body := filler(p.Params.Payload)
	w := &Witness{Who: who, Plan: p, Body: body, checker: newChecker("http://"+p.Addr+"/echo", body, p.Timeout)}
	began := time.Now()
	if err := w.checker.check(ctx); err != nil {
		w.checker.close()
		return nil, load.ConnectReport{Errors: map[string]int64{}}, fmt.Errorf("%s: %w", who, err)
	}
	return w, load.ConnectReport{Established: p.Params.Conns, Took: time.Since(began), Errors: map[string]int64{}}, nil
}

// Check says what the driver cannot do.
func (w *Witness) Check(d load.Drive) error {
	if d.Rate > 0 || d.Pipeline > 1 {
		return errors.New(w.Who + ": only a closed loop with one request under way a connection")
	}
	return nil
}

// Watch checks bodies until stop is called, which returns when the last is checked.
func (w *Witness) Watch(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() { w.checker.watch(ctx); close(done) }()
	return func() { cancel(); <-done }
}

// Unsized reports whether the server's answers came without a Content-Length. It is to be asked after stop.
func (w *Witness) Unsized() bool { return w.checker.unsized }

// Judge adds to a report what came of watching. It is to be called after stop.
func (w *Witness) Judge(r *load.Report) {
	r.Verify.Corrupted += w.checker.corrupt
	if w.checker.odd != nil {
		r.Odd = w.checker.odd.Error()
	}
	r.Warnings = append(r.Warnings, w.Who+": it checks no body; a second connection of ours did, fifty times a second")
}

// Close is load.Driver's. The driver's connections are its own.
func (w *Witness) Close() (load.CloseReport, error) {
	w.checker.close()
	return load.CloseReport{Errors: map[string]int64{}}, nil
}

// filler is a body of n printable bytes.
func filler(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = 'a' + byte(i%26)
	}
	return b
}

// Edge is one end of a window: when it was, on CLOCK_MONOTONIC, and the CPU time of this process until then, in nanoseconds.
type Edge struct{ Mono, CPU int64 }

// Mark tells of an end of the window and notes it.
func Mark(w load.Watch, start bool) Edge {
	if w.Window != nil {
		w.Window(start)
	}
	return Edge{clock(unix.CLOCK_MONOTONIC), clock(unix.CLOCK_PROCESS_CPUTIME_ID)}
}

func clock(id int32) int64 {
	var ts unix.Timespec
	if err := unix.ClockGettime(id, &ts); err != nil {
		panic("witness: a clock that every Linux has: " + err.Error())
	}
	return ts.Nano()
}
