"use strict";
// Node.js: one thread, callbacks over libuv's loop. It echoes lines, and takes slow requests.
const net = require("node:net");
const block = require("./block.js");

const slow = /^BLOCK (\d+) (inline|spin|offload)\r?$/;
const lf = Buffer.from("\n"), marker = Buffer.from("BLOCK ");

function serve(socket) {
  let kept = null, busy = false, ended = false;

  // What is not read is not owed: the socket is paused until what was written is gone.
  const write = bytes => { if (!socket.write(bytes)) { socket.pause(); socket.once("drain", () => busy || socket.resume()); } };

  function arrived(data) {
    if (kept) data = Buffer.concat([kept, data]);
    const end = data.lastIndexOf(10) + 1;
    for (let at = data.indexOf(marker), from = 0; ; at = data.indexOf(marker, at + 1)) {
      if (at < 0 || at >= end) {
        if (end > from) write(data.subarray(from, end));
        kept = end < data.length ? data.subarray(end) : null;
        return;
      }
      if (at > 0 && data[at - 1] !== 10) continue;
      const after = data.indexOf(10, at) + 1, asked = slow.exec(data.latin1Slice(at, after - 1));
      if (!asked) continue;
      if (at > from) write(data.subarray(from, at));
      kept = data.subarray(after);
      busy = true;
      socket.pause();
      return block(Number(asked[1]), asked[2], () => done(asked[1]));
    }
  }

  function done(ms) {
    busy = false;
    if (socket.destroyed) return;
    write(Buffer.from(`BLOCKED ${ms}\n`));
    arrived(Buffer.alloc(0));
    if (busy) return;
    if (ended) socket.end();
    else if (!socket.writableNeedDrain) socket.resume();
  }

  socket.on("data", arrived);
  socket.on("end", () => { ended = true; if (!busy) socket.end(); });
  socket.on("error", () => socket.destroy());
}

const [, host, port] = /^(.*):(\d+)$/.exec(process.argv[2]);
process.on("SIGTERM", () => process.exit(0));
net.createServer({ noDelay: true, allowHalfOpen: true }, serve).listen({ host, port: Number(port), backlog: 4096 });
