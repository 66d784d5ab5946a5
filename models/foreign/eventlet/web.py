"""Eventlet: a greenthread a connection, blocking style over one hub (epoll). eventlet.wsgi is Eventlet's own HTTP server."""
import os
import signal
import socket
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "shared"))
os.environ.setdefault("EVENTLET_THREADPOOL_SIZE", "64")

import eventlet
import eventlet.wsgi
from eventlet import hubs, tpool
from eventlet.event import Event

import workload as w
from hangup import gone

rooms = w.Rooms()
conns = 0


def wait(q, sock):
    name, since, seconds = w.parse_wait(q)
    room = rooms[name]
    since = room.head if since == -1 else since
    news = room.since(since)
    if news is not None:
        return news
    told = Event()
    room.waiters.add(told)
    watch = eventlet.spawn(leaves, sock, told)
    try:
        with eventlet.Timeout(seconds, False):
            told.wait()
        return room.since(since) or w.none_yet(since)
    finally:
        room.waiters.discard(told)
        watch.kill()


def leaves(sock, told):
    """The hub does not look at a socket that nobody reads from: this greenthread notices that the client left."""
    while True:
        hubs.trampoline(sock, read=True)
        if gone(sock):
            return told.ready() or told.send()
        eventlet.sleep(0.5)  # what is pipelined behind this stays readable


def send(q, body):
    name, sender, text = w.parse_send(q, body)
    room = rooms[name]
    number = room.add(sender, text)
    wake(room.waiters)
    return w.answer(id=number)


def wake(waiters):
    for told in list(waiters):
        waiters.discard(told)
        told.ready() or told.send()


def block(q):
    seconds, how = w.parse_block(q)
    if how == "offload":
        tpool.execute(time.sleep, seconds)  # a real one: nothing is monkey-patched here
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
        q = w.query(env.get("QUERY_STRING", ""))  # left out where there is none
        if path == "/":
            body, fields = w.PAGE, [("Content-Type", "text/html; charset=utf-8")]
        elif path == "/echo":
            fields = [("Content-Type", "application/octet-stream")]
        elif path == "/stats":
            body = rooms.stats("eventlet", conns)
        elif path == "/send":
            body = send(q, body)
        elif path == "/block":
            body = block(q)
        else:
            body = wait(q, env["eventlet.input"].get_socket())
    except w.Refusal as refusal:
        status, body = "%d Refused" % refusal.status, refusal.body
        fields += [("Allow", refusal.allow)] if refusal.allow else []
        if refusal.status == 413:
            env["cbench.close"] = True
            fields += [("Connection", "close")]
    start_response(status, fields + [("Content-Length", str(len(body)))])
    return [body] if env["REQUEST_METHOD"] != "HEAD" else []


class Protocol(eventlet.wsgi.HttpProtocol):
    default_request_version = "HTTP/1.1"  # refusals have a head, whatever was asked
    error_message_format, error_content_type = '{"error": "%(code)d"}', "application/json"

    def handle(self):
        global conns
        conns += 1
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            super().handle()
        finally:
            conns -= 1


    def parse_request(self):
        well = super().parse_request()
        self.close_connection |= well and w.closes(self.headers.get("Connection", ""))
        return well

    def log_message(self, *said):
        pass

    def handle_one_response(self):
        super().handle_one_response()
        self.close_connection |= "cbench.close" in self.environ


def end(ear):
    hubs.trampoline(ear, read=True)
    for room in rooms.values():
        wake(room.waiters)
    eventlet.sleep(0.1)
    os._exit(0)


host, port = sys.argv[1].rsplit(":", 1)
ear, mouth = os.pipe()  # the hub sleeps on when a signal comes: a byte in a pipe wakes it
os.set_blocking(mouth, False)
signal.set_wakeup_fd(mouth)
signal.signal(signal.SIGTERM, lambda *_: None)
eventlet.spawn(end, ear)
eventlet.wsgi.server(eventlet.listen((host, int(port)), backlog=4096, reuse_port=False), application, protocol=Protocol,
                     max_size=1 << 20, log_output=False, debug=False, socket_timeout=None)
