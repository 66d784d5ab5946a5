package report

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"cbench/results/chart"
	"cbench/results/words"
)

// drawing is a chart as the page shows it: rows are drawn by the template and can be read without a script, lines by the script.
type drawing struct {
	ID, Title, Note string
	XTitle, YTitle  string
	Kind            chart.Kind
	Panels          []panel
	Parts           []filled // the legend of bars
	Lines           *lines   // for the script; nil: rows
}

// panel is one of several drawings in the same place.
type panel struct {
	Title string
	Keys  []key // the legend of lines
	Rows  []row
	Ticks []placed
	One   float64 // where a line stands in all rows: 1 of a forest, 0 of bars
}

// key names a line.
type key struct {
	Model, Name string
	Dash        string
	Points      string
}

// filled is a part of bars; its fill is a class by its place.
type filled struct {
	Place int
	Name  string
}

// row is one series. Places are per cent of the axis.
type row struct {
	Model, Name, Words string
	Spans              []extent // intervals, the line of a pair, or the parts of a bar
	Points             []placed // markers
}

// extent is from one place to another.
type extent struct {
	From, Wide float64
	Place      int // of a part
	Text       string
}

// placed is a tick, or a marker.
type placed struct {
	At     float64
	Text   string
	Hollow bool
	Shape  string // a polygon's points around (0, 0); none: a disc
	Only   string // a tick that stands on a wide or on a narrow card alone
}

// chartsOf is charts for the template, and what the script draws of them. Looks are of all models of the page.
func chartsOf(charts []chart.Chart, looks map[string]chart.Look) (all []drawing) {
	for i := range charts {
		c := &charts[i]
		if c.Empty() {
			continue
		}
		note := strings.TrimSpace(c.Note + " " + strings.Join(c.Remarks(), " "))
		d := drawing{ID: "chart-" + idSafe(c.ID), Title: c.Title, Note: note,
			XTitle: c.X.Title, YTitle: c.Y.Title, Kind: c.Kind}
		frame := c.Frame()
		if c.Kind == chart.Lines {
			d.Lines = linesOf(c, frame, d.ID)
		}
		for _, p := range c.Panels {
			p.Series = slices.DeleteFunc(slices.Clone(p.Series), func(s chart.Series) bool { return s.Empty(c) })
			if len(p.Series) == 0 {
				continue
			}
			if c.Kind == chart.Lines {
				d.Panels = append(d.Panels, panel{Title: p.Title, Keys: keysOf(p, looks)})
			} else {
				d.Panels = append(d.Panels, d.rows(c, p, frame.X, looks))
			}
		}
		all = append(all, d)
	}
	return all
}

// idSafe is an identity that a link and a selector can name without quotes.
func idSafe(id string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' {
			return r
		}
		return '-'
	}, id)
}

func keysOf(p chart.Panel, looks map[string]chart.Look) (keys []key) {
	for _, s := range p.Series {
		look := looks[s.Model].Of(s)
		keys = append(keys, key{Model: s.Model, Name: s.Name, Dash: dashes(look.Dash), Points: shape(look, 4.6)})
	}
	return keys
}

func dashes(dash []float64) string {
	var all []string
	for _, d := range dash {
		all = append(all, strconv.FormatFloat(d, 'g', -1, 64))
	}
	return strings.Join(all, " ")
}

// shape is a marker as a polygon's points around (0, 0); none: a disc.
func shape(l chart.Look, radius float64) string {
	var all []string
	for _, c := range l.Corners {
		all = append(all, fmt.Sprintf("%.1f,%.1f", radius*c[0], -radius*c[1]))
	}
	return strings.Join(all, " ")
}

// rowRadius is of markers in rows, in pixels.
const rowRadius = 4.4

