package compare_test

import (
	"slices"
	"strings"
	"testing"

	"cbench/results/figure"
	"cbench/results/record"
)

func TestOriginalsApart(t *testing.T) {
	run, cells := besideOurs(t)
	ours, originals := figure.Apart(run, cells)
	if len(ours)+len(originals) != len(cells) || len(originals) == 0 {
		t.Fatalf("%d and %d of %d", len(ours), len(originals), len(cells))
	}
	for _, name := range modelsIn(ours) {
		if _, is := run.Originals[name]; is {
			t.Errorf("%s is among ours", name)
		}
	}
	few := slices.DeleteFunc(slices.Clone(cells), func(c record.Cell) bool { return c.Model == "alone" || c.Model == "node" })
	if ours, originals := figure.Apart(run, few); len(ours) != len(few) || originals != nil {
		t.Error("few originals are apart")
	}
	if ours, originals := figure.Apart(run, originals); len(ours) == 0 || originals != nil {
		t.Error("originals without ours are apart")
	}
}

func TestFamilies(t *testing.T) {
	run, cells := besideOurs(t)
	var got []string
	names := modelsIn(cells)
	for _, f := range figure.Families(run, names) {
		got = append(got, f.Title()+": "+strings.Join(f.Names(), " "))
	}
	want := []string{"reactor (1): reactor tornado uvloop gnet", "reactor (2): reactor nbio node", "callback: callback twisted", "imitated by none of ours: alone"}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}
