package figure

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"cbench/results/record"
	"cbench/results/record/recordtest"
)

// Names of any length are shown in a width that tables and charts have, each apart from the others; the files keep them whole.
func TestShortNames(t *testing.T) {
	long := strings.Repeat("a-rather-long-name-", 7)[:119]
	names := []string{"pool", "reactor", long + "x", long + "x" + "-twin", strings.Repeat("b", 52)}
	for _, middle := range "123456789abcdef" { // alike at both ends
		names = append(names, strings.Repeat("c", 30)+string(middle)+strings.Repeat("c", 30))
	}
	var named []record.Cell
	for _, name := range names {
		named = append(named, record.Cell{Model: name})
	}
	short, notes := shortened(named)
	seen := map[string]bool{}
	for _, name := range names {
		s := name
		if got, is := short[name]; is {
			s = got
		}
		if n := utf8.RuneCountInString(s); n > MostOfName+len(twinEnd) || seen[s] {
			t.Errorf("%s is %q: %d letters, seen before: %v", name, s, n, seen[s])
		}
		seen[s] = true
	}
	if short["pool"] != "" || len(notes) != len(names)-3 || !strings.HasSuffix(short[long+"x-twin"], twinEnd) {
		t.Errorf("%d notes: %q", len(notes), notes)
	}
	run, cells := recordtest.Synthetic(t)
	cells = append(slices.Clone(cells[:10]), recordtest.NewWorld(1, 0, 0).Rotate("x", 100, 1, "reactor", long)...)
	run.Servers = map[string]string{long: "./server"}
	shown, of, notes := ShortNames(run, cells)
	last := of[len(of)-1]
	if last.Model == long || !strings.HasSuffix(last.Params.Rotation, "+"+last.Model) ||
		shown.Servers[last.Model] != "./server" || len(notes) != 1 {
		t.Errorf("shown as %q of %q, servers %q, notes %q", last.Model, last.Params.Rotation, shown.Servers, notes)
	}
	if cells[len(cells)-1].Model != long || run.Servers[long] == "" {
		t.Error("what was given has changed")
	}
}
