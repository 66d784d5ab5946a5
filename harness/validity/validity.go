// Package validity decides whether a repetition counts: evidence in, a verdict out. It reads nothing and changes
// nothing. A void cell names its reasons, and is never averaged.
package validity

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"cbench/results/record"
)

// Evidence is what a repetition is judged by: its cell, and what stands in no cell.
type Evidence struct {
	Cell     *record.Cell
	Window   time.Duration // how long was to be measured; in a rotation, in all slots together
	Slot     time.Duration // the longest stretch that was measured in one go
	Overflow int64         // latencies that no histogram took
	Early    int64         // replies that were missing before a stall at the window's end could have begun: load.Report.Behind
	Loops    int           // event loops of the load, each of which can use a CPU

	StoppedBefore time.Duration // the longest silence that was over when the window began, where it is long

	Strays      []string // threads of the server that are not on its CPUs
	ServerCPUs  string
	Shared      string // CPUs that both server and load may run on
	SharedAsked bool   // whoever started the run wants that
	CPUs        []int  // of both sides
	Noisy       bool   // the machine is known to be in use
	Quota       string // of CPU time, that is in force

	VoidRounds []string // why rounds of a rotation do not count

	Missing string           // why not all connections were established
	Unmade  map[string]int64 // the errors of those that were not
	Odd     string           // the first wrong reply, and what was wanted
	Idle    time.Duration    // for which a connection was silent when the server ended it; 0: none was
}

// Verdict is what was found: reasons against the repetition, and what a reader of it should know.
type Verdict struct {
	Void, Warnings []string
	Behind         *record.Behind // the server, or the client, fell behind what was offered
}

// check is one question that a repetition must pass to count.
type check struct {
	name  string
	judge func(e *Evidence) Verdict
}

// checks is all of them, what spoils most first.
var checks = []check{
	{"connections", judgeConnections},
	{"errors", judgeErrors},
	{"replies", judgeReplies},
	{"silence", judgeSilence},
	{"rate", judgeRate},
	{"unsent", judgeUnsent},
	{"late sends", judgeLate},
	{"send lag", judgeLag},
	{"client CPU", judgeClient},
	{"overflow", judgeOverflow},
	{"Little's law", judgeLittle},
	{"samples", judgeSamples},
	{"placement", judgePlacement},
	{"shared CPU", judgeShared},
	{"others", judgeOthers},
	{"steal", judgeSteal},
	{"pressure", judgePressure},
	{"work", judgeWork},
	{"rounds", judgeRounds},
}

// ofSearch is those of a search as a whole: its load is judged window by window.
var ofSearch = []string{"placement", "shared CPU", "others", "steal"}

// ofClient are those that find the client at its end.
var ofClient = []string{"unsent", "late sends", "send lag", "client CPU"}

// Judge asks every check. That the server fell behind is only known where nothing else was found that may be why,
// here or before: in the cell's own reasons, which are not repeated.
func Judge(e Evidence) Verdict { return e.judge(nil) }

// JudgeSearch asks those of a search as a whole.
func JudgeSearch(e Evidence) Verdict { return e.judge(ofSearch) }

func (e Evidence) judge(names []string) (all Verdict) {
	cell := *e.Cell
	e.Cell = &cell
	before := len(cell.Void)
	blamed, client := before > 0, false // something else than server or client; the client
	for _, c := range checks {
		if names != nil && !slices.Contains(names, c.name) {
			continue
		}
		v := c.judge(&e)
		cell.Void = slices.Concat(cell.Void, v.Void)
		all.Warnings = append(all.Warnings, v.Warnings...)
		all.Behind = cmp.Or(all.Behind, v.Behind)
		switch void := len(v.Void) > 0; {
		case void && slices.Contains(ofClient, c.name):
			client = true
		case void && c.name != "rate":
			blamed = true
		}
	}
	all.Void = cell.Void[before:]
	if blamed {
		all.Behind = nil
	} else if all.Behind != nil {
		all.Behind.Client = all.Behind.Client || client
	}
	return all
}

func voided(format string, args ...any) Verdict {
	return Verdict{Void: []string{fmt.Sprintf(format, args...)}}
}

func warned(format string, args ...any) Verdict {
	return Verdict{Warnings: []string{fmt.Sprintf(format, args...)}}
}

// passed is the verdict of a check that finds nothing.
var passed Verdict
