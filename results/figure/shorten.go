package figure

import (
	"fmt"
	"slices"
	"strings"

	"cbench/results/record"
	"cbench/results/words"
)

// MostOfName is the letters of a model's name that tables and charts have room for.
const MostOfName = 24

// ShortNames is a run and its cells as they are shown: a name that is longer than there is room for lacks its middle, and is
// still the only one of its kind. What was given is left as it is: files and exports say names in full. The notes say which
// name stands for which.
func ShortNames(run *record.Run, cells []record.Cell) (*record.Run, []record.Cell, []string) {
	short, notes := shortened(cells)
	if len(notes) == 0 {
		return run, cells, nil
	}
	of := func(name string) string {
		if s, long := short[name]; long {
			return s
		}
		return name
	}
	cells = slices.Clone(cells)
	for i := range cells {
		c := &cells[i]
		c.Model = of(c.Model)
		if c.Rotation != nil {
			r := *c.Rotation
			r.TwinOf = of(r.TwinOf)
			c.Rotation = &r
		}
		if c.Params.Rotation != "" {
			names := strings.Split(c.Params.Rotation, "+")
			for j := range names {
				names[j] = of(names[j])
			}
			c.Params.Rotation = strings.Join(names, "+")
		}
	}
	shown := *run
	shown.Servers, shown.Versions, shown.Originals = renamed(run.Servers, of), renamed(run.Versions, of),
		renamed(run.Originals, of)
	shown.Plan = slices.Clone(run.Plan)
	for i := range shown.Plan {
		shown.Plan[i].Model = of(shown.Plan[i].Model)
	}
	return &shown, cells, notes
}

func renamed[T any](all map[string]T, of func(string) string) map[string]T {
	named := make(map[string]T, len(all))
	for name, v := range all {
		named[of(name)] = v
	}
	return named
}

// twinEnd is how the name of a control ends, which is to be seen.
const twinEnd = "-twin"

// shortened is the short form of every name that is too long. Where two would be one, their middle is a number.
func shortened(cells []record.Cell) (short map[string]string, notes []string) {
	var names []string
	for i := range cells {
		names = append(names, cells[i].Model)
	}
	slices.Sort(names)
	names = slices.Compact(names)
	short = map[string]string{}
	taken := map[string]bool{}
	for _, name := range names {
		taken[name] = len([]rune(name)) <= MostOfName
	}
	for _, name := range names {
		base, twin := strings.CutSuffix(name, twinEnd)
		if len([]rune(name)) <= MostOfName || twin && short[base] != "" {
			continue
		}
		s := words.Shorten(name, MostOfName)
		for n := 2; taken[s]; n++ {
			mark := fmt.Sprintf("…%d…", n)
			letters := []rune(name)
			half := (MostOfName - len([]rune(mark))) / 2
			s = string(letters[:half]) + mark + string(letters[len(letters)-half:])
		}
		taken[s], short[name] = true, s
		notes = append(notes, fmt.Sprintf("%s stands for %s", s, name))
	}
	for _, name := range names {
		if base, twin := strings.CutSuffix(name, twinEnd); twin && short[base] != "" {
			short[name] = short[base] + twinEnd
		}
	}
	return short, notes
}
