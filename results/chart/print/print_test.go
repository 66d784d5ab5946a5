package print

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"image/png"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"gonum.org/v1/plot/vg"

	"cbench/results/chart"
	"cbench/results/record"
	"cbench/results/words"
)

var nan = math.NaN()

const caption = Caption("AMD EPYC 7B13 · 2 cores · Linux 6.1.0-18-amd64 · go1.26.0 · 14 March 2025")

var ours = []string{"goroutine", "pool", "reactor", "callback", "coroutine", "actor", "thread", "floor"}

// models is so many names, the first of them ours, one of 120 letters.
func models(n int) []string {
	names := slices.Clone(ours[:min(n, len(ours))])
	for i := len(names); i < n; i++ {
		names = append(names, fmt.Sprintf("server-%02d", i))
	}
	if n > 1 {
		names[n-1] = strings.Repeat("a-very-long-name-", 7) + "!"
	}
	return names
}

// made is a chart of a kind with so many series and panels; values are close together, so that labels have to make room.
func made(kind chart.Kind, series, panels int) chart.Chart {
	c := chart.Chart{ID: string(kind), Title: "Time to a checked reply at the median and in the tail", Note: "Lower is better."}
	c.Kind = kind
	c.X = map[chart.Kind]chart.Axis{
		chart.Lines:  {Title: "open connections, N", Unit: chart.Conns, Log: true},
		chart.Bars:   {Title: "memory a connection", Unit: chart.Bytes},
		chart.Forest: {Title: "ratio to reactor", Unit: chart.Ratio, Log: true},
		chart.Pairs:  {Title: "CPU a message", Unit: chart.NS, Log: true},
	}[kind]
	if kind == chart.Lines {
		c.Y = chart.Axis{Title: "CPU a message", Unit: chart.NS, Log: true}
	}
	for k := range panels {
		p := chart.Panel{Title: fmt.Sprintf("panel %d", k)}
		if kind == chart.Lines {
			p.Line = &chart.Rule{At: 12_000, Title: "the limit"}
		}
		for i, name := range models(series) {
			s := chart.Series{Model: name, Name: name}
			v := 9000 * (1 + 0.05*float64(i))
			switch kind {
			case chart.Lines:
				for j, n := range []float64{100, 1000, 19_936} {
					y := v * (1 + 0.2*float64(j))
					p := chart.Point{X: n, Y: y, Low: y * 0.97, High: y * 1.04, Text: words.Nanoseconds(y)}
					s.Points = append(s.Points, p)
				}
			case chart.Bars:
				for j, part := range []string{"heap", "stacks", "runtime", "sockets", "page tables"} {
					of := v / float64(j+1)
					s.Parts = append(s.Parts, chart.Part{Name: part, Value: of, Text: words.Bytes(of)})
				}
			case chart.Forest:
				x := v / 10_000
				said := fmt.Sprintf("%.2f (%.2f to %.2f)", x, x*0.9, x*1.1)
				s.Points = []chart.Point{{X: x, Low: x * 0.9, High: x * 1.1, Text: said}}
			default:
				for _, x := range []float64{v, 2 * v} {
					s.Points = append(s.Points, chart.Point{X: x, Low: nan, High: nan, Text: words.Nanoseconds(x)})
				}
			}
			p.Series = append(p.Series, s)
		}
		c.Panels = append(c.Panels, p)
	}
	return c
}

// written is a text of an SVG, and the box it takes on the page, upwards from the bottom.
type written struct {
	text string
	box  vg.Rectangle
}

