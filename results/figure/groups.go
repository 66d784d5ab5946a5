package figure

import (
	"cmp"
	"fmt"
	"slices"

	"cbench/results/record"
	"cbench/results/stats"
)

// AtRest reports whether the load only shows that the connections are alive. Latency and CPU per message of so few
// messages tell of waking up, and not of the server.
func (s Setting) AtRest() bool {
	return s.Params.Loop == "open" && s.Params.RatePerS < 100 && s.Scenario != Fanout // of a room of all, few messages are many deliveries
}

// Group is the repetitions of one model under one scenario, one set of parameters and one number of connections.
type Group struct {
	Scenario string
	Params   record.Params
	Model    string
	Conns    int
	Valid    []record.Cell // by repetition, each of a process of its own
	Rotated  []record.Cell // by rotation and repetition, valid: loaded in turn with others
	Void     []record.Cell // of both; never part of a Spread
}

// Summarise groups cells by what was measured. Groups come in the order they are shown in: by scenario, parameters, number
// of connections, model. Whether a server was alone or in a rotation, and for how long it was measured, does not part them.
func Summarise(cells []record.Cell) []Group {
	groups := make(map[record.Key]*Group)
	for _, c := range cells {
		k := c.Key()
		k.Rep, k.Seed = 0, 0 // each repetition has a seed of its own
		k.Params = k.Params.Alike()
		g := groups[k]
		if g == nil {
			g = &Group{Scenario: c.Scenario, Params: k.Params, Model: c.Model, Conns: c.Conns}
			groups[k] = g
		}
		switch {
		case !c.Valid:
			g.Void = append(g.Void, c)
		case c.Rotation != nil:
			g.Rotated = append(g.Rotated, c)
		default:
			g.Valid = append(g.Valid, c)
		}
	}
	sorted := make([]Group, 0, len(groups))
	for _, g := range groups {
		byRep := func(a, b record.Cell) int {
			return cmp.Or(cmp.Compare(a.Params.Rotation, b.Params.Rotation), cmp.Compare(a.Rep, b.Rep))
		}
		slices.SortFunc(g.Valid, byRep)
		slices.SortFunc(g.Rotated, byRep)
		slices.SortFunc(g.Void, byRep)
		sorted = append(sorted, *g)
	}
	slices.SortFunc(sorted, compareGroups)
	return sorted
}

func compareGroups(a, b Group) int {
	return cmp.Or(
		CompareSettings(a.Setting(), b.Setting()),
		cmp.Compare(a.Conns, b.Conns),
		CompareNames(ModelOrder, a.Model, b.Model),
		cmp.Compare(a.Params.Procs, b.Params.Procs),
	)
}

// Of is the spread of a figure over the valid repetitions: over those in rotations where they know it, for there it was
// taken under the same conditions as the others', and else over those of servers that were alone.
func (g *Group) Of(m Metric) stats.Spread { return stats.SpreadOf(g.values(m)) }

// values is what Of is the spread of.
func (g *Group) values(m Metric) []float64 {
	if values := ValuesOf(g.Rotated, m); len(values) > 0 {
		return values
	}
	return ValuesOf(g.Valid, m)
}

// Interval is the median of a figure over the valid repetitions, from the same of them as Of, with the interval of that. Of
// a rotation a repetition's figure is over all its slots that count, as its cell has it: so every output shows one number.
// How rounds differ is what ratios are judged by.
func (g *Group) Interval(f Figure) stats.Interval { return stats.IntervalOf(g.values(f.Metric)) }

// overRounds is the median over the rounds of rotations, with its interval; N is 0 where those do not know the figure.
func (g *Group) overRounds(f Figure) stats.Interval {
	if f.Round == nil {
		return stats.Interval{}
	}
	var all []stats.Rotated
	for i := range g.Rotated {
		if r := roundsOf(&g.Rotated[i], f); len(r) > 0 {
			all = append(all, r)
		}
	}
	if len(all) == 0 {
		return stats.Interval{}
	}
	return stats.Bootstrap(all, stats.MedianOf())
}

// Told is the valid repetitions that Of takes its figures from where rotations know of them.
func (g *Group) Told() []record.Cell {
	if len(g.Rotated) > 0 {
		return g.Rotated
	}
	return g.Valid
}

// counts is how many repetitions are valid, and how many there are.
func (g *Group) Counts() (valid, all int) {
	valid = len(g.Valid) + len(g.Rotated)
	return valid, valid + len(g.Void)
}

func ValuesOf(cells []record.Cell, m Metric) (values []float64) {
	for i := range cells {
		if v, known := m(&cells[i]); known {
			values = append(values, v)
		}
	}
	return values
}

