package figure

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"cbench/results/record"
)

// mostBeside is how many originals a chart or a sentence can hold beside our own models: there is a look for each.
const MostBeside = 6

// Apart parts a run with more originals than a chart or a sentence can hold: what is said of all models is of ours then, and
// originals are held against the models that imitate them alone. With fewer, and where there is nothing else, all is ours.
// Controls stay with what they are.
func Apart(run *record.Run, cells []record.Cell) (ours, originals []record.Cell) {
	if len(run.Originals) == 0 {
		return cells, nil
	}
	twins := TwinsOf(cells)
	names := map[string]bool{}
	for i := range cells {
		name := cells[i].Model
		if of, is := twins[name]; is {
			name = of
		}
		_, original := run.Originals[name]
		names[name] = original
		if original {
			originals = append(originals, cells[i])
		} else {
			ours = append(ours, cells[i])
		}
	}
	maps.DeleteFunc(names, func(_ string, original bool) bool { return !original })
	if len(ours) == 0 || len(names) <= MostBeside {
		return cells, nil
	}
	return ours, originals
}

// Family is a model of ours with originals of it: so few that one panel can hold them.
type Family struct {
	Ours      string // empty: no model of ours imitates them
	Originals []string
	Part      int // 1, 2 … where the originals of one model are several families; else 0
}

// mostInFamily is how many originals stand in one panel.
const MostInFamily = 4

// Families is the originals among the names by the model of ours that imitates them, those of one language together.
func Families(run *record.Run, names []string) (all []Family) {
	by := map[string][]string{}
	for _, name := range Beside(run.Originals, names) {
		of := run.Originals[name].Of
		by[of] = append(by[of], name)
	}
	for _, of := range slices.SortedFunc(maps.Keys(by), func(a, b string) int {
		return cmp.Or(cmp.Compare(orphans(a), orphans(b)), CompareNames(ModelOrder, a, b))
	}) {
		parts := (len(by[of]) + MostInFamily - 1) / MostInFamily
		each := (len(by[of]) + parts - 1) / parts
		part := 0
		for some := range slices.Chunk(by[of], each) {
			if parts > 1 {
				part++
			}
			all = append(all, Family{Ours: of, Originals: some, Part: part})
		}
	}
	return all
}

// orphans puts those that nothing of ours imitates last.
func orphans(of string) int {
	if of == "" {
		return 1
	}
	return 0
}

// Names is ours, then its originals.
func (f *Family) Names() []string {
	if f.Ours == "" {
		return f.Originals
	}
	return append([]string{f.Ours}, f.Originals...)
}

// beside is the originals among the names, each once, by language, then by name.
func Beside(originals map[string]record.Original, names []string) []string {
	all := slices.DeleteFunc(slices.Clone(names), func(name string) bool { _, is := originals[name]; return !is })
	slices.SortFunc(all, func(a, b string) int {
		return cmp.Or(cmp.Compare(originals[a].Language, originals[b].Language), cmp.Compare(a, b))
	})
	return slices.Compact(all)
}

// Title is the family's name.
func (f *Family) Title() string {
	switch {
	case f.Ours == "":
		return "imitated by none of ours"
	case f.Part > 0:
		return fmt.Sprintf("%s (%d)", f.Ours, f.Part)
	}
	return f.Ours
}
