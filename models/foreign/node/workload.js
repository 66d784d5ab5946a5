"use strict";
// The workload as pure data: rooms, what requests mean, what answers say. Nothing here waits.
const fs = require("node:fs"), path = require("node:path");

const RING = 200, NEWS = 100, MAX_ECHO = 64 << 10, MAX_BODY = 8 << 10, MAX_TEXT = 4096;
const routes = { "/": "GET", "/wait": "GET", "/stats": "GET", "/block": "GET", "/echo": "POST", "/send": "POST" };

class Refusal extends Error {
  constructor(status, why, more = {}, allow) {
    super(why);
    Object.assign(this, { status, allow, body: JSON.stringify({ error: why, ...more }) });
  }
}

// The path and the query of a request's target, which may be a whole URL.
function parseTarget(target) {
  const [, at, query] = /^(?:https?:\/\/[^/?]*)?([^?]*)\??(.*)$/i.exec(target);
  try { return [decodeURIComponent(at) || "/", query]; } catch { return [at, query]; }
}

function checkRoute(method, at) {
  if (!Object.hasOwn(routes, at)) throw new Refusal(404, "there is nothing at this path");
  if (method !== routes[at]) throw new Refusal(405, `this path takes ${routes[at]}`, {}, routes[at]);
}

// Only pages of this host may send: a browser says in Origin whose a page is. A port left out is the scheme's.
function checkOrigin(at, origins = [], host = "") {
  if (at !== "/send" || !origins.length) return;
  const [, scheme, there] = /^(https?):\/\/(.+)$/i.exec(origins[0]) ?? [], port = /^http$/i.test(scheme) ? ":80" : ":443";
  const whole = h => (/:\d+$/.test(h) ? h : h + port).toLowerCase();
  if (origins.length > 1 || !there || whole(there) !== whole(host)) throw new Refusal(403, "the page that asks is of another origin");
}

const MAX_ROOMS = 65536;

function checkRooms(n) {
  if (n >= MAX_ROOMS) throw new Refusal(503, "there are 65536 rooms, and no more can be made");
}

function checkLength(at, length) {
  if (length > (at === "/echo" ? MAX_ECHO : MAX_BODY)) throw new Refusal(413, "the body is too large");
}

// A room's waiters are whatever the server puts there.
class Room {
  head = 0;
  ring = [];
  waiters = new Set();

  add(from, text) {
    this.ring.push({ id: ++this.head, from, text });
    if (this.ring.length > RING) this.ring.shift();
    return this.head;
  }

  // The answer to a wait, null if there is nothing newer than since.
  since(since) {
    if (since > this.head) throw new Refusal(409, "since is above the head", { head: this.head });
    if (since === this.head) return null;
    const oldest = this.head - this.ring.length + 1, first = Math.max(since + 1, oldest);
    const messages = this.ring.slice(first - oldest, first - oldest + NEWS);
    return { messages, missed: first - since - 1, next: messages.at(-1).id };
  }
}

const noneYet = since => ({ messages: [], missed: 0, next: since });

function word(value, most, what) {
  if (typeof value !== "string" || value.length > most || !/^[A-Za-z0-9_.-]+$/.test(value)) throw new Refusal(400, `a ${what} is 1 to ${most} of A-Z a-z 0-9 _ . -`);
  return value;
}

function number(text, least, most, what) {
  const n = /^(-1|\d{1,19})$/.test(text ?? "") ? Number(text) : NaN;
  if (!(least <= n && n <= most)) throw new Refusal(400, `${what} must be a number from ${least} to ${most}`);
  return n;
}

function parseSend(q, body) {
  let said;
  try {
    said = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body));
  } catch {
    throw new Refusal(400, "the body is not JSON");
  }
  const { from = "anon", text } = Object(said);
  if (typeof text !== "string" || !text || !text.isWellFormed()) throw new Refusal(400, "there is no text");
  if (Buffer.byteLength(text) > MAX_TEXT) throw new Refusal(413, "the text is over 4096 bytes");
  if (/[\x00-\x1f\x7f-\x9f]/.test(text)) throw new Refusal(400, "a text has no control characters");
  return [word(q.get("room") ?? "lobby", 64, "room"), word(from, 32, "name"), text];
}

function parseWait(q) {
  const since = number(q.get("since"), -1, 2 ** 63, "since"), ms = number(q.get("timeout") ?? "25000", 1, 60000, "timeout");
  return [word(q.get("room") ?? "lobby", 64, "room"), since, ms];
}

function parseBlock(q) {
  const ms = number(q.get("ms"), 1, 10000, "ms"), how = q.get("how");
  if (!["inline", "spin", "offload"].includes(how)) throw new Refusal(400, "how must be inline, spin or offload");
  return [ms, how];
}

const page = fs.readFileSync(path.join(__dirname, "../engines/workload/page.html"));

module.exports = { Refusal, Room, checkLength, checkOrigin, checkRooms, checkRoute, noneYet, page, parseBlock, parseSend, parseTarget, parseWait };
