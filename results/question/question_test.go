package question

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"cbench/results/chart"
	"cbench/results/compare"
	"cbench/results/figure"
	"cbench/results/record"
	"cbench/results/record/recordtest"
	"cbench/results/show"
	"cbench/results/stats"
)

// contrary is a run in which unpaired medians and paired ratios disagree in order: pool costs 1.2 of reactor and callback 1.4,
// but pool's rotations met a machine that was twice as slow.
func contrary() (*record.Run, []record.Cell) {
	w := recordtest.NewWorld(7, 0.005, 0.01)
	w.Whole = true
	w.Cost["pool"], w.Cost["callback"] = 1.2, 1.4
	cells := w.Everywhere(3, "pool", "callback")
	slow := map[string]bool{}
	for i := range cells {
		slow[cells[i].Rotation.ID] = slow[cells[i].Rotation.ID] || cells[i].Model == "pool"
	}
	for i := range cells {
		c := &cells[i]
		if !slow[c.Rotation.ID] {
			continue
		}
		for j := range c.Rotation.Rounds {
			r := &c.Rotation.Rounds[j]
			r.ServerNSPerMessage, r.ThroughputPerS, r.P50, r.P99 = 2*r.ServerNSPerMessage, r.ThroughputPerS/2, 2*r.P50, 2*r.P99
		}
		*c.CPU.ServerNSPerMessage *= 2
		*c.Load.ThroughputPerS /= 2
		c.Latency.P50, c.Latency.P99, c.Latency.P999 = 2*c.Latency.P50, 2*c.Latency.P99, 2*c.Latency.P999
	}
	return &record.Run{Name: "contrary"}, cells
}

// Where figures come from rotations only ratios are shown, the same in every table, chart and sentence, and the base's own
// figure.
func TestComparedFiguresAreShownCompared(t *testing.T) {
	run, cells := contrary()
	groups := figure.Summarise(cells)
	median := map[string]float64{}
	for i := range groups {
		if groups[i].Conns == 1000 {
			median[groups[i].Model] = groups[i].Of(figure.CPUPerMessage).Median
		}
	}
	if median["pool"] < median["callback"] {
		t.Fatalf("the medians agree with the ratios: %v", median)
	}
	a := Of(run, cells, nil)
	want := map[string]string{}
	for _, c := range a.Comparisons {
		if c.Conns == 1000 && c.Figure.Name == "cpu_ns_per_message" && !c.Twin && c.Base == "reactor" {
			want[c.Other] = ratioInWords(c.Ratio.Mid)
		}
	}
	if want["pool"] >= want["callback"] {
		t.Fatalf("the ratios are %v", want)
	}
	forbidden := map[string]bool{} // medians of any other than the base, in any digits that outputs use
	for i := range groups {
		g := &groups[i]
		for _, f := range []figure.Figure{cpuPerMessage, p50, p99, p999, throughput} {
			if s := g.Of(f.Metric); g.Model != "reactor" && s.N > 0 {
				forbidden[f.Words(s.Median)] = true
			}
		}
	}
	for i := range groups {
		for _, f := range []figure.Figure{cpuPerMessage, p50, p99, p999, throughput} {
			if g := &groups[i]; g.Model == "reactor" {
				delete(forbidden, f.Words(g.Of(f.Metric).Median))
			}
		}
	}
	seen := 0
	for _, said := range everything(a) {
		if forbidden[said.text] {
			t.Errorf("%s: a median of another rotation: %q", said.where, said.text)
		}
		if w := want[said.model]; w != "" && said.conns == 1000 && said.figure == "cpu_ns_per_message" {
			if seen++; !strings.HasPrefix(said.text, w) {
				t.Errorf("%s: %s is %q, want %s", said.where, said.model, said.text, w)
			}
		}
	}
	if seen < 6 {
		t.Errorf("the ratio is shown %d times", seen)
	}
	order := regexp.MustCompile("`callback`.*`pool`")
	for _, q := range []string{"cpu", "latency", "throughput"} {
		for _, s := range append(a.Named(q).Says, a.Named(q).Headline) {
			if strings.Contains(s, "`pool`") && strings.Contains(s, "`callback`") && (q != "throughput") &&
				!order.MatchString(s) {
				t.Errorf("%s: pool is said to be dearer: %s", q, s)
			}
		}
	}
}

