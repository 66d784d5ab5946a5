package compare

func of(all []Comparison, fig, other string, conns int) *Comparison {
	for i := range all {
		if c := &all[i]; c.Figure.Name == fig && c.Other == other && c.Conns == conns {
			return c
		}
	}
	return nil
}

const cpuFigure = "cpu_ns_per_message"
