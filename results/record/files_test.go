package record_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"cbench/results/record"
	"cbench/results/record/recordtest"
)

func TestRunRoundTrip(t *testing.T) {
	run, _ := recordtest.Synthetic(t)
	dir := filepath.Join(t.TempDir(), "made", "by", "WriteRun")
	for range 2 { // the second replaces the first
		if err := record.WriteRun(dir, run); err != nil {
			t.Fatal(err)
		}
	}
	got, err := record.ReadRun(dir)
	if err != nil || !reflect.DeepEqual(got, run) {
		t.Errorf("read back %v: %+v, want %+v", err, got, run)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 1 {
		t.Errorf("beside %s stands %v (%v)", record.RunFile, left, err)
	}
}

func TestReadRunRefuses(t *testing.T) {
	if _, err := record.ReadRun(t.TempDir()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	for content, want := range map[string]string{
		"{":              "run.json: cut short, so the plan of this run is lost: put a copy of it back",
		"{}":             "so the plan of this run is lost: put a copy of it back",
		"null":           "no schema",
		"":               "run.json: empty, so the plan",
		"\xEF\xBB\xBF{}": "no schema",
		`{"schema":1}}`:  "not JSON (byte 13",
		`{"schema":"1"}`: "not what cbench writes",
		`{"schema":9}`:   "newer cbench",
	} {
		dir := t.TempDir()
		recordtest.Put(t, filepath.Join(dir, record.RunFile), content)
		if _, err := record.ReadRun(dir); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", content, err, want)
		}
	}
}

func TestDifferences(t *testing.T) {
	run, _ := recordtest.Synthetic(t)
	now := run.Environment
	now.Sysctls = map[string]string{"other": "1"}
	if d := run.Environment.Differences(now); len(d) != 0 {
		t.Errorf("the same machine: %q", d)
	}
	now.Kernel, now.Cores = "6.2", 4
	if d := run.Environment.Differences(now); len(d) != 2 || d[0] != "cores: was 2, is 4" {
		t.Errorf("another machine: %q", d)
	}
}

func TestCellsRoundTrip(t *testing.T) {
	_, cells := recordtest.Synthetic(t)
	dir := t.TempDir()
	cells = cells[25:45] // some of them void
	for i := range cells {
		if err := record.Append(dir, &cells[i]); err != nil {
			t.Fatal(err)
		}
	}
	got, warnings, err := record.ReadCells(dir)
	if err != nil || len(warnings) > 0 || !reflect.DeepEqual(got, cells) {
		t.Errorf("%d of %d cells back, warnings %q, error %v", len(got), len(cells), warnings, err)
	}
	if got, warnings, err := record.ReadCells(t.TempDir()); len(got)+len(warnings) > 0 || err != nil {
		t.Errorf("no file: %v %q %v", got, warnings, err)
	}
}

func TestUnknownIsNullAndEmptyIsNot(t *testing.T) {
	dir := t.TempDir()
	if err := record.Append(dir, &record.Cell{Model: "m", Scenario: "s", Conns: 1, Rep: 1}); err != nil {
		t.Fatal(err)
	}
	line := string(recordtest.Get(t, filepath.Join(dir, record.CellsFile)))
	for _, want := range []string{`"schema":1`, `"void":[]`, `"warnings":[]`, `"errors":{}`, `"latency_ns":null`, `"kernel_bytes":null`} {
		if !strings.Contains(line, want) {
			t.Errorf("no %s in %s", want, line)
		}
	}
}

// A crash may tear the last line at any byte. The reader leaves it out, and the next line is whole.
func TestTornLine(t *testing.T) {
	cell := func(rep int) *record.Cell {
		return &record.Cell{Schema: record.Schema, Model: "m", Scenario: "s", Conns: 1, Rep: rep}
	}
	whole, err := record.EncodeCell(cell(2))
	if err != nil {
		t.Fatal(err)
	}
	for _, cut := range []int{1, 2, len(whole) / 2, len(whole) - 2, len(whole) - 1} {
		dir := t.TempDir()
		if err := record.Append(dir, cell(1)); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, record.CellsFile)
		recordtest.Put(t, path, string(recordtest.Get(t, path))+string(whole[:cut]))

		complete := cut == len(whole)-1 // only the line feed is missing
		kept := 1
		if complete {
			kept = 2
		}
		cells, warnings, err := record.ReadCells(dir)
		if err != nil || len(cells) != kept || (len(warnings) == 0) != complete {
			t.Errorf("cut at %d: %d cells, warnings %q, error %v", cut, len(cells), warnings, err)
		}
		if err := record.Append(dir, cell(3)); err != nil {
			t.Fatal(err)
		}
		cells, warnings, err = record.ReadCells(dir)
		if err != nil || len(warnings) > 0 || len(cells) != kept+1 || cells[kept].Rep != 3 {
			t.Errorf("cut at %d, then appended: %d cells, warnings %q, error %v", cut, len(cells), warnings, err)
		}
	}
}

