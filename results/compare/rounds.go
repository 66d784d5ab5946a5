package compare

import (
	"fmt"
	"slices"
	"strings"

	"cbench/results/record"
	"cbench/results/stats"
)

// RatioOfRounds is the CPU time a message of one server over that of its base, by neighbouring slots of a rotation. Rounds
// in which a server erred are not compared; the noise of the machine is in both.
func RatioOfRounds(base, other record.Cell) (stats.Interval, error) {
	var ratios []float64
	for i, b := range base.Rotation.Rounds {
		if i >= len(other.Rotation.Rounds) {
			break
		}
		if o := other.Rotation.Rounds[i]; b.Void == "" && o.Void == "" && b.ServerNSPerMessage > 0 && o.ServerNSPerMessage > 0 {
			ratios = append(ratios, o.ServerNSPerMessage/b.ServerNSPerMessage)
		}
	}
	if len(ratios) == 0 {
		why := strings.Join(slices.Concat(base.Void, other.Void), "; ")
		return stats.Interval{}, fmt.Errorf("not one of %d rounds counts: %s", len(base.Rotation.Rounds), why)
	}
	return stats.IntervalOf(ratios), nil
}
