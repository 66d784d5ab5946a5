package main

import (
	"fmt"
	"io"
	"maps"
	"os"
	"os/signal"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"cbench/harness"
	"cbench/harness/plan"
	"cbench/results/figure"
	"cbench/results/record"
	"cbench/results/words"
)

// progress tells how a run goes on: on a terminal one line that is rewritten, else a line a repetition.
type progress struct {
	w    io.Writer
	live bool

	left  []record.Planned // from the one that is being measured
	total int
	// What was done so far, and was to be done in: by that the rest is expected.
	took, planned time.Duration

	mu    sync.Mutex // guards all below, and every line on a terminal
	now   string     // what is happening
	since time.Time  // when the repetition began
	over  chan struct{}

	skipped map[string]int // by model: repetitions that were not tried, because it did not start before
}

func newProgress(w io.Writer) *progress {
	return &progress{w: w, live: escapes(w)}
}

func (p *progress) watch() harness.Watch {
	return harness.Watch{Start: p.start, Phase: p.phase, Done: p.finished, Warn: p.warn, Skip: p.skip}
}

func (p *progress) warn(text string) { fmt.Fprintf(p.w, "cbench: run: %s\n", text) }

func (p *progress) start(left []record.Planned, had int) {
	p.left, p.total = left, len(left)
	if had > 0 {
		fmt.Fprintf(p.w, "%d repetitions are there already\n", had)
	}
	fmt.Fprintf(p.w, "%s to measure, about %s: until %s\n", words.Plural(p.total, "repetition"), round(p.timeLeft()), clockIn(p.timeLeft()))
	if !p.live {
		return
	}
	p.over = make(chan struct{})
	resized := make(chan os.Signal, 1)
	signal.Notify(resized, syscall.SIGWINCH)
	go func() {
		second := time.NewTicker(time.Second)
		defer second.Stop()
		defer signal.Stop(resized)
		for {
			select {
			case <-second.C:
				p.draw()
			case <-resized:
				p.draw()
			case <-p.over:
				return
			}
		}
	}()
}

func (p *progress) phase(cell record.Planned, phase string) {
	p.mu.Lock()
	if phase == harness.FirstPhase {
		p.since = time.Now()
	}
	p.now = fmt.Sprintf("%d/%d  %s %s N=%d #%d: %s …", p.total-len(p.left)+1, p.total,
		words.Printable(whom(cell)), what(cell.Scenario, cell.Params), cell.Conns, cell.Rep, phase)
	p.mu.Unlock()
	p.draw()
}

// draw rewrites the line on a terminal.
func (p *progress) draw() {
	if !p.live {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	left := max(0, p.timeLeft()-time.Since(p.since))
	until := fmt.Sprintf(" %s left, until %s", round(left), clockIn(left))
	fmt.Fprint(p.w, "\r\x1b[K"+progressLine(p.now, until, columns(p.w)))
}

// clockIn is what the clock will say in that time.
func clockIn(d time.Duration) string { return time.Now().Add(d).Format("15:04") }

// progressLine is what happens now and when it will be over, in one row: one that is full would begin another. Of what happens
// the middle goes first, because its begin counts and its end moves.
func progressLine(now, left string, width int) string {
	room := width - 1
	if n := room - len([]rune(left)); n >= 20 {
		return words.Shorten(now, n) + left
	}
	return fitted(now, room)
}

// whom is who is being measured: one model, or those of a rotation.
func whom(p record.Planned) string {
	names := strings.Split(p.Params.Rotation, "+")
	switch {
	case p.Params.Rotation == "":
		return shortName(p.Model)
	case len(names) == 2:
		return shortName(names[1]) + " against " + shortName(names[0])
	}
	return fmt.Sprintf("%s and %d others in turn", shortName(names[0]), len(names)-1)
}

// shortName is a name on a line with others.
func shortName(name string) string { return words.Shorten(name, figure.MostOfName) }

// what is being measured, as far as it takes to tell it from the others of a run.
func what(scenario string, p record.Params) string {
	switch {
	case p.How != "":
		return fmt.Sprintf("%s %g%% %s", scenario, 100*p.Share, p.How)
	case p.Search != "":
		return fmt.Sprintf("%s, most %s with %s,", scenario, p.Search, p.SLO)
	case p.Driver != "":
		return scenario + " by " + p.Driver
	case p.Loop == "closed":
		return scenario + " closed"
	}
	return scenario
}

func (p *progress) finished(cell record.Cell, took, nominal time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.took += took
	p.planned += nominal
	p.left = p.left[1:]
	last := len(p.left) == 0 || p.left[0].Params.Rotation != cell.Params.Rotation || p.left[0].Conns != cell.Conns // of its rotation
	if r := cell.Rotation; r != nil && r.Early != "" && last {
		names := strings.ReplaceAll(cell.Params.Rotation, "+", ", ")
		defer p.say("%s %s N=%d #%d: %s", names, cell.Scenario, cell.Conns, cell.Rep, r.Early)
	}
	outcome := ""
	if !cell.Valid {
		outcome = "  void: " + strings.Join(cell.Void, "; ")
	}
	if p.live {
		if outcome != "" {
			p.say("%s %s N=%d #%d%s", cell.Model, what(cell.Scenario, cell.Params), cell.Conns, cell.Rep, outcome)
		}
		return
	}
	if l := cell.Latency; l != nil && cell.Valid {
		throughput, _ := figure.Throughput(&cell)
		outcome = fmt.Sprintf("  %s/s, p50 %s, p99 %s", words.PerSecond(throughput),
			words.Nanoseconds(float64(l.P50)), words.Nanoseconds(float64(l.P99)))
	}
	if s := cell.Search; s != nil && cell.Valid {
		outcome = "  nothing held"
		if s.Found != nil {
			outcome = fmt.Sprintf("  %s of %s, bound: %s", words.PerSecond(*s.Found), cell.Params.Search, s.Bound)
		}
	}
	fmt.Fprintf(p.w, "%d/%d  %s %s N=%d #%d  %.1f s%s\n", p.total-len(p.left), p.total,
		cell.Model, what(cell.Scenario, cell.Params), cell.Conns, cell.Rep, took.Seconds(), outcome)
}

// skip is told of a repetition that is left to another run.
func (p *progress) skip(cell record.Planned, _ error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.left = p.left[1:]
	if p.skipped == nil {
		p.skipped = map[string]int{}
	}
	p.skipped[cell.Model]++
}

// tellSkipped tells what was left out so.
func (p *progress) tellSkipped(dir string) {
	for _, model := range slices.Sorted(maps.Keys(p.skipped)) {
		p.say("cbench: run: %s did not start: %s not tried; cbench run --resume --out=%s tries again",
			model, words.Plural(p.skipped[model], "other repetition"), dir)
	}
}

// close leaves the terminal as a command should.
func (p *progress) close() {
	if p.over != nil {
		close(p.over)
		p.mu.Lock()
		fmt.Fprint(p.w, "\r\x1b[K")
		p.mu.Unlock()
		p.live = false
	}
}

// say prints a line that is worth more than being overwritten.
func (p *progress) say(format string, args ...any) {
	if p.live {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
	fmt.Fprintf(p.w, format+"\n", args...)
}

func (p *progress) timeLeft() (left time.Duration) {
	for _, cell := range p.left {
		left += plan.Estimate(cell)
	}
	if p.planned > 0 {
		left = time.Duration(float64(left) * float64(p.took) / float64(p.planned))
	}
	return left
}

func round(d time.Duration) time.Duration {
	if d > time.Minute {
		return d.Round(10 * time.Second)
	}
	return d.Round(time.Second)
}
