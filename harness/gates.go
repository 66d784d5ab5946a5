package harness

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"cbench/results/record"
)

// gate is one question that a repetition must pass to count. Those that do not pass say why: a void cell names its reason, and is
// never averaged.
type gate struct {
	name  string
	judge func(f *facts) verdict
}

// gates is all of them, what spoils most first.
var gates = []gate{
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

// searchGates is those of a search as a whole: its load is judged window by window (SLO.why, trial.settle).
var searchGates = []string{"placement", "shared CPU", "others", "steal"}

// clientGates are those that find the client at its end.
var clientGates = []string{"unsent", "late sends", "send lag", "client CPU"}

// facts is what a repetition is judged by: its cell, and what stands in no cell.
type facts struct {
	cell     *record.Cell
	window   time.Duration // how long was to be measured; in a rotation, in all slots together
	slot     time.Duration // the longest stretch that was measured in one go
	overflow int64         // latencies that no histogram took
	early    int64         // replies that were missing before a stall at the window's end could have begun: load.Report.Behind
	loops    int           // event loops of the load, each of which can use a CPU

	strays     []string // threads of the server that are not on its CPUs
	serverCPUs string
	shared     string // CPUs that both server and load may run on
	asked      bool   // whoever started the run said which CPUs
	both       []int  // CPUs of both sides
	noisy      bool   // the machine is known to be in use

	voidRounds []string // why rounds of a rotation do not count

	missing string           // why not all connections were established
	unmade  map[string]int64 // the errors of those that were not
	odd     string           // the first wrong reply, and what was wanted
	idle    time.Duration    // for which a connection was silent when the server ended it; 0: none was
}

// verdict is what a gate finds: reasons against the repetition, and what a reader of it should know.
type verdict struct {
	void, warn []string
	behind     *record.Behind // the server, or the client, fell behind what was offered
}

func voided(format string, args ...any) verdict {
	return verdict{void: []string{fmt.Sprintf(format, args...)}}
}

func warned(format string, args ...any) verdict {
	return verdict{warn: []string{fmt.Sprintf(format, args...)}}
}

// passed is the verdict of a gate that finds nothing.
var passed verdict

// judge asks the gates of these names; none: every gate. That the server fell behind is only known where nothing else was found that
// may be why.
func (m *measurement) judge(names ...string) {
	m.facts.cell = &m.cell
	blamed := len(m.cell.Void) > 0 // something else than server or client
	client := false
	var behind *record.Behind
	for _, g := range gates {
		if len(names) > 0 && !slices.Contains(names, g.name) {
			continue
		}
		v := g.judge(&m.facts)
		m.cell.Void = append(m.cell.Void, v.void...)
		m.cell.Warnings = append(m.cell.Warnings, v.warn...)
		behind = cmp.Or(behind, v.behind)
		switch void := len(v.void) > 0; {
		case void && slices.Contains(clientGates, g.name):
			client = true
		case void && g.name != "rate":
			blamed = true
		}
	}
	m.cell.Load.Behind = nil
	if behind != nil && !blamed {
		behind.Client = behind.Client || client
		m.cell.Load.Behind = behind
	}
}
