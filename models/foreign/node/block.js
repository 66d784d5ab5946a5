"use strict";
// Slow requests. For blocking work Node has worker threads (its own pool, libuv's, runs no code of ours): up to 64, made when needed.
const { Worker } = require("node:worker_threads");

const most = 64, idle = [], waiting = [];
let workers = 0;
const asleep = "const { parentPort: p } = require('node:worker_threads');" +
  "p.on('message', ms => { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms); p.postMessage(0); });";

function offload(ms, done) {
  if (!idle.length && workers === most) return void waiting.push([ms, done]);
  const worker = idle.pop() || (workers++, new Worker(asleep, { eval: true }));
  worker.once("message", () => {
    idle.push(worker);
    if (waiting.length) offload(...waiting.shift());
    done();
  });
  worker.postMessage(ms);
}

function block(ms, how, done) {
  if (how === "offload") return offload(ms, done);
  if (how === "inline") {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  } else {
    for (const end = performance.now() + ms; performance.now() < end;);
  }
  done();
}

module.exports = block;