// shown is one thing that some output shows.
type shown struct {
	where, text, model, figure string
	conns                      int
}

// everything is every cell of every table and every point of every chart.
func everything(a *Answers) (all []shown) {
	ofN := regexp.MustCompile(`_n(\d+)$`)
	tables := []show.Table{a.Summary()}
	for _, q := range a.All {
		tables = append(tables, q.Tables...)
		for _, c := range q.Charts {
			for _, p := range c.Panels {
				for _, s := range p.Series {
					for _, pt := range s.Points {
						one := shown{where: q.ID + " chart " + c.ID, text: pt.Text, model: s.Model, conns: int(pt.X)}
						if c.Kind == chart.Forest {
							one.conns = 20000
						}
						if strings.Contains(c.ID, "cpu") {
							one.figure = "cpu_ns_per_message"
						}
						all = append(all, one)
					}
				}
			}
		}
	}
	for _, t := range tables {
		for _, row := range t.Rows {
			conns := 0
			for i, c := range row {
				if t.Columns[i].Key == "n" && c.Value != nil {
					conns = int(*c.Value)
				}
				one := shown{where: "table " + t.Title, text: c.Text, model: row[0].Model, conns: conns}
				if m := ofN.FindStringSubmatch(t.Columns[i].Key); m != nil {
					fmt.Sscan(m[1], &one.conns)
				}
				if strings.HasPrefix(t.Columns[i].Key, "cpu_ns_per_message_ratio") {
					one.figure = "cpu_ns_per_message"
				}
				all = append(all, one)
			}
		}
	}
	return all
}

// reference reads one of the committed runs.
func reference(t *testing.T, dir string) *Answers {
	t.Helper()
	run, err := record.ReadRun(dir)
	if err != nil {
		t.Fatal(err)
	}
	cells, warnings, err := record.ReadCells(dir)
	if err != nil {
		t.Fatal(err)
	}
	return Of(run, cells, warnings)
}

// Every answer has one headline that fits a line, a stable ID of its own, and tables whose rows are as long as their heads.
func TestAnswersAreWellFormed(t *testing.T) {
	run, cells := recordtest.Synthetic(t)
	runs := map[string]*Answers{"synthetic": Of(run, cells, nil), "empty": Of(&record.Run{}, nil, nil)}
	for _, dir := range []string{"../reference", "../reference/originals", "../reference/capacity"} {
		runs[dir] = reference(t, dir)
	}
	for name, a := range runs {
		ids, charts := map[string]bool{}, map[string]bool{}
		for _, q := range a.All {
			if ids[q.ID] || q.ID == "" || q.Title == "" {
				t.Errorf("%s: the ID %q, of %q, is not its own", name, q.ID, q.Title)
			}
			ids[q.ID] = true
			if n := utf8.RuneCountInString(q.Headline); n == 0 || n > 100 || strings.Contains(q.Headline, "\n") {
				t.Errorf("%s: %s: %d characters: %s", name, q.ID, n, q.Headline)
			}
			for _, table := range q.Tables {
				keys := map[string]bool{}
				for _, c := range table.Columns {
					if keys[c.Key] || c.Head == "" {
						t.Errorf("%s: %s: %s: the column %q has the key %q", name, q.ID, table.Title, c.Head, c.Key)
					}
					keys[c.Key] = true
				}
				for _, row := range table.Rows {
					if len(row) != len(table.Columns) {
						t.Fatalf("%s: %s: %s: %d cells under %d heads", name, q.ID, table.Title, len(row), len(table.Columns))
					}
				}
			}
			for _, c := range q.Charts {
				if charts[c.ID] {
					t.Errorf("%s: two charts are called %s", name, c.ID)
				}
				charts[c.ID] = true
			}
			for _, s := range slices.Concat(q.Says, q.How, q.Doubts) {
				if s == "" || strings.Contains(s, "NaN") || strings.Contains(s, "%!") {
					t.Errorf("%s: %s: %q", name, q.ID, s)
				}
			}
		}
	}
}

