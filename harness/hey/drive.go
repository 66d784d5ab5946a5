package hey

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"github.com/rakyll/hey/requester"

	"cbench/harness/load"
	"cbench/harness/witness"
	"cbench/results/record"
)

// template asks for hey's results one by one: its report as a whole is no JSON when a mean is NaN.
const template = `{"lats":{{jsonify .Lats}},"offsets":{{jsonify .Offsets}},"codes":{{jsonify .StatusCodes}},` +
	`"errors":{{jsonify .ErrorDist}},"size":{{.SizeTotal}},"count":{{.NumRes}}}`

// told is what hey tells.
type told struct {
	Lats    []float64      // s, of requests that were answered
	Offsets []float64      // s, when each began, on a clock of hey's own
	Codes   []int          // status of each
	Errors  map[string]int // of the others
	Size    int64          // bytes of all bodies, by their heads
	Count   int            // requests, answered or not
}

const keptIdle = 500 // hey's maxIdleConn

// Drive is load.Driver's.
func (d *Driver) Drive(ctx context.Context, drive load.Drive, w load.Watch) (load.Report, error) {
	if err := d.Check(drive); err != nil {
		return load.Report{}, err
	}
	debug.SetGCPercent(100) // the load process turned it off; hey makes garbage, and collects it where people use it
	work, out, err := d.work()
	if err != nil {
		return load.Report{}, err
	}
	unwatch := d.Watch(ctx)
	done := make(chan struct{})
	go func() { work.Run(); close(done) }()

	start := d.wait(ctx, drive.Warmup, w, true)
	end := d.wait(ctx, drive.Duration, w, false)
	stopped := ctx.Err()
	work.Stop()
	<-done
	unwatch()
	if stopped != nil {
		return load.Report{}, stopped
	}
	var t told
	if err := json.Unmarshal(out.Bytes(), &t); err != nil {
		return load.Report{}, fmt.Errorf("hey: its results: %w", err)
	}
	if t.Count-sum(t.Errors) > len(t.Lats) {
		return load.Report{}, fmt.Errorf("hey: it keeps %d results of %d: a shorter duration is needed", len(t.Lats), t.Count)
	}
	r := d.report(&t, drive)
	r.Start, r.End, r.WindowNS = start.Mono, end.Mono, drive.Duration.Nanoseconds() // by the results' own offsets
	// The edges were seen somewhat late, each by another time: the CPU time is that of as long a window.
	r.CPUNS = int64(float64(end.CPU-start.CPU) * float64(r.WindowNS) / float64(end.Mono-start.Mono))
	return r, nil
}

// work is one that does not end by itself, and where its results go.
func (d *Driver) work() (*requester.Work, *bytes.Buffer, error) {
	req, err := http.NewRequest(http.MethodPost, "http://"+d.Plan.Addr+"/echo", nil)
	if err != nil {
		return nil, nil, fmt.Errorf("hey: %w", err)
	}
	req.ContentLength = int64(len(d.Body))
	out := new(bytes.Buffer)
	work := &requester.Work{
		Request: req, RequestBody: d.Body, N: math.MaxInt32, C: d.Plan.Params.Conns,
		Timeout: int(math.Ceil(d.Plan.Timeout.Seconds())), DisableCompression: true, // DisableRedirects has its workers race
		Output: template, Writer: out,
	}
	work.Init() // or a Stop could come before there is anything to stop
	return work, out, nil
}

func (d *Driver) wait(ctx context.Context, how time.Duration, w load.Watch, start bool) witness.Edge {
	select {
	case <-time.After(how):
	case <-ctx.Done():
	}
	return witness.Mark(w, start)
}

// report is what hey told of the window, which begins a warm-up after the first request.
func (d *Driver) report(t *told, drive load.Drive) load.Report {
	r := load.Report{Errors: map[string]int64{}}
	h := hdrhistogram.New(1, int64(time.Minute), 3)
	least, most := int64(math.MaxInt64), int64(0)
	var start float64
	if len(t.Offsets) > 0 {
		start = slices.Min(t.Offsets) + drive.Warmup.Seconds()
	}
	end := start + drive.Duration.Seconds()
	for i, at := range t.Offsets {
		if t.Codes[i] != http.StatusOK {
			r.Verify.Corrupted++
		}
		measured := start <= at && at < end
		if measured {
			r.Sent++
		}
		if t.Codes[i] != http.StatusOK {
			continue
		}
		if done := at + t.Lats[i]; start <= done && done < end {
			r.InWindow++
		}
		if measured {
			ns := int64(t.Lats[i] * 1e9)
			if h.RecordValue(ns) != nil {
				r.Overflow++
				continue
			}
			r.Received++
			least, most = min(least, ns), max(most, ns)
		}
	}
	r.Expected = r.Sent
	r.Latency = record.NewLatency(h).Exact(least, most)
	r.Service = r.Latency
	d.judge(&r, t)
	return r
}

// judge adds what was wrong, and what a reader should know.
func (d *Driver) judge(r *load.Report, t *told) {
	switch want := int64(len(t.Lats)) * int64(len(d.Body)); {
	case d.Unsized():
		r.Warnings = append(r.Warnings, "hey: it adds up Content-Lengths, and the server's answers have none: their lengths are not checked on its connections")
	case r.Verify.Corrupted == 0 && t.Size != want:
		r.Verify.Corrupted++
		r.Odd = fmt.Sprintf("wanted %d bytes of body by Content-Length in %d answers to hey, got %d", want, len(t.Lats), t.Size)
	}
	d.Judge(r)
	for message, n := range t.Errors {
		r.Errors[kind(message)] += int64(n)
	}
	if c := d.Plan.Params.Conns; c > keptIdle {
		r.Warnings = append(r.Warnings, fmt.Sprintf("hey: keeps %d idle connections: of %d, some are dialled anew while it runs", keptIdle, c))
	}
}

// kind is the word, of the load engine's, under which an error is counted.
func kind(message string) string {
	for _, k := range [...]struct{ part, kind string }{
		{"refused", "refused"}, {"reset", "reset"}, {"broken pipe", "reset"}, {"EOF", "closed"}, {"Client.Timeout", "timeout"},
		{"deadline exceeded", "timeout"}, {"too many open files", "nofile"},
	} {
		if strings.Contains(message, k.part) {
			return k.kind
		}
	}
	return "other"
}

func sum(counts map[string]int) (n int) {
	for _, c := range counts {
		n += c
	}
	return n
}

var _ load.Driver = (*Driver)(nil)
