#!/usr/bin/env bash
# Java's WebSocket client hands over one unfragmented message in many calls, so counting calls miscounts messages.
#
# Packages: java.net.http.WebSocket of JDK 25 (25.0.3 tried); ws 8.23.0 on Node 26.10.0 (npm) as the server.
# Guess: onText's `last` mirrors the FIN bit of frames, so a message sent as one frame comes in one call, whatever its size.
# Behaviour: a call carries what the reads so far have brought, so a frame of 100 kB comes in several calls, all but one
#   with last=false. A client tried with short messages, and then used for large ones, takes each piece for a
#   message: its message rate rises with the size, and its echoes differ from what it sent. Frames are not joined
#   either: an empty fragment is a call of its own.
# Seen: 10 B: 1 call; 100 kB: 5 or 7 calls, by how the reads fell; 2+0+2 B in three frames: 3 calls
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
import { WebSocketServer } from 'ws';
const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
server.on('connection', (c) => {
  c.send('x'.repeat(10));
  c.send('x'.repeat(100_000));
  for (const [part, fin] of [['ab', false], ['', false], ['cd', true]]) c.send(part, { fin });
  c.close();
});
server.on('listening', () => console.log(server.address().port));
setTimeout(() => process.exit(), 120_000);
EOF
cat >Count.java <<'EOF'
import java.net.URI;
import java.net.http.*;
import java.util.concurrent.*;
public class Count {
  static int calls, chars;
  public static void main(String[] args) throws Exception {
    var closed = new CountDownLatch(1);
    var url = URI.create("ws://127.0.0.1:" + args[0]);
    HttpClient.newHttpClient().newWebSocketBuilder().buildAsync(url, new WebSocket.Listener() {
      public CompletionStage<?> onText(WebSocket socket, CharSequence piece, boolean last) {
        calls++;
        chars += piece.length();
        if (last) {
          System.out.println(chars + " calls " + (chars > 10 && calls > 1 ? "several" : "" + calls));
          calls = chars = 0;
        }
        socket.request(1);
        return null;
      }
      public CompletionStage<?> onClose(WebSocket socket, int code, String reason) { closed.countDown(); return null; }
    });
    System.exit(closed.await(60, TimeUnit.SECONDS) ? 0 : 1);
  }
}
EOF
timeout 120 node_modules/.bin/node server.mjs >port & pid=$!
for _ in $(seq 200); do [ -s port ] && break; sleep 0.1; done
timeout 90 "$java" Count.java "$(cat port)" >seen
want=$'10 calls 1\n100000 calls several\n4 calls 3'
if ! diff <(echo "$want") seen; then echo "changed (wanted <, got >)"; exit 1; fi
echo "JDK 25 WebSocket: one frame of 100 kB comes in several calls of onText, one of 10 bytes in one"
