package results

import (
	"cbench/results/figure"
	"cbench/results/stats"
	"cbench/results/words"
	"fmt"
	"strings"
)

// writeCrossChecks writes each as a table, and below it what bounded each driver.
func writeCrossChecks(out *strings.Builder, all []figure.CrossCheck, opts TableOptions) {
	inWords := func(s stats.Spread, in func(float64) string) string {
		if s.N == 0 {
			return "–"
		}
		return in(s.Median)
	}
	for _, c := range all {
		title := fmt.Sprintf("cross-check: %s, %s, N = %s", words.Printable(c.Name), c.Setting.Scenario, words.Number(float64(c.Conns)))
		fmt.Fprintln(out, opts.mark(bold, words.Printable(title)))
		cells := [][]string{{"driver", "msg/s", "to ours", "p50", "p99", "CPU ns", "client CPU", "server CPU", "bottleneck"}}
		for _, r := range c.Rows {
			difference := "–"
			if r.Difference != nil {
				difference = fmt.Sprintf("%+.0f%%", 100**r.Difference)
			}
			cells = append(cells, []string{
				words.Printable(r.Driver), inWords(r.Throughput, words.PerSecond), difference, inWords(r.P50, words.Nanoseconds), inWords(r.P99, words.Nanoseconds),
				inWords(r.CPUPerMessage, words.PerSecond), inWords(r.ClientCPU, words.Digits), inWords(r.ServerCPU, words.Digits), string(r.Bottleneck),
			})
		}
		writeAligned(out, cells, opts)
		for _, r := range c.Rows {
			fmt.Fprintf(out, "%s: %s\n", words.Printable(r.Driver), r.Why)
		}
		fmt.Fprintln(out)
	}
}
