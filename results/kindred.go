package results

// Kindred compares one model with each of some others by CPU per message, as Comparisons does with one base for all: rounds of rotations that both
// were in are paired, and all these comparisons are one family of Holm's.
func Kindred(cells []Cell, model string, bases ...string) []Comparison {
	groups := Summarise(cells)
	luck := lucksOf(groups, TwinsOf(cells))
	var all []Comparison
	for _, base := range bases {
		for _, c := range triedOf(groups, luck, func(other string) (string, bool) {
			if other != model {
				return "", false
			}
			return base, false
		}) {
			if c.Figure.Name == "cpu_ns_per_message" {
				all = append(all, c)
			}
		}
	}
	return judge(all, nil)
}
