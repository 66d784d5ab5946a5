package results

import (
	"bytes"
	"cbench/results/figure"
	"cbench/results/record"
	"cbench/results/record/recordtest"
	"encoding/xml"
	"errors"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"
)

var chartNames = []string{"memory-per-connection", "memory-total", "latency", "throughput", "cpu-per-message", "latency-percentiles"}

func TestDraw(t *testing.T) {
	run, cells := recordtest.Synthetic(t)
	dir := recordtest.Write(t, run, slices.DeleteFunc(cells, func(c record.Cell) bool { return c.Scenario != "echo" }))
	files, notes, err := Draw(dir)
	if err != nil || len(notes) > 0 {
		t.Fatalf("error %v, notes %q", err, notes)
	}
	var want []string
	for _, name := range chartNames {
		for _, ext := range []string{".svg", ".png"} {
			want = append(want, filepath.Join(dir, record.ChartsDir, "echo-"+name+ext))
		}
	}
	if !slices.Equal(files, want) {
		t.Errorf("drawn:\n%s\nwant:\n%s", strings.Join(files, "\n"), strings.Join(want, "\n"))
	}
	for _, file := range files {
		checkPicture(t, file, recordtest.Get(t, file))
	}
	svg := string(recordtest.Get(t, filepath.Join(dir, record.ChartsDir, "echo-latency.svg")))
	for _, text := range []string{"AMD EPYC 7B13", "2 cores", "6.1.0-18-amd64", "go1.26.0", "14 March 2025", "20,000 messages/s", "goroutine", "void"} {
		if !strings.Contains(svg, text) {
			t.Errorf("echo-latency.svg does not say %q", text)
		}
	}
}

