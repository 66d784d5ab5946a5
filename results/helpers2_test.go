package results

import "cbench/results/compare"

func found(all []compare.Comparison, fig, other string, conns int) *compare.Comparison {
	for i := range all {
		if c := &all[i]; c.Figure.Name == fig && c.Other == other && c.Conns == conns {
			return c
		}
	}
	return nil
}

const cpuName = "cpu_ns_per_message"