func TestBestIsChosenByHowBadItMayBe(t *testing.T) {
	of := func(other string, low, mid, high float64, v compare.Verdict) compare.Comparison {
		return compare.Comparison{Figure: cpuPerMessage, Base: "reactor", Other: other, Verdict: v,
			Ratio: stats.Interval{Low: low, Mid: mid, High: high, N: 20}}
	}
	e := &evidence{run: &record.Run{}}
	for _, tt := range []struct {
		name string
		of   []compare.Comparison
		want string
	}{
		{"a wide interval is not as good", []compare.Comparison{of("goroutine", 0.84, 1.02, 1.25, compare.Same),
			of("coroutine", 1, 1.03, 1.07, compare.Same)}, "reactor coroutine"},
		{"one is better", []compare.Comparison{of("pool", 0.7, 0.75, 0.8, compare.Less), of("thread", 1.4, 1.5, 1.6,
			compare.More)}, "pool"},
		{"two are better, and not told apart", []compare.Comparison{of("pool", 0.7, 0.75, 0.8, compare.Less), of("thread",
			0.72, 0.77, 0.82, compare.Less)}, "pool thread"},
		{"a control competes with nobody", []compare.Comparison{of("floor", 0.5, 0.6, 0.7, compare.Less), of("thread", 1.4,
			1.5, 1.6, compare.More)}, "reactor"},
		{"too little is known", []compare.Comparison{of("pool", math.NaN(), 0.8, math.NaN(), compare.Unknown), of("thread",
			math.NaN(), 2, math.NaN(), compare.Unknown)}, ""},
	} {
		if got := strings.Join(e.best(tt.of), " "); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// A run that keeps what is disturbed recommends nobody.
func TestNoMeasurementRecommendsNobody(t *testing.T) {
	for name, command := range map[string][]string{"smoke": {"cbench", "run", "--suite=smoke"}, "noisy": {"cbench", "run",
		"--noisy"}} {
		run, cells := contrary()
		run.Command = command
		a := Of(run, cells, nil)
		for _, row := range a.Summary().Rows {
			for _, c := range row {
				if c.Mark == show.Good {
					t.Errorf("%s: %v is marked as good", name, c)
				}
			}
		}
		for _, id := range []string{"cpu", "latency", "tail"} {
			if q := a.Named(id); !strings.Contains(q.Headline, "no measurement") || !slices.Contains(q.Doubts, noMeasurement) {
				t.Errorf("%s: %s: %s %q", name, id, q.Headline, q.Doubts)
			}
		}
	}
}

// The N that memory is told of was measured.
func TestMemoryIsToldOfWhatWasMeasured(t *testing.T) {
	run, cells := recordtest.Synthetic(t)
	cells = slices.DeleteFunc(cells, func(c record.Cell) bool { return c.Conns == 10000 })
	if q := Of(run, cells, nil).Named("memory"); !strings.HasPrefix(q.Headline, "1,000 idle connections") {
		t.Error(q.Headline)
	}
	cells = slices.DeleteFunc(cells, func(c record.Cell) bool { return c.Conns != 100 })
	if q := Of(run, cells, nil).Named("memory"); q == nil || !strings.HasPrefix(q.Headline, "100 idle connections") ||
		len(q.Charts) == 0 {
		t.Errorf("of one N alone: %+v", q)
	}
}

// Memory kept is told after the same time of all models, and a room that is not served in time is no success.
func TestLikeIsComparedWithLike(t *testing.T) {
	a := reference(t, "../reference")
	storm := strings.Join(a.Named("storm").Says, "\n")
	if !strings.Contains(storm, "keeps 1 s after the last connection is closed") || !strings.Contains(storm,
		"Not every model was watched longer: after 10 s `goroutine`") {
		t.Errorf("storm: %s", storm)
	}
	room := a.Named("room")
	says := strings.Join(room.Says, "\n")
	for _, want := range []string{"`coroutine` is strained: 91,600 of 100,000 deliveries/s, half of them 141 ms late or later",
		"`pool` falls behind: 70,700 of 100,000 deliveries/s"} {
		if !strings.Contains(says, want) {
			t.Errorf("room: want %q in\n%s", want, says)
		}
	}
	if strings.Contains(room.Headline, "coroutine") && !strings.Contains(room.Headline, "not") {
		t.Error(room.Headline)
	}
}

// A model whose repetitions are all void has no gap in a table: it says so.
func TestVoidIsShown(t *testing.T) {
	run, cells := recordtest.Synthetic(t)
	t0 := Of(run, cells, nil).Named("loads").Tables[0]
	for _, row := range t0.Rows {
		if row[0].Model == "callback" && *row[1].Value == 10000 && row[len(row)-1].Mark != show.Bad {
			t.Errorf("%v", row)
		}
	}
}
