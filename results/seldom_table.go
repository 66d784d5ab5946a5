package results

import (
	"cbench/results/figure"
	"cbench/results/words"
	"fmt"
	"slices"
	"strings"
)

// writeSeldom writes those of them that the block knows.
func writeSeldom(out *strings.Builder, all, block []figure.Group, opts TableOptions) {
	shown := figure.SeldomKnown(block)
	if len(shown) == 0 {
		return
	}
	cells := [][]string{{"model"}}
	for i := range block {
		cells = append(cells, []string{words.Printable(figure.NameOf(all, &block[i]))})
	}
	var alike []string // what is the same for all needs no column
	for _, f := range shown {
		var inWords []string
		for i := range block {
			inWords = append(inWords, column{fig: f, wide: f.Words}.inWords(toldOf(&block[i], f), wide))
		}
		if len(block) > 1 && len(slices.Compact(slices.Clone(inWords))) == 1 {
			fig, _, _ := strings.Cut(inWords[0], " ~0%")
			alike = append(alike, fmt.Sprintf("%s: %s in each", f.Title, fig))
			continue
		}
		cells[0] = append(cells[0], f.Title)
		for i, w := range inWords {
			cells[1+i] = append(cells[1+i], w)
		}
	}
	if len(cells[0]) > 1 {
		fmt.Fprintln(out)
		writeAligned(out, cells, opts)
	}
	for _, line := range alike {
		fmt.Fprintln(out, line)
	}
}
