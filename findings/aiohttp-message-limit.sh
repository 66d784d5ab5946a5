#!/usr/bin/env bash
# aiohttp's max_msg_size refuses a WebSocket message of exactly that size, unless it comes compressed.
#
# Packages: aiohttp 3.14.5 and websockets 17.4 (PyPI), ws 8.23.0 and bun 1.4.5 (npm).
# Guess: a limit of N bytes lets N bytes through and refuses N + 1, in each server and in each way of sending.
# Behaviour: ws, Bun and websockets do that. aiohttp refuses N too (close code 1009) if the message comes plain,
#   whole or in fragments, and takes N if it comes by permessage-deflate. A client that turns compression on or
#   off, or a port of a test from another server, moves the border by one.
# Seen: for a limit of 1000: the largest message taken is 999 plain, 999 fragmented, 1000 compressed; else 1000 thrice
set -euo pipefail
dir=$(mktemp -d) pids=()
trap '[ ${#pids[@]} = 0 ] || kill "${pids[@]}" 2>/dev/null || true; rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --no-fund --no-audit node@26.10.0 bun@1.4.5 ws@8.23.0 >/dev/null 2>&1
python3 -m venv venv && venv/bin/pip -q install aiohttp==3.14.5 websockets==17.4 >&2

cat >ws.mjs <<'EOF'
import { WebSocketServer } from 'ws';
const server = new WebSocketServer({ port: 0, host: '127.0.0.1', maxPayload: 1000, perMessageDeflate: true });
server.on('connection', (c) => { c.on('error', () => {}); c.on('message', (m) => c.send(String(m.length))); });
server.on('listening', () => console.log(server.address().port));
setTimeout(() => process.exit(), 120_000);
EOF
cat >bun.mjs <<'EOF'
const websocket = { perMessageDeflate: true, maxPayloadLength: 1000, message: (c, m) => { c.send(String(m.length)); } };
const fetch = (request, server) => server.upgrade(request) ? undefined : new Response('no');
console.log(Bun.serve({ port: 0, hostname: '127.0.0.1', fetch, websocket }).port);
setTimeout(() => process.exit(), 120_000);
EOF
cat >server.py <<'EOF'
import asyncio, logging, sys, websockets
from aiohttp import web
logging.disable()
async def page(request):
    c = web.WebSocketResponse(max_msg_size=1000)
    await c.prepare(request)
    async for m in c:
        if m.type == web.WSMsgType.TEXT: await c.send_str(str(len(m.data)))
    return c
async def echo(c):
    async for m in c: await c.send(str(len(m)))
async def main():
    if sys.argv[1] == 'websockets':
        server = await websockets.serve(echo, '127.0.0.1', 0, max_size=1000)
        print(server.sockets[0].getsockname()[1], flush=True)
    else:
        app = web.Application()
        app.router.add_get('/', page)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, '127.0.0.1', 0).start()
        print(runner.addresses[0][1], flush=True)
    await asyncio.sleep(120)
asyncio.run(main())
EOF
cat >ask.py <<'EOF'
import asyncio, sys, websockets
async def taken(size, how):
    deflate = 'deflate' if how == 'compressed' else None
    async with websockets.connect(f'ws://127.0.0.1:{sys.argv[2]}/', compression=deflate) as c:
        assert not deflate or c.protocol.extensions
        try:
            await c.send(['x' * 400, 'x' * (size - 400)] if how == 'fragmented' else 'x' * size)
            return await c.recv() == str(size)
        except websockets.ConnectionClosed as e:
            if e.rcvd.code != 1009: raise
async def main():
    for how in ('plain', 'fragmented', 'compressed'):
        print(sys.argv[1], how, max([n for n in (998, 999, 1000, 1001) if await taken(n, how)]))
asyncio.run(main())
EOF
run() { # name command...
	timeout 120 "${@:2}" >"port.$1" 2>/dev/null & pids+=($!)
	for _ in $(seq 300); do [ -s "port.$1" ] && break; sleep 0.1; done
	venv/bin/python ask.py "$1" "$(cat "port.$1")"
}
{
	run ws node_modules/.bin/node ws.mjs
	run bun node_modules/.bin/bun bun.mjs
	run websockets venv/bin/python server.py websockets
	run aiohttp venv/bin/python server.py aiohttp
} >seen
want=$(for server in ws bun websockets; do printf "$server %s 1000\n" plain fragmented compressed; done
	printf 'aiohttp %s\n' 'plain 999' 'fragmented 999' 'compressed 1000')
if ! diff <(echo "$want") seen; then echo "changed (wanted <, got >)"; exit 1; fi
echo "limit 1000: aiohttp takes 999 bytes plain and 1000 compressed; ws, Bun and websockets 1000 either way"