// A line that is no cell is named and left out, whatever is wrong with it; the others count.
func TestBadLine(t *testing.T) {
	line := func(rep int) string {
		return fmt.Sprintf(`{"schema":1,"model":"m","scenario":"s","conns":1,"rep":%d}`, rep) + "\n"
	}
	for name, tc := range map[string]struct {
		in   string
		want []string // in the one warning; none: there is none
	}{
		"garbage in the middle": {line(1) + "garbage\n" + line(2), []string{"c:2: not a cell: it is not JSON (byte 1",
			"left out", "--resume --out=. measures"}},
		"cut in the middle": {line(1) + line(3)[:20] + "\n" + line(2), []string{"c:2: not a cell: it is cut short"}},
		"two in one line": {line(1) + strings.TrimSpace(line(3)) + line(4) + line(2),
			[]string{"c:2: not a cell: it is not JSON"}},
		"zeros of a crash": {line(1) + "\x00\x00\x00\n" + line(2), []string{"c:2: not a cell"}},
		"no schema":        {line(1) + "{}\n" + line(2), []string{"c:2: not a cell: no schema"}},
		"no model":         {line(1) + `{"schema":1}` + "\n" + line(2), []string{"c:2: not a cell: model"}},
		"a string for a number": {line(1) + `{"schema":1,"conns":"many"}` + "\n" + line(2),
			[]string{"c:2: not a cell: it is not what cbench writes"}},
		"a null":            {line(1) + "null\n" + line(2), []string{"c:2: not a cell"}},
		"blank lines":       {"\n" + line(1) + "\n \t\n" + line(2) + "\n\n", nil},
		"a byte order mark": {"\xEF\xBB\xBF" + line(1) + line(2), nil},
		"lines of Windows":  {strings.ReplaceAll(line(1)+line(2), "\n", "\r\n"), nil},
		"blanks at the end": {line(1) + line(2) + "  ", nil},
	} {
		cells, warnings, err := record.Parse(strings.NewReader(tc.in), "c")
		if err != nil || len(cells) != 2 || len(warnings) != min(1, len(tc.want)) {
			t.Errorf("%s: %d cells, warnings %q, %v", name, len(cells), warnings, err)
			continue
		}
		for _, want := range tc.want {
			if !strings.Contains(warnings[0], want) {
				t.Errorf("%s: %q does not say %q", name, warnings[0], want)
			}
		}
	}
	if _, _, err := record.Parse(strings.NewReader(line(1)+`{"schema":2}`+"\n"), "c"); err == nil ||
		!strings.Contains(err.Error(), "c:2: not a cell: schema 2 was written by a newer cbench") {
		t.Errorf("a later schema: %v", err)
	}
	if _, warnings, _ := record.Parse(strings.NewReader(strings.Repeat("x\n", 1000)), "c"); len(warnings) > 20 ||
		!strings.Contains(warnings[len(warnings)-1], "990 more") {
		t.Errorf("1000 bad lines: %d warnings", len(warnings))
	}
}

// Of a rotation every server's line must be there: one that is bad takes its rotation with it, and with nothing else.
func TestBadLineOfARotation(t *testing.T) {
	world := recordtest.NewWorld(1, 0, 0)
	cells := slices.Concat(world.Rotate("a", 100, 1, "reactor", "pool"), world.Rotate("b", 100, 2, "reactor", "pool"))
	var file bytes.Buffer
	for i := range cells {
		line, err := record.EncodeCell(&cells[i])
		if err != nil {
			t.Fatal(err)
		}
		if i == 1 {
			line = append(line[:40], '\n')
		}
		file.Write(line)
	}
	got, warnings, err := record.Parse(&file, "c")
	if err != nil || len(got) != 2 || got[0].Rotation.ID != "b" || len(warnings) != 2 || !strings.Contains(warnings[1],
		"rotation a lacks a server's line") {
		t.Errorf("%d cells, warnings %q, %v", len(got), warnings, err)
	}
}

// Lines that a file holds twice, as after cat a b >cells.jsonl, are left out as that: no server of their rotation is missing.
func TestDoubledRotationIsNotTorn(t *testing.T) {
	var file bytes.Buffer
	for _, c := range recordtest.NewWorld(1, 0, 0).Rotate("a", 100, 1, "reactor", "pool") {
		line, err := record.EncodeCell(&c)
		if err != nil {
			t.Fatal(err)
		}
		file.Write(line)
	}
	file.Write(bytes.Clone(file.Bytes()))
	got, warnings, err := record.Parse(&file, "c")
	if err != nil || len(got) != 2 || len(warnings) != 2 || !strings.Contains(warnings[0], "is on line 1 already") {
		t.Errorf("%d cells, warnings %q, %v", len(got), warnings, err)
	}
}

