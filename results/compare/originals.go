package compare

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"cbench/results/figure"
	"cbench/results/record"
	"cbench/results/stats"
	"cbench/results/words"
)

// Originals is servers of other makes beside the models of ours that imitate them.
type Originals struct {
	Tables  []Beside     // by what they speak; none is without a pair
	Ratios  []Comparison // every original over the model that imitates it, under every load; judged as Comparisons are
	Within  []ModelRange // how far the models of one language are apart
	Engines []Comparison // CPU per message of the reactor over that of each server that is written in Go by others
	Floors  []Comparison // and of the servers that are written in C over that of each of those: the least that is to be had
}

// Beside is the pairs that speak alike: each figure of all of them is of one load and number of connections.
type Beside struct {
	Name    string // "lines" or "HTTP"
	Columns []BesideColumn
	Pairs   []Pair // as the models of ours are shown, then from the dearest
}

// BesideColumn is a figure and where it was measured: where most pairs know it.
type BesideColumn struct {
	Key   string // "cpu", "p50", "p99", "user", "kernel" or "stall"
	Title string
	Words func(float64) string

	Setting figure.Setting
	Conns   int // 0: a slope over several
	fig     figure.Figure
	slope   func(*figure.Growth) stats.Interval
}

// Pair is an original beside the model of ours that imitates it.
type Pair struct {
	Original, Ours    string
	Language, Version string
	Figures           []Both // by column
}

// Both is one figure of a pair.
type Both struct {
	Ours, Original Side
	Ratio          *Comparison // the original's over ours; nil: none was made
}

// Side is a figure of one of the two. Where N is 0 it is not known.
type Side struct {
	stats.Interval
	Void string // why no repetition is valid, where there are some
}

// aspect is a figure that pairs are shown by, and under which load, best first.
type aspect struct {
	key, title string
	fig        string // "": the slope
	slope      func(*figure.Growth) stats.Interval
	inWords    func(float64) string
	loads      []func(figure.Setting) bool
}

func loadOf(scenario, loop string) func(figure.Setting) bool {
	return func(s figure.Setting) bool {
		return s.Scenario == scenario && s.Params.Loop == loop && s.Params.Driver == ""
	}
}

// Latency is of an open loop, where all are given the same to do; cost of a closed one, where none is paid for waking up.
var (
	ofLines = []aspect{
		{"cpu", "CPU per message", "cpu_ns_per_message", nil, words.Nanoseconds, []func(figure.Setting) bool{loadOf("echo", "closed"), loadOf("echo", "open")}},
		{"p50", "p50", "p50_ns", nil, words.Nanoseconds, []func(figure.Setting) bool{loadOf("echo", "open"), loadOf("echo", "closed")}},
		{"p99", "p99", "p99_ns", nil, words.Nanoseconds, []func(figure.Setting) bool{loadOf("echo", "open"), loadOf("echo", "closed")}},
		{"user", "memory per connection", "", (*figure.Growth).UserPerConn, words.Bytes, []func(figure.Setting) bool{loadOf("idle", "open"), loadOf("echo", "open"), loadOf("echo", "closed")}},
		{"kernel", "kernel memory per connection", "", (*figure.Growth).KernelPerConn, words.Bytes, []func(figure.Setting) bool{loadOf("idle", "open"), loadOf("echo", "open"), loadOf("echo", "closed")}},
		{"stall", "p99 of bystanders", "p99_ns", nil, words.Nanoseconds, []func(figure.Setting) bool{blocks("blocking", "inline"), blocks("blocking", "spin")}},
	}
	ofHTTP = []aspect{
		{"cpu", "CPU per request", "cpu_ns_per_message", nil, words.Nanoseconds, []func(figure.Setting) bool{loadOf("http-echo", "closed"), loadOf("http-echo", "open"), loadOf("comet", "open")}},
		{"cpu", "CPU per delivery", "cpu_ns_per_message", nil, words.Nanoseconds, []func(figure.Setting) bool{loadOf("comet", "open")}},
		{"p50", "p50", "p50_ns", nil, words.Nanoseconds, []func(figure.Setting) bool{loadOf("comet", "open")}},
		{"p99", "p99", "p99_ns", nil, words.Nanoseconds, []func(figure.Setting) bool{loadOf("comet", "open")}},
		{"user", "memory per waiter", "", (*figure.Growth).UserPerConn, words.Bytes, []func(figure.Setting) bool{loadOf("comet", "open")}},
		{"kernel", "kernel memory per waiter", "", (*figure.Growth).KernelPerConn, words.Bytes, []func(figure.Setting) bool{loadOf("comet", "open")}},
		// Where one N alone was measured there is no slope: what so many add to the empty server, over N. A column of that key and
		// load is made once.
		{"user", "memory per waiter", "user_per_conn_bytes", nil, words.Bytes, []func(figure.Setting) bool{loadOf("comet", "open")}},
		{"kernel", "kernel memory per waiter", "kernel_per_conn_bytes", nil, words.Bytes, []func(figure.Setting) bool{loadOf("comet", "open")}},
		{"stall", "p99 of bystanders", "p99_ns", nil, words.Nanoseconds, []func(figure.Setting) bool{blocks("http-blocking", "inline"), blocks("http-blocking", "spin")}},
	}
)

