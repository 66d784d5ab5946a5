package results

func of(all []Comparison, figure, other string, conns int) *Comparison {
	for i := range all {
		if c := &all[i]; c.Figure.Name == figure && c.Other == other && c.Conns == conns {
			return c
		}
	}
	return nil
}

const cpuFigure = "cpu_ns_per_message"
