// Package chart is a drawing as data, and the one style of all drawings. chart/print draws it with gonum/plot, the page with
// uPlot; neither computes anything.
package chart

// Chart is one drawing.
type Chart struct {
	ID    string // its file's name, and its anchor: "memory-per-connection"
	Title string // what is seen: "Memory the server holds for each open connection"
	Note  string // what the axes and bars mean: "Log scales; lower is better. Bars: 95% interval."
	Kind  Kind
	X, Y  Axis
	// Panels stand side by side in print; the page shows one at a time, chosen by its title.
	Panels []Panel
	Extra  bool // answers no question by itself: plot --all writes it, a run does not
}

// Kind is how the series of a chart are drawn.
type Kind string

const (
	Lines  Kind = "lines"  // points along X, joined, each with its interval
	Bars   Kind = "bars"   // a row each series, its parts end to end along X
	Forest Kind = "forest" // a row each series, one point along X with its interval, and a line at 1
	Pairs  Kind = "pairs"  // a row each series, its points along X joined: ours, and the others
)

// Axis is one axis. Rows of bars, forests and pairs have none: Y is empty there.
type Axis struct {
	Title string
	Unit  Unit
	Log   bool
}

// Unit is what numbers along an axis are, and so how they are written.
type Unit string

const (
	Conns     Unit = "conns" // numbers of connections: ticks where something was measured
	Bytes     Unit = "bytes"
	NS        Unit = "ns"
	PerSecond Unit = "per_s"
	Ratio     Unit = "ratio"
	Share     Unit = "share" // 0.01 is 1%
	Nines     Unit = "nines" // percentiles: 2 is p99, 3 is p99.9
	Count     Unit = "count"
)

// Panel is one part of a chart, over the same axes as the others.
type Panel struct {
	Title  string
	Series []Series
	Line   *Rule // a line across the panel, such as the load that was offered
}

// Rule is a straight line across a panel at a value of Y.
type Rule struct {
	At    float64
	Title string
}

// Series is what is drawn of one model.
type Series struct {
	Model  string // whose look it has
	Name   string // its label: the model, and what else tells it from others of its panel
	Dashed bool   // a control, or another variant of the same model
	Points []Point
	Parts  []Part // of Bars
}

// Point is one point, in base units. Its place along the rows of a Forest or Pairs is that of its series; X is its value there.
type Point struct {
	X, Y      float64
	Low, High float64 // the interval of Y, or of X in rows; both are NaN where none is known
	Range     bool    // Low and High are the smallest and the largest repetition: too few for an interval
	Void      bool    // hollow: it was not valid, or did not keep its limit; the line does not pass over it
	Text      string  // the value in words, as the answer's sentences and tables give it
	Name      string  // in Pairs: what this point is
}

// Part is one part of a bar.
type Part struct {
	Name  string
	Value float64
	Text  string
}
