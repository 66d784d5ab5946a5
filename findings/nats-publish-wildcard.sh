#!/usr/bin/env bash
# NATS takes a message published to "foo.*" as one for the literal subject, and one to "foo..bar" for nobody.
#
# Packages: nats-server 2.15.3 and nats.go 1.55.0 (Go), @nats-io/transport-node 3.4.0 (npm), nats-py 2.16.0 (PyPI).
# Guess: wildcards belong to subscriptions, so every client refuses to publish to "foo.*".
# Behaviour: publish and flush succeed in all three clients. "foo.*" is a plain name there: the subscribers of foo.* and
#   of foo.> get a message whose subject is "foo.*", and the subscriber of foo.bar nothing. "foo..bar" reaches
#   nobody, not even ">", so a subject built with an empty part (a missing id) loses its messages without an error.
# Seen: go, js, python alike: foo.* -> foo.*, foo.>, >; foo..bar -> none; no error
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --no-fund --no-audit node@26.10.0 @nats-io/transport-node@3.4.0 >/dev/null 2>&1
python3 -m venv venv && venv/bin/pip -q install nats-py==2.16.0 >&2
go mod init finding 2>/dev/null
go get github.com/nats-io/nats-server/v2@v2.15.3 github.com/nats-io/nats.go@v1.55.0 2>/dev/null
cat >publish.mjs <<'EOF'
import { connect } from '@nats-io/transport-node';
const nc = await connect({ servers: process.argv[2] });
for (const subject of process.argv.slice(3)) { nc.publish(subject); await nc.flush(); }
await nc.close();
EOF
cat >publish.py <<'EOF'
import asyncio, nats, sys
async def main():
    nc = await nats.connect(sys.argv[1])
    for subject in sys.argv[2:]:
        await nc.publish(subject)
        await nc.flush()
    await nc.close()
asyncio.run(main())
EOF
cat >main.go <<'EOF'
package main

import (
	"fmt"
	"os/exec"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func main() {
	s := must(server.NewServer(&server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT}))
	s.Start()
	defer s.Shutdown()
	if !s.ReadyForConnections(time.Minute) {
		panic("the server is not ready")
	}
	nc := must(nats.Connect(s.ClientURL()))
	defer nc.Close()
	got := make(chan *nats.Msg, 100)
	for _, pattern := range []string{"foo.bar", "foo.*", "foo.>", ">"} {
		must(nc.ChanSubscribe(pattern, got))
	}
	must(0, nc.Flush())
	subjects := []string{"foo.*", "foo..bar", "foo.bar", "end"} // one connection's messages come in order, so "end" is last
	for _, client := range []string{"go", "node_modules/.bin/node publish.mjs", "venv/bin/python publish.py"} {
		var program, script string
		if n, _ := fmt.Sscan(client, &program, &script); n == 2 {
			must(exec.Command(program, append([]string{script, s.ClientURL()}, subjects...)...).Output())
		} else {
			for _, subject := range subjects {
				must(0, nc.Publish(subject, nil))
				must(0, nc.Flush())
			}
		}
		count := map[string]int{}
		for m := range got {
			if m.Subject == "end" {
				break
			}
			count["sent to "+m.Subject+": "+m.Sub.Subject]++
		}
		fmt.Println(count)
	}
}
EOF
go mod tidy 2>/dev/null
go build -o finding main.go
timeout 120 ./finding >seen
one='map[sent to foo.*: >:1 sent to foo.*: foo.*:1 sent to foo.*: foo.>:1'
one+=' sent to foo.bar: >:1 sent to foo.bar: foo.*:1 sent to foo.bar: foo.>:1 sent to foo.bar: foo.bar:1]'
if ! diff <(printf '%s\n' "$one" "$one" "$one") seen; then echo "changed (wanted <, got >)"; exit 1; fi
echo "NATS, three clients: foo.* is published as a literal name, foo..bar to nobody (not even to >), both without an error"
