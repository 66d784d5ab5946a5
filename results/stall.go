package results

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"gonum.org/v1/plot"
)

// stallCharts are what slow requests do to everybody else: the bystanders' p99 over the share of requests that block, a panel for every
// way to block and number of connections; one for each load that is the same but for these.
func stallCharts(all []row, given map[string]look) (charts []*chart, loads []Setting) {
	for _, r := range all {
		load := r.setting.unshared()
		if r.setting.Params.How == "" || slices.Contains(loads, load) {
			continue
		}
		var of []row
		for _, o := range all {
			if o.setting.unshared() == load {
				of = append(of, o)
			}
		}
		if ch := stallChart(of, given); ch != nil {
			charts, loads = append(charts, ch), append(loads, load)
		}
	}
	return charts, loads
}

// unshared is the load without what stallCharts draws it over.
func (s Setting) unshared() Setting {
	s.Params.Share, s.Params.How = 0, ""
	return s
}

func stallChart(of []row, given map[string]look) *chart {
	ch := &chart{
		name:  "stall",
		title: "How long bystanders wait while others' requests block",
		subtitle: fmt.Sprintf("p99 of an echo over the share of all requests that block for %v, {from}. Dashed: %v. Log scales; lower is better.",
			time.Duration(of[0].setting.Params.BlockNS), time.Duration(MissNS)),
		spread: "Median of %d repetitions.",
		made:   of,
	}
	shares, values := sharesOf(of), []float64{MissNS}
	if len(shares) == 0 {
		return nil
	}
	for _, at := range stallPanels(of) {
		pn := panel{title: fmt.Sprintf("%s, N = %s", at.how, groupDigits(float64(at.conns))), xLabel: "share of requests that block", endX: math.Inf(1),
			offered: MissNS}
		for _, model := range modelsOf(of) {
			s := series{label: model.name, look: given[model.model]}
			s.addStall(of, model, at, shares)
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

func stallPanels(of []row) (all []stalled) {
	for _, r := range of {
		for _, g := range r.groups {
			if at := (stalled{r.setting.Params.How, g.Conns}); r.setting.Params.Share > 0 && !slices.Contains(all, at) {
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
func modelsOf(of []row) (all []row) {
	for _, r := range of {
		if !slices.ContainsFunc(all, func(o row) bool { return o.name == r.name }) {
			all = append(all, r)
		}
	}
	return all
}

func sharesOf(of []row) (shares []float64) {
	for _, r := range of {
		shares = append(shares, r.setting.Params.Share)
	}
	slices.Sort(shares)
	return slices.Compact(shares)
}

// addStall adds the model's p99 at every share. One that is void for want of capacity is shown hollow: it could not go on so.
func (s *series) addStall(of []row, model row, at stalled, shares []float64) {
	var line []point
	for _, share := range shares {
		for _, r := range of {
			p := r.setting.Params
			if r.name != model.name || p.Share != share || share > 0 && p.How != at.how { // where nothing blocks, the way does not matter
				continue
			}
			for i := range r.groups {
				g := &r.groups[i]
				if g.Conns != at.conns {
					continue
				}
				x := shareAt(share, shares)
				if over := g.Of(LatencyP99); over.N > 0 && drawable(over.Median) {
					line = append(line, point{x: x, y: over.Median, lo: over.Min, hi: over.Max})
				}
				for k := range g.Void {
					if v, known := LatencyP99(&g.Void[k]); known && drawable(v) {
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
		ticks = append(ticks, plot.Tick{Value: shareAt(share, shares), Label: percentOf(share)})
	}
	x.Tick.Marker = plot.ConstantTicks(ticks)
	x.Min, x.Max = ticks[0].Value/1.3, ticks[len(ticks)-1].Value*1.3
}
