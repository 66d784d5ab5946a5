package report

import (
	"encoding/json"
	"fmt"
	"html/template"
	"math"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"cbench/internal/browser"
	"cbench/results/chart"
	"cbench/results/question"
	"cbench/results/record"
	"cbench/results/words"
)

var nan = math.NaN()

// kinds is a chart of each kind, with what is hard to draw: void points, a 0 on a log axis, an unknown part, a name that is
// mark-up.
func kinds() []chart.Chart {
	names := []string{"goroutine", "pool", "reactor", "callback", "floor", hostile, strings.Repeat("long", 30)}
	of := func(make func(i int, name string) chart.Series) (p chart.Panel) {
		for i, name := range names {
			s := make(i, name)
			s.Model, s.Name = name, name
			p.Series = append(p.Series, s)
		}
		return p
	}
	lines := chart.Chart{ID: "memory", Title: "Memory a connection", Note: "Lower is better.", Kind: chart.Lines,
		X: chart.Axis{Title: "open connections, N", Unit: chart.Conns, Log: true},
		Y: chart.Axis{Title: "memory", Unit: chart.Bytes, Log: true}}
	for _, title := range []string{"User", "Kernel"} {
		p := of(func(i int, name string) chart.Series {
			s := chart.Series{}
			for k, n := range []float64{100, 1000, 19_936} {
				v := 100 * math.Pow(2.4, float64(i)) * (1 + 0.1*float64(k))
				p := chart.Point{X: n, Y: v, Low: 0.8 * v, High: 1.3 * v, Text: words.Bytes(v)}
				p.Range, p.Void = i == 2, i == 1 && k == 2
				s.Points = append(s.Points, p)
			}
			if i == 3 {
				s.Points[0].Y = 0
			}
			return s
		})
		p.Title, p.Line = title, &chart.Rule{At: 4096, Title: "a page"}
		lines.Panels = append(lines.Panels, p)
	}
	bars := chart.Chart{ID: "parts", Title: "Where it goes", Kind: chart.Bars, X: chart.Axis{Title: "bytes", Unit: chart.Bytes}}
	bars.Panels = []chart.Panel{
		of(func(i int, _ string) chart.Series {
			parts := []chart.Part{{Name: "heap", Value: 900, Text: "900 B"},
				{Name: "stacks", Value: 500 * float64(i), Text: "some"}, {Name: "kernel", Value: -80, Text: "-80 B"}}
			if i == 4 {
				parts[0].Value = nan
			}
			return chart.Series{Parts: parts}
		})}
	forest := chart.Chart{ID: "cpu-ratios", Title: "CPU, relative to reactor", Kind: chart.Forest,
		X: chart.Axis{Title: "ratio", Unit: chart.Ratio, Log: true}}
	forest.Panels = []chart.Panel{of(func(i int, _ string) chart.Series {
		v := 0.85 + 0.1*float64(i)
		said := fmt.Sprintf("%.2f (%.2f to %.2f)", v, v/1.08, v*1.08)
		return chart.Series{Points: []chart.Point{{X: v, Low: v / 1.08, High: v * 1.08, Text: said}}}
	})}
	pairs := chart.Chart{ID: "originals", Title: "Ours and the originals", Kind: chart.Pairs,
		X: chart.Axis{Unit: chart.NS, Log: true}}
	pairs.Panels = []chart.Panel{of(func(i int, name string) chart.Series {
		a, b := 1e4*float64(i+1), 9e4/float64(i+1)
		return chart.Series{Points: []chart.Point{{X: a, Low: nan, High: nan, Text: words.Nanoseconds(a), Name: "ours"},
			{X: b, Low: nan, High: nan, Text: words.Nanoseconds(b), Name: "the original"}}}
	})}
	return []chart.Chart{lines, forest, bars, pairs}
}

// writeShelf is a page of charts alone.
func writeShelf(t *testing.T, charts []chart.Chart) (path, html string) {
	t.Helper()
	a := &question.Answers{Run: &record.Run{}, All: []question.Answer{{ID: "shelf", Charts: charts}}}
	return written(t, a), string(Page(a))
}

