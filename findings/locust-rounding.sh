#!/usr/bin/env bash
# Locust keeps two digits of each response time, so its 100th percentile can lie below its own maximum.
#
# Packages: locust 2.47.0 (PyPI).
# Guess: percentiles are whole milliseconds, as measured: one response of 3432 ms has a p50 of 3432.
# Behaviour: times of 100 ms and more are rounded to two significant digits before they are counted: 147 becomes 150,
#   3432 becomes 3400, 58760 becomes 59000. Minimum, maximum and mean come from the exact times, so one report can
#   hold a p50 above its maximum or a p100 below it; two runs at 1449 and 1451 ms seem 100 ms apart, and at 1451
#   and 1549 ms equal. The "median" column is held within minimum and maximum, the percentiles are not.
# Seen: 147: p50 150, max 147; 3432: p100 3400, max 3432; 1449 -> 1400; 1451 -> 1500; 1549 -> 1500
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv && venv/bin/pip -q install locust==2.47.0 >&2
cat >stats.py <<'EOF'
from locust.stats import RequestStats
for t in (99, 147, 1449, 1451, 1549, 3432, 58760):
    stats = RequestStats()
    stats.log_request('GET', '/', t, 0)
    e = stats.get('/', 'GET')
    p50, p100 = e.get_response_time_percentile(0.5), e.get_response_time_percentile(1.0)
    print(t, 'p50', p50, 'p100', p100, 'median', e.median_response_time, 'max', e.max_response_time)
EOF
venv/bin/python stats.py >seen
want='99 p50 99 p100 99 median 99 max 99
147 p50 150 p100 150 median 147 max 147
1449 p50 1400 p100 1400 median 1449 max 1449
1451 p50 1500 p100 1500 median 1451 max 1451
1549 p50 1500 p100 1500 median 1549 max 1549
3432 p50 3400 p100 3400 median 3432 max 3432
58760 p50 59000 p100 59000 median 58760 max 58760'
if ! diff <(echo "$want") seen; then echo "changed (wanted <, got >)"; exit 1; fi
echo "locust 2.47.0: one response of 3432 ms has p100 3400 and max 3432, one of 147 ms p50 150 and max 147"
