// Package results is what is made of the files of a run: statistics, charts, tables.
package stats

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// Spread is one figure over the repetitions of a cell. Where N is 0 the figure is not known.
type Spread struct {
	N                int // repetitions that know the figure
	Median, Min, Max float64
}

// SpreadOf is the spread of the values: with an even number of them the median is the mean of the middle two.
func SpreadOf(values []float64) Spread {
	n := len(values)
	if n == 0 {
		return Spread{}
	}
	v := slices.Sorted(slices.Values(values))
	return Spread{N: n, Median: (v[(n-1)/2] + v[n/2]) / 2, Min: v[0], Max: v[n-1]}
}

// HalfRange is half of max - min, as a share of the median: the x of "median ± 100·x %". It is 0 where there is no median to
// compare with or nothing to compare.
func (s Spread) HalfRange() float64 {
	if s.N < 2 || s.Median == 0 {
		return 0
	}
	return (s.Max - s.Min) / 2 / math.Abs(s.Median)
}

// Line is y = Intercept + Slope·x, fitted to Points points.
type Line struct {
	Slope, Intercept float64
	Points           int
}

// leastSquares fits a line to the points (x[i], y[i]), point i being worth weights[i]; nil: all are worth as much:
//
//	slope     = Σw(x - x̄)(y - ȳ) / Σw(x - x̄)²
//	intercept = ȳ - slope·x̄, of the weighted means
//
// It is not ok where fewer than two different x leave the slope open.
func LeastSquares(x, y, weights []float64) (l Line, ok bool) {
	if len(x) < 2 || slices.Min(x) == slices.Max(x) {
		return Line{}, false
	}
	intercept, slope := stat.LinearRegression(x, y, weights, false)
	return Line{Slope: slope, Intercept: intercept, Points: len(x)}, true
}

// slopeOr is the line's slope, with its interval where that is known; N is 0 where there is no line.
func (l *Line) SlopeOr(sure Interval) Interval {
	switch {
	case l == nil:
		return Interval{}
	case sure.N == 0:
		return Interval{Low: math.NaN(), Mid: l.Slope, High: math.NaN(), N: l.Points}
	}
	return sure
}
