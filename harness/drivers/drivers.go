// Package drivers loads a server with generators that others wrote, hey and wrk, in place of our own engine: the same server,
// bodies of the same size, the same report. They open their connections themselves, post one body to /echo in a closed loop, and
// compare no body that comes back. So a witness, one connection of ours, posts other bodies meanwhile and compares each.
package drivers

import (
	"context"
	"errors"
	"fmt"
	"time"

	"cbench/harness/load"
)

// driver is what both generators have in common.
type driver struct {
	name    string
	plan    load.Plan
	witness *witness
}

// open makes sure that the server echoes a body. It reports as established the connections that the generator will be asked for:
// it dials by itself, and a connection that it cannot get is an error of a drive.
func open(ctx context.Context, name string, p load.Plan) (driver, load.ConnectReport, error) {
	if p.Scenario != "http-echo" {
		return driver{}, load.ConnectReport{}, fmt.Errorf("%s: scenario %q: only http-echo", name, p.Scenario)
	}
	if p.Timeout <= 0 {
		p.Timeout = 5 * time.Second
	}
	d := driver{name, p, newWitness(p)}
	began := time.Now()
	if err := d.witness.check(ctx); err != nil {
		d.witness.close()
		return driver{}, load.ConnectReport{Errors: map[string]int64{}}, fmt.Errorf("%s: %w", name, err)
	}
	return d, load.ConnectReport{Established: p.Params.Conns, Took: time.Since(began), Errors: map[string]int64{}}, nil
}

// check says what the generator cannot do.
func (d *driver) check(drive load.Drive) error {
	if drive.Rate > 0 || drive.Pipeline > 1 {
		return errors.New(d.name + ": only a closed loop with one request under way a connection")
	}
	return nil
}

// judge adds to a report what the witness saw. It is called when the witness has stopped.
func (d *driver) judge(r *load.Report) {
	r.Verify.Corrupted += d.witness.corrupt
	if d.witness.odd != nil {
		r.Odd = d.witness.odd.Error()
	}
	r.Warnings = append(r.Warnings, d.name+": it checks no body; a second connection of ours did, fifty times a second")
}

// Close is load.Driver's. The generator closes its own connections.
func (d *driver) Close() (load.CloseReport, error) {
	d.witness.close()
	return load.CloseReport{Errors: map[string]int64{}}, nil
}

// boundary is one end of a window: when it was, on CLOCK_MONOTONIC, and the CPU time of this process until then, in nanoseconds.
type boundary struct{ mono, cpu int64 }

// mark tells the watcher of one end of the window and notes it.
func mark(w load.Watch, start bool) boundary {
	if w.Window != nil {
		w.Window(start)
	}
	mono, cpu := load.Clocks()
	return boundary{mono, cpu}
}