// rows is a panel of bars, a forest or pairs.
func (d *drawing) rows(c *chart.Chart, p chart.Panel, x chart.Scale, looks map[string]chart.Look) panel {
	place := func(v float64) float64 { return 1 + 98*x.Clamped(v) } // markers at the ends stay whole
	out := panel{Title: p.Title, One: -1}
	if origin := map[bool]float64{true: 1}[c.Kind == chart.Forest]; c.Kind != chart.Pairs {
		out.One = place(origin)
	}
	out.Ticks = ticksOf(x, place)
	for _, s := range p.Series {
		r := row{Model: s.Model, Name: s.Name}
		if c.Kind == chart.Bars {
			d.pieces(&r, s, place)
			r.Words = c.X.Unit.Text(total(s))
			if slices.ContainsFunc(s.Parts, func(p chart.Part) bool { return math.IsNaN(p.Value) }) {
				r.Words = "≥ " + r.Words
			}
		}
		var said []string
		low, high := math.Inf(1), math.Inf(-1)
		for i, pt := range s.Points {
			if pt.Text != "" {
				said = append(said, pt.Text)
			}
			if c.Kind == chart.Bars || !c.Shown(pt) {
				continue
			}
			at := place(pt.X)
			low, high = min(low, at), max(high, at)
			hollow := pt.Void || c.Kind == chart.Pairs && i > 0 || c.Kind == chart.Forest && !pt.Against()
			text := strings.TrimPrefix(pt.Name+": "+pt.Text, ": ")
			r.Points = append(r.Points, placed{At: at, Hollow: hollow, Shape: shape(looks[s.Model], rowRadius), Text: text})
			if c.Kind == chart.Forest && pt.Known() && !pt.Void {
				r.Spans = append(r.Spans, extent{From: place(pt.Low), Wide: place(pt.High) - place(pt.Low)})
			}
		}
		if c.Kind == chart.Pairs && high > low {
			r.Spans = []extent{{From: low, Wide: high - low}}
		}
		slices.Reverse(r.Points) // ours last, above the others
		if len(said) > 0 {
			r.Words = strings.Join(said, " → ")
		}
		out.Rows = append(out.Rows, r)
	}
	return out
}

// ticksOf is the ticks that have room where the axis has 300 pixels, as on a desk, and those where it has 95, as on a phone.
func ticksOf(x chart.Scale, place func(float64) float64) (ticks []placed) {
	const letter = 7
	within := func(pixels float64) []chart.Tick {
		return x.Pick(func(a, b chart.Tick) bool {
			return pixels/100*(place(b.At)-place(a.At)) > letter*float64(len([]rune(a.Text+b.Text)))/2+8
		})
	}
	wide, narrow := within(300), within(95)
	for _, t := range wide {
		tick := placed{At: place(t.At), Text: t.Text}
		if !slices.Contains(narrow, t) {
			tick.Only = "wide"
		}
		ticks = append(ticks, tick)
	}
	for _, t := range narrow {
		if !slices.Contains(wide, t) {
			ticks = append(ticks, placed{At: place(t.At), Text: t.Text, Only: "narrow"})
		}
	}
	slices.SortFunc(ticks, func(a, b placed) int { return cmp.Compare(a.At, b.At) })
	return ticks
}

func total(s chart.Series) float64 {
	left, right := s.Reach()
	return left + right
}

// pieces adds the parts of a bar to its row: what adds to the right of 0, what takes away to the left.
func (d *drawing) pieces(r *row, s chart.Series, place func(float64) float64) {
	var down, up float64
	for _, p := range s.Parts {
		at := slices.IndexFunc(d.Parts, func(f filled) bool { return f.Name == p.Name })
		if at < 0 {
			at = len(d.Parts)
			d.Parts = append(d.Parts, filled{at % len(chart.Fills), p.Name})
		}
		if math.IsNaN(p.Value) || p.Value == 0 {
			continue
		}
		from := &up
		if p.Value < 0 {
			from = &down
		}
		a := place(*from)
		*from += p.Value
		b := place(*from)
		text := s.Name + ", " + p.Name + ": " + p.Text
		r.Spans = append(r.Spans, extent{From: min(a, b), Wide: math.Abs(b - a), Place: d.Parts[at].Place, Text: text})
	}
}

