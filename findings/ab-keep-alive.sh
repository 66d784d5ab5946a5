#!/usr/bin/env bash
# `ab -k` keeps no connection alive to Node or Bun, and to Go's net/http only for answers of up to 2048 bytes.
#
# Packages: ab of Debian's apache2-utils 2.4.71-1~deb12u1, node 26.10.0, bun 1.4.5, deno 2.9.6 (npm), Go 1.26.8 net/http.
# Guess: -k asks for keep-alive and Go has it by default, so all 20 requests are kept alive whatever the size of the answer.
# Behaviour: ab speaks HTTP/1.0. Node and Bun answer a 1.0 request and close, whatever its Connection header says. Go keeps
#   it open if the length is known: for an answer of at most 2048 bytes net/http works out Content-Length itself; one
#   byte more goes out before the handler ends, 1.0 has no chunks, so the end of the connection ends the answer.
#   Deno keeps it alive. ab counts no failure in any case; it measures connection set-up instead of requests.
# Seen: keep-alive requests of 20: go 2048 B 20, go 2049 B 0, node 0, bun 0, deno 20
set -euo pipefail
dir=$(mktemp -d) pids=()
trap '[ ${#pids[@]} = 0 ] || kill "${pids[@]}" 2>/dev/null || true; chmod -R u+w "$dir"; rm -rf "$dir"' EXIT
cd "$dir"
debs=(apache2-utils=2.4.71-1~deb12u1 libapr1 libaprutil1)
apt-get download -q "${debs[@]}" >/dev/null 2>&1 || { apt-get -q update && apt-get download -q "${debs[@]}"; } >/dev/null 2>&1
for deb in ./*.deb; do dpkg -x "$deb" root; done
libs=(root/usr/lib/*-linux-gnu)
ab() { LD_LIBRARY_PATH="$dir/${libs[0]}" timeout 60 root/usr/bin/ab "$@"; }
npm init -y >/dev/null
npm install --silent --no-fund --no-audit node@26.10.0 bun@1.4.5 deno@2.9.6 >/dev/null 2>&1
cat >main.go <<'EOF'
package main

import (
	"fmt"
	"net"
	"net/http"
	"strconv"
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
		n, _ := strconv.Atoi(r.URL.Path[1:])
		w.Write(make([]byte, n))
	}))
}
EOF
cat >node.mjs <<'EOF'
import http from 'node:http';
const server = http.createServer((request, response) => response.end('x'.repeat(100)));
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
setTimeout(() => process.exit(), 120_000);
EOF
cat >bun.mjs <<'EOF'
console.log(Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response('x'.repeat(100)) }).port);
setTimeout(() => process.exit(), 120_000);
EOF
cat >deno.mjs <<'EOF'
Deno.serve({ port: 0, hostname: '127.0.0.1', onListen: ({ port }) => console.log(port) }, () => new Response('x'.repeat(100)));
setTimeout(() => Deno.exit(), 120_000);
EOF
go build -o go-server main.go
run() { # name path command...
	local name=$1 path=$2
	shift 2
	"$@" >"port.$name" & pids+=($!)
	for _ in $(seq 200); do [ -s "port.$name" ] && break; sleep 0.1; done
	ab -k -q -n 20 -c 2 "http://127.0.0.1:$(cat "port.$name")/$path" >out
	grep -q '^Complete requests: *20$' out
	echo "$name $(sed -n 's/^Keep-Alive requests: *//p' out)"
}
{
	run go-2048 2048 ./go-server
	run go-2049 2049 ./go-server
	run node '' node_modules/.bin/node node.mjs
	run bun '' node_modules/.bin/bun bun.mjs
	run deno '' node_modules/.bin/deno run -A deno.mjs
} >seen
want=$'go-2048 20\ngo-2049 0\nnode 0\nbun 0\ndeno 20'
if [ "$(cat seen)" != "$want" ]; then
	printf 'changed: want\n%s\ngot\n%s\n' "$want" "$(cat seen)"
	exit 1
fi
echo "ab -k, 20 requests: kept alive by Go 20 at 2048 bytes and 0 at 2049, Node 0, Bun 0, Deno 20"
