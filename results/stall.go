package results

import (
	"cbench/results/compare"
	"cbench/results/figure"
	"cbench/results/words"
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"gonum.org/v1/plot"
)

// stallCharts are what slow requests do to everybody else, and to each other: the bystanders' p99, and the slow ones' own median, over the share of
// requests that block, a panel for every way to block and number of connections; the two for each load that is the same but for these.
func stallCharts(all []figure.Row, given map[string]look) (charts []*chart, drawn []figure.Setting) {
	var loads []figure.Setting
	for _, r := range all {
		load := r.Setting.Unshared()
		if r.Setting.Params.How == "" || slices.Contains(loads, load) {
			continue
		}
		var of []figure.Row
		for _, o := range all {
			if o.Setting.Unshared() == load {
				of = append(of, o)
			}
		}
		loads = append(loads, load)
		for _, w := range waits {
			if ch := w.chart(of, given); ch != nil {
				charts, drawn = append(charts, ch), append(drawn, load)
			}
		}
	}
	return charts, drawn
}

// wait is whose wait for slow requests a chart shows.
type wait struct {
	name, title, subtitle string // {blocks} is how long a slow request does
	of                    figure.Metric
	limit                 func(blocks time.Duration) float64 // ns
}

var waits = []wait{
	{"stall", "How long bystanders wait while others' requests block",
		"p99 of an echo over the share of all requests that block for {blocks}, {from}.", figure.LatencyP99,
		func(time.Duration) float64 { return compare.MissNS }},
	{"slow", "How long slow requests take themselves",
		"Median of the requests that block for {blocks}, over their share, {from}.", figure.AsideP50,
		func(blocks time.Duration) float64 { return compare.Exhausts * float64(blocks) }},
}

func (w wait) chart(of []figure.Row, given map[string]look) *chart {
	blocks := time.Duration(of[0].Setting.Params.BlockNS)
	limit := w.limit(blocks)
	ch := &chart{
		name: w.name, title: w.title, made: of,
		subtitle: fmt.Sprintf("%s Dashed: %v. Log scales; lower is better.", strings.ReplaceAll(w.subtitle, "{blocks}", blocks.String()), time.Duration(limit)),
		spread:   "Median of %d repetitions.",
	}
	shares, values := sharesOf(of), []float64{limit}
	if len(shares) == 0 {
		return nil
	}
	for _, at := range stallPanels(of) {
		pn := panel{title: fmt.Sprintf("%s, N = %s", at.how, words.Number(float64(at.conns))), xLabel: "share of requests that block", endX: math.Inf(1),
			offered: limit}
		for _, model := range modelsOf(of) {
			s := series{label: model.Name, look: given[model.Model]}
			s.addWait(w.of, of, model, at, shares)
			pn.series = append(pn.series, s)
		}
		_, y := extent(pn.series)
		values = append(values, y...)
		ch.panels = append(ch.panels, pn)
	}
	if len(values) == 1 {
		return nil
	}
	ch.columns = min(3, len(ch.panels))
	ch.labelled = ch.columns - 1
	for i := range ch.panels {
		ch.panels[i].axes = func(x, y *plot.Axis) {
			sharesAxis(x, shares)
			logAxis(y, slices.Min(values), slices.Max(values), inTime)
		}
	}
	return ch
}

// stalled is what one panel shows.
type stalled struct {
	how   string
	conns int
}

func stallPanels(of []figure.Row) (all []stalled) {
	for _, r := range of {
		for _, g := range r.Groups {
			if at := (stalled{r.Setting.Params.How, g.Conns}); r.Setting.Params.Share > 0 && !slices.Contains(all, at) {
				all = append(all, at)
			}
		}
	}
	order := []string{"inline", "spin", "offload"}
	slices.SortFunc(all, func(a, b stalled) int {
		return cmp.Or(cmp.Compare(a.conns, b.conns), cmp.Compare(slices.Index(order, a.how), slices.Index(order, b.how)))
	})
	return all
}

// modelsOf is one row of each model, in their order.
func modelsOf(of []figure.Row) (all []figure.Row) {
	for _, r := range of {
		if !slices.ContainsFunc(all, func(o figure.Row) bool { return o.Name == r.Name }) {
			all = append(all, r)
		}
	}
	return all
}

func sharesOf(of []figure.Row) (shares []float64) {
	for _, r := range of {
		shares = append(shares, r.Setting.Params.Share)
	}
	slices.Sort(shares)
	return slices.Compact(shares)
}

// addWait adds the model's wait at every share. One that is void for want of capacity is shown hollow: it could not go on so.
func (s *series) addWait(wait figure.Metric, of []figure.Row, model figure.Row, at stalled, shares []float64) {
	var line []point
	for _, share := range shares {
		for _, r := range of {
			p := r.Setting.Params
			if r.Name != model.Name || p.Share != share || share > 0 && p.How != at.how { // where nothing blocks, the way does not matter
				continue
			}
			for i := range r.Groups {
				g := &r.Groups[i]
				if g.Conns != at.conns {
					continue
				}
				x := shareAt(share, shares)
				if over := g.Of(wait); over.N > 0 && drawable(over.Median) {
					line = append(line, point{x: x, y: over.Median, lo: over.Min, hi: over.Max})
				}
				for k := range g.Void {
					if v, known := wait(&g.Void[k]); known && drawable(v) {
						s.hollow = append(s.hollow, point{x: x, y: v, lo: v, hi: v})
					}
				}
			}
		}
	}
	if len(line) > 0 {
		s.lines = append(s.lines, line)
	}
}

// shareAt is where a share stands on a log axis. None at all stands a little to the left of the least there is.
func shareAt(share float64, shares []float64) float64 {
	if share > 0 {
		return share
	}
	least := 0.01
	if i := slices.IndexFunc(shares, func(s float64) bool { return s > 0 }); i >= 0 {
		least = shares[i]
	}
	return least / 3
}

func sharesAxis(x *plot.Axis, shares []float64) {
	x.Scale = plot.LogScale{}
	var ticks []plot.Tick
	for _, share := range shares {
		ticks = append(ticks, plot.Tick{Value: shareAt(share, shares), Label: words.Percent(share)})
	}
	x.Tick.Marker = plot.ConstantTicks(ticks)
	x.Min, x.Max = ticks[0].Value/1.3, ticks[len(ticks)-1].Value*1.3
}
