package drivers

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"cbench/harness/load"
	"cbench/internal/poll"
	"cbench/results/record"
	"cbench/scenarios/wire"
)

// wrk is a load generator in C. What is known of it (4.1.0), and what is done about it:
//   - It is a closed loop of one request under way a connection, and looks at the status alone. Whether the bytes are right, the
//     witness finds out.
//   - It measures from its start to its end, the opening of its connections and the last tenth of a second included, in whole
//     seconds. So the warm-up is a wrk of its own, and durations are rounded up; the window is as long as it says it was.
//   - It keeps latencies to the microsecond, and then adds ones that it did not measure: for each one over twice the mean it
//     adds those of the requests that a client with a fixed rate would have sent meanwhile (stats_correct). No option turns that
//     off. Its tail is longer than what it saw, and ours, in a closed loop, is what was seen.
//   - Its script sees the distribution by percentiles only: what is reported is of 1,090 of them.
//   - A connection that the server closes is dialled anew and not counted.
//   - It closes when it ends: there is no memory at rest to be measured.
type wrk struct{ driver }

// OpenWrk is a load.Opener.
func OpenWrk(ctx context.Context, p load.Plan) (load.Driver, load.ConnectReport, error) {
	if err := WrkInstalled(); err != nil {
		return nil, load.ConnectReport{}, err
	}
	d, opened, err := open(ctx, "wrk", p)
	if err != nil {
		return nil, opened, err
	}
	return &wrk{d}, opened, nil
}

// WrkInstalled says how to get wrk where it is not there.
func WrkInstalled() error {
	if _, err := exec.LookPath("wrk"); err != nil {
		return errors.New("wrk: it is not installed: apt-get install wrk")
	}
	return nil
}

//go:embed wrk.lua
var wrkScript []byte

// wrkResults is what wrk tells.
type wrkResults struct {
	Requests int64   `json:"requests"` // answered, whatever the status
	Bytes    int64   `json:"bytes"`    // of answers, heads and all
	Duration int64   `json:"duration_us"`
	Min      int64   `json:"min_us"`
	Max      int64   `json:"max_us"`
	Latency  []int64 `json:"latency_us"` // at percentiles
	Connect  int64   `json:"connect"`    // errors
	Read     int64   `json:"read"`
	Write    int64   `json:"write"`
	Timeout  int64   `json:"timeout"`
	Status   int64   `json:"status"` // of 400 and above
}

// Of the percentiles told, so many stand for a thousandth each, and the rest for a ten-thousandth.
const thousandths, tenThousandths = 990, 100

// Drive is load.Driver's.
func (d *wrk) Drive(ctx context.Context, drive load.Drive, w load.Watch) (load.Report, error) {
	if err := d.check(drive); err != nil {
		return load.Report{}, err
	}
	stopWitness := d.witness.start(ctx)
	t, start, end, err := d.measure(ctx, drive, w)
	stopWitness()
	if err != nil {
		return load.Report{}, err
	}
	r, err := t.report(len(d.witness.body))
	if err != nil {
		return load.Report{}, err
	}
	r.Start, r.End, r.CPUNS = start.mono, end.mono, end.cpu-start.cpu
	d.judge(&r)
	r.Warnings = append(r.Warnings, "wrk: adds latencies that it did not measure (for coordinated omission): "+
		"its tail is longer than what it saw")
	if took := wholeSeconds(drive.Duration); took != drive.Duration {
		r.Warnings = append(r.Warnings, fmt.Sprintf("wrk: measures whole seconds: %v, not %v", took, drive.Duration))
	}
	return r, nil
}

// measure runs wrk to warm up and then to measure. The ends of the window count wrk's CPU time too.
func (d *wrk) measure(ctx context.Context, drive load.Drive, w load.Watch) (t *wrkResults, start, end boundary, err error) {
	if drive.Warmup > 0 {
		if _, _, err := d.run(ctx, drive.Warmup); err != nil {
			return nil, start, end, err
		}
	}
	start = mark(w, true)
	t, cpu, err := d.run(ctx, drive.Duration)
	end = mark(w, false)
	end.cpu += cpu.Nanoseconds()
	return t, start, end, err
}

func wholeSeconds(d time.Duration) time.Duration {
	return max(time.Second, (d + time.Second - 1).Truncate(time.Second))
}