func blocks(scenario, how string) func(figure.Setting) bool {
	return func(s figure.Setting) bool {
		return s.Scenario == scenario && s.Params.How == how && s.Params.Share > 0
	}
}

// Originals is all pairs of a run; nil where it has none.
func (e *Evidence) Originals(run *record.Run) *Originals {
	b := besides{run: run, groups: e.Groups, twins: e.Twins, controls: e.controls, drowned: e.drowned}
	if len(b.names()) == 0 {
		return nil
	}
	b.growth = figure.MemoryGrowth(b.groups)
	o := &Originals{Ratios: b.ratios(), Engines: b.engines(ownLoop), Floors: b.engines(b.floors()...)}
	for _, kind := range []struct {
		name    string
		aspects []aspect
	}{{"lines", ofLines}, {"HTTP", ofHTTP}} {
		if t := b.table(kind.aspects, o.Ratios); len(t.Pairs) > 0 {
			t.Name = kind.name
			o.Tables = append(o.Tables, t)
		}
	}
	if len(o.Tables) == 0 {
		return nil
	}
	if c, ok := o.Tables[0].Column("cpu"); ok {
		o.Within = b.within(o.Tables[0].Columns[c])
	}
	return o
}

// Column is the place of the first column of that key.
func (t *Beside) Column(key string) (at int, ok bool) {
	at = slices.IndexFunc(t.Columns, func(c BesideColumn) bool { return c.Key == key })
	return at, at >= 0
}

// besides is what pairs are made from.
type besides struct {
	run      *record.Run
	groups   []figure.Group
	growth   []figure.Growth
	twins    map[string]string
	controls controls
	drowned  drowning
}

// names is every original that has cells and a model of ours with cells beside it.
func (b *besides) names() (all []string) {
	has := func(name string) bool {
		return slices.ContainsFunc(b.groups, func(g figure.Group) bool { return g.Model == name })
	}
	for name, o := range b.run.Originals {
		if o.Of != "" && has(name) && has(o.Of) {
			all = append(all, name)
		}
	}
	slices.Sort(all)
	return all
}

func (b *besides) ratios() []Comparison {
	names := b.names()
	return judge(triedOf(b.groups, b.controls, func(model string) (string, bool) {
		if !slices.Contains(names, model) {
			return "", false
		}
		return b.run.Originals[model].Of, false
	}), b.drowned)
}

// table is the pairs of which at least one figure of the original's is known or void, and the columns of which any is.
func (b *besides) table(aspects []aspect, ratios []Comparison) (t Beside) {
	names := b.names()
	figures := map[string][]Both{}
	for _, a := range aspects {
		c, ok := b.place(a, names)
		if !ok || slices.ContainsFunc(t.Columns, func(o BesideColumn) bool { return o.Setting == c.Setting && o.Key == c.Key }) {
			continue
		}
		t.Columns = append(t.Columns, c)
		for _, name := range names {
			figures[name] = append(figures[name], b.both(c, name, ratios))
		}
	}
	for _, name := range names {
		if !slices.ContainsFunc(figures[name], func(f Both) bool { return f.Original.N > 0 || f.Original.Void != "" }) {
			continue
		}
		o := b.run.Originals[name]
		t.Pairs = append(t.Pairs, Pair{Original: name, Ours: o.Of, Language: o.Language, Version: b.run.Versions[name], Figures: figures[name]})
	}
	slices.SortStableFunc(t.Pairs, func(x, y Pair) int {
		return cmp.Or(figure.CompareNames(figure.ModelOrder, x.Ours, y.Ours), -cmp.Compare(x.dear(), y.dear()), strings.Compare(x.Original, y.Original))
	})
	return t
}

