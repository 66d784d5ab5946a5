#!/usr/bin/env bash
# A WebSocket server that picks none of the offered subprotocols is refused by ws, Node and Bun and by none of five others.
#
# Packages: server websockets 17.4 (PyPI); clients ws 8.23.0, node 26.10.0 (its global WebSocket), bun 1.4.5, deno 2.9.6 (npm),
#   websockets 17.4, aiohttp 3.14.5 (PyPI), gorilla/websocket 1.5.3, coder/websocket 1.8.15 (Go).
# Guess: RFC 6455 lets the server leave the header out, so the connection stands in every client, without a subprotocol.
# Behaviour: ws, Node and Bun fail the connection, as the browsers' standard asks; gorilla, coder, aiohttp and websockets
#   open it with an empty subprotocol, and so does Deno, though its WebSocket is the browsers' one. A server written
#   and tested with a Go client can turn the clients of Node and Bun away.
# Seen: ws, node, bun error; deno, websockets, aiohttp, gorilla, coder open
set -euo pipefail
dir=$(mktemp -d) pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null || true; rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --no-fund --no-audit node@26.10.0 bun@1.4.5 deno@2.9.6 ws@8.23.0 >/dev/null 2>&1
python3 -m venv venv && venv/bin/pip -q install aiohttp==3.14.5 websockets==17.4 >&2
go mod init finding 2>/dev/null
cat >server.py <<'EOF'
import asyncio, websockets
async def wait(c): await c.wait_closed()
async def main():
    server = await websockets.serve(wait, '127.0.0.1', 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.sleep(120)
asyncio.run(main())
EOF
cat >ws.mjs <<'EOF'
export { WebSocket } from 'ws';
EOF
cat >client.mjs <<'EOF'
const args = globalThis.Deno ? Deno.args : process.argv.slice(2);
const exit = () => globalThis.Deno ? Deno.exit() : process.exit();
const Client = args[0] === 'ws' ? (await import('./ws.mjs')).WebSocket : WebSocket;
const c = new Client(args[1], ['v1']);
c.onopen = () => { console.log(`${args[0]} open ${JSON.stringify(c.protocol)}`); exit(); };
c.onerror = () => { console.log(`${args[0]} error`); exit(); };
EOF
cat >client.py <<'EOF'
import aiohttp, asyncio, sys, websockets
async def main():
    async with websockets.connect(sys.argv[1], subprotocols=['v1']) as c: print('websockets open', c.subprotocol)
    async with aiohttp.ClientSession() as s, s.ws_connect(sys.argv[1], protocols=['v1']) as c: print('aiohttp open', c.protocol)
asyncio.run(main())
EOF
cat >main.go <<'EOF'
package main

import (
	"context"
	"fmt"
	"os"

	coder "github.com/coder/websocket"
	gorilla "github.com/gorilla/websocket"
)

func main() {
	g, _, err := (&gorilla.Dialer{Subprotocols: []string{"v1"}}).Dial(os.Args[1], nil)
	if err != nil {
		panic(err)
	}
	defer g.Close()
	fmt.Printf("gorilla open %q\n", g.Subprotocol())
	c, _, err := coder.Dial(context.Background(), os.Args[1], &coder.DialOptions{Subprotocols: []string{"v1"}})
	if err != nil {
		panic(err)
	}
	defer c.CloseNow()
	fmt.Printf("coder open %q\n", c.Subprotocol())
}
EOF
go get github.com/gorilla/websocket@v1.5.3 github.com/coder/websocket@v1.8.15 2>/dev/null
venv/bin/python server.py >port & pid=$!
for _ in $(seq 200); do [ -s port ] && break; sleep 0.1; done
url=ws://127.0.0.1:$(cat port)
{
	timeout 60 node_modules/.bin/node client.mjs ws "$url"
	timeout 60 node_modules/.bin/node client.mjs node "$url"
	timeout 60 node_modules/.bin/bun client.mjs bun "$url"
	timeout 60 node_modules/.bin/deno run -A client.mjs deno "$url"
	timeout 60 venv/bin/python client.py "$url"
	timeout 60 go run main.go "$url"
} >seen
want='ws error|node error|bun error|deno open ""|websockets open None|aiohttp open None|gorilla open ""|coder open ""'
if ! diff <(tr '|' '\n' <<<"$want") seen; then echo "changed (wanted <, got >)"; exit 1; fi
echo "no subprotocol chosen: ws, Node and Bun refuse the server; Deno, websockets, aiohttp, gorilla and coder open"