// run runs wrk once, and returns what it told and the CPU time that it took.
func (d *wrk) run(ctx context.Context, length time.Duration) (*wrkResults, time.Duration, error) {
	dir, err := os.MkdirTemp("", "cbench-wrk-")
	if err != nil {
		return nil, 0, fmt.Errorf("wrk: %w", err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "wrk.lua")
	if err := os.WriteFile(path, wrkScript, 0o600); err != nil {
		return nil, 0, fmt.Errorf("wrk: %w", err)
	}
	conns, threads := d.plan.Params.Conns, max(1, d.plan.Threads)
	cmd := exec.CommandContext(ctx, "wrk",
		"--threads", strconv.Itoa(min(threads, conns)), "--connections", strconv.Itoa(conns),
		"--duration", seconds(length), "--timeout", seconds(d.plan.Timeout), "--script", path,
		"http://"+d.plan.Addr+"/echo", "--", string(d.witness.body))
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := allowFiles(conns); err != nil {
		return nil, 0, err
	}
	// wrk must not outlive this process, which may be killed. What counts for the kernel is the end of the thread that forked
	// (PR_SET_PDEATHSIG in prctl(2)).
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	err = cmd.Run()
	if ctx.Err() != nil {
		return nil, 0, ctx.Err()
	}
	if err != nil {
		return nil, 0, fmt.Errorf("wrk: %w: %s", err, bytes.TrimSpace(errs.Bytes()))
	}
	t, err := parseWrk(out.Bytes())
	return t, cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), err
}

// allowFiles lets wrk have the descriptors it needs. The Go runtime raises its own soft limit as it starts, and gives a program
// that it starts the former one, often 1,024, unless a limit was set explicitly (syscall.Setrlimit).
func allowFiles(conns int) error {
	soft, hard := poll.Files()
	limit := syscall.Rlimit{Cur: uint64(max(soft, min(hard, conns+wire.SpareFiles))), Max: uint64(hard)}
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return fmt.Errorf("wrk: limit of descriptors: %w", err)
	}
	return nil
}

func seconds(d time.Duration) string { return fmt.Sprintf("%ds", int(math.Ceil(max(1, d.Seconds())))) }

// parseWrk reads the last line of wrk's output, which is our script's.
func parseWrk(out []byte) (*wrkResults, error) {
	out = bytes.TrimSpace(out)
	var t wrkResults
	if err := json.Unmarshal(out[bytes.LastIndexByte(out, '\n')+1:], &t); err != nil {
		return nil, fmt.Errorf("wrk: its results: %w", err)
	}
	if len(t.Latency) != thousandths+tenThousandths || t.Duration <= 0 {
		return nil, fmt.Errorf("wrk: its results: %d percentiles over %d µs", len(t.Latency), t.Duration)
	}
	return &t, nil
}

// report is what wrk told of its run, with bodies of so many bytes.
func (t *wrkResults) report(body int) (load.Report, error) {
	right := t.Requests - t.Status
	r := load.Report{
		Sent: t.Requests, Expected: t.Requests, Received: right, InWindow: right,
		WindowNS: t.Duration * 1000, Errors: map[string]int64{},
		Verify: record.Verify{Corrupted: t.Status},
	}
	for kind, n := range map[string]int64{"connect": t.Connect, "read": t.Read, "write": t.Write, "timeout": t.Timeout} {
		if n > 0 {
			r.Errors[kind] = n
		}
	}
	if t.Status > 0 {
		r.Odd = fmt.Sprintf("wrk was answered a status of 400 or above %d times", t.Status)
	} else if least := t.Requests * int64(body); t.Bytes < least {
		r.Verify.Corrupted++
		r.Odd = fmt.Sprintf("wrk was answered %d bytes, less than the %d of the bodies", t.Bytes, least)
	}
	if t.Requests == 0 {
		return r, nil
	}
	h := hdrhistogram.New(1, int64(time.Minute), 3)
	for i, us := range t.Latency {
		share := int64(10)
		if i >= thousandths {
			share = 1
		}
		// In ten-thousandths of the requests: below ten thousand of them a percentile may stand for less than one.
		n := (t.share(i)+share)*t.Requests/10_000 - t.share(i)*t.Requests/10_000
		if err := h.RecordValues(max(1, us*1000), n); err != nil {
			return r, fmt.Errorf("wrk: its results: %w", err)
		}
	}
	r.Latency = record.NewLatency(h).Exact(t.Min*1000, t.Max*1000)
	r.Service = r.Latency
	return r, nil
}

// share is how many ten-thousandths come before the i-th percentile told.
func (t *wrkResults) share(i int) int64 {
	return int64(10*min(i, thousandths) + max(0, i-thousandths))
}
