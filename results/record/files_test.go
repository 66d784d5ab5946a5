package record_test

import (
	"bytes"
	"cbench/results/record"
	"cbench/results/record/recordtest"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
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
		"{":            "unexpected end",
		"{}":           "no schema",
		`{"schema":9}`: "newer cbench",
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

func TestReadCellsRefuses(t *testing.T) {
	good := `{"schema":1,"model":"m","scenario":"s","conns":1,"rep":1}` + "\n"
	for name, tc := range map[string]struct{ in, want string }{
		"garbage in the middle": {good + "garbage\n" + good, "c:2: not a cell"},
		"garbage, whole line":   {good + "garbage\n", "c:2: not a cell"},
		"an empty line":         {good + "\n" + good, "c:2: not a cell"},
		"no schema":             {`{}` + "\n", "c:1: not a cell: no schema"},
		"a later schema":        {`{"schema":2}` + "\n", "newer cbench"},
		"no model":              {`{"schema":1}` + "\n", "c:1: not a cell: model"},
		"a string for a number": {`{"schema":1,"conns":"many"}` + "\n", "c:1: not a cell: json"},
	} {
		if _, _, err := record.Parse(strings.NewReader(tc.in), "c"); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v, want %q", name, err, tc.want)
		}
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