// Nothing that a command writes takes the place of a run's own files, by whatever name it calls them.
func TestWriteOutput(t *testing.T) {
	dir, elsewhere := t.TempDir(), t.TempDir()
	in := func(names ...string) string { return filepath.Join(append([]string{dir}, names...)...) }
	for _, name := range []string{in(record.RunFile), in(record.CellsFile)} {
		recordtest.Put(t, name, "raw")
	}
	if err := os.Mkdir(in(record.ChartsDir), 0o755); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(elsewhere, "link")
	hard := filepath.Join(elsewhere, "hard")
	aside := filepath.Join(elsewhere, "aside")
	if err := errors.Join(os.Symlink(in(record.CellsFile), link), os.Link(in(record.RunFile), hard), os.Symlink(dir,
		aside)); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{
		in(record.RunFile), in(record.CellsFile), in("charts", "..", "cells.jsonl"), link, hard, filepath.Join(aside,
			"cells.jsonl"),
		in("CELLS.JSONL"), in("Run.json"), in("charts", "echo-latency.svg"), in("charts", "new.csv"),
	} {
		if err := record.WriteOutput(path, []byte("other"), dir); err == nil || !strings.Contains(err.Error(),
			"choose another name") {
			t.Errorf("%s: %v", path, err)
		}
	}
	t.Chdir(dir)
	if err := record.WriteOutput("cells.jsonl", []byte("other")); err == nil {
		t.Error("cells.jsonl, from within: no error")
	}
	for _, path := range []string{in("page.html"), filepath.Join(elsewhere, "cells.csv")} {
		for range 2 {
			if err := record.WriteOutput(path, []byte("page"), dir); err != nil || string(recordtest.Get(t, path)) != "page" {
				t.Errorf("%s: %v", path, err)
			}
		}
	}
	// Of a run that is not named, a hard link is not known: what it holds stays all the same.
	if err := record.WriteOutput(hard, []byte("page")); err != nil {
		t.Error(err)
	}
	for _, name := range []string{in(record.RunFile), in(record.CellsFile)} {
		if got := recordtest.Get(t, name); string(got) != "raw" {
			t.Errorf("%s holds %q", name, got)
		}
	}
	if err := record.WriteOutput(elsewhere, nil); err == nil || !strings.Contains(err.Error(), "name a file in it") {
		t.Errorf("a directory: %v", err)
	}
}

func TestFirstResultCounts(t *testing.T) {
	in := `{"schema":1,"model":"m","scenario":"s","conns":1,"rep":1,"valid":true}` + "\n" +
		`{"schema":1,"model":"m","scenario":"s","conns":1,"rep":1,"valid":false}` + "\n"
	cells, warnings, err := record.Parse(strings.NewReader(in), "c")
	if err != nil || len(cells) != 1 || !cells[0].Valid || len(warnings) != 1 || !strings.HasPrefix(warnings[0], "c:2: ") {
		t.Errorf("%d cells, warnings %q, error %v", len(cells), warnings, err)
	}
}

// Whatever is in the file, the reader does not panic, and what it accepts it can write and read again as it is.
func FuzzReadCells(f *testing.F) {
	good := `{"schema":1,"model":"m","scenario":"s","conns":1,"rep":1,"memory":{"rss_bytes":null}}`
	f.Add([]byte(good + "\n"))
	f.Add([]byte(good + "\n" + good[:30]))
	f.Add([]byte("garbage\n" + good))
	f.Add([]byte{0, '\n', 0xFF})
	f.Fuzz(func(t *testing.T, in []byte) {
		cells, _, err := record.Parse(bytes.NewReader(in), "c")
		if err != nil {
			return
		}
		var out bytes.Buffer
		for i := range cells {
			line, err := record.EncodeCell(&cells[i])
			if err != nil {
				t.Fatal(err)
			}
			out.Write(line)
		}
		again, warnings, err := record.Parse(&out, "c")
		if err != nil || len(warnings) > 0 || len(again) != len(cells) {
			t.Fatalf("%d cells, then %d, warnings %q, error %v", len(cells), len(again), warnings, err)
		}
	})
}

// A commit that is not known is null in the file, and no difference from one that is.
func TestUnknownCommit(t *testing.T) {
	run, _ := recordtest.Synthetic(t)
	run.Environment.BuildCommit = nil
	dir := t.TempDir()
	if err := record.WriteRun(dir, run); err != nil {
		t.Fatal(err)
	}
	if text := string(recordtest.Get(t, filepath.Join(dir, record.RunFile))); !strings.Contains(text, `"build_commit": null`) {
		t.Error("it is not null")
	}
	known := run.Environment
	known.BuildCommit = new("abc")
	if d := slices.Concat(run.Environment.Differences(known), known.Differences(run.Environment)); len(d) > 0 {
		t.Errorf("unknown and known: %q", d)
	}
	other := run.Environment
	other.BuildCommit = new("def")
	if d := known.Differences(other); len(d) != 1 || d[0] != "build commit: was abc, is def" {
		t.Errorf("two commits: %q", d)
	}
}
