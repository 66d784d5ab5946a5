package results

import (
	"bytes"
	"cbench/results/record/recordtest"
	"errors"
	"flag"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestWriteTable(t *testing.T) {
	_, cells := recordtest.Synthetic(t)
	cells[0].Model = "my\x1b[2Jx"                       // what a file says must not steer a terminal
	cells[len(cells)-1].Params.Procs = 2                // the same model on another number of threads …
	cells[len(cells)-1].Model = "callback"              // … is a row of its own
	cells[30].Valid, cells[30].Void = false, []string{} // void without a reason
	for name, opts := range map[string]TableOptions{
		"narrow": {Width: 80},
		"tight":  {Width: 100},
		"wide":   {Width: 132},
		"color":  {Color: true},
	} {
		var got bytes.Buffer
		if err := WriteTable(&got, cells, opts); err != nil {
			t.Fatal(err)
		}
		golden := filepath.Join("testdata", "table-"+name+".golden")
		if *update {
			recordtest.Put(t, golden, got.String())
		}
		if want := recordtest.Get(t, golden); !bytes.Equal(got.Bytes(), want) {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got.Bytes(), want)
		}
		if strings.Contains(got.String(), "\x1b[2J") {
			t.Errorf("%s: an escape of a model's name came through", name)
		}
		if opts.Color {
			continue
		}
		for line := range strings.Lines(got.String()) {
			if columnsOf(line) > opts.Width {
				t.Errorf("%s: wider than %d: %q", name, opts.Width, line)
			}
		}
	}
}

// Of rotations, the intervals are of their rounds, and the repetitions count as any.
func TestWriteTableOfRotations(t *testing.T) {
	w := recordtest.NewWorld(20, 0.005, 0.02)
	w.Whole = true
	w.Cost["goroutine"], w.Cost["pool"] = 1.3, 1.01
	cells := append(w.Pairs(100, 2, "goroutine", "pool"), w.Pairs(1000, 1, "goroutine", "pool")...)
	var got bytes.Buffer
	if err := WriteTable(&got, cells, TableOptions{Width: 100}); err != nil {
		t.Fatal(err)
	}
	golden := filepath.Join("testdata", "table-rotations.golden")
	if *update {
		recordtest.Put(t, golden, got.String())
	}
	if want := recordtest.Get(t, golden); !bytes.Equal(got.Bytes(), want) {
		t.Errorf("got\n%s\nwant\n%s", got.Bytes(), want)
	}
	for line := range strings.Lines(got.String()) {
		if columnsOf(line) > 100 {
			t.Errorf("wider than 100: %q", line)
		}
	}
}

func TestWriteTableOfNothing(t *testing.T) {
	var out bytes.Buffer
	if err := WriteTable(&out, nil, TableOptions{}); err != nil || out.String() != "no repetition is finished\n" {
		t.Errorf("%q, %v", out.String(), err)
	}
	if err := WriteTable(brokenWriter{}, nil, TableOptions{}); !errors.Is(err, errBroken) {
		t.Errorf("a writer that fails: %v", err)
	}
}

// columnsOf is how many columns of a terminal a line takes.
func columnsOf(line string) int { return utf8.RuneCountInString(strings.TrimSuffix(line, "\n")) }

var errBroken = errors.New("broken")

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }
