package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"cbench/results/figure"
	"cbench/results/stats"
	"cbench/results/words"
)

// alike is how far two costs may be apart that one would not choose by: a twentieth.
const alike = 1.05

// growthOf is how memory grows with connections under the load that shows it best: the one that leaves them idle, else the one that
// most models know it of.
func growthOf(groups []figure.Group) []figure.Growth {
	var best []figure.Growth
	for _, of := range byLoad(figure.MemoryGrowth(groups)) {
		if len(best) == 0 || of[0].Setting.AtRest() && !best[0].Setting.AtRest() ||
			of[0].Setting.AtRest() == best[0].Setting.AtRest() && len(of) > len(best) {
			best = of
		}
	}
	return best
}

// byLoad splits growths that know the user's share by load, the costliest first.
func byLoad(all []figure.Growth) (loads [][]figure.Growth) {
	for _, g := range all {
		if g.User == nil || g.Setting.Params.Loop == "search" {
			continue
		}
		if n := len(loads); n > 0 && loads[n-1][0].Setting == g.Setting {
			loads[n-1] = append(loads[n-1], g)
		} else {
			loads = append(loads, []figure.Growth{g})
		}
	}
	for _, of := range loads {
		slices.SortStableFunc(of, func(a, b figure.Growth) int { return cmp.Compare(b.User.Slope, a.User.Slope) })
	}
	return loads
}

// memorySentence says what one more idle connection costs, by model and in the kernel.
func memorySentence(growth []figure.Growth, control func(model string) bool) string {
	var costs, controls []string
	var kernel []stats.Interval
	competes := func(g figure.Growth) bool { return !control(g.Model) }
	alone := !slices.ContainsFunc(growth, competes) // a control that nobody stands beside is what was measured
	for _, g := range growth {
		cost := fmt.Sprintf("%s in %s", slopeInWords(g.UserPerConn()), words.Code(g.Name))
		if !competes(g) && !alone {
			controls = append(controls, cost)
			continue
		}
		costs = append(costs, cost)
		if k := g.KernelPerConn(); k.N > 0 {
			kernel = append(kernel, k)
		}
	}
	if len(costs) == 0 {
		return ""
	}
	s := "One more idle connection costs " + words.List(costs)
	if len(controls) > 0 {
		s += fmt.Sprintf(" (%s, a control)", words.List(controls))
	}
	return s + kernelClause(kernel, len(costs)) + "."
}

// kernelClause is what the kernel holds beside it. Models whose intervals all meet, or that lie within a twentieth, are told as one.
func kernelClause(kernel []stats.Interval, models int) string {
	if len(kernel) == 0 || len(kernel) < models {
		return "; what the kernel holds beside it was not known"
	}
	byMid := func(a, b stats.Interval) int { return cmp.Compare(a.Mid, b.Mid) }
	low, high := slices.MinFunc(kernel, byMid), slices.MaxFunc(kernel, byMid)
	switch {
	case low.Mid <= 0:
		return ""
	case len(kernel) == 1:
		return fmt.Sprintf(", and %s more in the kernel", slopeInWords(high))
	case high.Mid/low.Mid > alike && !meet(low, high):
		return fmt.Sprintf(", and %s to %s more in the kernel", slopeInWords(low), slopeInWords(high))
	}
	every := stats.Interval{Low: low.Low, Mid: (low.Mid + high.Mid) / 2, High: high.High, N: len(kernel)}
	for _, k := range kernel {
		every.Low, every.High = min(every.Low, k.Low), max(every.High, k.High) // not known where one is not
	}
	whose := "whichever it is"
	if len(kernel) == 2 {
		whose = "either way"
	}
	return fmt.Sprintf(", and %s more in the kernel %s", slopeInWords(every), whose)
}

// meet reports whether two intervals are known and have figures in common: nobody can say then which is the lesser.
func meet(a, b stats.Interval) bool { return known(a) && known(b) && overlap(a, b) }

// slope is bytes a connection; at or below 0 a slope tells only that the noise is larger.
func slope(v float64) string {
	if v < 1 {
		return "nothing measurable"
	}
	return words.Bytes(v)
}

