package results

import (
	"cbench/results/compare"
	"cbench/results/record"
	"cbench/results/words"
	"fmt"
	"io"
	"strings"
)

// WriteCores writes what more cores are worth to each model, a line a model, by load; nothing where no model was measured on several numbers of them. The
// error is the writer's.
func WriteCores(w io.Writer, cells []record.Cell, opts TableOptions) error {
	var out strings.Builder
	all := compare.CoresOf(cells)
	for i := 0; i < len(all); {
		first := &all[i]
		fmt.Fprintf(&out, "\n%s\n(%s)\n", opts.mark(bold, fmt.Sprintf("%s, N = %s: on %s against %d", words.Printable(first.Setting.Scenario), words.Number(float64(first.Conns)),
			words.Plural(first.To, "core"), first.From)), first.Setting.Params)
		rows := [][]string{{"model", fmt.Sprintf("msg/s on %d", first.From), fmt.Sprintf("on %d", first.To), "ratio", "95% interval", "cores busy", ""}}
		for ; i < len(all) && all[i].Alike(first); i++ {
			rows = append(rows, all[i].Row())
		}
		writeAligned(&out, rows, opts, 0, 6)
	}
	_, err := io.WriteString(w, out.String())
	return err
}
