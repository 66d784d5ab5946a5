#!/usr/bin/env bash
# A client that sends its request, shuts its sending side and waits gets no answer from five of six HTTP servers.
#
# Packages: node 26.10.0, bun 1.4.5, deno 2.9.6 (npm), aiohttp 3.14.5, uvicorn 0.54.0 (PyPI), Go 1.26.8 net/http.
# Guess: TCP allows a half-closed connection, so all answer, and Go's request context stays alive, as the client is
#   still there to read.
# Behaviour: only Go answers, and it cancels the request's context all the same, so a handler that heeds its context
#   (a database call, an outgoing request) fails too. The other five take the end of the request stream for the end
#   of the client, and drop the connection without a byte while the handler still works.
# Seen: go 200 hello, context cancelled; node, bun, deno, aiohttp, uvicorn nothing
set -euo pipefail
dir=$(mktemp -d) pids=()
trap '[ ${#pids[@]} = 0 ] || kill "${pids[@]}" 2>/dev/null || true; chmod -R u+w "$dir"; rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --no-fund --no-audit node@26.10.0 bun@1.4.5 deno@2.9.6 >/dev/null 2>&1
python3 -m venv venv && venv/bin/pip -q install aiohttp==3.14.5 uvicorn==0.54.0 >&2

# Every handler works for two seconds: the end of the request stream comes in long before.
cat >main.go <<'EOF'
package main

import (
	"fmt"
	"net"
	"net/http"
	"time"
)

func main() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println(l.Addr().(*net.TCPAddr).Port)
	time.AfterFunc(2*time.Minute, func() { l.Close() })
	http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(2 * time.Second)
		fmt.Fprint(w, "hello, ", r.Context().Err())
	}))
}
EOF
cat >node.mjs <<'EOF'
import http from 'node:http';
const server = http.createServer((request, response) => setTimeout(() => response.end('hello'), 2000));
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
setTimeout(() => process.exit(), 120_000);
EOF
cat >bun.mjs <<'EOF'
const slow = async () => { await Bun.sleep(2000); return new Response('hello'); };
console.log(Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: slow }).port);
setTimeout(() => process.exit(), 120_000);
EOF
cat >deno.mjs <<'EOF'
const slow = async () => { await new Promise((done) => setTimeout(done, 2000)); return new Response('hello'); };
Deno.serve({ port: 0, hostname: '127.0.0.1', onListen: ({ port }) => console.log(port) }, slow);
setTimeout(() => Deno.exit(), 120_000);
EOF
cat >server.py <<'EOF'
import asyncio, socket, sys, uvicorn
from aiohttp import web
sock = socket.create_server(('127.0.0.1', 0))
print(sock.getsockname()[1], flush=True)
async def page(request):
    await asyncio.sleep(2)
    return web.Response(text='hello')
async def app(scope, receive, send):
    await asyncio.sleep(2)
    await send({'type': 'http.response.start', 'status': 200, 'headers': [(b'content-length', b'5')]})
    await send({'type': 'http.response.body', 'body': b'hello'})
if sys.argv[1] == 'uvicorn':
    uvicorn.Server(uvicorn.Config(app, log_level='critical', lifespan='off')).run([sock])
else:
    site = web.Application()
    site.router.add_get('/', page)
    web.run_app(site, sock=sock, print=None)
EOF
cat >ask.py <<'EOF'
import socket, sys
def ask(half):
    with socket.create_connection(('127.0.0.1', int(sys.argv[2])), timeout=30) as c:
        c.sendall(b'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
        if half: c.shutdown(socket.SHUT_WR)
        answer = b''
        while got := c.recv(65536): answer += got
    return answer.rpartition(b'\r\n')[2].decode() or 'nothing'
print(f'{sys.argv[1]}: open {ask(False)}; half-closed {ask(True)}')
EOF
go build -o go-server main.go
run() { # name command...
	timeout 120 "${@:2}" >"port.$1" & pids+=($!)
	for _ in $(seq 300); do [ -s "port.$1" ] && break; sleep 0.1; done
	python3 ask.py "$1" "$(cat "port.$1")"
}
{
	run go ./go-server
	run node node_modules/.bin/node node.mjs
	run bun node_modules/.bin/bun bun.mjs
	run deno node_modules/.bin/deno run -A deno.mjs
	run aiohttp venv/bin/python server.py aiohttp
	run uvicorn venv/bin/python server.py uvicorn
} >seen
want=$(printf 'go: open hello, <nil>; half-closed hello, context canceled'
	printf '\n%s: open hello; half-closed nothing' node bun deno aiohttp uvicorn)
if ! diff <(echo "$want") seen; then echo "changed (wanted <, got >)"; exit 1; fi
echo "half-closed after the request: Go answers with its context cancelled; Node, Bun, Deno, aiohttp and uvicorn drop it"
