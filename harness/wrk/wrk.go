// Package wrk has wrk, a load generator in C, load a server in our own engine's place, as a witness from outside: the same server,
// the same bodies in size, the same report.
//
// What is known of wrk (4.1.0), and what is done about it:
//   - It is a closed loop of one request under way a connection, and looks at the status alone. Whether the bytes are right, the witness
//     finds out.
//   - It measures from its start to its end, the opening of its connections and the last tenth of a second included, in whole
//     seconds. So the warm-up is a wrk of its own, and durations are rounded up; the window is as long as it says it was.
//   - It keeps latencies to the microsecond, and then adds ones that it did not measure: for each one over twice the mean it
//     adds those of the requests that a client with a fixed rate would have sent meanwhile (stats_correct). No option turns that off. Its
//     tail is longer than what it saw, and ours, in a closed loop, is what was seen.
//   - Its script sees the distribution by percentiles only: what is reported is of 1,090 of them.
//   - A connection that the server closes is dialled anew and not counted.
//   - It closes when it ends: there is no memory at rest to be measured.
package wrk

import (
	"context"
	"errors"
	"os/exec"

	"cbench/harness/load"
	"cbench/harness/witness"
)

// Driver is wrk, told where to drive.
type Driver struct{ *witness.Witness }

// Open is a load.Opener.
func Open(ctx context.Context, p load.Plan) (load.Driver, load.ConnectReport, error) {
	if err := Installed(); err != nil {
		return nil, load.ConnectReport{}, err
	}
	w, opened, err := witness.Open(ctx, "wrk", p)
	if err != nil {
		return nil, opened, err
	}
	return &Driver{w}, opened, nil
}

// Installed says how to get wrk where it is not there.
func Installed() error {
	if _, err := exec.LookPath("wrk"); err != nil {
		return errors.New("wrk: it is not installed: apt-get install wrk")
	}
	return nil
}