func TestEveryKindOfChartInABrowser(t *testing.T) {
	path, _ := writeShelf(t, kinds())
	p := open(t, path)
	p.Wait(`document.querySelector("canvas")`)
	browser.Get[bool](p.Tab, ink)
	p.is("a line in its colour", `ink(document.querySelector("#chart-memory"), "#0072B2") > 20`)
	keys := func(want string) string {
		return fmt.Sprintf(`[...document.querySelectorAll("#chart-memory .keys")].map(k => k.hidden).join() === %q`, want)
	}
	p.is("its first panel is shown", keys("false,true"))
	p.Do(chromedp.Focus(chromedp.CSS(`#chart-memory [data-panel="1"]`)), chromedp.KeyEvent(kb.Enter))
	p.is("and the other by its button", keys("true,false"))
	p.Do(chromedp.Focus(chromedp.CSS(`#chart-memory .plot`)), chromedp.KeyEvent(kb.ArrowLeft))
	p.is("figures in their words", `["N = 19,936: ", "goroutine 120 B", "(void)"].every(w => said.textContent.includes(w))`)
	p.is("a row each series", `["cpu-ratios", "parts", "originals"]
		.every(id => document.querySelectorAll("#chart-" + id + " .row:not(.ticks)").length === 7)`)
	p.is("filled where the interval excludes 1", `[...document.querySelectorAll("#chart-cpu-ratios .row svg svg")]
		.map(s => s.classList.contains("hollow") ? "o" : "x").join("") === "xooxxxx"`)
	p.is("no markers beside the axis", `[...document.querySelectorAll(".row svg svg")].every(s => {
		const m = s.getBoundingClientRect(), a = s.parentNode.getBoundingClientRect();
		return m.left > a.left - 8 && m.right < a.right + 8;
	})`)
	const apart = `[...document.querySelectorAll(".row.ticks svg")].every(s => [...s.querySelectorAll("text")]
		.map(x => x.getBoundingClientRect()).filter(b => b.width).every((b, i, all) => !i || b.left > all[i - 1].right))`
	p.is("ticks do not touch", apart)
	p.is("no name became mark-up", `document.querySelectorAll("script").length === 3`)
	p.fits("kinds")
	p.is("ticks do not touch on a desk", apart)
	p.mustBeCalm()
}

// Rows can be read without a script: every series and its words are in the page, and so is every panel.
func TestRowsNeedNoScript(t *testing.T) {
	_, html := writeShelf(t, kinds())
	body, _, _ := strings.Cut(html, `<script id="data"`)
	for _, want := range []string{"1.15 (1.06 to 1.24)", "10.0 µs → 90.0 µs", "goroutine, heap: 900 B",
		"≥ 1.88 KiB", "2 points at or below 0", "Bars without ends"} {
		if !strings.Contains(body, template.HTMLEscapeString(want)) {
			t.Errorf("the page does not say %q without its script", want)
		}
	}
	for _, not := range []string{"NaN", "Inf", " style="} {
		if strings.Contains(body[strings.Index(body, "<main>"):], not) {
			t.Errorf("the page says %q", not)
		}
	}
}

// Charts of nothing, of one point and of values that no axis holds are left out, or drawn, and are numbers that JSON has.
func TestChartsOfLittle(t *testing.T) {
	for _, kind := range []chart.Kind{chart.Lines, chart.Bars, chart.Forest, chart.Pairs} {
		for name, points := range map[string][]chart.Point{
			"none": nil, "zero": {{Low: nan, High: nan}}, "below": {{X: -1, Y: -1}},
			"not known": {{X: nan, Y: nan, Low: nan, High: nan}},
			"one":       {{X: 5, Y: 5, Low: nan, High: nan}}, "endless": {{X: 5, Y: 5, Low: 0, High: math.Inf(1)}},
		} {
			c := chart.Chart{ID: "little", Kind: kind, X: chart.Axis{Unit: chart.Ratio, Log: true},
				Y:      chart.Axis{Unit: chart.NS, Log: true},
				Panels: []chart.Panel{{}, {Series: []chart.Series{{Model: "pool", Name: "pool", Points: points}}}}}
			drawn := chartsOf([]chart.Chart{c}, chart.Looks([]string{"pool"}))
			if want := kind != chart.Bars && (name == "one" || name == "endless"); (len(drawn) == 1) != want {
				t.Errorf("%s of %s: %d charts", kind, name, len(drawn))
			}
			if _, err := json.Marshal(drawn); err != nil {
				t.Errorf("%s of %s: %v", kind, name, err)
			}
		}
	}
}
