package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cbench/results/record"
)

// A server that stops is never dropped: its longest silence is in its cell, what waited is in its latency or the cell is
// void for that reason, the table and the page name it, and no other server is blamed.
func TestStopsAreTold(t *testing.T) {
	stops := []string{"--cmd=" + bad("stop:900ms,900ms,900ms"), "--name=stops", "--conns=4", "--reps=1", "--linger=0", "--noisy"}
	once := []string{"--cmd=" + bad("stop:3s"), "--name=stops", "--conns=4", "--reps=1", "--linger=0", "--noisy"}
	alone := []string{"--duration=4s", "--warmup=100ms"}
	short := []string{"--duration=1s", "--warmup=100ms"}
	inTurn := []string{"--model=floor", "--base=floor", "--rounds=14", "--slot=250ms"}
	for _, tt := range []struct {
		name  string
		least time.Duration // that it is silent for: a stop while it owes nothing is seen from when it does
		args  [][]string
	}{
		{"three, alone", 500 * time.Millisecond, [][]string{stops, alone, {"--closed"}}},
		{"three, alone, open loop", 500 * time.Millisecond, [][]string{stops, alone, {"--rate=2000"}}},
		{"one over the end, alone", 2 * time.Second, [][]string{once, short, {"--closed"}}},
		{"one over the end, alone, open loop", 2 * time.Second, [][]string{once, short, {"--rate=2000"}}},
		{"three, in pairs", 200 * time.Millisecond, [][]string{stops, inTurn, {"--closed", "--rotate=pairs", "--twin=false"}}},
		{"three, all in turn", 200 * time.Millisecond, [][]string{stops, inTurn, {"--closed", "--rotate=all"}}},
		{"one, in pairs", 2 * time.Second, [][]string{once, inTurn, {"--closed", "--rotate=pairs", "--twin=false"}}},
		{"one, in pairs, open loop", 2 * time.Second, [][]string{once, inTurn, {"--rate=2000", "--rotate=pairs", "--twin=false"}}},
	} {
		t.Run(strings.ReplaceAll(tt.name, " ", "-"), func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "run")
			args := []string{"run", "--scenario=echo", "--out=" + dir}
			for _, more := range tt.args {
				args = append(args, more...)
			}
			measure(t, args...)
			html, err := os.ReadFile(filepath.Join(dir, "report.html"))
			if err != nil {
				t.Fatal(err)
			}
			page := string(html)
			other := time.Duration(0) // a machine in use stops all servers
			for _, c := range cells(t, dir) {
				if c.Model == "floor" {
					other = max(other, time.Duration(*c.Load.LongestSilenceNS))
				}
			}
			for _, c := range cells(t, dir) {
				if c.Model != "stops" {
					for _, why := range c.Void {
						if strings.Contains(why, "stopped") || strings.Contains(why, "no message was answered") {
							t.Errorf("%s is blamed: %q", c.Model, why)
						}
					}
					continue
				}
				silence := time.Duration(*c.Load.LongestSilenceNS)
				if silence < tt.least {
					t.Errorf("it is silent for %v", silence)
				}
				counts := c.Valid && c.Latency != nil && c.Latency.Max >= silence.Nanoseconds()*9/10
				if !counts && !strings.Contains(strings.Join(c.Void, "; "), "the server stopped for") {
					t.Errorf("silent for %v, longest latency %+v, void %q", silence, latencyMax(c), c.Void)
				}
				if want := "stops</b> stopped for "; !strings.Contains(page, want) && 3*other < silence {
					t.Errorf("no finding names it; %v", c.Void)
				}
			}
		})
	}
}

func latencyMax(c record.Cell) time.Duration {
	if c.Latency == nil {
		return 0
	}
	return time.Duration(c.Latency.Max)
}
