#!/usr/bin/env bash
# A request of 150 header fields passes to a Node server over HTTP/1.1 and not over HTTP/2.
#
# Packages: node 26.10.0 (npm), Go 1.26.8 net/http as the client.
# Guess: node:http2 takes 200 header fields from Go's client as node:http does.
# Behaviour: node:http2 takes 128 fields in all, pseudo-fields included (maxHeaderListPairs), however short they are. Go's
#   client adds six (four pseudo-fields, accept-encoding, user-agent), so 122 of its own are the most. The stream ends
#   with ENHANCE_YOUR_CALM, whose name suggests too many requests rather than one wide request, and a limit on
#   the number of fields is not among the SETTINGS, so a client cannot know of it.
# Seen: h1 122 ok, 123 ok, 900 ok; h2 122 ok, 123 ENHANCE_YOUR_CALM, 900 ENHANCE_YOUR_CALM
set -euo pipefail
dir=$(mktemp -d) pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null || true; rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --no-fund --no-audit node@26.10.0 >/dev/null 2>&1
cat >server.mjs <<'EOF'
import http from 'node:http';
import http2 from 'node:http2';
const count = (request, response) => response.end(String(Object.keys(request.headers).filter((h) => h.startsWith('x-')).length));
const h1 = http.createServer(count), h2 = http2.createServer(count);
h1.listen(0, '127.0.0.1', () => h2.listen(0, '127.0.0.1', () => console.log(h1.address().port, h2.address().port)));
setTimeout(() => process.exit(), 120_000);
EOF
cat >main.go <<'EOF'
package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
)

func ask(h2 bool, port string, fields int) (string, error) {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(!h2)
	protocols.SetUnencryptedHTTP2(h2)
	transport := &http.Transport{Protocols: protocols}
	defer transport.CloseIdleConnections()
	request, err := http.NewRequest("GET", "http://127.0.0.1:"+port+"/", nil)
	if err != nil {
		return "", err
	}
	for i := range fields {
		request.Header.Set(fmt.Sprint("X-", i), "1")
	}
	response, err := transport.RoundTrip(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && string(body) != fmt.Sprint(fields) {
		err = errors.New("server saw " + string(body))
	}
	return "ok", err
}

func main() {
	for i, name := range []string{"h1", "h2"} {
		for _, fields := range []int{122, 123, 900} {
			answer, err := ask(name == "h2", os.Args[1+i], fields)
			if err != nil {
				answer = err.Error()
			}
			if strings.Contains(answer, "ENHANCE_YOUR_CALM") {
				answer = "ENHANCE_YOUR_CALM"
			}
			fmt.Println(name, fields, answer)
		}
	}
}
EOF
timeout 120 node_modules/.bin/node server.mjs >port & pid=$!
for _ in $(seq 200); do [ -s port ] && break; sleep 0.1; done
read -r h1 h2 <port
timeout 60 go run main.go "$h1" "$h2" >seen
want=$'h1 122 ok\nh1 123 ok\nh1 900 ok\nh2 122 ok\nh2 123 ENHANCE_YOUR_CALM\nh2 900 ENHANCE_YOUR_CALM'
if ! diff <(echo "$want") seen; then echo "changed (wanted <, got >)"; exit 1; fi
echo "Node 26.10.0 takes 900 header fields over HTTP/1.1; over HTTP/2 the 129th (pseudo-fields counted) ends the stream"
