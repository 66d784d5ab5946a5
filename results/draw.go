package results

import (
	"bytes"
	"cbench/results/figure"
	"cbench/results/record"
	"cbench/results/words"
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Draw draws every chart of the run in dir, from its two files alone, into dir/charts, as SVG and PNG. The same files give the
// same bytes. A chart without data is not drawn, and a note says so; charts of an earlier drawing that are no more are removed.
func Draw(dir string) (files []string, notes []string, err error) {
	run, err := record.ReadRun(dir)
	if err != nil {
		return nil, nil, fmt.Errorf("draw: %w", err)
	}
	cells, notes, err := record.ReadCells(dir)
	if err != nil {
		return nil, nil, fmt.Errorf("draw: %w", err)
	}
	if len(cells) == 0 {
		return nil, append(notes, "no repetition is finished: nothing to draw until cbench run --resume --out="+words.Shell(dir)+" has gone on"), nil
	}
	into := filepath.Join(dir, record.ChartsDir)
	if err := os.MkdirAll(into, 0o755); err != nil {
		return nil, notes, fmt.Errorf("draw: %w", err)
	}
	run, cells, named := figure.ShortNames(run, cells)
	charts, more := chartsOf(run, cells)
	notes = slices.Concat(notes, named, more)
	for _, ch := range charts {
		written, err := ch.write(into)
		if err != nil {
			return files, notes, fmt.Errorf("draw: %w", err)
		}
		files = append(files, written...)
	}
	if err := removeStale(into, files); err != nil {
		return files, notes, fmt.Errorf("draw: %w", err)
	}
	return files, notes, nil
}

// chartsOf is every chart the cells of a run give, named by their load: of ours all together, and of originals beside ours.
func chartsOf(run *record.Run, cells []record.Cell) (charts []*chart, notes []string) {
	ours, apart := figure.Apart(run, cells)
	given := looksBeside(modelsIn(cells), run.Originals)
	charts, notes = chartsOfAll(run, ours, given)
	charts = append(charts, originalCharts(run, cells)...)
	if len(apart) > 0 {
		charts = append(charts, familyCharts(run, drawnRows(cells), given)...)
	}
	return charts, notes
}

func modelsIn(cells []record.Cell) (names []string) {
	for i := range cells {
		names = append(names, cells[i].Model)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// drawnRows is what charts show: a control is no model, but in the noise floor.
func drawnRows(cells []record.Cell) []figure.Row {
	twins := figure.TwinsOf(cells)
	return slices.DeleteFunc(figure.Rows(figure.Summarise(cells)), func(r figure.Row) bool {
		_, twin := twins[r.Model]
		return twin
	})
}

// chartsOfAll is the charts that show every model of the cells.
func chartsOfAll(run *record.Run, cells []record.Cell, given map[string]look) (charts []*chart, notes []string) {
	all := drawnRows(cells)
	stalls, stalledLoads := stallCharts(all, given)
	for i, ch := range stalls {
		load := stalledLoads[i]
		ch.name = slug(load, all) + "-" + ch.name
		ch.title = load.Scenario + ": " + strings.ToLower(ch.title[:1]) + ch.title[1:]
		ch.subtitle = inWords(ch.subtitle, load)
		load.Params.BlockNS = 0 // the subtitle says which requests block; all that are said to are those of the scenario work
		ch.caption = captionOf(run, load, ch.made, ch)
		charts = append(charts, ch)
	}
	for _, load := range settings(all) {
		if load.Params.How != "" {
			continue // drawn over the share, all together
		}
		var of []figure.Row
		for _, r := range all {
			if r.Setting == load {
				of = append(of, r)
			}
		}
		prefix := slug(load, all)
		keep := func(ch *chart, left []string) {
			for _, n := range left {
				notes = append(notes, prefix+": "+n)
			}
			if ch == nil {
				return
			}
			ch.name = prefix + "-" + ch.name
			ch.title = load.Scenario + ": " + inWords(strings.ToLower(ch.title[:1])+ch.title[1:], load)
			ch.subtitle = inWords(ch.subtitle, load)
			ch.caption = captionOf(run, load, of, ch)
			charts = append(charts, ch)
		}
		if load.Params.Searches() {
			for _, made := range searchCharts(of, given) {
				keep(made())
			}
			continue
		}
		rest := load.AtRest()
		for _, f := range figures {
			if (!rest || !f.busy) && (f.only == "" || f.only == load.Scenario) {
				keep(f.chartOf(of, given))
			}
		}
		if !rest {
			keep(curveChart(of, given))
		}
		for _, f := range partFigures {
			keep(f.chartOf(of, given))
		}
		for _, ch := range partCharts(of, rest) {
			keep(ch, nil)
		}
	}
	return charts, notes
}

func settings(all []figure.Row) []figure.Setting {
	var loads []figure.Setting
	for _, r := range all {
		if !slices.Contains(loads, r.Setting) {
			loads = append(loads, r.Setting)
		}
	}
	return loads
}

// slug begins the file names of a load: its scenario, and what tells it from the other loads of the same scenario.
func slug(load figure.Setting, all []figure.Row) string {
	alone := true
	for _, o := range settings(all) {
		alone = alone && (o.Scenario != load.Scenario || o == load)
	}
	if alone {
		return fileSafe(load.Scenario)
	}
	p := load.Params
	name := fmt.Sprintf("%s-%s", load.Scenario, p.Loop)
	if p.Searches() {
		name += "-" + p.Search + "-" + strings.ReplaceAll(p.SLO, "<", "-")
	}
	if p.RatePerS > 0 {
		name += fmt.Sprintf("-%g", p.RatePerS)
	}
	if p.Pipeline > 1 {
		name += fmt.Sprintf("-x%d", p.Pipeline)
	}
	name += fmt.Sprintf("-%dB", p.PayloadBytes)
	if p.RoomSize > 0 {
		name += fmt.Sprintf("-rooms%d", p.RoomSize)
	}
	if p.Arrivals != "" {
		name += "-" + p.Arrivals
	}
	if p.BlockNS > 0 {
		name += "-" + time.Duration(p.BlockNS).String()
	}
	if p.Share > 0 {
		name += fmt.Sprintf("-%g", p.Share)
	}
	if p.Driver != "" {
		name += "-" + p.Driver
	}
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

// captionOf says what was measured, how often, and on what.
func captionOf(run *record.Run, load figure.Setting, of []figure.Row, ch *chart) []string {
	reps, void := 0, 0
	for _, r := range of {
		for _, g := range r.Groups {
			_, all := g.Counts()
			reps = max(reps, all)
			void += len(g.Void)
		}
	}
	how := words.Capital(load.Params.String()) + ". "
	if reps > 1 {
		how += fmt.Sprintf(ch.spread, reps) + " "
	} else {
		how += "One repetition" + cmp.Or(ch.bars, ".") + " "
	}
	switch {
	case ch.hollow():
		how += cmp.Or(ch.hollowMeans, "Hollow: void, never counted. ")
	case void > 0:
		how += "Void repetitions are left out. "
	}
	return []string{strings.TrimSpace(how), whereOf(run)}
}

// whereOf is the machine and the day.
func whereOf(run *record.Run) string {
	e := run.Environment
	where := []string{e.CPUModel, words.Plural(e.Cores, "core"), e.Kernel, e.GoVersion}
	if e.Kernel != "" {
		where[2] = "Linux " + e.Kernel
	}
	if e.Virtualised != nil && *e.Virtualised {
		where[0] += " (virtual machine)"
	}
	if !run.Started.IsZero() {
		where = append(where, run.Started.Format("2 January 2006"))
	}
	where = slices.DeleteFunc(where, func(s string) bool { return s == "" })
	return strings.Join(where, " · ")
}

// inWords makes a text say what is measured under these parameters: from when a message was due or sent, and deliveries to the
// members of a room instead of replies.
func inWords(txt string, load figure.Setting) string {
	from := "counted from when the message was due"
	if load.Params.Loop == "closed" {
		from = "counted from when the message was sent"
	}
	txt = strings.ReplaceAll(txt, "{from}", from)
	if load.Delivers() {
		txt = strings.NewReplacer("replies", "deliveries", "reply", "delivery").Replace(txt)
	}
	return txt
}

// write draws the chart into two files.
func (ch *chart) write(into string) ([]string, error) {
	var paths []string
	for _, f := range []struct {
		ext  string
		draw func() ([]byte, error)
	}{{".svg", ch.svg}, {".png", ch.png}} {
		b, err := f.draw()
		if err != nil {
			return paths, err
		}
		path := filepath.Join(into, ch.name+f.ext)
		if err := record.WriteChart(path, b); err != nil {
			return paths, err
		}
		paths = append(paths, path)
	}
	return paths, nil
}

func (ch *chart) svg() ([]byte, error) {
	c := vgsvg.New(pageWidth, ch.height())
	ch.draw(draw.New(c))
	var b bytes.Buffer
	if _, err := c.WriteTo(&b); err != nil {
		return nil, err
	}
	// Gonum names the one font it measured with; where that is missing, these have the same widths.
	return bytes.ReplaceAll(b.Bytes(), []byte("font-family:Liberation Sans;"),
		[]byte("font-family:Liberation Sans,Arimo,Helvetica,Arial,sans-serif;")), nil
}

// png is half as fine again as a common screen, so that it is sharp where it is shown at 800 pixels: 1,200 pixels wide.
func (ch *chart) png() ([]byte, error) {
	c := vgimg.NewWith(vgimg.UseWH(pageWidth, ch.height()), vgimg.UseDPI(144))
	ch.draw(draw.New(c))
	var b bytes.Buffer
	_, err := vgimg.PngCanvas{Canvas: c}.WriteTo(&b)
	return b.Bytes(), err
}

// removeStale removes charts of an earlier drawing that this one did not draw: those of our names only.
func removeStale(dir string, drawn []string) error {
	suffixes := []string{"-latency-percentiles", "-latency-vs-load", "-capacity", "originals-lines", "originals-http"}
	for _, f := range figures {
		suffixes = append(suffixes, "-"+f.name)
	}
	for _, name := range partFigureNames() {
		suffixes = append(suffixes, "-"+name)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		stem := strings.TrimSuffix(strings.TrimSuffix(e.Name(), ".svg"), ".png")
		ours := stem != e.Name() && slices.ContainsFunc(suffixes, func(s string) bool { return strings.HasSuffix(stem, s) })
		if ours && !slices.Contains(drawn, path) {
			if err := os.Remove(path); err != nil {
				return err
			}
		}
	}
	return nil
}
