package export

import (
	"cbench/results/compare"
	"cbench/results/record"
	"cbench/results/stats"
)

// Changes is what changed between two runs, as cbench compare --json prints it.
type Changes struct {
	Base      string             `json:"base"` // "": no rotation of both runs had one in common
	Notes     []string           `json:"notes"`
	Changes   []change           `json:"changes"`
	OnlyOld   []string           `json:"only_old"`
	OnlyNew   []string           `json:"only_new"`
	Tripped   []string           `json:"gate_tripped"`
	Unjudged  []compare.Unjudged `json:"gate_could_not_judge"`
	Undefined []string           `json:"gate_without_figures"`
}

type change struct {
	Scenario string        `json:"scenario"`
	Params   record.Params `json:"params"`
	Conns    int           `json:"conns"` // 0: of the line over all N
	Model    string        `json:"model"`
	Figure   string        `json:"figure"`
	Old      interval      `json:"old"`
	New      interval      `json:"new"`
	Ratio    interval      `json:"ratio"`       // new / old
	Relative string        `json:"relative_to"` // the base whose ratios the ratio is of
	Test     stats.Test    `json:"test"`
	P        *float64      `json:"p"` // adjusted by Holm
	Floor    float64       `json:"noise_floor"`
	Control  string        `json:"control"`
	Verdict  string        `json:"verdict"` // worse, better, no change found, cannot tell
	Why      string        `json:"why"`
}

// interval is one of stats; what is not known is null.
type interval struct {
	Low  *float64 `json:"low"`
	Mid  *float64 `json:"mid"`
	High *float64 `json:"high"`
	N    int      `json:"n"`
}

// ChangesOf is what changed between two runs, and what the gates say of it.
func ChangesOf(c compare.Changed, notes []string, j compare.Judged) Changes {
	out := Changes{
		Base: c.Base, Notes: list(notes), OnlyOld: list(c.OnlyOld), OnlyNew: list(c.OnlyNew),
		Tripped: list(j.Tripped), Unjudged: list(j.Unjudged), Undefined: list(j.Undefined),
	}
	for i := range c.Changes {
		ch := &c.Changes[i]
		out.Changes = append(out.Changes, change{
			Scenario: ch.Setting.Scenario, Params: ch.Setting.Params, Conns: ch.Conns, Model: ch.Model, Figure: ch.Figure.Name,
			Old: intervalOf(ch.Old), New: intervalOf(ch.New), Ratio: intervalOf(ch.Ratio), Relative: ch.Base,
			Test: ch.Test, P: finite(ch.P), Floor: ch.Floor, Control: ch.Control, Verdict: ch.InWords(), Why: ch.Why,
		})
	}
	return out
}

// list is a list that JSON shows as one, be it empty.
func list[T any](all []T) []T { return append([]T{}, all...) }

func intervalOf(i stats.Interval) interval {
	return interval{finite(i.Low), finite(i.Mid), finite(i.High), i.N}
}