func TestChartsOfEveryScenario(t *testing.T) {
	charts, notes := chartsOf(recordtest.Synthetic(t))
	var got, want []string
	for _, ch := range charts {
		got = append(got, ch.name)
	}
	for _, scenario := range []string{"echo", "chat", "idle"} {
		for _, name := range chartNames {
			if scenario != "idle" || strings.HasPrefix(name, "memory") { // at rest, there is no traffic to tell of
				want = append(want, scenario+"-"+name)
			}
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	for _, note := range []string{"chat: memory-per-connection Kernel (sockets and files): not known"} {
		if !slices.ContainsFunc(notes, func(n string) bool { return strings.HasPrefix(n, note) }) {
			t.Errorf("no note %q in %q", note, notes)
		}
	}
}

// checkPicture reads the file as what its name says it is.
func checkPicture(t *testing.T, file string, b []byte) {
	t.Helper()
	if strings.HasSuffix(file, ".png") {
		c, err := png.DecodeConfig(bytes.NewReader(b))
		if err != nil || c.Width != 1200 || c.Height < 500 {
			t.Errorf("%s: %dx%d, %v", file, c.Width, c.Height, err)
		}
		return
	}
	for d := xml.NewDecoder(bytes.NewReader(b)); ; {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
	}
	if bytes.Contains(b, []byte("NaN")) || bytes.Contains(b, []byte("Inf")) {
		t.Errorf("%s draws what is not a number", file)
	}
}

// The same files give the same bytes; and what an earlier run of Draw left and this one does not draw is gone, but nobody
// else's files are.
func TestDrawAgain(t *testing.T) {
	run, cells := recordtest.Synthetic(t)
	cells = cells[:30]
	for i := range cells { // one chart is enough
		cells[i].Memory, cells[i].CPU, cells[i].Latency = record.Memory{}, record.CPU{}, nil
	}
	dir := recordtest.Write(t, run, cells)
	first, _, err := Draw(dir)
	if err != nil || len(first) != 2 {
		t.Fatalf("%d files, error %v", len(first), err)
	}
	before := make(map[string][]byte)
	for _, f := range first {
		before[f] = recordtest.Get(t, f)
	}
	stale, other := filepath.Join(dir, record.ChartsDir, "old-latency.svg"), filepath.Join(dir, record.ChartsDir, "photo.png")
	recordtest.Put(t, stale, "")
	recordtest.Put(t, other, "")
	if _, _, err := Draw(dir); err != nil {
		t.Fatal(err)
	}
	for f, b := range before {
		if !bytes.Equal(b, recordtest.Get(t, f)) {
			t.Errorf("%s differs when drawn again", f)
		}
	}
	if _, err := os.Stat(stale); err == nil {
		t.Error("a chart that is no more is still there")
	}
	recordtest.Get(t, other)
}

func TestDrawLittle(t *testing.T) {
	run, cells := recordtest.Synthetic(t)
	only := func(keep func(record.Cell) bool) []record.Cell {
		return slices.DeleteFunc(slices.Clone(cells), func(c record.Cell) bool { return !keep(c) })
	}
	one := only(func(c record.Cell) bool { return c.Scenario == "echo" && c.Conns == 1000 && c.Rep == 1 })
	void := only(func(c record.Cell) bool { return !c.Valid && c.Model == "callback" })
	nothing := []record.Cell{{Model: "pool", Scenario: "echo", Conns: 10, Rep: 1, Void: []string{"did not start"}}}
	odd := slices.Clone(one)
	for i := range odd {
		odd[i].Memory.UserPerConn, odd[i].Memory.Anon = recordtest.Ptr(-5.0), recordtest.Ptr(int64(0))
		odd[i].CPU.ServerNSPerMessage = recordtest.Ptr(1e300)
		garbled := *odd[i].Latency
		garbled.HDR = "garbage"
		odd[i].Latency = &garbled
		odd[i].Load.ThroughputPerS = recordtest.Ptr(5e-324)
	}
	for _, tc := range []struct {
		name  string
		cells []record.Cell
		want  int
		note  string
	}{
		{"one N, one repetition", one, 6, ""},
		{"only void", void, 4, "latency-percentiles N = 10000: no valid histogram"},
		{"a server that never started", nothing, 0, "throughput: not known in any cell"},
		{"values no axis holds", odd, 2, "points at or below 0"},
	} {
		charts, notes := chartsOf(run, tc.cells)
		if len(charts) != tc.want || !strings.Contains(strings.Join(notes, "\n"), tc.note) {
			t.Errorf("%s: %d charts, want %d; notes %q, want %q", tc.name, len(charts), tc.want, notes, tc.note)
		}
		for _, ch := range charts {
			b, err := ch.svg()
			if err != nil {
				t.Errorf("%s: %v", tc.name, err)
			}
			checkPicture(t, tc.name+": "+ch.name+".svg", b)
		}
	}
}

// Bars are what the caption says they are; a control is not drawn among the models.
func TestCaptionSaysWhatBarsAre(t *testing.T) {
	run, cells := recordtest.Synthetic(t)
	w := recordtest.NewWorld(50, 0.01, 0.03)
	w.Whole = true
	one := record.Cell{Model: "solo", Scenario: "echo", Conns: 1, Rep: 1, Valid: true, Params: record.Params{Loop: "closed"}, CPU: record.CPU{ServerNSPerMessage: recordtest.Ptr(1.0)}}
	for name, tc := range map[string]struct {
		cells []record.Cell
		want  string
	}{
		"few":   {cells[:45], "Median of 3 repetitions; bar: smallest to largest."},
		"rates": {w.Pairs(100, 2, "pool"), "Median of 2 repetitions; bar: smallest to largest."},
		"lone":  {w.Rotate("x", 100, 1, "reactor", "pool"), "One repetition."},
		"one":   {[]record.Cell{one}, "One repetition."},
	} {
		charts, _ := chartsOf(run, tc.cells)
		at := slices.IndexFunc(charts, func(ch *chart) bool { return strings.HasSuffix(ch.name, "cpu-per-message") })
		if at < 0 {
			t.Fatalf("%s: no chart", name)
		}
		if caption := strings.Join(charts[at].caption, "\n"); !strings.Contains(caption, tc.want) {
			t.Errorf("%s: %q, want %q", name, caption, tc.want)
		}
		for _, s := range charts[at].panels[0].series {
			if s.label == "reactor-twin" {
				t.Errorf("%s: a control is drawn", name)
			}
		}
	}
}

func TestDrawNothing(t *testing.T) {
	run, _ := recordtest.Synthetic(t)
	files, notes, err := Draw(recordtest.Write(t, run, nil))
	if err != nil || len(files) > 0 || len(notes) != 1 {
		t.Errorf("no cells: %q, %q, %v", files, notes, err)
	}
	if _, _, err := Draw(t.TempDir()); err == nil {
		t.Error("a directory without a run: want an error")
	}
}

// Two loads of one scenario get names that tell them apart.
func TestDrawTwoLoads(t *testing.T) {
	_, cells := recordtest.Synthetic(t)
	one := slices.Clone(cells[:5])
	two := slices.Clone(one)
	for i := range two {
		two[i].Params.Loop, two[i].Params.RatePerS, two[i].Params.Pipeline = "closed", 0, 8
	}
	all := figure.Rows(figure.Summarise(append(one, two...)))
	var names []string
	for _, load := range settings(all) {
		names = append(names, slug(load, all))
	}
	if want := []string{"echo-open-20000-128B", "echo-closed-x8-128B"}; !slices.Equal(names, want) {
		t.Errorf("%q, want %q", names, want)
	}
}

// A line stops where all repetitions are void, and goes on after it.
func TestLineBreaksAtVoid(t *testing.T) {
	_, cells := recordtest.Synthetic(t)
	for i := range cells {
		if cells[i].Conns == 1000 && cells[i].Model == "reactor" {
			cells[i].Valid, cells[i].Void = false, []string{"made void"}
		}
	}
	all := figure.Rows(figure.Summarise(cells))
	series, left := seriesOf(all[:5], figure.Named(cpuName), looksOf([]string{"reactor"}))
	if left != 0 {
		t.Errorf("%d points left out", left)
	}
	for _, s := range series {
		lines, hollow := 1, 0
		switch s.label {
		case "reactor":
			lines, hollow = 2, 3
		case "pool":
			hollow = 1
		}
		if len(s.lines) != lines || len(s.hollow) != hollow {
			t.Errorf("%s: %d stretches and %d hollow, want %d and %d", s.label, len(s.lines), len(s.hollow), lines, hollow)
		}
	}
}

func TestLooks(t *testing.T) {
	given := looksOf([]string{"reactor", "mine", "other", "pool"})
	if given["reactor"].color != rgb(0xD55E00) || given["pool"].color != rgb(0xE69F00) {
		t.Error("a known model changed its colour")
	}
	if given["mine"].color == given["other"].color {
		t.Error("two unknown models share a look")
	}
	if alone := looksOf([]string{"mine"}); alone["mine"].color != given["mine"].color {
		t.Error("an unknown model changed its look with what runs beside it")
	}
	seen := make(map[any]string)
	for name, l := range looks {
		if seen[l.color] != "" {
			t.Errorf("%s and %s share a colour", name, seen[l.color])
		}
		seen[l.color] = name
	}
}

func TestWrapFitsThePage(t *testing.T) {
	lines := wrap(strings.Repeat("some words that go on and on, ", 20), captionLetters)
	for _, line := range lines {
		if captionLetters.Width(line) > pageWidth-2*margin {
			t.Errorf("too wide: %q", line)
		}
	}
	if len(lines) < 3 || vg.Length(len(lines)) > 10 {
		t.Errorf("%d lines", len(lines))
	}
}

// The herd is comet's alone: elsewhere it is neither drawn nor missed.
func TestHerdIsCometsOnly(t *testing.T) {
	var cells []record.Cell
	for _, scenario := range []string{"comet", "http-echo"} {
		for _, n := range []int{100, 1000} {
			c := driven("", "goroutine", n, 1000, 0.1, 0.1)
			c.Scenario, c.Params.Loop, c.Params.RatePerS = scenario, "open", 1000
			if scenario == "comet" {
				c.First, c.Last, c.Spread = &record.Latency{Count: 9, P50: 1e5}, &record.Latency{Count: 9, P50: 3e5}, &record.Latency{Count: 9, P50: 2e5}
			}
			cells = append(cells, c)
		}
	}
	charts, notes := chartsOf(&record.Run{}, cells)
	var herds []string
	for _, ch := range charts {
		if strings.HasSuffix(ch.name, "-herd") {
			herds = append(herds, ch.name)
			if len(ch.panels) != 3 {
				t.Errorf("%d panels", len(ch.panels))
			}
		}
	}
	if !slices.Equal(herds, []string{"comet-herd"}) || slices.ContainsFunc(notes, func(n string) bool { return strings.Contains(n, "herd") }) {
		t.Errorf("%q, notes %q", herds, notes)
	}
}