// slopeInWords is bytes a connection with the interval, where it is known: "3.86 KiB (3.79 to 3.92)".
func slopeInWords(i stats.Interval) string {
	switch {
	case !known(i):
		return slope(i.Mid)
	case i.Mid < 1:
		return fmt.Sprintf("%s (at most %s)", slope(i.Mid), words.Bytes(max(0, i.High)))
	}
	return fmt.Sprintf("%s (%s)", slope(i.Mid), bytesBetween(i))
}

// bytesBetween is an interval of bytes; the unit of the middle is left out, for it stands before.
func bytesBetween(i stats.Interval) string {
	_, unit, _ := strings.Cut(words.Bytes(i.Mid), " ")
	low, high := words.Bytes(i.Low), words.Bytes(i.High)
	_, lowUnit, _ := strings.Cut(low, " ")
	_, highUnit, _ := strings.Cut(high, " ")
	if lowUnit == unit && highUnit == unit {
		low, high = strings.TrimSuffix(low, " "+unit), strings.TrimSuffix(high, " "+unit)
	}
	return strings.ReplaceAll(low, "-", "−") + " to " + strings.ReplaceAll(high, "-", "−")
}

// holding is what a model holds for n idle connections, over the empty server, in bytes.
type holding struct {
	model        string
	user, kernel float64
	whole        stats.Interval // of both: the ends added up, which is never too narrow
}

func (h holding) all() float64 { return h.user + h.kernel }

// holdings is the models' from the least to the most; those whose kernel's share is not known count the user's alone.
func holdings(growth []figure.Growth, n int, control func(string) bool) (all []holding, kernelKnown bool) {
	kernelKnown = !slices.ContainsFunc(growth, func(g figure.Growth) bool { return !control(g.Model) && g.Kernel == nil })
	for _, g := range growth {
		if control(g.Model) {
			continue
		}
		user, kernel := g.UserPerConn(), stats.Interval{}
		if kernelKnown {
			kernel = g.KernelPerConn()
		}
		h := holding{model: g.Name, user: max(0, user.Mid*float64(n)), kernel: max(0, kernel.Mid*float64(n))}
		h.whole = stats.Interval{Low: (user.Low + kernel.Low) * float64(n), Mid: h.all(), High: (user.High + kernel.High) * float64(n), N: user.N}
		all = append(all, h)
	}
	slices.SortStableFunc(all, func(a, b holding) int { return cmp.Compare(a.all(), b.all()) })
	return all, kernelKnown
}

// memoryAnswer is which models hold n idle connections in the least memory, and why: those whose intervals meet that of the least are not
// told apart from it, and those within a twentieth of it are not to be chosen among by memory.
func memoryAnswer(growth []figure.Growth, n int, control func(string) bool) (models []string, why string) {
	all, kernelKnown := holdings(growth, n, control)
	if len(all) < 2 || all[0].all() <= 0 {
		return nil, ""
	}
	var near, far []holding
	for _, h := range all {
		if h.all() <= alike*all[0].all() || meet(h.whole, all[0].whole) {
			near = append(near, h)
			models = append(models, h.model)
		} else {
			far = append(far, h)
		}
	}
	if len(far) == 0 {
		return models, fmt.Sprintf("By memory there is nothing to choose: %s for all of them.", span(near))
	}
	why = span(near) + " in all"
	if near[len(near)-1].all() > alike*all[0].all() {
		why += ", not told apart for their intervals meet"
	}
	if kernelKnown {
		why += fmt.Sprintf(", %s of it the kernel's", words.Bytes(near[len(near)-1].kernel))
	}
	var rest []string
	for _, h := range far {
		rest = append(rest, fmt.Sprintf("%s takes %s", words.Code(h.model), h.inWords()))
	}
	return models, words.Capital(why) + "; " + strings.Join(rest, ", ") + "."
}

// inWords is the whole with its interval, where that is known.
func (h holding) inWords() string {
	if !known(h.whole) {
		return words.Bytes(h.all())
	}
	return fmt.Sprintf("%s (%s)", words.Bytes(h.all()), bytesBetween(h.whole))
}

// span is from the least to the most of them, or the one's with its interval.
func span(of []holding) string {
	if len(of) == 1 {
		return of[0].inWords()
	}
	low, high := words.Bytes(of[0].all()), words.Bytes(of[len(of)-1].all())
	if low == high {
		return low
	}
	return low + " to " + high
}
