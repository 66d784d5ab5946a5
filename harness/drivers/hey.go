package drivers

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
	"cbench/results/record"
)

// hey is rakyll/hey. What is known of it (v0.1.5), and what is done about it:
//   - It is a closed loop. Pacing it, or work in its RequestFunc, is counted as latency, so it gets neither.
//   - It reads a body and throws it away. Status and length are taken from it; that the bytes are right, the witness finds out.
//   - A Work counts requests, cut to a multiple of its workers. Here it has no end of them and is stopped by the clock; the
//     warm-up is in the same Work, so that the window finds the connections open, and is cut off by each result's offset.
//   - It keeps the first million results, which bounds a drive.
//   - It keeps 500 idle connections (maxIdleConn): past C = 500 some are closed and dialled anew while it runs.
//   - It dials when it begins and never closes: there is no memory at rest to be measured.
type hey struct{ driver }

// OpenHey is a load.Opener.
func OpenHey(ctx context.Context, p load.Plan) (load.Driver, load.ConnectReport, error) {
	d, opened, err := open(ctx, "hey", p)
	if err != nil {
		return nil, opened, err
	}
	return &hey{d}, opened, nil
}

// heyTemplate asks for hey's results one by one: its report as a whole is no JSON when a mean is NaN.
const heyTemplate = `{"lats":{{jsonify .Lats}},"offsets":{{jsonify .Offsets}},"codes":{{jsonify .StatusCodes}},` +
	`"errors":{{jsonify .ErrorDist}},"size":{{.SizeTotal}},"count":{{.NumRes}}}`

// heyResults is what hey tells.
type heyResults struct {
	Lats    []float64      // s, of requests that were answered
	Offsets []float64      // s, when each began, on a clock of hey's own
	Codes   []int          // status of each
	Errors  map[string]int // of the others
	Size    int64          // bytes of all bodies, by their heads
	Count   int            // requests, answered or not
}

const heyKeepsIdle = 500 // its maxIdleConn

// Drive is load.Driver's.
func (h *hey) Drive(ctx context.Context, drive load.Drive, w load.Watch) (load.Report, error) {
	if err := h.check(drive); err != nil {
		return load.Report{}, err
	}
	debug.SetGCPercent(100) // the load process turned it off; hey makes garbage, and collects it where people use it
	work, out, err := h.work()
	if err != nil {
		return load.Report{}, err
	}
	stopWitness := h.witness.start(ctx)
	done := make(chan struct{})
	go func() { work.Run(); close(done) }()

	start := wait(ctx, drive.Warmup, w, true)
	end := wait(ctx, drive.Duration, w, false)
	stopped := ctx.Err()
	work.Stop()
	<-done
	stopWitness()
	if stopped != nil {
		return load.Report{}, stopped
	}
	var t heyResults
	if err := json.Unmarshal(out.Bytes(), &t); err != nil {
		return load.Report{}, fmt.Errorf("hey: its results: %w", err)
	}
	if t.Count-sum(t.Errors) > len(t.Lats) {
		return load.Report{}, fmt.Errorf("hey: it keeps %d results of %d: a shorter duration is needed", len(t.Lats), t.Count)
	}
	r := h.report(&t, drive)
	r.Start, r.End, r.WindowNS = start.mono, end.mono, drive.Duration.Nanoseconds() // by the results' own offsets
	// The edges were seen somewhat late, each by another time: the CPU time is that of as long a window.
	r.CPUNS = int64(float64(end.cpu-start.cpu) * float64(r.WindowNS) / float64(end.mono-start.mono))
	return r, nil
}

// work is one that does not end by itself, and where its results go.
func (h *hey) work() (*requester.Work, *bytes.Buffer, error) {
	req, err := http.NewRequest(http.MethodPost, "http://"+h.plan.Addr+"/echo", nil)
	if err != nil {
		return nil, nil, fmt.Errorf("hey: %w", err)
	}
	req.ContentLength = int64(len(h.witness.body))
	out := new(bytes.Buffer)
	work := &requester.Work{
		Request: req, RequestBody: h.witness.body, N: math.MaxInt32, C: h.plan.Params.Conns,
		Timeout: int(math.Ceil(h.plan.Timeout.Seconds())), DisableCompression: true, // DisableRedirects has its workers race
		Output: heyTemplate, Writer: out,
	}
	work.Init() // or a Stop could come before there is anything to stop
	return work, out, nil
}

func wait(ctx context.Context, how time.Duration, w load.Watch, start bool) boundary {
	select {
	case <-time.After(how):
	case <-ctx.Done():
	}
	return mark(w, start)
}

// report is what hey told of the window, which begins a warm-up after the first request.
func (h *hey) report(t *heyResults, drive load.Drive) load.Report {
	r := load.Report{Errors: map[string]int64{}}
	latencies := hdrhistogram.New(1, int64(time.Minute), 3)
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
			if latencies.RecordValue(ns) != nil {
				r.Overflow++
				continue
			}
			r.Received++
			least, most = min(least, ns), max(most, ns)
		}
	}
	r.Expected = r.Sent
	r.Latency = record.NewLatency(latencies).Exact(least, most)
	r.Service = r.Latency
	h.judgeResults(&r, t)
	return r
}

// judgeResults adds what was wrong, and what a reader should know.
func (h *hey) judgeResults(r *load.Report, t *heyResults) {
	switch want := int64(len(t.Lats)) * int64(len(h.witness.body)); {
	case h.witness.unsized:
		r.Warnings = append(r.Warnings, "hey: it adds up Content-Lengths, and the server's answers have none: "+
			"their lengths are not checked on its connections")
	case r.Verify.Corrupted == 0 && t.Size != want:
		r.Verify.Corrupted++
		r.Odd = fmt.Sprintf("wanted %d bytes of body by Content-Length in %d answers to hey, got %d", want, len(t.Lats), t.Size)
	}
	h.judge(r)
	for message, n := range t.Errors {
		r.Errors[heyKind(message)] += int64(n)
	}
	if c := h.plan.Params.Conns; c > heyKeepsIdle {
		r.Warnings = append(r.Warnings, fmt.Sprintf("hey: keeps %d idle connections: "+
			"of %d, some are dialled anew while it runs", heyKeepsIdle, c))
	}
}

// heyKind is the word, of the load engine's, under which an error is counted.
func heyKind(message string) string {
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
