// Package hey has rakyll/hey load a server in our own engine's place, as a witness from outside: the same server, the same
// bodies in size, the same report.
//
// What is known of hey (v0.1.5), and what is done about it:
//   - It is a closed loop. Pacing it, or work in its RequestFunc, is counted as latency, so it gets neither.
//   - It reads a body and throws it away. Status and length are taken from it; that the bytes are right, a second connection of
//     ours finds out meanwhile, some fifty times a second.
//   - A Work counts requests, cut to a multiple of its workers. Here it has no end of them and is stopped by the clock; the
//     warm-up is in the same Work, so that the window finds the connections open, and is cut off by each result's offset.
//   - It keeps the first million results, which bounds a drive.
//   - It keeps 500 idle connections (maxIdleConn): past C = 500 some are closed and dialled anew while it runs.
//   - It dials when it begins and never closes: there is no memory at rest to be measured.
package hey

import (
	"context"
	"fmt"
	"time"

	"cbench/harness/load"
	"cbench/results"
)

// Driver is hey, told where to drive.
type Driver struct {
	plan    load.Plan
	body    []byte
	checker *checker
}

// Open makes sure that the server echoes a body. What it tells as established is what hey will be asked for: it dials by
// itself, and a connection it cannot get is an error of a drive.
func Open(ctx context.Context, p load.Plan) (load.Driver, load.ConnectReport, error) {
	if p.Scenario != "http-echo" {
		return nil, load.ConnectReport{}, fmt.Errorf("hey: scenario %q: only http-echo", p.Scenario)
	}
	if p.Timeout <= 0 {
		p.Timeout = 5 * time.Second
	}
	body := filler(p.Params.Payload)
	d := &Driver{p, body, newChecker("http://"+p.Addr+"/echo", body, p.Timeout)}
	began := time.Now()
	if err := d.checker.check(ctx); err != nil {
		d.checker.close()
		return nil, load.ConnectReport{Errors: map[string]int64{}}, fmt.Errorf("hey: %w", err)
	}
	return d, load.ConnectReport{Established: p.Params.Conns, Took: time.Since(began), Errors: map[string]int64{}}, nil
}

// Close is load.Driver's. hey's connections stay open: they end with the process.
func (d *Driver) Close() (load.CloseReport, error) {
	d.checker.close()
	return load.CloseReport{Errors: map[string]int64{}, Verify: results.Verify{}}, nil
}

// filler is a body of n printable bytes.
func filler(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = 'a' + byte(i%26)
	}
	return b
}
