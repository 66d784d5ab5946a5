package report

import (
	"fmt"
	"slices"

	"cbench/results"
)

// The style whose price is told, and the two that it stands between: code as plain as the one's on a loop such as the other's.
const styled = "coroutine"

var kin = []string{"goroutine", "callback"}

// stylePrice is what a coroutine costs against a goroutine and against a callback: CPU, in the load that tells most of it, and memory.
func (f facts) stylePrice() (load string, says []string) {
	for _, base := range kin {
		of := matters(slices.DeleteFunc(slices.Clone(f.kindred), func(c results.Comparison) bool { return c.Base != base }))
		if m, ok := chief(of, "cpu"); ok {
			load = f.loads[m.setting]
			says = append(says, course(m.of(styled)))
		}
	}
	if s := styleMemory(f.growth); s != "" {
		says = append(says, s)
	}
	return load, says
}

// styleMemory is an idle connection's user memory as a part of what the others take. The interval of a ratio is from the one's low end over the other's
// high end to the reverse: never too narrow.
func styleMemory(growth []results.Growth) string {
	at := slices.IndexFunc(growth, func(g results.Growth) bool { return g.Model == styled && g.User != nil })
	if at < 0 {
		return ""
	}
	own := userSlope(growth[at])
	var parts []string
	for _, base := range kin {
		at := slices.IndexFunc(growth, func(g results.Growth) bool { return g.Model == base && g.User != nil })
		if at < 0 {
			continue
		}
		its := userSlope(growth[at])
		if own.Mid <= 0 || its.Mid <= 0 {
			continue
		}
		ratio := results.Interval{Low: own.Low / its.High, Mid: own.Mid / its.Mid, High: own.High / its.Low, N: min(own.N, its.N)}
		switch {
		case !known(own) || !known(its) || its.Low <= 0:
			parts = append(parts, fmt.Sprintf("%s of %s's, how surely is not known", times(ratio.Mid), code(base)))
		case ratio.Low <= 1 && ratio.High >= 1:
			parts = append(parts, fmt.Sprintf("as much as %s's, as far as is known (%s to %s of it)", code(base), times(ratio.Low), times(ratio.High)))
		default:
			parts = append(parts, fmt.Sprintf("%s (%s to %s) of %s's", times(ratio.Mid), times(ratio.Low), times(ratio.High), code(base)))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return fmt.Sprintf("The user memory of an idle connection is in %s %s.", code(styled), list(parts))
}
