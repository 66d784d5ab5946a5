-- What wrk is to send, and to tell in its last line of output.
wrk.method = "POST"

function init(args)
  wrk.body = args[1]
end

-- Percentiles of latency in us: the middle of every thousandth up to the 99th, then of every ten-thousandth.
local function distribution(latency)
  local values = {}
  local function add(from, step, n)
    for i = 0, n - 1 do
      values[#values + 1] = string.format("%d", latency:percentile(from + (i + 0.5) * step))
    end
  end
  add(0, 0.1, 990)
  add(99, 0.01, 100)
  return table.concat(values, ",")
end

function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format(
    '{"requests":%d,"bytes":%d,"duration_us":%d,"min_us":%d,"max_us":%d,"latency_us":[%s],' ..
    '"connect":%d,"read":%d,"write":%d,"timeout":%d,"status":%d}\n',
    summary.requests, summary.bytes, summary.duration, latency.min, latency.max, distribution(latency),
    e.connect, e.read, e.write, e.timeout, e.status))
end
