package results

import (
	"cbench/results/compare"
	"cbench/results/figure"
	"cbench/results/record"
	"cbench/results/words"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// writeVoid writes why repetitions are void, alike but for their figures only once: whose, and which.
func writeVoid(out *strings.Builder, all, block []figure.Group, opts TableOptions) {
	type reason struct {
		first string
		who   []string
	}
	var kinds []string // in the order they come
	reasons := map[string]*reason{}
	for i := range block {
		for _, c := range block[i].Void {
			why := strings.Join(c.Void, "; ")
			if why == "" {
				why = "no reason told"
			}
			kind := words.WithoutFigures(why)
			if reasons[kind] == nil {
				kinds = append(kinds, kind)
				reasons[kind] = &reason{first: why}
			}
			reasons[kind].who = append(reasons[kind].who, fmt.Sprintf("%s #%d", words.Printable(figure.NameOf(all, &block[i])), c.Rep))
		}
	}
	for _, kind := range kinds {
		r := reasons[kind]
		text := opts.wrapped(fmt.Sprintf("void: %s: %s", strings.Join(r.who, ", "), words.Printable(r.first)))
		fmt.Fprintln(out, opts.mark(red, "void")+strings.TrimPrefix(text, "void"))
	}
}

// fewNames is how many models a warning names; of more it says how many repetitions there are of how many.
const fewNames = 3

// writeWarnings writes what the cells of groups under one load warn of, alike but for their figures only once: whose, in how many
// repetitions.
func writeWarnings(out *strings.Builder, all, block []figure.Group, opts TableOptions) {
	repetitions := 0
	var kinds []string                 // in the order they come
	first := map[string]string{}       // of a kind
	who := map[string]map[string]int{} // repetitions, by model
	for i := range block {
		g := &block[i]
		cells := slices.Concat(g.Rotated, g.Valid, g.Void)
		repetitions += len(cells)
		for _, c := range cells {
			for _, warning := range c.Warnings {
				kind := words.WithoutFigures(warning)
				if who[kind] == nil {
					kinds = append(kinds, kind)
					first[kind], who[kind] = warning, map[string]int{}
				}
				who[kind][words.Printable(figure.NameOf(all, g))]++
			}
		}
	}
	for _, kind := range kinds {
		var names []string
		times := 0
		for _, name := range slices.Sorted(maps.Keys(who[kind])) {
			names = append(names, fmt.Sprintf("%s %d×", name, who[kind][name]))
			times += who[kind][name]
		}
		whose := strings.Join(names, ", ")
		if len(names) > fewNames {
			whose = fmt.Sprintf("in %d of %s", times, words.Plural(repetitions, "repetition"))
		}
		fmt.Fprintln(out, opts.wrapped(fmt.Sprintf("warning: %s (%s)", words.Printable(first[kind]), whose)))
	}
}

// writeStops writes which servers of a block stopped.
func writeStops(out *strings.Builder, all, block []figure.Group, opts TableOptions) {
	var cells []record.Cell
	for i := range block {
		cells = append(cells, block[i].All()...)
	}
	_, said := compare.OfServers(compare.StopsOf(cells))
	for _, s := range said {
		fmt.Fprintln(out, opts.mark(red, "stop")+strings.TrimPrefix(opts.wrapped("stop: "+s), "stop"))
	}
}
