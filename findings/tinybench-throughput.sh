#!/usr/bin/env bash
# tinybench's operations a second are not operations divided by seconds.
#
# Packages: tinybench 6.2.5 (the engine behind `vitest bench`), on Node 26.10.0 (npm `node`).
# Guess: throughput.mean is samples divided by total time: for one call of 1 ms and one of 9 ms, 200 a second.
# Behaviour: each sample is turned into a rate of its own and the rates are averaged, (1000 + 111.1) / 2. The
#   arithmetic mean of rates is never below the true rate and grows with the spread, so of two functions with the
#   same total time the unsteadier one shows the higher throughput. For the same reason throughput.p99 is the
#   rate of the fastest calls, not of the slowest.
# Seen: two samples, 10 ms in all: mean latency 5 ms, throughput.mean 555.6/s, throughput.p99 991.1/s
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --no-fund --no-audit node@26.10.0 tinybench@6.2.5 >/dev/null 2>&1

cat >bench.mjs <<'EOF'
import { Bench } from 'tinybench';
// The clock is the benchmark's own, so nothing here depends on the machine.
async function run(costs) {
  let clock = 0, call = 0;
  const bench = new Bench({ now: () => clock, warmup: false, iterations: costs.length, time: 0 });
  bench.add('x', () => { clock += costs[call++ % costs.length]; });
  await bench.run();
  const { latency, throughput, totalTime } = bench.tasks[0].result;
  const n = (x) => Number(x.toFixed(1));
  console.log(costs.join('+'), 'total', totalTime, 'latency', n(latency.mean),
    'throughput', n(throughput.mean), 'p99', n(throughput.p99), 'true', n(latency.samplesCount * 1000 / totalTime));
}
await run([5, 5]);
await run([1, 9]);
EOF
seen=$(timeout 60 node_modules/.bin/node bench.mjs)
want='5+5 total 10 latency 5 throughput 200 p99 200 true 200
1+9 total 10 latency 5 throughput 555.6 p99 991.1 true 200'
if [ "$seen" != "$want" ]; then
	printf 'changed: want\n%s\ngot\n%s\n' "$want" "$seen"
	exit 1
fi
echo "tinybench 6.2.5: calls of 1 ms and 9 ms make 556 operations a second, those of 5 ms and 5 ms make 200"
