"""The workload as pure data, for servers in Python: rooms, what requests mean, what answers say.

Bytes are shared, control flow is not: nothing here waits, knows a socket, or knows who serves. A room's `waiters` is whatever
the server puts there. It runs on CPython from 3.9 and on PyPy.
"""
import json
import re
from collections import deque
from urllib.parse import parse_qsl, unquote

RING, NEWS = 200, 100                # messages kept, and told at once
MAX_ECHO, MAX_BODY, MAX_TEXT = 64 << 10, 8 << 10, 4096
MAX_LINE = 65536
MAX_ROOMS = 65536
ROUTES = {"/": "GET", "/wait": "GET", "/stats": "GET", "/block": "GET", "/zip": "GET", "/echo": "POST", "/send": "POST"}


class Refusal(Exception):
    """A request that is refused: an HTTP status, a body, and the field Allow where the method was wrong."""

    def __init__(self, status, why, allow=None, **more):
        super().__init__(why)
        self.status, self.allow, self.body = status, allow, answer(error=why, **more)


def answer(**fields):
    return json.dumps(fields, ensure_ascii=False).encode()


def check_route(method, path):
    if path not in ROUTES or (method, path) == ("GET", "/zip"):  # none of these servers makes archives
        raise Refusal(404, "there is nothing at this path")
    if method != ROUTES[path]:
        raise Refusal(405, "this path takes " + ROUTES[path], allow=ROUTES[path])


def check_origin(path, origins, host):
    """Only pages of this host may send: a browser says in Origin whose a page is, and nobody else says it. A port left out is the scheme's."""
    if path != "/send" or not origins:
        return
    scheme, _, at = origins[0].lower().partition("://")
    port = {"http": ":80", "https": ":443"}.get(scheme)
    here, there = (h if re.search(r":[0-9]+$", h) else "%s%s" % (h, port) for h in (at, (host or "").lower()))
    if len(origins) > 1 or not at or not port or here != there:
        raise Refusal(403, "the page that asks is of another origin")


def path_of(target):
    """The path of a request's target, which has lost its query and may be a whole URL."""
    return unquote(re.sub("(?i)^https?://[^/]*", "", target)) or "/"


def check_length(path, length):
    if length > (MAX_ECHO if path == "/echo" else MAX_BODY):
        raise Refusal(413, "the body is too large")


class Room:
    """Its newest messages, numbered from 1 without a gap."""

    def __init__(self):
        self.head, self.ring, self.waiters = 0, deque(maxlen=RING), set()

    def add(self, sender, text):
        self.head += 1
        self.ring.append({"id": self.head, "from": sender, "text": text})
        return self.head

    def since(self, since):
        """The answer to a wait, None if there is nothing newer than since."""
        if since > self.head:
            raise Refusal(409, "since is above the head", head=self.head)
        if since == self.head:
            return None
        oldest = self.head - len(self.ring) + 1
        first = max(since + 1, oldest)
        news = [self.ring[i - oldest] for i in range(first, min(first + NEWS, self.head + 1))]
        return answer(messages=news, missed=first - since - 1, next=news[-1]["id"])


class Rooms(dict):
    def __missing__(self, name):
        if len(self) >= MAX_ROOMS:
            raise Refusal(503, "there are 65536 rooms, and no more can be made")
        self[name] = Room()
        return self[name]

    def parked(self):
        return [waiter for room in self.values() for waiter in room.waiters]

    def stats(self, model, conns):
        return answer(model=model, conns=conns, waiters=len(self.parked()),
                      members=0, rooms=len(self), dropped_slow=0)


def none_yet(since):
    """The answer to a wait whose time is over."""
    return answer(messages=[], missed=0, next=since)


def word(value, most, what):
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z0-9_.-]{1,%d}" % most, value):
        raise Refusal(400, "a %s is 1 to %d of A-Z a-z 0-9 _ . -" % (what, most))
    return value


def length_of(fields):
    """How long a body is by the fields of its request (an email.message.Message), None if it is chunked. Saying it twice is smuggling."""
    lengths, codings = fields.get_all("Content-Length", []), fields.get_all("Transfer-Encoding", [])
    if codings and (lengths or [c.lower() for c in codings] != ["chunked"]) or len(lengths) > 1 or not all(re.fullmatch("[0-9]{1,18}", n.strip()) for n in lengths):
        raise Refusal(400, "it is not clear how long the body is")
    return None if codings else int(lengths[0]) if lengths else 0


def closes(field):
    """Whether the field Connection of a request asks that the connection be closed."""
    return "close" in re.split(r"[ \t,]+", field.lower())


def number(text, least, most, what):
    if not re.fullmatch(r"-1|[0-9]{1,19}", text or "") or not least <= int(text) <= most:
        raise Refusal(400, "%s must be a number from %d to %d" % (what, least, most))
    return int(text)


def query(text):
    """The first value of each key."""
    first = {}
    for key, value in parse_qsl(text, keep_blank_values=True):
        first.setdefault(key, value)
    return first


def parse_send(q, body):
    """The room's name, who says it, and what."""
    try:
        said = json.loads(body.decode())
    except ValueError:
        raise Refusal(400, "the body is not JSON") from None
    if not isinstance(said, dict):
        raise Refusal(400, "the body is not a JSON object")
    sender, text = said.get("from", "anon"), said.get("text")
    if not isinstance(text, str) or not text:
        raise Refusal(400, "there is no text")
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        raise Refusal(400, "text is not Unicode") from None
    if size > MAX_TEXT:
        raise Refusal(413, "the text is over 4096 bytes")
    if re.search(r"[\x00-\x1f\x7f-\x9f]", text):
        raise Refusal(400, "a text has no control characters")
    return word(q.get("room", "lobby"), 64, "room"), word(sender, 32, "name"), text


def parse_wait(q):
    """The room's name, the id above which, and the seconds at most."""
    since = number(q.get("since"), -1, 2**63 - 1, "since")
    ms = number(q.get("timeout", "25000"), 1, 60000, "timeout")
    return word(q.get("room", "lobby"), 64, "room"), since, ms / 1000


def parse_block(q):
    """Seconds, and how."""
    ms = number(q.get("ms"), 1, 10000, "ms")
    if q.get("how") not in ("inline", "spin", "offload"):
        raise Refusal(400, "how must be inline, spin or offload")
    return ms / 1000, q["how"]


def blocked(seconds):
    return answer(blocked_ms=round(seconds * 1000))


PAGE = b"""<!doctype html><meta charset="utf-8"><title>chat</title>
<body><ul id="log"></ul><form id="say"><input id="text" autocomplete="off" autofocus><button>Say</button></form>
<script>
const log = document.getElementById("log"), text = document.getElementById("text");
document.getElementById("say").onsubmit = e => {
  e.preventDefault();
  fetch("/send", {method: "POST", body: JSON.stringify({from: "browser", text: text.value})});
  text.value = "";
};
(async () => {
  for (let next = 0;;) try {
    const news = await (await fetch("/wait?since=" + next)).json();
    for (const m of news.messages || []) {
      const li = document.createElement("li");
      li.textContent = m.from + ": " + m.text;
      log.append(li);
    }
    next = news.next ?? news.head ?? 0;
  } catch { await new Promise(later => setTimeout(later, 1000)); }
})();
</script>
"""
