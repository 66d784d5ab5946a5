package report

import (
	"strings"
	"testing"

	"cbench/results/figure"
	"cbench/results/stats"
)

func grows(model string, user float64, kernel ...float64) figure.Growth {
	g := figure.Growth{Model: model, Name: model, User: &stats.Line{Slope: user, Intercept: 2e6, Points: 3}}
	if len(kernel) > 0 {
		g.Kernel = &stats.Line{Slope: kernel[0], Intercept: 1e6, Points: 3}
	}
	return g
}

// surely is grows with half the width of the intervals, in bytes.
func surely(model string, user, kernel, half float64) figure.Growth {
	g := grows(model, user, kernel)
	g.UserSlope = stats.Interval{Low: user - half, Mid: user, High: user + half, N: 9}
	g.KernelSlope = stats.Interval{Low: kernel - half, Mid: kernel, High: kernel + half, N: 9}
	return g
}

func isFloor(name string) bool { return name == "floor" }

func TestMemorySentence(t *testing.T) {
	for _, tt := range []struct {
		growth []figure.Growth
		want   string
	}{
		{nil, ""},
		{[]figure.Growth{grows("goroutine", 3950)}, "One more idle connection costs 3.86 KiB in `goroutine`; what the kernel holds beside it was not known."},
		{[]figure.Growth{grows("goroutine", 3950, 3870)}, "One more idle connection costs 3.86 KiB in `goroutine`, and 3.78 KiB more in the kernel."},
		{[]figure.Growth{grows("goroutine", 3950, 3870), grows("reactor", 110, 3880)},
			"One more idle connection costs 3.86 KiB in `goroutine` and 110 B in `reactor`, and 3.78 KiB more in the kernel either way."},
		{[]figure.Growth{grows("goroutine", 3950, 3870), grows("pool", 180, 3870), grows("reactor", -3, 3880), grows("floor", 40, 3870)},
			"One more idle connection costs 3.86 KiB in `goroutine`, 180 B in `pool` and nothing measurable in `reactor` (40.0 B in `floor`, a control), and 3.78 KiB more in the kernel whichever it is."},
		{[]figure.Growth{grows("thread", 9000, 12000), grows("reactor", 110, 3870)},
			"One more idle connection costs 8.79 KiB in `thread` and 110 B in `reactor`, and 3.78 KiB to 11.7 KiB more in the kernel."},
		{[]figure.Growth{surely("goroutine", 3950, 3870, 60)}, "One more idle connection costs 3.86 KiB (3.80 to 3.92) in `goroutine`, and 3.78 KiB (3.72 to 3.84) more in the kernel."},
		{[]figure.Growth{surely("goroutine", 3950, 3870, 60), surely("reactor", 110, 3880, 300), surely("callback", -20, 3880, 60)},
			"One more idle connection costs 3.86 KiB (3.80 to 3.92) in `goroutine`, 110 B (−190 to 410) in `reactor` and nothing measurable (at most 40.0 B) in `callback`, " +
				"and 3.78 KiB (3.50 to 4.08) more in the kernel whichever it is."},
		{[]figure.Growth{surely("thread", 990, 12000, 60), surely("reactor", 110, 3870, 60)},
			"One more idle connection costs 990 B (930 B to 1.03 KiB) in `thread` and 110 B (50.0 to 170) in `reactor`, and 3.78 KiB (3.72 to 3.84) to 11.7 KiB (11.7 to 11.8) more in the kernel."},
		{[]figure.Growth{surely("thread", 990, 4870, 600), surely("reactor", 110, 3870, 600)},
			"One more idle connection costs 990 B (390 B to 1.55 KiB) in `thread` and 110 B (−490 to 710) in `reactor`, and 4.27 KiB (3.19 to 5.34) more in the kernel either way."},
		{[]figure.Growth{grows("floor", 40, 3870)}, "One more idle connection costs 40.0 B in `floor`, and 3.78 KiB more in the kernel."},
	} {
		if got := memorySentence(tt.growth, isFloor); got != tt.want {
			t.Errorf("%q\nwant %q", got, tt.want)
		}
	}
}

func TestMemoryAnswer(t *testing.T) {
	for _, tt := range []struct {
		growth []figure.Growth
		models string
		why    string
	}{
		{nil, "", ""},
		{[]figure.Growth{grows("reactor", 110, 3870)}, "", ""}, // nobody to choose among
		{[]figure.Growth{grows("goroutine", 3950, 3870), grows("pool", 180, 3870), grows("reactor", 110, 3870), grows("floor", 40, 3870)}, "reactor pool",
			"38.0 MiB to 38.6 MiB in all, 36.9 MiB of it the kernel's; `goroutine` takes 74.6 MiB."},
		{[]figure.Growth{grows("goroutine", 3950), grows("reactor", 110)}, "reactor", "1.05 MiB in all; `goroutine` takes 37.7 MiB."},
		{[]figure.Growth{surely("goroutine", 3950, 3870, 60), surely("pool", 900, 3870, 600), surely("reactor", 110, 3870, 60)}, "reactor pool",
			"38.0 MiB to 45.5 MiB in all, not told apart for their intervals meet, 36.9 MiB of it the kernel's; `goroutine` takes 74.6 MiB (73.4 to 75.7)."}, // pool's interval meets reactor's
		{[]figure.Growth{surely("goroutine", 3950, 3870, 60), surely("pool", 900, 3870, 60), surely("reactor", 110, 3870, 60)}, "reactor",
			"38.0 MiB (36.8 to 39.1) in all, 36.9 MiB of it the kernel's; `pool` takes 45.5 MiB (44.3 to 46.6), `goroutine` takes 74.6 MiB (73.4 to 75.7)."},
		{[]figure.Growth{grows("pool", 180, 3870), grows("reactor", 110, 3870)}, "reactor pool", "By memory there is nothing to choose: 38.0 MiB to 38.6 MiB for all of them."},
	} {
		models, why := memoryAnswer(tt.growth, 10_000, isFloor)
		if got := strings.Join(models, " "); got != tt.models || why != tt.why {
			t.Errorf("%q: %q\nwant %q: %q", got, why, tt.models, tt.why)
		}
	}
}
