#!/usr/bin/env bash
# A plain GET by Java's HttpClient fails against a Node server that also serves WebSocket.
#
# Packages: ws 8.23.0 on Node 26.10.0 (npm `node`); java.net.http.HttpClient of JDK 25 (25.0.3 tried).
# Guess: a GET without any WebSocket header gets the page: 200.
# Behaviour: HttpClient prefers HTTP/2 by default, so over plain http:// each first request carries
#   "Connection: Upgrade, HTTP2-Settings" and "Upgrade: h2c". Node hands any request with Upgrade to an
#   'upgrade' listener once there is one, and ws, which listens there, answers 400. curl and HttpClient
#   pinned to HTTP_1_1 get their 200 from the same server; a load test written in Java with the default
#   version measures nothing but 400s.
# Seen: HTTP_1_1 200 hello / HTTP_2 400 Invalid Upgrade header
set -euo pipefail
dir=$(mktemp -d) pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null || true; rm -rf "$dir"' EXIT
cd "$dir"
java=${JAVA:-java}
for home in "${JAVA_HOME:-}" /usr/lib/jvm/*25*; do
	if [ -x "$home/bin/java" ] && "$home/bin/java" -version 2>&1 | grep -q '"25'; then java=$home/bin/java; fi
done
npm init -y >/dev/null
npm install --silent --no-fund --no-audit node@26.10.0 ws@8.23.0 >/dev/null 2>&1

cat >server.mjs <<'EOF'
import http from 'node:http';
import { WebSocketServer } from 'ws';
const server = http.createServer((request, response) => response.end('hello'));
new WebSocketServer({ server });
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
setTimeout(() => process.exit(), 120_000).unref();
EOF
cat >Get.java <<'EOF'
import java.net.URI;
import java.net.http.*;
public class Get {
  public static void main(String[] args) throws Exception {
    var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + args[0] + "/")).build();
    for (var version : new HttpClient.Version[] {HttpClient.Version.HTTP_1_1, HttpClient.Version.HTTP_2}) {
      var client = HttpClient.newBuilder().version(version).build();
      var response = client.send(request, HttpResponse.BodyHandlers.ofString());
      System.out.println(version + " " + response.statusCode() + " " + response.body().strip());
    }
    System.out.println("default " + HttpClient.newHttpClient().version());
    System.exit(0);
  }
}
EOF
node_modules/.bin/node server.mjs >port & pid=$!
for _ in $(seq 200); do [ -s port ] && break; sleep 0.1; done
seen=$(timeout 90 "$java" Get.java "$(cat port)")
want='HTTP_1_1 200 hello
HTTP_2 400 Invalid Upgrade header
default HTTP_2'
if [ "$seen" != "$want" ]; then
	printf 'changed: want\n%s\ngot\n%s\n' "$want" "$seen"
	exit 1
fi
echo "JDK 25 HttpClient's default GET offers h2c, and ws 8.23.0 on Node 26.10.0 answers 400; as HTTP/1.1 it gets 200"
