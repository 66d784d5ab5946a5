"""gevent: a greenlet a connection, blocking style over one loop (libev). pywsgi is gevent's own HTTP server."""
import os
import signal
import socket
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "shared"))

import gevent
from gevent.event import AsyncResult
from gevent.pywsgi import WSGIHandler, WSGIServer
from gevent.threadpool import ThreadPool

import workload as w
from hangup import gone

rooms = w.Rooms()
threads = ThreadPool(64)
conns = 0


def wait(q, sock):
    name, since, seconds = w.parse_wait(q)
    room = rooms[name]
    since = room.head if since == -1 else since
    news = room.since(since)
    if news is not None:
        return news
    # The loop does not look at a socket that nobody reads from: that the client left is asked for beside.
    told = AsyncResult()
    loop = gevent.get_hub().loop
    left, later = loop.io(sock.fileno(), 1), loop.timer(0.5)

    def look():
        if gone(sock):
            told.set(b"")
        else:  # what is pipelined behind this stays readable: look again, but not at once
            left.stop()
            later.start(left.start, look)

    left.start(look)
    room.waiters.add(told)
    try:
        told.get(timeout=seconds)
        return room.since(since) or w.none_yet(since)
    except gevent.Timeout:
        return w.none_yet(since)
    finally:
        room.waiters.discard(told)
        for watcher in left, later:
            watcher.stop()
            watcher.close()


def send(q, body):
    name, sender, text = w.parse_send(q, body)
    room = rooms[name]
    number = room.add(sender, text)
    waiters, room.waiters = room.waiters, set()
    for told in waiters:
        told.set(b"")
    return w.answer(id=number)


def block(q):
    seconds, how = w.parse_block(q)
    if how == "offload":
        threads.apply(time.sleep, (seconds,))  # a real one: nothing is monkey-patched here
    elif how == "inline":
        time.sleep(seconds)
    else:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            pass
    return w.blocked(seconds)


def application(env, start_response):
    path, status, fields = w.path_of(env["PATH_INFO"]), "200 OK", [("Content-Type", "application/json")]
    try:
        w.check_route(env["REQUEST_METHOD"], path)
        w.check_origin(path, [env[k] for k in env if k == "HTTP_ORIGIN"], env.get("HTTP_HOST"))
        w.check_length(path, int(env.get("CONTENT_LENGTH") or 0))
        body = env["wsgi.input"].read() if env["REQUEST_METHOD"] == "POST" else b""
        w.check_length(path, len(body))
        q = w.query(env["QUERY_STRING"])
        if path == "/":
            body, fields = w.PAGE, [("Content-Type", "text/html; charset=utf-8")]
        elif path == "/echo":
            fields = [("Content-Type", "application/octet-stream")]
        elif path == "/stats":
            body = rooms.stats("gevent", conns)
        elif path == "/send":
            body = send(q, body)
        elif path == "/block":
            body = block(q)
        else:
            body = wait(q, env["cbench.socket"])
    except w.Refusal as refusal:
        status, body = "%d Refused" % refusal.status, refusal.body
        fields += [("Allow", refusal.allow)] if refusal.allow else []
        if refusal.status == 413:
            fields += [("Connection", "close")]
    if w.closes(env.get("HTTP_CONNECTION", "")):
        fields += [("Connection", "close")]
    start_response(status, fields + [("Content-Length", str(len(body)))])
    return [body] if env["REQUEST_METHOD"] != "HEAD" else []


class Handler(WSGIHandler):
    def handle(self):
        global conns
        conns += 1
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            super().handle()
        finally:
            conns -= 1

    def get_environ(self):
        return dict(super().get_environ(), **{"cbench.socket": self.socket})


host, port = sys.argv[1].rsplit(":", 1)
server = WSGIServer((host, int(port)), application, handler_class=Handler, log=None, error_log=None, backlog=4096)


def end():
    server.close()
    for told in rooms.parked():
        told.set(b"")
    gevent.sleep(0.1)
    os._exit(0)


gevent.signal_handler(signal.SIGTERM, end)
server.serve_forever()
