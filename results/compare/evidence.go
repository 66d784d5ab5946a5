package compare

import (
	"cbench/results/figure"
	"cbench/results/record"
)

// Evidence is the repetitions of a run with what its controls tell of chance. Every comparison rests on it, so it is made once.
type Evidence struct {
	Cells    []record.Cell
	Groups   []figure.Group
	Twins    map[string]string // models, by the name of their control
	controls controls
	drowned  drowning
}

// EvidenceOf makes it.
func EvidenceOf(cells []record.Cell) *Evidence {
	e := &Evidence{Cells: cells, Groups: figure.Summarise(cells), Twins: figure.TwinsOf(cells)}
	e.controls, e.drowned = controlsOf(e.Groups, e.Twins), drownedBy(e.Groups)
	return e
}
