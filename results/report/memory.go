package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"cbench/results"
)

// alike is how far two costs may be apart that one would not choose by: a twentieth.
const alike = 1.05

// growthOf is how memory grows with connections under the load that shows it best: the one that leaves them idle, else the one that
// most models know it of.
func growthOf(groups []results.Group) []results.Growth {
	var best []results.Growth
	for _, of := range byLoad(results.MemoryGrowth(groups)) {
		if len(best) == 0 || of[0].Setting.AtRest() && !best[0].Setting.AtRest() ||
			of[0].Setting.AtRest() == best[0].Setting.AtRest() && len(of) > len(best) {
			best = of
		}
	}
	return best
}

// byLoad splits growths that know the user's share by load, the costliest first.
func byLoad(all []results.Growth) (loads [][]results.Growth) {
	for _, g := range all {
		if g.User == nil || g.Setting.Params.Loop == "search" {
			continue
		}
		if n := len(loads); n > 0 && loads[n-1][0].Setting == g.Setting {
			loads[n-1] = append(loads[n-1], g)
		} else {
			loads = append(loads, []results.Growth{g})
		}
	}
	for _, of := range loads {
		slices.SortStableFunc(of, func(a, b results.Growth) int { return cmp.Compare(b.User.Slope, a.User.Slope) })
	}
	return loads
}

// memorySentence says what one more idle connection costs, by model and in the kernel.
func memorySentence(growth []results.Growth, control func(model string) bool) string {
	var costs, controls []string
	var kernel []float64
	competes := func(g results.Growth) bool { return !control(g.Model) }
	alone := !slices.ContainsFunc(growth, competes) // a control that nobody stands beside is what was measured
	for _, g := range growth {
		cost := fmt.Sprintf("%s in %s", slope(g.User.Slope), code(g.Name))
		if !competes(g) && !alone {
			controls = append(controls, cost)
			continue
		}
		costs = append(costs, cost)
		if g.Kernel != nil {
			kernel = append(kernel, g.Kernel.Slope)
		}
	}
	if len(costs) == 0 {
		return ""
	}
	s := "One more idle connection costs " + list(costs)
	if len(controls) > 0 {
		s += fmt.Sprintf(" (%s, a control)", list(controls))
	}
	return s + kernelClause(kernel, len(costs)) + "."
}

// kernelClause is what the kernel holds beside it.
func kernelClause(kernel []float64, models int) string {
	if len(kernel) == 0 || len(kernel) < models {
		return "; what the kernel holds beside it was not known"
	}
	low, high := slices.Min(kernel), slices.Max(kernel)
	switch {
	case low <= 0:
		return ""
	case len(kernel) == 1:
		return fmt.Sprintf(", and %s more in the kernel", results.Bytes(high))
	case high/low > alike:
		return fmt.Sprintf(", and %s to %s more in the kernel", results.Bytes(low), results.Bytes(high))
	case len(kernel) == 2:
		return fmt.Sprintf(", and %s more in the kernel either way", results.Bytes((low+high)/2))
	}
	return fmt.Sprintf(", and %s more in the kernel whichever it is", results.Bytes((low+high)/2))
}

// slope is bytes a connection; at or below 0 a slope tells only that the noise is larger.
func slope(v float64) string {
	if v < 1 {
		return "nothing measurable"
	}
	return results.Bytes(v)
}

// holding is what a model holds for n idle connections, over the empty server.
type holding struct {
	model        string
	user, kernel float64 // bytes
}

func (h holding) all() float64 { return h.user + h.kernel }

// holdings is the models' from the least to the most; those whose kernel's share is not known count the user's alone.
func holdings(growth []results.Growth, n int, control func(string) bool) (all []holding, kernelKnown bool) {
	kernelKnown = true
	for _, g := range growth {
		if control(g.Model) {
			continue
		}
		h := holding{model: g.Name, user: max(0, g.User.Slope*float64(n))}
		if g.Kernel != nil {
			h.kernel = max(0, g.Kernel.Slope*float64(n))
		} else {
			kernelKnown = false
		}
		all = append(all, h)
	}
	if !kernelKnown {
		for i := range all {
			all[i].kernel = 0
		}
	}
	slices.SortStableFunc(all, func(a, b holding) int { return cmp.Compare(a.all(), b.all()) })
	return all, kernelKnown
}

// memoryAnswer is which models hold n idle connections in the least memory, and why: those within a twentieth of the least are not
// to be chosen among by memory.
func memoryAnswer(growth []results.Growth, n int, control func(string) bool) (models []string, why string) {
	all, kernelKnown := holdings(growth, n, control)
	if len(all) < 2 || all[0].all() <= 0 {
		return nil, ""
	}
	var near []holding
	for _, h := range all {
		if h.all() <= alike*all[0].all() {
			near = append(near, h)
			models = append(models, h.model)
		}
	}
	if len(near) == len(all) {
		return models, fmt.Sprintf("By memory there is nothing to choose: %s for all of them.", span(near))
	}
	why = span(near) + " in all"
	if kernelKnown {
		why += fmt.Sprintf(", %s of it the kernel's", results.Bytes(near[len(near)-1].kernel))
	}
	var rest []string
	for _, h := range all[len(near):] {
		rest = append(rest, fmt.Sprintf("%s takes %s", code(h.model), results.Bytes(h.all())))
	}
	return models, capital(why) + "; " + strings.Join(rest, ", ") + "."
}

func span(of []holding) string {
	low, high := results.Bytes(of[0].all()), results.Bytes(of[len(of)-1].all())
	if low == high {
		return low
	}
	return low + " to " + high
}
