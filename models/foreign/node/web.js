"use strict";
// Node.js: one thread, callbacks over libuv's loop; HTTP by Node's own http module. A parked wait is a callback in its room.
const http = require("node:http");
const block = require("./block.js");
const w = require("./workload.js");

const rooms = new Map();
let conns = 0, waiters = 0;

function roomOf(name) {
  if (!rooms.has(name)) {
    w.checkRooms(rooms.size);
    rooms.set(name, new w.Room());
  }
  return rooms.get(name);
}

function answer(res, body, status = 200, fields = {}) {
  if (!Buffer.isBuffer(body) && typeof body !== "string") body = JSON.stringify(body);
  res.writeHead(status, { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body), ...fields });
  res.end(body);
}

function refuse(res, why) {
  if (!(why instanceof w.Refusal)) throw why;
  answer(res, why.body, why.status, { ...why.allow && { Allow: why.allow }, ...why.status === 413 && { Connection: "close" } });
}

const get = {
  "/": (res) => answer(res, w.page, 200, { "Content-Type": "text/html; charset=utf-8" }),
  "/echo": (res, q, body) => answer(res, body, 200, { "Content-Type": "application/octet-stream" }),
  "/stats": (res) => answer(res, { model: "node", conns, waiters, members: 0, rooms: rooms.size, dropped_slow: 0 }),

  "/send"(res, q, body) {
    const [name, from, text] = w.parseSend(q, body), room = roomOf(name), id = room.add(from, text);
    const told = room.waiters;
    room.waiters = new Set();
    for (const tell of told) tell();
    answer(res, { id });
  },

  "/wait"(res, q) {
    let [name, since, ms] = w.parseWait(q);
    const room = roomOf(name);
    if (since === -1) since = room.head;
    const news = room.since(since);
    if (news) return answer(res, news);
    const unpark = park(res, () => over());
    const over = () => { waiters--; clearTimeout(clock); room.waiters.delete(tell); unpark(); };
    const tell = () => { answer(res, room.since(since) ?? w.noneYet(since)); over(); };
    const clock = setTimeout(tell, ms + 1); // it counts from when this turn of the loop began
    waiters++;
    room.waiters.add(tell);
  },

  "/block"(res, q) {
    const [ms, how] = w.parseBlock(q);
    const unpark = park(res, () => {});
    block(ms, how, () => { answer(res, { blocked_ms: ms }); unpark(); });
  },
};

// Node parses what is pipelined behind a request that is not answered yet, and would have it served at once: it is put off.
function take(socket, job) {
  if (socket.behind) socket.behind.push(job);
  else job();
}

function park(res, left) {
  const { socket } = res.req, behind = socket.behind = [];
  socket.once("close", left);
  return () => {
    socket.off("close", left);
    socket.behind = null;
    while (behind.length && !socket.destroyed) take(socket, behind.shift());
  };
}

function serve(req, res) {
  const [path, query] = w.parseTarget(req.url), chunks = [];
  let length = 0, refused = false;
  const attempt = what => { try { what(); } catch (why) { refused = true; refuse(res, why); } };
  attempt(() => { w.checkRoute(req.method, path); w.checkOrigin(path, req.headersDistinct.origin, req.headers.host); w.checkLength(path, Number(req.headers["content-length"] ?? 0)); });
  req.on("data", chunk => {
    if (refused) return;
    chunks.push(chunk);
    attempt(() => w.checkLength(path, length += chunk.length));
  });
  req.on("end", () => refused || take(req.socket, () => attempt(() => get[path](res, new URLSearchParams(query), Buffer.concat(chunks)))));
}

const [, host, port] = /^(.*):(\d+)$/.exec(process.argv[2]);
const server = http.createServer({ noDelay: true, keepAliveTimeout: 0, headersTimeout: 0, requestTimeout: 0, maxHeaderSize: 8 << 10 }, serve);
server.maxRequestsPerSocket = 0;
server.on("checkContinue", (req, res) => {
  try { w.checkLength(w.parseTarget(req.url)[0], Number(req.headers["content-length"] ?? 0)); res.writeContinue(); } catch { /* it is refused below */ }
  serve(req, res);
});
server.on("connection", socket => { conns++; socket.on("close", () => conns--); });
server.on("clientError", (err, socket) => {
  if (err.code === "ECONNRESET" || !socket.writable) return socket.destroy();
  const status = err.code === "HPE_HEADER_OVERFLOW" ? "431 Too large" : "400 Malformed", body = JSON.stringify({ error: status.slice(4) });
  const told = () => socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  setImmediate(take, socket, told); // after what is owed
});
process.on("SIGTERM", () => {
  server.close();
  for (const room of rooms.values()) for (const tell of room.waiters) tell();
  server.closeIdleConnections();
  setTimeout(() => process.exit(0), 200);
});
server.listen({ host, port: Number(port), backlog: 4096 });
