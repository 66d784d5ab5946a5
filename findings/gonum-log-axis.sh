#!/usr/bin/env bash
# A logarithmic axis of gonum/plot whose data lie within one decade has no number on it at all.
#
# Packages: gonum.org/v1/plot 0.17.0.
# Guess: LogTicks on 2..8 or 20..80 labels at least two ticks on the axis.
# Behaviour: LogTicks labels only the powers of ten, and goes out to those around the range; the axis leaves out what
#   lies beyond its ends. From 2 to 8 that leaves ticks without labels, and no note of it. Widening the range to the
#   next powers of ten (here 1 to 10) brings two labels. Latencies of one server at one load are such data.
# Seen: numbers drawn on the axis: 2..8 none, 20..80 none, 1..10 two, 5..50 one
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
go mod init finding 2>/dev/null
cat >main.go <<'EOF'
package main

import (
	"bytes"
	"fmt"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
)

func main() {
	for _, ends := range [][2]float64{{2, 8}, {20, 80}, {1, 10}, {5, 50}} {
		p := plot.New()
		p.HideX()
		p.Y.Min, p.Y.Max = ends[0], ends[1]
		p.Y.Scale = plot.LogScale{}
		p.Y.Tick.Marker = plot.LogTicks{}
		w, err := p.WriterTo(10*vg.Centimeter, 10*vg.Centimeter, "svg")
		if err != nil {
			panic(err)
		}
		var svg bytes.Buffer
		if _, err := w.WriteTo(&svg); err != nil {
			panic(err)
		}
		fmt.Printf("%v..%v labels %d, ticks %t\n", ends[0], ends[1],
			strings.Count(svg.String(), "<text"), strings.Count(svg.String(), "<path") > 5)
	}
}
EOF
go get gonum.org/v1/plot@v0.17.0 2>/dev/null
go mod tidy 2>/dev/null
go run . >seen
want='2..8 labels 0, ticks true
20..80 labels 0, ticks true
1..10 labels 2, ticks true
5..50 labels 1, ticks true'
if ! diff <(echo "$want") seen; then echo "changed (wanted <, got >)"; exit 1; fi
echo "gonum/plot 0.17.0, LogTicks: an axis from 2 to 8 or 20 to 80 carries no number, from 5 to 50 one"