// roundsOf is a figure over the rounds of a rotation that count.
func roundsOf(c *record.Cell, f Figure) (r stats.Rotated) {
	return BlocksOfRounds(len(c.Rotation.Rounds), func(i int) (float64, bool) {
		if c.Rotation.Rounds[i].Void != "" {
			return 0, false
		}
		return f.Round(c.Rotation.Rounds[i])
	})
}

// blocksOfRounds puts neighbouring rounds, the one forward and the one backward, into a block; one that is not known is left out.
func BlocksOfRounds(n int, of func(i int) (float64, bool)) (r stats.Rotated) {
	for i := 0; i < n; i += 2 {
		var block []float64
		for j := i; j < min(i+2, n); j++ {
			if v, known := of(j); known {
				block = append(block, v)
			}
		}
		if len(block) > 0 {
			r = append(r, block)
		}
	}
	return r
}

// Setting is what the models of one table or chart have in common: the load. How long was measured, and on how many
// threads a server ran, may differ between them.
type Setting struct {
	Scenario string
	Params   record.Params // as alike, and Procs is 0
}

// Setting is the load the group was measured under.
func (g *Group) Setting() Setting {
	p := g.Params.Alike()
	p.Procs = 0
	return Setting{Scenario: g.Scenario, Params: p}
}

func CompareSettings(a, b Setting) int {
	return cmp.Or(
		CompareNames(scenarioOrder, a.Scenario, b.Scenario),
		-cmp.Compare(a.Params.Loop, b.Params.Loop), // open before closed
		cmp.Compare(a.Params.RatePerS, b.Params.RatePerS),
		cmp.Compare(a.Params.Arrivals, b.Params.Arrivals),
		cmp.Compare(a.Params.Pipeline, b.Params.Pipeline),
		cmp.Compare(a.Params.PayloadBytes, b.Params.PayloadBytes),
		cmp.Compare(a.Params.RoomSize, b.Params.RoomSize),
		cmp.Compare(a.Params.How, b.Params.How),
		cmp.Compare(a.Params.BlockNS, b.Params.BlockNS),
		cmp.Compare(a.Params.Share, b.Params.Share),
		cmp.Compare(a.Params.Driver, b.Params.Driver), // our own first
		cmp.Compare(a.Params.Arrivals, b.Params.Arrivals),
		cmp.Compare(a.Params.Search, b.Params.Search),
		cmp.Compare(a.Params.SLO, b.Params.SLO),
		cmp.Compare(a.Params.MostPerS, b.Params.MostPerS),
	)
}

// The order names are shown in; a name that is not here comes after, by alphabet.
var (
	ModelOrder    = []string{"goroutine", "pool", "reactor", "callback", "coroutine", "actor", "thread", "floor"}
	scenarioOrder = []string{"echo", "chat", "idle"}
)

func CompareNames(order []string, a, b string) int {
	place := func(name string) int {
		if i := slices.Index(order, name); i >= 0 {
			return i
		}
		return len(order)
	}
	return cmp.Or(cmp.Compare(place(a), place(b)), cmp.Compare(a, b))
}

// Growth is how a model's memory grows with its connections: the slope is bytes a connection, the intercept is bytes of
// a server without any. A line is nil where fewer than two numbers of connections know the figure.
type Growth struct {
	Setting Setting
	Model   string
	Procs   int
	Name    string      // the model's, and its Procs where it ran on several numbers of them
	User    *stats.Line // over anonymous memory
	Kernel  *stats.Line // over kernel memory

	UserSlope   stats.Interval // of User, as slopeInterval; N is 0 where User is nil
	KernelSlope stats.Interval
}

// MemoryGrowth fits, for every model under every load, lines through the medians of (N, anonymous bytes) and of (N, kernel
// bytes) by leastSquares, weighed as slopeInterval says. Unlike bytes over connections at one N, a slope does not depend on
// what an empty server is said to hold.
func MemoryGrowth(groups []Group) []Growth {
	var all []Growth
	for _, r := range Rows(groups) {
		user, _ := SlopeInterval(r.Groups, Anon)
		kernel, _ := SlopeInterval(r.Groups, Kernel)
		all = append(all, Growth{
			Setting: r.Setting, Model: r.Model, Procs: r.Procs, Name: r.Name,
			User: growthOf(r.Groups, Anon), UserSlope: user,
			Kernel: growthOf(r.Groups, Kernel), KernelSlope: kernel,
		})
	}
	return all
}

func growthOf(groups []Group, m Metric) *stats.Line {
	var x, y, weights []float64
	groups = telling(groups, m)
	for i := range groups {
		if s := groups[i].Of(m); s.N > 0 {
			n := float64(groups[i].Conns)
			x, y = append(x, n), append(y, s.Median)
			weights = append(weights, float64(s.N)*weightAt(n))
		}
	}
	if l, ok := stats.LeastSquares(x, y, weights); ok {
		return &l
	}
	return nil
}

