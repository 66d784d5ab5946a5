package record

import (
	"fmt"
	"time"

	"cbench/results/words"
)

// Key tells one repetition from every other of a run. Two cells of the same key are two results of the same thing.
type Key struct {
	Model    string
	Scenario string
	Conns    int
	Rep      int
	Seed     uint64
	Params   Params
}

// Key is what tells c from the other cells of a run.
func (c *Cell) Key() Key { return Key{c.Model, c.Scenario, c.Conns, c.Rep, c.Seed, c.Params} }

// Key is what the cell that is planned will be known by.
func (p *Planned) Key() Key { return Key{p.Model, p.Scenario, p.Conns, p.Rep, p.Seed, p.Params} }

func (k Key) String() string {
	return fmt.Sprintf("%s %s N=%d repetition %d", k.Scenario, k.Model, k.Conns, k.Rep)
}

// Missing is what of a plan has no cell yet, in the order of the plan. A void cell is there: to measure a repetition again
// because its figure does not please would be to choose among results.
func Missing(plan []Planned, cells []Cell) []Planned {
	there := make(map[Key]bool, len(cells))
	for i := range cells {
		there[cells[i].Key()] = true
	}
	var missing []Planned
	for _, p := range plan {
		if !there[p.Key()] {
			missing = append(missing, p)
		}
	}
	return missing
}

// GoesOn reports why the run may not go on with those cells and those programs; nil: it may. Its plan is what its file says,
// for good: every cell must be of it, and each model the same program as before.
func (r *Run) GoesOn(cells []Cell, servers map[string]string) error {
	planned := make(map[Key]bool, len(r.Plan))
	for i := range r.Plan {
		planned[r.Plan[i].Key()] = true
	}
	for i := range cells {
		if c := &cells[i]; !planned[c.Key()] {
			return fmt.Errorf("another plan: %s holds %s (%s), which %s does not plan: choose another directory", CellsFile,
				c.Key(), c.Params, RunFile)
		}
	}
	for i := range r.Plan {
		if model := r.Plan[i].Model; r.Servers[model] != servers[model] {
			return fmt.Errorf("another plan: model %s was %q there and is %q now: choose another directory", model,
				r.Servers[model], servers[model])
		}
	}
	return nil
}

// String is the parameters in a few words: "open loop, 20,000 messages/s in total, 128 B payload".
func (p Params) String() string {
	load := "closed loop"
	switch {
	case p.Searches():
		load = p.searchInWords()
	case p.Storms():
		load = "all connect at once, speak once and leave, again and again"
	case p.Loop == "open":
		load = fmt.Sprintf("open loop, %s messages/s in total", words.Number(p.RatePerS))
	case p.Pipeline > 1:
		load = fmt.Sprintf("closed loop, %d messages under way per connection", p.Pipeline)
	}
	if p.Arrivals != "" {
		load += ", " + p.Arrivals + " arrivals"
	}
	load += fmt.Sprintf(", %d B payload", p.PayloadBytes)
	if p.RoomSize > 0 {
		load += fmt.Sprintf(", rooms of %d", p.RoomSize)
	}
	switch {
	case p.How != "":
		load += fmt.Sprintf(", %s of the messages block for %v, %s", words.Percent(p.Share), time.Duration(p.BlockNS), p.How)
	case p.BlockNS > 0:
		load += fmt.Sprintf(", each asks for %v of CPU time", time.Duration(p.BlockNS))
	case p.Share > 0:
		load += fmt.Sprintf(", beside them %s as many that do not read", words.Percent(p.Share))
	}
	if p.Driver != "" {
		load += ", loaded by " + p.Driver
	}
	return load
}

func (p Params) Storms() bool { return p.Loop == "storm" }

// searchInWords is what was searched: "the most messages/s with p99<5ms".
func (p Params) searchInWords() string {
	switch {
	case p.Search == "conns":
		return fmt.Sprintf("the most connections with %s at %s messages/s in total", p.SLO, words.Number(p.RatePerS))
	case p.MostPerS > 0:
		return fmt.Sprintf("the most messages/s with %s, up to %s", p.SLO, words.Number(p.MostPerS))
	}
	return fmt.Sprintf("the most messages/s with %s", p.SLO)
}

func (p Params) Searches() bool { return p.Loop == "search" }

// alike is p without what may differ between repetitions that are shown as one group.
func (p Params) Alike() Params {
	p.DurationNS, p.WarmupNS, p.Rotation, p.Rounds, p.SlotNS, p.Width, p.Edge, p.Tries = 0, 0, "", 0, 0, 0, 0, 0
	return p
}
