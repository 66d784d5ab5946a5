#!/usr/bin/env bash
# Bun.serve closes the connection on a pipelined request if the answer before it is still being made.
#
# Packages: bun 1.4.5, deno 2.9.6, node 26.10.0 (npm), aiohttp 3.14.5 (PyPI).
# Guess: two GETs in one write to an asynchronous handler are answered in the order of the requests, by all four.
# Behaviour: Node, Deno and aiohttp do that. Bun answers pipelined requests only while each handler is done at once
#   (no more than resolved promises). With the first handler still waiting it closes the connection: neither
#   request gets an answer, the second never reaches the handler, and no error is reported on the server. A load
#   generator's pipelining option (autocannon --pipelining, a wrk script) so works on a static page and counts only
#   errors as soon as the handler awaits a database.
# Seen: bun fast 2 answers, slow 0 and closed; node, deno, aiohttp 2 and 2
set -euo pipefail
dir=$(mktemp -d) pids=()
trap '[ ${#pids[@]} = 0 ] || kill "${pids[@]}" 2>/dev/null || true; rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --no-fund --no-audit node@26.10.0 bun@1.4.5 deno@2.9.6 >/dev/null 2>&1
python3 -m venv venv && venv/bin/pip -q install aiohttp==3.14.5 >&2

# /slow works for two seconds; the request behind it is read long before.
cat >bun.mjs <<'EOF'
const fetch = async (request) => {
  if (request.url.endsWith('/slow')) await Bun.sleep(2000);
  return new Response('hello');
};
console.log(Bun.serve({ port: 0, hostname: '127.0.0.1', fetch }).port);
setTimeout(() => process.exit(), 120_000);
EOF
cat >deno.mjs <<'EOF'
Deno.serve({ port: 0, hostname: '127.0.0.1', onListen: ({ port }) => console.log(port) }, async (request) => {
  if (request.url.endsWith('/slow')) await new Promise((done) => setTimeout(done, 2000));
  return new Response('hello');
});
setTimeout(() => Deno.exit(), 120_000);
EOF
cat >node.mjs <<'EOF'
import http from 'node:http';
const server = http.createServer((request, response) => {
  setTimeout(() => response.end('hello'), request.url === '/slow' ? 2000 : 0);
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
setTimeout(() => process.exit(), 120_000);
EOF
cat >server.py <<'EOF'
import asyncio, socket
from aiohttp import web
sock = socket.create_server(('127.0.0.1', 0))
print(sock.getsockname()[1], flush=True)
async def page(request):
    if request.path == '/slow': await asyncio.sleep(2)
    return web.Response(text='hello')
app = web.Application()
app.router.add_get('/{path}', page)
web.run_app(app, sock=sock, print=None)
EOF
cat >ask.py <<'EOF'
import re, socket, sys
def answers(path):
    with socket.create_connection(('127.0.0.1', int(sys.argv[2])), timeout=30) as c:
        c.sendall(b''.join(b'GET /%s HTTP/1.1\r\nHost: localhost\r\n\r\n' % p for p in (path, b'fast')))
        got = b''
        while len(re.findall(b'hello', got)) < 2 and (more := c.recv(65536)): got += more
    return len(re.findall(b'HTTP/1.1 200', got))
print(sys.argv[1], 'fast', answers(b'fast'), 'slow', answers(b'slow'), 'after', answers(b'fast'))
EOF
run() { # name command...
	timeout 120 "${@:2}" >"port.$1" & pids+=($!)
	for _ in $(seq 300); do [ -s "port.$1" ] && break; sleep 0.1; done
	python3 ask.py "$1" "$(cat "port.$1")"
}
{
	run bun node_modules/.bin/bun bun.mjs
	run node node_modules/.bin/node node.mjs
	run deno node_modules/.bin/deno run -A deno.mjs
	run aiohttp venv/bin/python server.py
} >seen
want=$(echo bun fast 2 slow 0 after 2; printf '%s fast 2 slow 2 after 2\n' node deno aiohttp)
if ! diff <(echo "$want") seen; then echo "changed (wanted <, got >)"; exit 1; fi
echo "two pipelined GETs, the first slow: Bun 1.4.5 closes without an answer; Node, Deno and aiohttp answer both"
