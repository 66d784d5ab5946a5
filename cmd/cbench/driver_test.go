package main

import (
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"cbench/harness/drivers"
	"cbench/harness/plan"
	"cbench/results/record"
)

// Drivers from outside write the same cells, and what all of them say of one server is set side by side.
func TestRunWithDriversFromOutside(t *testing.T) {
	asked := []string{ownDriver, plan.Hey, plan.Wrk}
	if err := drivers.WrkInstalled(); err != nil {
		t.Logf("%v; tested without", err)
		asked = asked[:2]
	}
	dir := filepath.Join(t.TempDir(), "run")
	mustSucceed(t, "run", "--model=goroutine", "--scenario=http-echo", "--driver="+strings.Join(asked, ","), "--conns=10",
		"--reps=1", "--duration=300ms", "--warmup=50ms", "--out="+dir)
	found := map[string]bool{}
	for _, c := range cells(t, dir) {
		found[c.Params.Driver] = true
		if c.Verify != (record.Verify{}) || c.Params.Loop != "closed" || c.Load.Sent == 0 || c.Load.Received != c.Load.Expected {
			t.Errorf("%s: verify %+v, sent %d, received %d of %d, void %q", c.Key(), c.Verify, c.Load.Sent, c.Load.Received, c.Load.Expected, c.Void)
		}
		if c.Latency == nil || c.Load.ThroughputPerS == nil || c.Load.ClientCPURatio == nil || c.CPU.ServerNSPerMessage == nil {
			t.Errorf("%s: figures are missing: %+v %+v", c.Key(), c.Load, c.CPU)
		}
		if outside := c.Params.Driver != ""; outside == (c.Memory.Anon != nil) {
			t.Errorf("%s: memory at rest is %v: who dials only while it drives leaves none", c.Key(), c.Memory.Anon)
		}
	}
	check := mustSucceed(t, "show", dir, "drivers")
	for _, d := range asked {
		if name := strings.Replace(d, ownDriver, "", 1); !found[name] {
			t.Errorf("no cell of %s", d)
		}
		if !strings.Contains(check, d) {
			t.Errorf("the cross-check lacks %s:\n%s", d, check)
		}
	}
	mustSucceed(t, "run", "--resume", "--out="+dir) // the list of drivers is recalled
	if n := len(cells(t, dir)); n != len(asked) {
		t.Errorf("%d cells after --resume, want %d", n, len(asked))
	}
}

// A body that is not what was posted is told, though the driver looks at none.
func TestDriversFromOutsideTellBadServers(t *testing.T) {
	for _, driver := range []string{plan.Hey, plan.Wrk} {
		t.Run(driver, func(t *testing.T) {
			if err := drivers.WrkInstalled(); driver == plan.Wrk && err != nil {
				t.Skip(err)
			}
			dir := filepath.Join(t.TempDir(), "run")
			args := []string{"run", "--cmd=/proc/self/exe bad-http {addr}", "--name=bad", "--speaks=http:echo", "--model=goroutine",
				"--scenario=http-echo", "--driver=" + driver, "--conns=4", "--reps=1", "--duration=300ms", "--warmup=0s", "--out=" + dir}
			mustSucceed(t, args...)
			for _, c := range cells(t, dir) {
				if c.Model == "bad" && (c.Valid || c.Verify.Corrupted == 0) || c.Model != "bad" && c.Verify != (record.Verify{}) {
					t.Errorf("%s: valid %v, verify %+v, void %q", c.Model, c.Valid, c.Verify, c.Void)
				}
			}
		})
	}
}

func TestDriverRefusals(t *testing.T) {
	for _, tt := range []struct {
		words []string
		args  []string
	}{
		{[]string{"driver", "nobody", "hey", "wrk"}, []string{"--scenario=http-echo", "--driver=nobody"}},
		{[]string{"hey", "http-echo"}, []string{"--scenario=echo", "--driver=hey"}},
		{[]string{"hey", "closed loop"}, []string{"--scenario=http-echo", "--driver=cbench,hey", "--rate=5"}},
		{[]string{"hey", "pipeline"}, []string{"--scenario=http-echo", "--driver=hey", "--pipeline=2"}},
	} {
		mustFail(t, tt.words, append([]string{"run", "--model=goroutine", "--out=" + t.TempDir()}, tt.args...)...)
	}
	t.Setenv("PATH", "")
	mustFail(t, []string{"wrk", "apt-get install wrk"}, "run", "--model=goroutine", "--scenario=http-echo", "--driver=wrk", "--out="+t.TempDir())
}

// badHTTP echoes bodies, with another last byte from the second on.
func badHTTP(addr string) int {
	var n atomic.Int64
	http.ListenAndServe(addr, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if n.Add(1) > 1 && len(body) > 0 {
			body[len(body)-1] ^= 1
		}
		w.Write(body)
	}))
	return 1
}
