package results

import (
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
	all := CoresOf(cells)
	for i := 0; i < len(all); {
		first := &all[i]
		fmt.Fprintf(&out, "\n%s\n(%s)\n", opts.mark(bold, fmt.Sprintf("%s, N = %s: on %s against %d", words.Printable(first.Setting.Scenario), words.Number(float64(first.Conns)),
			words.Plural(first.To, "core"), first.From)), first.Setting.Params)
		rows := [][]string{{"model", fmt.Sprintf("msg/s on %d", first.From), fmt.Sprintf("on %d", first.To), "ratio", "95% interval", "cores busy", ""}}
		for ; i < len(all) && all[i].alike(first); i++ {
			rows = append(rows, all[i].row())
		}
		writeAligned(&out, rows, opts, 0, 6)
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// alike reports whether two stand in one table.
func (c *Cores) alike(o *Cores) bool {
	return c.Setting == o.Setting && c.Conns == o.Conns && c.From == o.From && c.To == o.To
}

func (c *Cores) row() []string {
	each := func(known bool, inWords string) string {
		if known {
			return inWords
		}
		return "-"
	}
	verdict := map[Verdict]string{More: "gains", Less: "loses", Same: "no difference found"}[c.Verdict]
	if verdict == "" {
		verdict = "not known: " + words.Printable(c.Why)
	}
	return []string{
		words.Printable(c.Model), each(c.Was.N > 0, words.PerSecond(c.Was.Mid)), each(c.Is.N > 0, words.PerSecond(c.Is.Mid)),
		each(c.Ratio.N > 0, fmt.Sprintf("%.2f", c.Ratio.Mid)), each(c.Ratio.Sure(), fmt.Sprintf("%.2f to %.2f", c.Ratio.Low, c.Ratio.High)),
		each(c.Busy.N > 0, fmt.Sprintf("%.2f", c.Busy.Median)), verdict,
	}
}