// texts reads an SVG and checks that it is one of numbers.
func texts(t *testing.T, svg []byte) (all []written, height float64) {
	t.Helper()
	if bytes.Contains(svg, []byte("NaN")) || bytes.Contains(svg, []byte("Inf")) {
		t.Error("the SVG draws what is no number")
	}
	for d := xml.NewDecoder(bytes.NewReader(svg)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return all, height
		}
		if err != nil {
			t.Fatal(err)
		}
		start, is := token.(xml.StartElement)
		if !is {
			continue
		}
		at := map[string]string{}
		for _, a := range start.Attr {
			at[a.Name.Local] = a.Value
		}
		switch start.Name.Local {
		case "svg":
			height, _ = strconv.ParseFloat(strings.TrimSuffix(at["height"], "pt"), 64)
		case "text":
			var txt string
			if err := d.DecodeElement(&txt, &start); err != nil {
				t.Fatal(err)
			}
			var size float64
			for _, rule := range strings.Split(at["style"], ";") {
				if v, is := strings.CutPrefix(rule, "font-size:"); is {
					size, _ = strconv.ParseFloat(strings.TrimSuffix(v, "px"), 64)
				}
			}
			x, errX := strconv.ParseFloat(at["x"], 64)
			y, errY := strconv.ParseFloat(at["y"], 64)
			if size == 0 || errX != nil || errY != nil {
				t.Fatalf("%q has no place or size", txt)
			}
			wide := letters(vg.Length(size), chart.Grey.Ink, strings.Contains(at["style"], "bold")).Width(txt)
			all = append(all, written{txt, vg.Rectangle{Min: vg.Point{X: vg.Length(x), Y: vg.Length(-y)},
				Max: vg.Point{X: vg.Length(x) + wide, Y: vg.Length(-y + 0.7*size)}}})
		}
	}
}

// checkLayout checks that no text stands on another, or beyond the page.
func checkLayout(t *testing.T, all []written, height float64) {
	t.Helper()
	for i, a := range all {
		if a.box.Min.X < 0 || a.box.Max.X > pageWidth || a.box.Min.Y < 0 || float64(a.box.Max.Y) > height {
			t.Errorf("%q leaves the page: %v", a.text, a.box)
		}
		for _, b := range all[:i] {
			if a.box.Min.X < b.box.Max.X && b.box.Min.X < a.box.Max.X && a.box.Min.Y < b.box.Max.Y && b.box.Min.Y < a.box.Max.Y {
				t.Errorf("%q stands on %q: %v, %v", a.text, b.text, a.box, b.box)
			}
		}
	}
}

func drawn(t *testing.T, c chart.Chart) []byte {
	t.Helper()
	svg, err := newPage(&c, chart.Looks(chart.Models([]chart.Chart{c})), caption).svg()
	if err != nil {
		t.Fatal(err)
	}
	return svg
}

// However many series and panels there are, every one is there by its name and colour, and no text stands on another.
func TestNothingOverlaps(t *testing.T) {
	for _, kind := range []chart.Kind{chart.Lines, chart.Bars, chart.Forest, chart.Pairs} {
		for _, series := range []int{1, 2, 8, 28} {
			for _, panels := range []int{1, 2, 3, 4, 7} {
				t.Run(fmt.Sprintf("%s %d %d", kind, series, panels), func(t *testing.T) {
					c := made(kind, series, panels)
					svg := drawn(t, c)
					all, height := texts(t, svg)
					checkLayout(t, all, height)
					for _, name := range models(series)[:max(1, series-1)] {
						if !slices.ContainsFunc(all, func(w written) bool { return w.text == name }) {
							t.Errorf("%s has no label", name)
						}
						color := chart.Looks(models(series))[name].Color
						if kind != chart.Bars && !bytes.Contains(svg, []byte(color)) {
							t.Errorf("%s is not drawn in %s", name, color)
						}
					}
					short := func(w written) bool { return strings.HasPrefix(w.text, "a-very") && strings.Contains(w.text, "…") }
					if series > 1 && !slices.ContainsFunc(all, short) {
						t.Error("the long name is not there in short")
					}
					if !slices.ContainsFunc(all, func(w written) bool { return strings.Contains(w.text, "14 March 2025") }) {
						t.Error("the caption does not say the day")
					}
				})
			}
		}
	}
}

