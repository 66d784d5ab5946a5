package load

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"net"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"cbench/results/record"
	"cbench/scenarios"
)

// The test binary is its own load process.
func TestMain(m *testing.M) {
	if os.Getenv("CBENCH_TEST_LOAD") != "" {
		if err := Serve(os.Stdin, os.Stdout, nil); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func plan(addr, scenario string, conns int) Plan {
	return Plan{
		Addr: addr, Scenario: scenario,
		Params: scenarios.Params{Conns: conns, Payload: 64, RoomSize: 4, Seed: 9},
	}
}

func open(t testing.TB, p Plan) *Clients {
	t.Helper()
	c, report, err := Open(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if c.loops != nil {
			c.Close()
		}
	})
	if report.Established != p.Params.Conns || report.PerS == nil || len(report.Errors) > 0 {
		t.Fatalf("opened %+v", report)
	}
	return c
}

func TestDrive(t *testing.T) {
	const ms = time.Millisecond
	cases := []struct {
		scenario string
		conns    int
		threads  int
		receipts int // a message
		drive    Drive
	}{
		{"echo", 1, 1, 1, Drive{}},
		{"echo", 20, 1, 1, Drive{Pipeline: 8}},
		{"echo", 21, 2, 1, Drive{}},
		{"echo", 10, 1, 1, Drive{Rate: 2000}},
		{"echo", 11, 3, 1, Drive{Rate: 2000, Arrivals: "poisson"}},
		{"chat", 12, 1, 4, Drive{}},
		{"chat", 12, 2, 4, Drive{Rate: 400}},
		{"chat", 1, 1, 1, Drive{Pipeline: 3}},
		{"idle", 9, 1, 1, Drive{Rate: 100}},
	}
	for _, c := range cases {
		t.Run(fmt.Sprintf("%s/%d/%+v", c.scenario, c.threads, c.drive), func(t *testing.T) {
			p := plan(serve(t, nil).addr(), c.scenario, c.conns)
			p.Threads = c.threads
			clients := open(t, p)
			c.drive.Warmup, c.drive.Duration = 50*ms, 200*ms
			for range 2 { // a second drive begins as the first did
				var window []bool
				r, err := clients.Drive(t.Context(), c.drive, Watch{Window: func(start bool) { window = append(window, start) }})
				if err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(window, []bool{true, false}) {
					t.Errorf("window told as %v", window)
				}
				check(t, c.drive, c.receipts, r)
			}
			end, err := clients.Close()
			if err != nil || end.Closed != c.conns || len(end.Errors) > 0 || end.Verify != (record.Verify{}) {
				t.Errorf("closed %+v, %v", end, err)
			}
		})
	}
}

// check proves a faultless report whole and consistent.
func check(t *testing.T, d Drive, receipts int, r Report) {
	t.Helper()
	if r.Verify != (record.Verify{}) || len(r.Errors) > 0 || r.Odd != "" {
		t.Errorf("faults %+v, errors %v, odd %s", r.Verify, r.Errors, r.Odd)
	}
	most := r.Sent * int64(receipts)
	least := most
	if d.Rate == 0 { // on a busy machine the window may begin in the middle of a message that a pause held up (round.counts)
		least -= int64(receipts) - 1
	}
	if r.Sent == 0 || r.Expected < least || r.Expected > most || r.Received != r.Expected || r.InWindow == 0 {
		t.Fatalf("sent %d, expected %d, received %d, %d in the window", r.Sent, r.Expected, r.Received, r.InWindow)
	}
	if r.All < r.Received || r.All < r.InWindow {
		t.Errorf("%d in all, of which %d in the window and %d to its messages", r.All, r.InWindow, r.Received)
	}
	if r.Latency.Count != r.Received || r.Service.Count != r.Received || r.Latency.Min <= 0 || r.Service.Min > r.Latency.Min && d.Rate > 0 {
		t.Errorf("latency of %d from %d ns, service of %d from %d ns", r.Latency.Count, r.Latency.Min, r.Service.Count, r.Service.Min)
	}
	if r.WindowNS != r.End-r.Start || r.WindowNS <= 0 || r.CPUNS <= 0 {
		t.Errorf("window %d from %d to %d, CPU %d ns", r.WindowNS, r.Start, r.End, r.CPUNS)
	}
	if (r.LateRatio == nil) != (d.Rate == 0) {
		t.Errorf("late ratio %v at rate %v", r.LateRatio, d.Rate)
	}
	if due := d.Rate * d.Duration.Seconds(); d.Rate > 0 && d.Arrivals == "" && math.Abs(float64(r.Sent)-due) > 1 {
		t.Errorf("sent %d, due were %v", r.Sent, due)
	}
	if latency, service, err := r.Histograms(); err != nil || latency.TotalCount() != r.Received || service.TotalCount() != r.Received {
		t.Errorf("histograms: %v", err)
	}
}

func TestLargePayloads(t *testing.T) {
	p := plan(serve(t, nil).addr(), "echo", 3)
	p.Params.Payload = scenarios.ByName("echo").MaxPayload
	drive := Drive{Pipeline: 20, Duration: 200 * time.Millisecond} // more than a socket takes
	r, err := open(t, p).Drive(t.Context(), drive, Watch{})
	if err != nil {
		t.Fatal(err)
	}
	check(t, drive, 1, r)
}

func TestCancel(t *testing.T) {
	s := serve(t, nil)
	clients := open(t, plan(s.addr(), "echo", 5))
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := clients.Drive(ctx, Drive{Duration: time.Hour}, Watch{Window: func(bool) { cancel() }}); !errors.Is(err, context.Canceled) {
		t.Errorf("drive: %v", err)
	}
	if _, _, err := Open(ctx, plan(s.addr(), "echo", 5)); !errors.Is(err, context.Canceled) {
		t.Errorf("open: %v", err)
	}
	drive := Drive{Duration: 50 * time.Millisecond}
	r, err := clients.Drive(t.Context(), drive, Watch{}) // what was under way is let pass
	if err != nil || r.Received == 0 {
		t.Errorf("afterwards: %v, %+v", err, r)
	}
}

func TestBadPlans(t *testing.T) {
	good := plan("127.0.0.1:1", "echo", 5)
	for want, spoil := range map[string]func(*Plan){
		"scenario":  func(p *Plan) { p.Scenario = "nonesuch" },
		"conns 0":   func(p *Plan) { p.Params.Conns = 0 },
		"payload 2": func(p *Plan) { p.Params.Payload = 2 },
		"room-size": func(p *Plan) { p.Scenario, p.Params.RoomSize = "chat", 0 },
		"address":   func(p *Plan) { p.Addr = "127.0.0.1" },
	} {
		p := good
		spoil(&p)
		if _, _, err := Open(t.Context(), p); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
	if err := reserve(1 << 30); err == nil || !strings.HasPrefix(err.Error(), "conns 1073741824: needs 1073741888 descriptors, the limit is ") {
		t.Errorf("descriptors: %v", err)
	}
	clients := open(t, plan(serve(t, nil).addr(), "echo", 1))
	for _, d := range []Drive{{}, {Duration: -1}, {Duration: 1, Warmup: -1}, {Duration: 1, Rate: -1}, {Duration: 1, Rate: math.NaN()}, {Duration: 1, Pipeline: -1}, {Duration: 1, Arrivals: "often"}} {
		if _, err := clients.Drive(t.Context(), d, Watch{}); err == nil {
			t.Errorf("drive %+v is accepted", d)
		}
	}
}

// A drive makes no garbage: what is allocated does not grow with the messages.
func TestDriveAllocatesNothing(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				buf := make([]byte, 4096)
				for {
					n, err := c.Read(buf)
					if err != nil {
						c.Close()
						return
					}
					c.Write(buf[:n])
				}
			}()
		}
	}()
	clients := open(t, plan(l.Addr().String(), "echo", 20))
	var mallocs [2]uint64
	r, err := clients.Drive(t.Context(), Drive{Pipeline: 4, Warmup: 50 * time.Millisecond, Duration: 200 * time.Millisecond}, Watch{Window: func(start bool) {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		mallocs[map[bool]int{true: 0, false: 1}[start]] = m.Mallocs
	}})
	if err != nil {
		t.Fatal(err)
	}
	if n := mallocs[1] - mallocs[0]; n > uint64(r.Received/50)+50 {
		t.Errorf("%d allocations in %d messages", n, r.Received)
	}
}

