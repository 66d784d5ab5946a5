package question

import (
	"math"
	"slices"
	"strings"
	"time"

	"cbench/results/chart"
	"cbench/results/figure"
	"cbench/results/stats"
	"cbench/results/words"
)

// drawable values have a place on a log axis. The bounds are far outside what any unit here can mean.
func drawable(v float64) bool { return v >= 1e-3 && v <= 1e18 }

// rowsOf is the groups of a load by model and threads, each along N, without controls that are another model once more.
func rowsOf(groups []figure.Group, twins map[string]string, load figure.Setting) []figure.Row {
	return slices.DeleteFunc(figure.Rows(groups), func(r figure.Row) bool { return r.Setting != load || twins[r.Model] != "" })
}

// overN is a figure of every model under a load along N: of rotations the ratio to the base, which is the line at 1.
func (e *evidence) overN(rows []figure.Row, title string, f figure.Figure) chart.Panel {
	p := chart.Panel{Title: title}
	relative := e.relatively(rows, f)
	for _, r := range rows {
		s := chart.Series{Model: r.Model, Name: r.Name, Dashed: e.control(r.Model)}
		for i := range r.Groups {
			g := &r.Groups[i]
			if relative {
				s.Points = append(s.Points, e.ratioPoint(g, f, false)...)
				continue
			}
			s.Points = append(s.Points, point(g, f)...)
		}
		if len(s.Points) > 0 {
			p.Series = append(p.Series, s)
		}
	}
	if relative && len(p.Series) > 0 {
		p.Line = &chart.Rule{At: 1, Title: e.base}
	}
	return p
}

// relatively reports whether a figure of these rows may only be shown as ratios.
func (e *evidence) relatively(rows []figure.Row, f figure.Figure) bool {
	return e.base != "" && slices.ContainsFunc(rows, func(r figure.Row) bool {
		return slices.ContainsFunc(r.Groups, func(g figure.Group) bool { return len(figure.ValuesOf(g.Rotated, f.Metric)) > 0 })
	})
}

// point is a figure of a group with its interval, or its range; and hollow what its void repetitions showed.
func point(g *figure.Group, f figure.Figure) (points []chart.Point) {
	if i := g.Interval(f); i.N > 0 && drawable(i.Mid) {
		p := chart.Point{X: float64(g.Conns), Y: i.Mid, Low: i.Low, High: i.High, Text: inWords(f, i.Mid)}
		if over := g.Of(f.Metric); !i.Sure() && over.N > 1 {
			p.Low, p.High, p.Range = over.Min, over.Max, true
		}
		points = append(points, p)
	}
	for j := range g.Void {
		if v, ok := f.Metric(&g.Void[j]); ok && drawable(v) {
			points = append(points, chart.Point{X: float64(g.Conns), Y: v, Low: math.NaN(), High: math.NaN(), Void: true,
				Text: inWords(f, v)})
		}
	}
	return points
}

// ratioPoint is the ratio to the base as tables have it, over N, or in rows along X.
func (e *evidence) ratioPoint(g *figure.Group, f figure.Figure, row bool) []chart.Point {
	cell := e.relative(g, f)
	if cell.Value == nil {
		return nil
	}
	i := stats.Interval{Low: math.NaN(), Mid: *cell.Value, High: math.NaN()}
	if c := e.comparison(g, f); c != nil {
		i = c.Ratio
	}
	p := chart.Point{X: float64(g.Conns), Y: i.Mid, Low: i.Low, High: i.High, Text: cell.Text}
	if cell.Detail != "" {
		p.Text += " (" + cell.Detail + ")"
	}
	if row {
		p.X, p.Y = i.Mid, 0
	}
	return []chart.Point{p}
}

// forest is a row a model: the ratio to the base at one N.
func (e *evidence) forest(of []*figure.Group, title string, f figure.Figure) chart.Panel {
	p := chart.Panel{Title: title}
	for _, g := range of {
		if points := e.ratioPoint(g, f, true); len(points) > 0 {
			p.Series = append(p.Series, chart.Series{Model: g.Model, Name: e.name(g), Dashed: e.control(g.Model), Points: points})
		}
	}
	return p
}

// drawn is the chart without empty panels; none where nothing is left.
func drawn(c chart.Chart) []chart.Chart {
	c.Panels = slices.DeleteFunc(c.Panels, func(p chart.Panel) bool { return len(p.Series) == 0 })
	if len(c.Panels) == 0 {
		return nil
	}
	return []chart.Chart{c}
}

// lines is a chart of figures along N, a panel each. Where they are ratios, the axis says so.
func (e *evidence) lines(rows []figure.Row, id, title, note string, unit chart.Unit, panels ...figurePanel) []chart.Chart {
	c := chart.Chart{ID: id, Title: title, Note: note, Kind: chart.Lines, X: chart.Axis{Title: "open connections, N",
		Unit: chart.Conns, Log: true},
		Y: chart.Axis{Unit: unit, Log: true}}
	relative := false
	for _, fp := range panels {
		relative = relative || e.relatively(rows, fp.of)
	}
	if relative {
		c.Y = chart.Axis{Title: "ratio to " + e.base, Unit: chart.Ratio, Log: true}
		c.Note += " Ratios to " + e.base + " from the same rotations; bars: 95% interval."
	}
	for _, fp := range panels {
		if relative == e.relatively(rows, fp.of) {
			c.Panels = append(c.Panels, e.overN(rows, fp.title, fp.of))
		}
	}
	return drawn(c)
}

type figurePanel struct {
	title string
	of    figure.Figure
}

// slug begins the names of what belongs to a load: its scenario, and what tells it from the other loads of the same scenario.
func slug(load figure.Setting, all []figure.Setting) string {
	alone := true
	for _, o := range all {
		alone = alone && (o.Scenario != load.Scenario || o == load)
	}
	if alone {
		return fileSafe(load.Scenario)
	}
	p := load.Params
	name := load.Scenario + "-" + p.Loop
	add := func(when bool, part string) {
		if when {
			name += "-" + part
		}
	}
	digits := func(v float64) string { return strings.ReplaceAll(words.Number(v), ",", "") }
	add(p.Searches(), p.Search+"-"+strings.ReplaceAll(p.SLO, "<", "-"))
	add(p.RatePerS > 0, digits(p.RatePerS))
	add(p.Pipeline > 1, "x"+digits(float64(p.Pipeline)))
	add(true, digits(float64(p.PayloadBytes))+"B")
	add(p.RoomSize > 0, "rooms"+digits(float64(p.RoomSize)))
	add(p.Arrivals != "", p.Arrivals)
	add(p.How != "", p.How)
	add(p.BlockNS > 0, time.Duration(p.BlockNS).String())
	add(p.Share > 0, digits(p.Share))
	add(p.Driver != "", p.Driver)
	return fileSafe(name)
}

func fileSafe(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '.':
			return r
		}
		return '_'
	}, name)
}

func (e *evidence) slug(load figure.Setting) string { return slug(load, settingsOf(e.whole)) }
