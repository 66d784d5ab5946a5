#!/usr/bin/env bash
# autocannon with an amount reports that amount as the rate, if the run is over within a second.
#
# Packages: autocannon 9.0.0, node 26.10.0 (npm).
# Guess: requests.average is requests divided by the time they took: 100 requests done in 50 ms make about 2000 a second.
# Behaviour: completed requests are sampled once a second and the run ends with a sample, so no run is shorter than a
#   second: 100 requests give duration 1 and an average (and minimum, maximum, median) of 100 a second, 200 give 200,
#   however fast the server is. Latencies are whole milliseconds, so they do not give the rate either.
#   A rate needs a duration of many seconds; an amount only says how many.
# Seen: amount 100: 100 a second, duration 1.01 s, one sample; amount 200: 200 a second; served within 0.1 s
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --no-fund --no-audit node@26.10.0 autocannon@9.0.0 >/dev/null 2>&1
cat >run.mjs <<'EOF'
import http from 'node:http';
import autocannon from 'autocannon';
let times = [];
const server = http.createServer((request, response) => { times.push(performance.now()); response.end('hello'); });
server.listen(0, '127.0.0.1', async () => {
  for (const amount of [100, 200]) {
    let result, took, tries = 0;
    do { // a busy machine may need more than the half second that tells the two rates apart
      times = [];
      result = await autocannon({ url: `http://127.0.0.1:${server.address().port}`, amount, connections: 2 });
      took = times.at(-1) - times[0];
    } while (took > 500 && ++tries < 10);
    const { average, min, max, p50 } = result.requests;
    console.log(amount, 'served', times.length, took < 500 ? 'in half a second' : 'too slowly', 'average', average,
      'min', min, 'max', max, 'p50', p50, 'samples', result.samples, 'a second or more', result.duration >= 1,
      'whole milliseconds', [result.latency.p50, result.latency.p99, result.latency.max].every(Number.isInteger));
  }
  process.exit();
});
EOF
timeout 120 node_modules/.bin/node run.mjs >seen
want=$(for n in 100 200; do
	echo "$n served $n in half a second average $n min $n max $n p50 $n samples 1 a second or more true whole milliseconds true"
done)
if ! diff <(echo "$want") seen; then echo "changed (wanted <, got >)"; exit 1; fi
echo "autocannon 9.0.0: 100 requests served within half a second are reported as 100 a second, 200 as 200"