// What 19,000 connections cost the engine, beside 1 MB of buffers and histograms a loop.
func TestMemory(t *testing.T) {
	const conns, most = 19000, 600 // bytes: 11 MB in all
	for _, scenario := range []string{"echo", "chat"} {
		p := plan("127.0.0.1:1", scenario, conns).withDefaults()
		s, addr, err := p.check()
		if err != nil {
			t.Skip(err)
		}
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		l, err := newLoop(p, addr, s, 0, conns, nil)
		if err != nil {
			t.Fatal(err)
		}
		for c := range conns {
			l.traffic.Open(c, l.out)
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		perConn := (after.HeapAlloc - before.HeapAlloc) / conns
		t.Logf("%s: %d bytes a connection, buffers and histograms included", scenario, perConn)
		if perConn > most {
			t.Errorf("%s: %d bytes a connection, more than %d", scenario, perConn, most)
		}
		l.free()
	}
}

func TestKinds(t *testing.T) {
	got := map[string]int{}
	for _, err := range []error{io.EOF, errTimeout, errStalled, errGarbled, errors.New("x"), &net.OpError{Err: os.ErrClosed}} {
		got[kind(err)]++
	}
	want := map[string]int{"closed": 1, "timeout": 1, "stalled": 1, "garbled": 1, "other": 2}
	if !maps.Equal(got, want) {
		t.Errorf("kinds %v, want %v", got, want)
	}
}
