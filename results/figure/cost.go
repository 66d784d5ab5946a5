package figure

import (
	"slices"

	"cbench/results/record"
	"cbench/results/words"
)

// MeasuredCost is what a run tells of what a style costs beside what is read in its source: how much of what runs at once
// there is, and what a message takes.
type MeasuredCost struct {
	Open    Place       `json:"open"`    // where Goroutines and Threads were counted
	Message Place       `json:"message"` // where Syscalls and Allocs were
	Models  []ModelCost `json:"models"`  // in the order they are shown in
}

// Place is a load and a number of connections.
type Place struct {
	Scenario string        `json:"scenario,omitempty"` // empty: there was none
	Params   record.Params `json:"params"`
	Conns    int           `json:"conns"`
}

// String is the place in words: "echo, N = 10,000".
func (p Place) String() string {
	if p.Scenario == "" {
		return "none"
	}
	return words.Printable(p.Scenario) + ", N = " + words.Number(float64(p.Conns))
}

// ModelCost is one model's, medians over the valid repetitions; nil where the run does not tell. Where a model ran on
// several numbers of threads (GOMAXPROCS), it is that of the least.
type ModelCost struct {
	Model      string   `json:"model"`
	Goroutines *float64 `json:"goroutines"` // with every connection open; nil for a foreign server
	Threads    *float64 `json:"threads"`
	Syscalls   *float64 `json:"syscalls_per_message"` // from diagnostic passes
	Allocs     *float64 `json:"allocs_per_message"`   // heap objects, likewise
}

// CostOf is what the cells tell. All models are asked at the same place: at the one that most of them know, and of such at
// the greatest number of connections.
func CostOf(cells []record.Cell) MeasuredCost {
	groups := slices.DeleteFunc(Summarise(cells), func(g Group) bool { return g.Searched() })
	busy := slices.DeleteFunc(slices.Clone(groups), func(g Group) bool { return g.Setting().AtRest() })
	open, message := mostKnown(groups, threadsOpen), mostKnown(busy, syscallsPerMessage, allocsPerMessage)
	m := MeasuredCost{Open: costPlace(open), Message: costPlace(message)}
	for _, g := range slices.Concat(open, message) {
		if !slices.ContainsFunc(m.Models, func(c ModelCost) bool { return c.Model == g.Model }) {
			m.Models = append(m.Models, ModelCost{
				Model:      g.Model,
				Goroutines: medianAt(open, g.Model, goroutinesOpen),
				Threads:    medianAt(open, g.Model, threadsOpen),
				Syscalls:   medianAt(message, g.Model, syscallsPerMessage),
				Allocs:     medianAt(message, g.Model, allocsPerMessage),
			})
		}
	}
	slices.SortStableFunc(m.Models, func(a, b ModelCost) int { return CompareNames(ModelOrder, a.Model, b.Model) })
	return m
}

// mostKnown is the groups of the load and number of connections at which most models know any of the figures.
func mostKnown(groups []Group, figures ...Metric) (best []Group) {
	most := 0
	for _, block := range Blocks(groups) {
		known := map[string]bool{}
		for i := range block {
			for _, f := range figures {
				if block[i].Of(f).N > 0 {
					known[block[i].Model] = true
				}
			}
		}
		if len(known) > most || len(known) == most && most > 0 && block[0].Conns > best[0].Conns {
			best, most = block, len(known)
		}
	}
	return best
}

func costPlace(block []Group) Place {
	if len(block) == 0 {
		return Place{}
	}
	load := block[0].Setting()
	return Place{Scenario: load.Scenario, Params: load.Params, Conns: block[0].Conns}
}

// medianAt is of the model's first group, which is that on the fewest threads.
func medianAt(block []Group, model string, of Metric) *float64 {
	i := slices.IndexFunc(block, func(g Group) bool { return g.Model == model })
	if i < 0 {
		return nil
	}
	s := block[i].Of(of)
	if s.N == 0 {
		return nil
	}
	return &s.Median
}

func goroutinesOpen(c *record.Cell) (float64, bool) { return Known(c.CPU.Goroutines) }
func threadsOpen(c *record.Cell) (float64, bool)    { return Known(c.CPU.Threads) }

// syscallsPerMessage is all of them, where they could be counted.
func syscallsPerMessage(c *record.Cell) (sum float64, counted bool) {
	if c.Diagnosis == nil || c.Diagnosis.Tool == "" || c.Diagnosis.Syscalls == nil {
		return 0, false
	}
	for _, n := range c.Diagnosis.Syscalls {
		sum += n
	}
	return sum, true
}

func allocsPerMessage(c *record.Cell) (float64, bool) {
	if c.Diagnosis == nil {
		return 0, false
	}
	return Known(c.Diagnosis.Allocs)
}
