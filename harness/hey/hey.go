// Package hey has rakyll/hey load a server in our own engine's place, as a witness from outside: the same server, the same
// bodies in size, the same report.
//
// What is known of hey (v0.1.5), and what is done about it:
//   - It is a closed loop. Pacing it, or work in its RequestFunc, is counted as latency, so it gets neither.
//   - It reads a body and throws it away. Status and length are taken from it; that the bytes are right, the witness finds out.
//   - A Work counts requests, cut to a multiple of its workers. Here it has no end of them and is stopped by the clock; the
//     warm-up is in the same Work, so that the window finds the connections open, and is cut off by each result's offset.
//   - It keeps the first million results, which bounds a drive.
//   - It keeps 500 idle connections (maxIdleConn): past C = 500 some are closed and dialled anew while it runs.
//   - It dials when it begins and never closes: there is no memory at rest to be measured.
package hey

import (
	"context"

	"cbench/harness/load"
	"cbench/harness/witness"
)

// Driver is hey, told where to drive.
type Driver struct{ *witness.Witness }

// Open is a load.Opener.
func Open(ctx context.Context, p load.Plan) (load.Driver, load.ConnectReport, error) {
	w, opened, err := witness.Open(ctx, "hey", p)
	if err != nil {
		return nil, opened, err
	}
	return &Driver{w}, opened, nil
}
