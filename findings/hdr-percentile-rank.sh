#!/usr/bin/env bash
# HdrHistogram's p99.9 of the same 600 values is not the same value in every language.
#
# Packages: hdrhistogram-go 1.4.0, hdrhistogram 0.10.8 (PyPI), hdr-histogram-js 3.0.1, node 26.10.0
#   (perf_hooks.createHistogram, which is HdrHistogram_c), org.hdrhistogram:HdrHistogram 2.2.2, hdrhistogram 7.5.4 (Rust).
# Guess: ports of one data structure give one answer: 600 for p99.9 of 1..600.
# Behaviour: Go, Python and C round the rank to the nearest (0.999 * 600 = 599.4 gives the 599th value), Java, JavaScript
#   and Rust round it up (the 600th, the maximum). They part wherever the fraction of the rank is below one half, so
#   among few samples one tool's p99.9 is the worst value and another's the second worst.
# Seen: Go, Python, Node 599 and 4; Java, JavaScript, Rust 600 and 5
set -euo pipefail
dir=$(mktemp -d)
trap 'chmod -R u+w "$dir"; rm -rf "$dir"' EXIT
cd "$dir"
export CARGO_TARGET_DIR=$dir/target

mkdir go && cd go
go mod init finding 2>/dev/null
cat >main.go <<'EOF'
package main

import (
	"fmt"

	hdr "github.com/HdrHistogram/hdrhistogram-go"
)

func at(n int64, p float64) int64 {
	h := hdr.New(1, 10_000, 4)
	for v := int64(1); v <= n; v++ {
		h.RecordValue(v)
	}
	return h.ValueAtPercentile(p)
}

func main() { fmt.Println("go", at(600, 99.9), at(10, 44)) }
EOF
go get github.com/HdrHistogram/hdrhistogram-go@v1.4.0 2>/dev/null
{ go run . ; cd "$dir"

python3 -m venv venv && venv/bin/pip -q install hdrhistogram==0.10.8 >&2
venv/bin/python - <<'EOF'
from hdrh.histogram import HdrHistogram
def at(n, p):
    h = HdrHistogram(1, 10_000, 4)
    for v in range(1, n + 1): h.record_value(v)
    return h.get_value_at_percentile(p)
print('python', at(600, 99.9), at(10, 44))
EOF

npm init -y >/dev/null && npm install --silent --no-fund --no-audit node@26.10.0 hdr-histogram-js@3.0.1 >/dev/null 2>&1
cat >hdr.mjs <<'EOF'
import { createHistogram } from 'node:perf_hooks';
import { build } from 'hdr-histogram-js';
const fill = (record, n) => { for (let v = 1; v <= n; v++) record(v); };
const c = (n, p) => {
  const h = createHistogram({ highest: 10_000, figures: 4 });
  fill((v) => h.record(v), n);
  return h.percentile(p);
};
const js = (n, p) => {
  const h = build({ highestTrackableValue: 10_000, numberOfSignificantValueDigits: 4 });
  fill((v) => h.recordValue(v), n);
  return h.getValueAtPercentile(p);
};
console.log('node', c(600, 99.9), c(10, 44));
console.log('js', js(600, 99.9), js(10, 44));
EOF
node_modules/.bin/node hdr.mjs

mvn -q -B dependency:copy -Dartifact=org.hdrhistogram:HdrHistogram:2.2.2 -DoutputDirectory="$dir" >/dev/null 2>&1
cat >At.java <<'EOF'
public class At {
  static long at(int n, double p) {
    var h = new org.HdrHistogram.Histogram(1, 10_000, 4);
    for (int v = 1; v <= n; v++) h.recordValue(v);
    return h.getValueAtPercentile(p);
  }
  public static void main(String[] args) { System.out.println("java " + at(600, 99.9) + " " + at(10, 44)); }
}
EOF
java -cp HdrHistogram-2.2.2.jar At.java

cargo init -q --name finding rust && cd rust && cargo add -q hdrhistogram@=7.5.4 --no-default-features
cat >src/main.rs <<'EOF'
fn at(n: u64, p: f64) -> u64 {
    let mut h = hdrhistogram::Histogram::<u64>::new_with_bounds(1, 10_000, 4).unwrap();
    (1..=n).for_each(|v| h.record(v).unwrap());
    h.value_at_percentile(p)
}
fn main() { println!("rust {} {}", at(600, 99.9), at(10, 44.0)); }
EOF
cargo run -q; } >"$dir/seen"
want=$'go 599 4\npython 599 4\nnode 599 4\njs 600 5\njava 600 5\nrust 600 5'
if [ "$(cat "$dir/seen")" != "$want" ]; then
	printf 'changed: want\n%s\ngot\n%s\n' "$want" "$(cat "$dir/seen")"
	exit 1
fi
echo "HdrHistogram p99.9 of 1..600: 599 in Go, Python and C (Node), 600 in Java, JavaScript and Rust"
