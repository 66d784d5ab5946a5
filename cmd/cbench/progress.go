package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/term"

	"cbench/harness"
	"cbench/results"
)

// progress tells how a run goes on: on a terminal one line that is rewritten, else a line a repetition.
type progress struct {
	w    io.Writer
	live bool

	left  []results.Planned // from the one that is being measured
	total int
	// The time of a repetition beyond what is nominal (starting, connecting, closing) is known from those that are done.
	extra time.Duration
	done  int
}

func newProgress(w io.Writer) *progress {
	file, is := w.(*os.File)
	return &progress{w: w, live: is && term.IsTerminal(int(file.Fd()))}
}

func (p *progress) watch() harness.Watch {
	return harness.Watch{Start: p.start, Phase: p.phase, Done: p.finished}
}

func (p *progress) start(left []results.Planned, had int) {
	p.left, p.total = left, len(left)
	if had > 0 {
		fmt.Fprintf(p.w, "%d repetitions are there already\n", had)
	}
	if !p.live {
		fmt.Fprintf(p.w, "%d repetitions to measure, about %s\n", p.total, round(p.timeLeft()))
	}
}

func (p *progress) phase(cell results.Planned, phase string) {
	if p.live {
		fmt.Fprintf(p.w, "\r\x1b[K%d/%d  %s %s N=%d #%d: %s … %s left", p.total-len(p.left)+1, p.total,
			cell.Model, cell.Scenario, cell.Conns, cell.Rep, phase, round(p.timeLeft()))
	}
}

func (p *progress) finished(cell results.Cell, took, nominal time.Duration) {
	p.done++
	p.extra += took - nominal
	p.left = p.left[1:]
	outcome := ""
	if !cell.Valid {
		outcome = "  void: " + cell.Void[0]
	}
	if p.live {
		if outcome != "" { // worth more than being overwritten
			fmt.Fprintf(p.w, "\r\x1b[K%s %s N=%d #%d%s\n", cell.Model, cell.Scenario, cell.Conns, cell.Rep, outcome)
		}
		return
	}
	fmt.Fprintf(p.w, "%d/%d  %s %s N=%d #%d  %.1f s%s\n", p.total-len(p.left), p.total,
		cell.Model, cell.Scenario, cell.Conns, cell.Rep, took.Seconds(), outcome)
}

// close leaves the terminal as a command should.
func (p *progress) close() {
	if p.live {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}

func (p *progress) timeLeft() (left time.Duration) {
	extra := 2 * time.Second
	if p.done > 0 {
		extra = p.extra / time.Duration(p.done)
	}
	for _, cell := range p.left {
		left += time.Duration(cell.Params.DurationNS+cell.Params.WarmupNS) + extra
	}
	return left
}

func round(d time.Duration) time.Duration {
	if d > time.Minute {
		return d.Round(10 * time.Second)
	}
	return d.Round(time.Second)
}
