package results

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

func writeVoid(out *strings.Builder, name string, void []Cell, opts TableOptions) {
	for _, c := range void {
		why := strings.Join(c.Void, "; ")
		if why == "" {
			why = "no reason told"
		}
		fmt.Fprintf(out, "%s: %s repetition %d: %s\n", opts.mark(red, "void"), printable(name), c.Rep, printable(why))
	}
}

// writeWarnings writes what the cells warn of, alike but for their figures only once: whose, in how many repetitions.
func writeWarnings(out *strings.Builder, all, block []Group) {
	var kinds []string                 // in the order they come
	first := map[string]string{}       // of a kind
	who := map[string]map[string]int{} // repetitions, by model
	for i := range block {
		g := &block[i]
		for _, c := range slices.Concat(g.Rotated, g.Valid, g.Void) {
			for _, warning := range c.Warnings {
				kind := withoutFigures(warning)
				if who[kind] == nil {
					kinds = append(kinds, kind)
					first[kind], who[kind] = warning, map[string]int{}
				}
				who[kind][printable(nameOf(all, g))]++
			}
		}
	}
	for _, kind := range kinds {
		var names []string
		for _, name := range slices.Sorted(maps.Keys(who[kind])) {
			names = append(names, fmt.Sprintf("%s %d×", name, who[kind][name]))
		}
		fmt.Fprintf(out, "warning: %s (%s)\n", printable(first[kind]), strings.Join(names, ", "))
	}
}

// withoutFigures is s with every digit the same.
func withoutFigures(s string) string {
	return strings.Map(func(r rune) rune {
		if '0' <= r && r <= '9' || r == '.' {
			return -1
		}
		return r
	}, s)
}