// NameOf is the model's name, with its threads where the same model ran on several numbers of them.
func NameOf(groups []Group, g *Group) string {
	several := slices.ContainsFunc(groups, func(o Group) bool {
		return o.Model == g.Model && o.Params.Procs != g.Params.Procs && o.Setting() == g.Setting()
	})
	if several {
		return fmt.Sprintf("%s x%d", g.Model, g.Params.Procs)
	}
	return g.Model
}

// row is one model, on so many threads, under one load: the groups along N.
type Row struct {
	Setting Setting
	Model   string
	Procs   int
	Name    string  // as nameOf
	Groups  []Group // by connections
}

// rows splits groups, which are in Summarise's order, by load and model.
func Rows(groups []Group) []Row {
	var all []Row
	for _, g := range groups {
		at := slices.IndexFunc(all, func(r Row) bool {
			return r.Setting == g.Setting() && r.Model == g.Model && r.Procs == g.Params.Procs
		})
		if at < 0 {
			at = len(all)
			all = append(all, Row{Setting: g.Setting(), Model: g.Model, Procs: g.Params.Procs, Name: NameOf(groups, &g)})
		}
		all[at].Groups = append(all[at].Groups, g)
	}
	slices.SortStableFunc(all, func(a, b Row) int {
		return cmp.Or(
			CompareSettings(a.Setting, b.Setting),
			CompareNames(ModelOrder, a.Model, b.Model),
			cmp.Compare(a.Procs, b.Procs),
		)
	})
	return all
}

// foreign reports whether the group is of a server on another runtime, or of another make: such a server is not told how
// many threads to use.
func (g *Group) Foreign() bool { return g.Params.Procs == 0 }

// blocksOf splits groups, which are in Summarise's order, where the load or the number of connections changes.
func Blocks(groups []Group) (blocks [][]Group) {
	for len(groups) > 0 {
		n := 1
		for n < len(groups) && groups[n].Conns == groups[0].Conns && groups[n].Setting() == groups[0].Setting() {
			n++
		}
		blocks = append(blocks, groups[:n])
		groups = groups[n:]
	}
	return blocks
}

// delivers reports whether a message brings one delivery to each member of a room, and not a reply.
func (s Setting) Delivers() bool { return s.Params.RoomSize > 0 || s.Scenario == Fanout }

// unshared is the load without what stallCharts draws it over.
func (s Setting) Unshared() Setting {
	s.Params.Share, s.Params.How = 0, ""
	return s
}

func (r *Row) At(conns int) *Group {
	for i := range r.Groups {
		if r.Groups[i].Conns == conns {
			return &r.Groups[i]
		}
	}
	return nil
}

func (g *Group) Blocks() bool { return g.Params.How != "" && g.Params.Share > 0 }

// way is the load but for how much of it blocks.
func (g *Group) Way() Setting {
	s := g.Setting()
	s.Params.Share = 0
	return s
}

// SlowPerS is how many slow requests a second were offered.
func (g *Group) SlowPerS() float64 { return g.Params.Share * g.Params.RatePerS }

// swing is the high end of the figure over its low end: of the interval where there is one, over rounds where those know the
// figure, and else of the repetitions.
func (g *Group) Swing(f Figure) float64 {
	i := g.overRounds(f)
	if i.N == 0 {
		i = g.Interval(f)
	}
	if i.Sure() && i.Low > 0 {
		return i.High / i.Low
	}
	if s := g.Of(f.Metric); s.N > 1 && s.Min > 0 {
		return s.Max / s.Min
	}
	return 0
}

// TwinsOf is the models that are controls, and of which they are the twin.
func TwinsOf(cells []record.Cell) map[string]string {
	twins := map[string]string{}
	for i := range cells {
		if r := cells[i].Rotation; r != nil && r.TwinOf != "" && r.TwinOf != cells[i].Model {
			twins[cells[i].Model] = r.TwinOf
		}
	}
	return twins
}

// KernelPerConn is that of kernel memory.
func (g *Growth) KernelPerConn() stats.Interval { return g.Kernel.SlopeOr(g.KernelSlope) }

// UserPerConn is bytes of user memory a connection, with how sure that is where it is known; N is 0 where there is no line.
func (g *Growth) UserPerConn() stats.Interval { return g.User.SlopeOr(g.UserSlope) }

// IsFloor reports whether a model is the control that does nothing but answer: it competes with nobody.
func IsFloor(model string) bool { return model == "floor" }

// All is every repetition of a group, void ones last.
func (g *Group) All() []record.Cell { return slices.Concat(g.Rotated, g.Valid, g.Void) }
