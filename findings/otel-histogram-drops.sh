#!/usr/bin/env bash
# The same six recordings make an OpenTelemetry histogram of six values in Go, four in JavaScript and three in Python.
#
# Packages: go.opentelemetry.io/otel/sdk/metric 1.47.0, @opentelemetry/sdk-metrics 3.1.1, opentelemetry-sdk 1.45.2.
# Guess: one specification, so a negative duration (a clock that stepped back) is dropped alike in the three SDKs.
# Behaviour: Go keeps it, and NaN and an infinity too: the sum is NaN for good and NaN counts in the last bucket
#   with the infinity. JavaScript drops the negative one and NaN and keeps the infinity, so the sum is infinite (null in
#   JSON). Python drops all three with a warning. A dashboard over services in three languages shows three means.
# Seen: buckets (..1], (1..2], (2..) of 1, 2, 3, -5, NaN, +Inf: go 2 1 3, js 1 1 2, python 1 1 1
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --no-fund --no-audit node@26.10.0 @opentelemetry/sdk-metrics@3.1.1 @opentelemetry/api@1.10.0 >/dev/null 2>&1
python3 -m venv venv && venv/bin/pip -q install opentelemetry-sdk==1.45.2 >&2
go mod init finding 2>/dev/null
cat >main.go <<'EOF'
package main

import (
	"context"
	"fmt"
	"math"

	"go.opentelemetry.io/otel/metric"
	sdk "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

func main() {
	reader := sdk.NewManualReader()
	meter := sdk.NewMeterProvider(sdk.WithReader(reader)).Meter("finding")
	h, err := meter.Float64Histogram("h", metric.WithExplicitBucketBoundaries(1, 2))
	if err != nil {
		panic(err)
	}
	for _, v := range []float64{1, 2, 3, -5, math.NaN(), math.Inf(1)} {
		h.Record(context.Background(), v)
	}
	var got metricdata.ResourceMetrics
	if err := reader.Collect(context.Background(), &got); err != nil {
		panic(err)
	}
	p := got.ScopeMetrics[0].Metrics[0].Data.(metricdata.Histogram[float64]).DataPoints[0]
	fmt.Println("go", p.Count, p.BucketCounts, "sum", p.Sum)
}
EOF
cat >otel.mjs <<'EOF'
import * as sdk from '@opentelemetry/sdk-metrics';
const exporter = new sdk.InMemoryMetricExporter(sdk.AggregationTemporality.CUMULATIVE);
const reader = new sdk.PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 1e8 });
const meter = new sdk.MeterProvider({ readers: [reader] }).getMeter('finding');
const h = meter.createHistogram('h', { advice: { explicitBucketBoundaries: [1, 2] } });
for (const v of [1, 2, 3, -5, NaN, Infinity]) h.record(v);
await reader.forceFlush();
const { count, sum, buckets } = exporter.getMetrics()[0].scopeMetrics[0].metrics[0].dataPoints[0].value;
console.log('js', count, `[${buckets.counts.join(' ')}]`, 'sum', sum);
process.exit();
EOF
cat >otel.py <<'EOF'
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
reader = InMemoryMetricReader()
h = MeterProvider([reader]).get_meter('finding').create_histogram('h', explicit_bucket_boundaries_advisory=[1, 2])
for v in (1, 2, 3, -5, float('nan'), float('inf')): h.record(v)
p = reader.get_metrics_data().resource_metrics[0].scope_metrics[0].metrics[0].data.data_points[0]
print('python', p.count, f"[{' '.join(map(str, p.bucket_counts))}]", 'sum', p.sum)
EOF
go get go.opentelemetry.io/otel/metric@v1.47.0 go.opentelemetry.io/otel/sdk/metric@v1.47.0 2>/dev/null
go mod tidy 2>/dev/null
{ go run . && node_modules/.bin/node otel.mjs && venv/bin/python otel.py 2>/dev/null; } >seen
want=$'go 6 [2 1 3] sum NaN\njs 4 [1 1 2] sum Infinity\npython 3 [1 1 1] sum 6'
if ! diff <(echo "$want") seen; then echo "changed (wanted <, got >)"; exit 1; fi
echo "1, 2, 3, -5, NaN and +Inf recorded: OpenTelemetry counts 6 in Go, 4 in JavaScript, 3 in Python"