// lines is what the script draws.
type lines struct {
	ID     string      `json:"id"`
	Banded bool        `json:"banded"`
	Alone  bool        `json:"alone"`
	Hollow string      `json:"hollow"` // what a hollow point is called
	Beyond bool        `json:"beyond"` // a thread leads to hollow points
	X      axis        `json:"x"`
	Y      axis        `json:"y"`
	Places []place     `json:"places"` // every X, in order
	Panels []linePanel `json:"panels"`
}

// axis is a scale with its ticks, from few to many.
type axis struct {
	Lo       num            `json:"lo"`
	Hi       num            `json:"hi"`
	Log      bool           `json:"log"`
	Measured bool           `json:"measured"`
	Ladder   [][]chart.Tick `json:"ladder"`
}

// place is an X and what it is called.
type place struct {
	At   num    `json:"at"`
	Text string `json:"text"`
}

type linePanel struct {
	Line   *chart.Rule `json:"line,omitempty"`
	Series []line      `json:"series"`
}

// line is one model's.
type line struct {
	Model  string      `json:"model"` // its look
	Name   string      `json:"name"`
	Dashed bool        `json:"dashed,omitempty"`
	Joined [][]linePin `json:"joined"`
	Void   []linePin   `json:"void,omitempty"`
}

// linePin is one point of a line.
type linePin struct {
	X     num    `json:"x"`
	Y     num    `json:"y"`
	Low   num    `json:"low"`
	High  num    `json:"high"`
	Range bool   `json:"range,omitempty"`
	Bare  bool   `json:"bare,omitempty"` // without a marker
	Text  string `json:"text"`
}

// num is a figure in as many digits as a drawing can show; what is no number is null.
type num float64

// MarshalJSON is a number or null.
func (n num) MarshalJSON() ([]byte, error) {
	v := float64(n)
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return []byte("null"), nil
	}
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 5, 64), 64)
	if err != nil {
		return nil, err
	}
	return json.Marshal(rounded)
}

func linesOf(c *chart.Chart, frame chart.Frame, id string) *lines {
	of := func(s chart.Scale) axis {
		return axis{Lo: num(s.Lo), Hi: num(s.Hi), Log: s.Log, Measured: s.Measured, Ladder: s.Ladder}
	}
	l := &lines{ID: id, X: of(frame.X), Y: of(frame.Y)}
	l.Banded, l.Alone, l.Hollow, l.Beyond = frame.Banded, frame.Alone, c.Hollow(), c.Beyond()
	called := map[float64]string{}
	for _, p := range c.Panels {
		out := linePanel{Line: p.Line}
		for _, s := range p.Series {
			if s.Empty(c) {
				continue
			}
			joined, void := c.Stretches(s)
			pins := func(points []chart.Point) (all []linePin) {
				for _, p := range points {
					x := frame.X.Place(p.X)
					called[x] = placeName(c.X.Unit, p.X)
					pin := linePin{X: num(x), Y: num(p.Y), Low: num(p.Low), High: num(p.High), Range: p.Range, Text: p.Text}
					pin.Bare = c.Bare(p)
					all = append(all, pin)
				}
				return all
			}
			drawn := line{Model: s.Model, Name: s.Name, Dashed: s.Dashed, Void: pins(void)}
			drawn.Joined = [][]linePin{} // in JSON no null
			for _, points := range joined {
				drawn.Joined = append(drawn.Joined, pins(points))
			}
			out.Series = append(out.Series, drawn)
		}
		if len(out.Series) > 0 {
			l.Panels = append(l.Panels, out)
		}
	}
	for x, text := range called {
		l.Places = append(l.Places, place{num(x), text})
	}
	slices.SortFunc(l.Places, func(a, b place) int { return cmp.Compare(a.At, b.At) })
	return l
}

// placeName is what a place along X is called.
func placeName(u chart.Unit, x float64) string {
	switch u {
	case chart.Conns:
		return "N = " + words.Number(x)
	case chart.PerSecond:
		return words.PerSecond(x) + "/s"
	}
	return u.Text(x)
}
