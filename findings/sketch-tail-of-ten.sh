#!/usr/bin/env bash
# Ten latencies, nine of 1 ms and one of 1000 ms: four estimators put p95 at 1, 550 or 1000 ms.
#
# Packages: hdrhistogram-go 1.4.0, influxdata/tdigest 0.0.1 (the one in vegeta 12.13.0), caio/go-tdigest 4.0.1,
#   DataDog/sketches-go 1.4.8.
# Guess: so few values are kept as they are, so p99 is near 1000 in each, 900 at the least.
# Behaviour: DDSketch takes the value at rank q*(n-1), rounded down, so p99 cannot show a single slow call among up to
#   100; its 1% is an error of the value, not of the rank. The t-digests interpolate between neighbours, each by a
#   rule of its own: influxdata's p90 is a latency that no call had, and so are caio's p90, p95 and p99.
# Seen: the table in `want` below
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
go mod init finding 2>/dev/null
cat >main.go <<'EOF'
package main

import (
	"fmt"

	hdr "github.com/HdrHistogram/hdrhistogram-go"
	"github.com/DataDog/sketches-go/ddsketch"
	caio "github.com/caio/go-tdigest/v4"
	"github.com/influxdata/tdigest"
)

func main() {
	h := hdr.New(1, 1<<20, 4)
	t := tdigest.NewWithCompression(1000)
	c, err := caio.New(caio.LocalRandomNumberGenerator(1))
	if err != nil {
		panic(err)
	}
	d, err := ddsketch.NewDefaultDDSketch(0.01)
	if err != nil {
		panic(err)
	}
	for i := 0; i < 10; i++ {
		v := 1.0
		if i == 9 {
			v = 1000
		}
		h.RecordValue(int64(v))
		t.Add(v, 1)
		c.Add(v)
		d.Add(v)
	}
	for _, q := range []float64{0.5, 0.9, 0.95, 0.99} {
		s, _ := d.GetValueAtQuantile(q)
		fmt.Printf("p%.0f hdr %d influxdata %.1f caio %.1f ddsketch %.1f\n",
			q*100, h.ValueAtQuantile(q*100), t.Quantile(q), c.Quantile(q), s)
	}
}
EOF
go get github.com/HdrHistogram/hdrhistogram-go@v1.4.0 github.com/influxdata/tdigest@v0.0.1 \
	github.com/caio/go-tdigest/v4@v4.0.1 github.com/DataDog/sketches-go/ddsketch@v1.4.8 2>/dev/null
go run . >seen
want='p50 hdr 1 influxdata 1.0 caio 1.0 ddsketch 1.0
p90 hdr 1 influxdata 500.5 caio 100.9 ddsketch 1.0
p95 hdr 1000 influxdata 1000.0 caio 550.4 ddsketch 1.0
p99 hdr 1000 influxdata 1000.0 caio 910.1 ddsketch 1.0'
if ! diff <(echo "$want") seen; then echo "changed (wanted <, got >)"; exit 1; fi
echo "p95 of nine 1s and one 1000: HdrHistogram 1000, influxdata/tdigest 1000, caio/go-tdigest 550, DDSketch 1"
