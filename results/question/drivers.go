package question

import (
	"fmt"

	"cbench/results/figure"
	"cbench/results/show"
	"cbench/results/words"
)

// drivers is whether other load generators measure what ours does.
func (e *evidence) drivers() []Answer {
	checks := figure.CrossChecks(e.whole)
	if len(checks) == 0 {
		return nil
	}
	a := Answer{ID: "drivers", Title: "Cross-check by other drivers",
		How: []string{"The same server in closed loops of our own engine and of others: what one measures is checked by the " +
			"rest."}}
	least, most, judged := 0.0, 0.0, 0
	for _, c := range checks {
		t := show.Table{Title: fmt.Sprintf("%s, %s, %s", words.Printable(c.Name), e.loads[c.Setting], atN(c.Conns)),
			Note: "Medians over repetitions that ran apart.",
			Columns: heads("Driver", "Messages/s", "To ours", "p50", "p99", "Server CPU a message", "Client CPUs",
				"Server CPUs", "Bottleneck", "Why")}
		t.Columns[8].Left, t.Columns[9].Left = true, true
		cpus := func(v float64) string { return fmt.Sprintf("%.2f", v) }
		for _, r := range c.Rows {
			difference := unknown
			if r.Difference != nil {
				judged++
				least, most = min(least, *r.Difference), max(most, *r.Difference)
				difference = number(*r.Difference, fmt.Sprintf("%+.0f%%", 100**r.Difference))
			}
			t.Rows = append(t.Rows, []show.Cell{text(r.Driver), spreadCell(r.Throughput, words.PerSecond), difference,
				spreadCell(r.P50, words.Nanoseconds), spreadCell(r.P99, words.Nanoseconds),
				spreadCell(r.CPUPerMessage, words.Nanoseconds), spreadCell(r.ClientCPU, cpus), spreadCell(r.ServerCPU, cpus),
				text(string(r.Bottleneck)), text(r.Why)})
		}
		a.Tables = append(a.Tables, t)
	}
	a.Headline = fmt.Sprintf("%s driven by several load generators", words.Plural(len(checks), "server"))
	if judged > 0 {
		a.Headline = fmt.Sprintf("Other drivers reach %+.0f to %+.0f%% of the throughput that ours does", 100*least, 100*most)
	}
	return []Answer{a}
}
