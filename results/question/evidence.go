package question

import (
	"slices"
	"strings"

	"cbench/results/compare"
	"cbench/results/figure"
	"cbench/results/record"
)

// evidence is what all answers are made of, taken once a run. Where there are more originals than one chart can hold, all but
// language and the tables of single loads is of ours alone.
type evidence struct {
	run      *record.Run
	cells    []record.Cell
	every    *compare.Evidence // of all cells
	whole    []figure.Group    // of all cells
	groups   []figure.Group    // of ours
	apart    []record.Cell     // originals that stand only beside the models that imitate them
	twins    map[string]string
	loads    map[figure.Setting]string
	growth   []figure.Growth // of the load that shows memory best
	base     string          // what models are compared with
	all      []compare.Comparison
	sets     []comparisonSet
	compared map[place]*compare.Comparison
	noisy    bool // the run kept what was disturbed: nothing is recommended
}

// place is where a comparison belongs.
type place struct {
	setting figure.Setting
	conns   int
	other   string
	figure  string
}

func evidenceOf(run *record.Run, cells []record.Cell) *evidence {
	ours, apart := figure.Apart(run, cells)
	every := compare.EvidenceOf(cells)
	own := every
	if len(apart) > 0 {
		own = compare.EvidenceOf(ours)
	}
	e := &evidence{
		run: run, cells: cells, every: every, whole: every.Groups, groups: own.Groups, apart: apart,
		twins: every.Twins, all: own.Comparisons(""), compared: map[place]*compare.Comparison{}, noisy: kept(run, cells),
	}
	e.loads = loadNames(settingsOf(e.whole))
	e.growth = slices.DeleteFunc(growthOf(e.groups), func(g figure.Growth) bool { return e.twins[g.Model] != "" })
	for i := range e.all {
		c := &e.all[i]
		e.compared[place{c.Setting, c.Conns, c.Other, c.Figure.Name}] = c
		if !c.Twin {
			e.base = c.Base
		}
	}
	e.sets = setsOf(e.all)
	return e
}

// kept reports whether the run was told to keep what others on the machine disturbed: its figures try things out, and measure
// nothing.
func kept(run *record.Run, cells []record.Cell) bool {
	for _, word := range run.Command {
		if name, value, _ := strings.Cut(word, "="); name == "--noisy" && value != "false" || word == "--suite=smoke" {
			return true
		}
	}
	return slices.Contains(run.Command, "smoke") || slices.ContainsFunc(cells, func(c record.Cell) bool {
		return slices.ContainsFunc(c.Warnings, func(w string) bool { return strings.HasSuffix(w, "(kept: --noisy)") })
	})
}

// noMeasurement is why nothing is recommended then.
const noMeasurement = "This run kept repetitions that others on the machine disturb (--noisy): it shows that things work, and " +
	"ranks nothing."

// control reports whether a model competes with nobody: one that is another under a second name, and the server that only
// answers.
func (e *evidence) control(model string) bool {
	return figure.IsFloor(model) || e.twins[model] != "" || figure.IsFloor(e.run.Originals[model].Of)
}

// models is every model but controls that are another once more, in the order they are shown in, controls last.
func (e *evidence) models() (names []string) {
	for i := range e.groups {
		if name := e.groups[i].Model; e.twins[name] == "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	rank := func(name string) int {
		if e.control(name) {
			return 1
		}
		return 0
	}
	slices.SortFunc(names, func(a, b string) int { return figure.CompareNames(figure.ModelOrder, a, b) })
	slices.SortStableFunc(names, func(a, b string) int { return rank(a) - rank(b) })
	return names
}

func (e *evidence) name(g *figure.Group) string { return figure.NameOf(e.groups, g) }

// of is every group under a load, by N and model, without controls that are another model once more.
func (e *evidence) of(load figure.Setting) (all []*figure.Group) {
	return e.those(func(g *figure.Group) bool { return g.Setting() == load })
}

func (e *evidence) those(are func(*figure.Group) bool) (all []*figure.Group) {
	for i := range e.groups {
		if g := &e.groups[i]; e.twins[g.Model] == "" && are(g) {
			all = append(all, g)
		}
	}
	return all
}

// rivals is those of the groups that compete.
func (e *evidence) rivals(of []*figure.Group) []*figure.Group {
	return slices.DeleteFunc(slices.Clone(of), func(g *figure.Group) bool { return e.control(g.Model) })
}

// scenario is every load of a scenario that is no search.
func (e *evidence) scenario(name string) []figure.Setting {
	return slices.DeleteFunc(settingsOf(e.groups), func(s figure.Setting) bool {
		return s.Scenario != name ||
			s.Params.Searches()
	})
}

// settingsOf is every load of the groups, in their order.
func settingsOf(groups []figure.Group) []figure.Setting {
	var all []figure.Setting
	for i := range groups {
		if s := groups[i].Setting(); !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	return all
}

// connsOf is every N of the groups, ascending.
func connsOf(of []*figure.Group) (all []int) {
	for _, g := range of {
		all = append(all, g.Conns)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// atConns is those of the groups at one N.
func atConns(of []*figure.Group, n int) []*figure.Group {
	return slices.DeleteFunc(slices.Clone(of), func(g *figure.Group) bool { return g.Conns != n })
}

// medians is a figure of every group that knows it, in their order.
func medians(of []*figure.Group, m figure.Metric) (values []float64) {
	for _, g := range of {
		if s := g.Of(m); s.N > 0 {
			values = append(values, s.Median)
		}
	}
	return values
}