// dear is the first figure that is known of the original: the tables begin with its CPU.
func (p *Pair) dear() float64 {
	for _, f := range p.Figures {
		if f.Original.N > 0 {
			return f.Original.Mid
		}
	}
	return 0
}

// usual is the number of connections that is shown where several are as well known.
const usual = 1000

// place is where most pairs know both sides, under the best load that any know it under.
func (b *besides) place(a aspect, names []string) (best BesideColumn, ok bool) {
	for _, load := range a.loads {
		most := 0
		for _, at := range b.places(a, load) {
			n := 0
			for _, name := range names {
				if b.side(at, name).N > 0 && b.side(at, b.run.Originals[name].Of).N > 0 {
					n++
				}
			}
			if n > most || n > 0 && n == most && at.usualness() > best.usualness() {
				best, most = at, n
			}
		}
		if most > 0 {
			return best, true
		}
	}
	return best, false
}

// usualness is higher for the usual N, and for more to do.
func (c BesideColumn) usualness() float64 {
	far := math.Abs(math.Log(float64(max(1, c.Conns)) / usual))
	return c.Setting.Params.Share + c.Setting.Params.RatePerS/1e9 - far*1e3
}

// places is every load of that kind, at every number of connections.
func (b *besides) places(a aspect, load func(figure.Setting) bool) (all []BesideColumn) {
	for i := range b.groups {
		g := &b.groups[i]
		c := BesideColumn{Key: a.key, Title: a.title, Words: a.inWords, Setting: g.Setting(), Conns: g.Conns, slope: a.slope}
		if a.fig != "" {
			c.fig = figure.Named(a.fig)
		} else {
			c.Conns = 0
		}
		known := slices.ContainsFunc(all, func(o BesideColumn) bool { return o.Setting == c.Setting && o.Conns == c.Conns })
		if load(c.Setting) && !known {
			all = append(all, c)
		}
	}
	return all
}

// side is the figure of one model.
func (b *besides) side(c BesideColumn, model string) (s Side) {
	if c.slope != nil {
		for i := range b.growth {
			if g := &b.growth[i]; g.Setting == c.Setting && g.Model == model {
				return Side{Interval: c.slope(g)}
			}
		}
		return s
	}
	if g := b.group(c.Setting, c.Conns, model); g != nil {
		s.Interval = g.Interval(c.fig)
		if valid, all := g.Counts(); valid == 0 && all > 0 {
			s.Void = "void"
			if why := g.Void[0].Void; len(why) > 0 {
				s.Void = why[0]
			}
		}
	}
	return s
}

func (b *besides) group(s figure.Setting, conns int, model string) *figure.Group {
	at := slices.IndexFunc(b.groups, func(g figure.Group) bool { return g.Model == model && g.Conns == conns && g.Setting() == s })
	if at < 0 {
		return nil
	}
	return &b.groups[at]
}

func (b *besides) both(c BesideColumn, name string, ratios []Comparison) (f Both) {
	f.Original, f.Ours = b.side(c, name), b.side(c, b.run.Originals[name].Of)
	for i := range ratios {
		if r := &ratios[i]; c.slope == nil && r.Other == name && r.Setting == c.Setting && r.Conns == c.Conns && r.Figure.Name == c.fig.Name {
			f.Ratio = r
		}
	}
	return f
}

// Drawn reports whether pairs are drawn by the figure.
func (c *BesideColumn) Drawn() bool { return slices.Contains([]string{"cpu", "user", "stall"}, c.Key) }

// inBytes tells memory from time.
func (c BesideColumn) InBytes() bool { return c.Key == "user" || c.Key == "kernel" }
