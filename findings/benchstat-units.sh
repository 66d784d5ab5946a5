#!/usr/bin/env bash
# benchstat rewrites units that hold "ns" or "MB" and no other, so a reported figure comes back scaled or not at all.
#
# Packages: golang.org/x/perf/cmd/benchstat at v0.0.0-20260908200009-22c9c6c9d4da.
# Guess: ns/op becomes seconds; MB/s, and units of b.ReportMetric such as p99-ns, stay as they are.
# Behaviour: any part "ns" or "MB" of a unit, between dashes and before the slash, is rewritten: p99-ns to p99-sec and rss-MB to
#   rss-B. "us", "ms", "KB" and "GB" are not units to it, and get a prefix of their own on top: 5000 p99-us prints
#   as 5.000k p99-us. Bytes print with binary prefixes, so 3 MB prints as 2.861Mi. And as rss-MB and rss-B become
#   one unit, a line with both gives two samples of one quantity, reported as their mean; so does one unit twice.
# Seen: the table in `want` below
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
go mod init finding 2>/dev/null
go get golang.org/x/perf/cmd/benchstat@v0.0.0-20260908200009-22c9c6c9d4da 2>/dev/null
go build -o benchstat golang.org/x/perf/cmd/benchstat
stat() { # figures of one line -> unit and value pairs
	for _ in 1 2 3 4 5 6; do echo "BenchmarkA 100 $1"; done >in
	./benchstat in 2>/dev/null |
		awk -F"│" '/│/ && !/ in / {gsub(/ /, "", $2); unit = $2} /^A / {split($1, a, " +"); printf "%s %s;", a[2], unit}'
	echo " from $1"
}
{
	stat '10 ns/op 5000 p99-ns'
	stat '5000 p99-us 50 p99-ms'
	stat '3 MB 3 KB 3 GB'
	stat '7 MB/s'
	stat '1 rss-MB 3 rss-B'
	stat '10 ns/op 20 ns/op'
} >seen
want='10.00n sec/op;5.000µ p99-sec; from 10 ns/op 5000 p99-ns
5.000k p99-us;50.00 p99-ms; from 5000 p99-us 50 p99-ms
2.861Mi B;3.000 KB;3.000 GB; from 3 MB 3 KB 3 GB
6.676Mi B/s; from 7 MB/s
488.3Ki rss-B; from 1 rss-MB 3 rss-B
15.00n sec/op; from 10 ns/op 20 ns/op'
if ! diff <(echo "$want") seen; then echo "changed (wanted <, got >)"; exit 1; fi
echo "benchstat: 5000 p99-ns prints as 5.000µ p99-sec, 5000 p99-us as 5.000k p99-us, 3 MB as 2.861Mi B"
