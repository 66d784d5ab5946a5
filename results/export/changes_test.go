package export

import (
	"bytes"
	"flag"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"cbench/results/compare"
	"cbench/results/record/recordtest"
	"cbench/results/show"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestWriteChanges(t *testing.T) {
	old, now := recordtest.NewWorld(34, 0.005, 0.02), recordtest.NewWorld(35, 0.005, 0.02)
	old.Whole, now.Whole = true, true
	now.Cost["pool"] = 1.25
	changed := compare.Changes(append(old.Pairs(100, 2, "pool", "actor"), old.Rotate("x", 1000, 1, "floor")...), now.Pairs(100, 2, "pool", "actor"), "")
	for name, opts := range map[string]struct {
		all bool
		show.Terminal
	}{"changes": {false, show.Terminal{Width: 100}}, "changes-all": {true, show.Terminal{Width: 100}}} {
		var got bytes.Buffer
		if err := WriteChanges(&got, changed, opts.all, opts.Terminal); err != nil {
			t.Fatal(err)
		}
		golden := filepath.Join("testdata", name+".golden")
		if *update {
			recordtest.Put(t, golden, got.String())
		}
		if want := recordtest.Get(t, golden); !bytes.Equal(got.Bytes(), want) {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got.Bytes(), want)
		}
		for line := range strings.Lines(got.String()) {
			if utf8.RuneCountInString(strings.TrimSuffix(line, "\n")) > 100 {
				t.Errorf("%s: wider than 100: %q", name, line)
			}
		}
	}
	if err := WriteChanges(failing{}, changed, true, show.Terminal{}); err == nil {
		t.Error("a writer that fails: no error")
	}
}