// Panels of different models have labels of their own.
func TestPanelsOfDifferentModels(t *testing.T) {
	c := made(chart.Lines, 20, 1)
	all := c.Panels[0].Series
	c.Panels = nil
	for i := 0; i < 20; i += 4 {
		c.Panels = append(c.Panels, chart.Panel{Title: fmt.Sprintf("family %d", i), Series: append(all[i:i+4:i+4], all[0])})
	}
	labels, height := texts(t, drawn(t, c))
	checkLayout(t, labels, height)
	if n := len(slices.DeleteFunc(labels, func(w written) bool { return w.text != "goroutine" })); n != len(c.Panels) {
		t.Errorf("%d labels of goroutine in %d panels", n, len(c.Panels))
	}
}

// Whatever the points are, something is drawn or no file written; gonum never sees what a log axis cannot hold.
func TestEdges(t *testing.T) {
	point := func(x, y, low, high float64) chart.Point {
		return chart.Point{X: x, Y: y, Low: low, High: high, Text: "?"}
	}
	inf := math.Inf(1)
	for name, tc := range map[string]struct {
		points []chart.Point
		drawn  bool
	}{
		"none": {nil, false}, "zero": {[]chart.Point{point(0, 0, 0, 0)}, false},
		"below":     {[]chart.Point{point(-1, -1, -2, -1)}, false},
		"not known": {[]chart.Point{point(nan, nan, nan, nan)}, false},
		"endless":   {[]chart.Point{point(inf, inf, inf, inf)}, false},
		"one":       {[]chart.Point{point(5, 5, nan, nan)}, true}, "zero low": {[]chart.Point{point(5, 5, 0, 9)}, true},
		"endless interval": {[]chart.Point{point(5, 5, -inf, inf)}, true},
		"same twice":       {[]chart.Point{point(5, 5, 5, 5), point(5, 5, 5, 5)}, true},
		"far apart":        {[]chart.Point{point(1e-9, 1e-9, nan, nan), point(1e15, 1e15, nan, nan)}, true},
		"some below":       {[]chart.Point{point(1, 5, nan, nan), point(2, 0, nan, nan), point(3, -1, nan, nan)}, true},
	} {
		for _, kind := range []chart.Kind{chart.Lines, chart.Forest, chart.Pairs} {
			for _, log := range []bool{true, false} {
				if !log && name != "one" {
					continue
				}
				c := made(kind, 1, 1)
				c.X.Log, c.Y.Log = log, log
				c.Panels[0].Series[0].Points = tc.points
				files, err := Write(t.TempDir(), []chart.Chart{c}, caption)
				if err != nil || (len(files) == 2) != tc.drawn {
					t.Errorf("%s of %s: %d files, %v", kind, name, len(files), err)
				}
				if len(files) == 2 {
					all, height := texts(t, read(t, files[0]))
					checkLayout(t, all, height)
					said := strings.Contains(fmt.Sprint(all), "2 points at or below 0 have no place")
					if name == "some below" && kind == chart.Lines && !said {
						t.Error("the caption does not say what is left out")
					}
				}
			}
		}
	}
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The same charts give the same bytes, whole pictures of 1,200 pixels. What was drawn before and is no more is gone, but nobody
// else's files are.
func TestWriteAgain(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "char[ts]*")
	charts := []chart.Chart{made(chart.Lines, 3, 2), made(chart.Bars, 3, 1), {ID: "empty", Kind: chart.Forest}}
	charts[0].ID = "cpu/../echo closed"
	first, err := Write(dir, charts, caption)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"cpu-..-echo-closed.svg", "cpu-..-echo-closed.png", "bars.svg", "bars.png"}
	for i := range want {
		want[i] = filepath.Join(dir, want[i])
	}
	if !slices.Equal(first, want) {
		t.Errorf("written %q, want %q", first, want)
	}
	before := map[string][]byte{}
	for _, file := range first {
		before[file] = read(t, file)
		if strings.HasSuffix(file, ".png") {
			if c, err := png.DecodeConfig(bytes.NewReader(before[file])); err != nil || c.Width != 1200 {
				t.Errorf("%s: %d wide, %v", file, c.Width, err)
			}
		}
	}
	photo, drawing := filepath.Join(dir, "photo.png"), filepath.Join(dir, "notes.svg")
	for _, file := range []string{photo, drawing} {
		if err := os.WriteFile(file, []byte("<svg/>"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	again, err := Write(dir, charts[1:], caption)
	if err != nil || len(again) != 2 {
		t.Fatalf("%q, %v", again, err)
	}
	for _, file := range again {
		if !bytes.Equal(read(t, file), before[file]) {
			t.Errorf("%s differs when drawn again", file)
		}
	}
	for _, gone := range first[:2] {
		if _, err := os.Stat(gone); err == nil {
			t.Errorf("%s is still there", gone)
		}
	}
	read(t, photo)
	read(t, drawing)
	if _, err := Write(dir, []chart.Chart{charts[1], charts[1]}, caption); err == nil {
		t.Error("two charts of one name: no error")
	}
}

func TestCaption(t *testing.T) {
	virtual := true
	run := &record.Run{Started: time.Date(2025, 3, 14, 23, 59, 0, 0, time.UTC), Environment: record.Environment{
		CPUModel: "AMD EPYC 7B13", Cores: 2, Kernel: "6.1.0", GoVersion: "go1.26.0", Virtualised: &virtual}}
	want := Caption("AMD EPYC 7B13 (virtual machine) · 2 cores · Linux 6.1.0 · go1.26.0 · 14 March 2025")
	if got := CaptionOf(run); got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// Labels stand apart, in order, within bounds, and each as near as can be to where it wants to be.
func TestSpread(t *testing.T) {
	for _, tc := range []struct{ want, at []vg.Length }{
		{nil, nil},
		{[]vg.Length{50}, []vg.Length{50}},
		{[]vg.Length{80, 50, 20}, []vg.Length{80, 50, 20}},
		{[]vg.Length{50, 50, 50}, []vg.Length{60, 50, 40}},
		{[]vg.Length{100, 100, 20}, []vg.Length{100, 90, 20}},
		{[]vg.Length{2, 1, 0}, []vg.Length{20, 10, 0}},
	} {
		got := spread(tc.want, 10, 100, 0)
		if !slices.EqualFunc(got, tc.at, func(a, b vg.Length) bool { return math.Abs(float64(a-b)) < 1e-9 }) {
			t.Errorf("%v: %v, want %v", tc.want, got, tc.at)
		}
	}
}

// Whatever is along the axes, ticks and titles stand on nothing else.
func TestEveryUnit(t *testing.T) {
	for _, x := range []chart.Unit{chart.Conns, chart.PerSecond, chart.Share, chart.Nines, chart.Count} {
		for _, y := range []chart.Unit{chart.Bytes, chart.NS, chart.PerSecond, chart.Ratio, chart.Share, chart.Count} {
			for _, by := range []float64{1.001, 1.3, 7, 1e3, 1e9} {
				c := made(chart.Lines, 5, 3)
				c.X.Unit, c.X.Log, c.Y.Unit = x, x != chart.Nines, y
				for i := range c.Panels {
					c.Panels[i].Line.At = 2
					for j := range c.Panels[i].Series {
						s := &c.Panels[i].Series[j]
						s.Points = nil
						for k := range 6 {
							at := map[bool]float64{true: float64(k), false: 0.01 * math.Pow(3, float64(k+j%2))}[x == chart.Nines]
							v := math.Pow(by, float64(k+j)/10)
							p := chart.Point{X: at, Y: v, Low: v / 1.1, High: v * 1.1, Range: j == 1, Void: j == 2 && k == 3}
							s.Points = append(s.Points, p)
						}
						if x == chart.Share || x == chart.PerSecond {
							s.Points[0].X = 0 // it has a place
						}
					}
				}
				all, height := texts(t, drawn(t, c))
				checkLayout(t, all, height)
				if t.Failed() {
					t.Fatalf("%s over %s, by %g", y, x, by)
				}
			}
		}
	}
}
