"""Stackless, by PyPy: a tasklet a connection; a parked wait is a tasklet in a channel. HTTP by http.server, over the sockets of tasklets.py."""
import io
import os
import re
import signal
import sys
import time
from http.server import BaseHTTPRequestHandler

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "shared"))

import stackless

import tasklets
import workload as w

rooms = w.Rooms()
conns = 0


class Connection(BaseHTTPRequestHandler):
    protocol_version = default_request_version = "HTTP/1.1"  # refusals have a head, whatever was asked
    error_message_format, error_content_type = '{"error": "%(code)d"}', "application/json"

    def setup(self):
        stream = tasklets.Stream(self.request)
        self.rfile, self.wfile = io.BufferedReader(stream), io.BufferedWriter(stream, 1 << 17)

    def finish(self):
        self.wfile.flush()

    def do_GET(self):
        path, _, query = self.path.partition("?")
        path = w.path_of(path)
        kind, status, fields = "application/json", 200, {}
        try:
            self.unread = True
            sent = self.body(path)
            self.unread = False
            w.check_route(self.command, path)
            w.check_origin(path, self.headers.get_all("Origin", []), self.headers.get("Host"))
            q = w.query(query)
            if path == "/":
                body, kind = w.PAGE, "text/html; charset=utf-8"
            elif path == "/echo":
                body, kind = sent, "application/octet-stream"
            elif path == "/stats":
                body = rooms.stats("stackless", conns)
            elif path == "/send":
                body = send(q, sent)
            elif path == "/block":
                body = block(q)
            else:
                body = wait(q, self.request.fileno())
        except w.Refusal as refusal:
            status, body = refusal.status, refusal.body
            if refusal.allow:
                fields["Allow"] = refusal.allow
        self.close_connection |= self.unread or w.closes(self.headers.get("Connection", ""))
        if self.close_connection:
            fields["Connection"] = "close"
        self.send_response_only(status)
        for name, value in dict(fields, **{"Content-Type": kind, "Content-Length": str(len(body))}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body if self.command != "HEAD" else b"")
        self.wfile.flush()

    do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = do_TRACE = do_GET

    def body(self, path):
        """The body, which http.server leaves to its user, chunks and all."""
        length = w.length_of(self.headers)
        if length is None and self.request_version == "HTTP/1.0":
            raise w.Refusal(400, "chunks are of HTTP/1.1")
        if length is not None:
            w.check_length(path, length)
            return self.rfile.read(length)
        body = b""
        while size := self.chunk_size():
            w.check_length(path, len(body) + size)
            body += self.rfile.read(size)
            if self.rfile.readline() != b"\r\n":
                raise w.Refusal(400, "a chunk has another size than it says")
        while self.rfile.readline() not in (b"\r\n", b"\n", b""):
            pass  # trailers
        return body

    def chunk_size(self):
        size = re.fullmatch(rb"([0-9A-Fa-f]{1,15})(;.*)?\r\n", self.rfile.readline())
        if not size:
            raise w.Refusal(400, "this is not the size of a chunk")
        return int(size[1], 16)

    def handle_expect_100(self):
        try:
            w.check_length(w.path_of(self.path.partition("?")[0]), w.length_of(self.headers) or 0)
        except w.Refusal:
            return True  # it will be told so in place of the leave
        go_on = super().handle_expect_100()
        self.wfile.flush()
        return go_on

    def log_message(self, *said):
        pass


def serve(sock):
    global conns
    conns += 1
    try:
        Connection(sock, None, None)
    finally:
        conns -= 1


def wait(q, fd):
    name, since, seconds = w.parse_wait(q)
    room = rooms[name]
    since = room.head if since == -1 else since
    news = room.since(since)
    if news is not None:
        return news
    told = stackless.channel()
    room.waiters.add(told)
    with tasklets.gone(fd, told), tasklets.later(seconds, told):
        told.receive()
    room.waiters.discard(told)
    return room.since(since) or w.none_yet(since)


def send(q, body):
    name, sender, text = w.parse_send(q, body)
    room = rooms[name]
    number = room.add(sender, text)
    tasklets.wake(room.waiters)
    return w.answer(id=number)


def block(q):
    seconds, how = w.parse_block(q)
    if how == "offload":
        tasklets.in_thread(time.sleep, seconds)
    elif how == "inline":
        time.sleep(seconds)
    else:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            pass
    return w.blocked(seconds)


def end():
    tasklets.wake(rooms.parked())
    tasklets.in_thread(time.sleep, 0.1)
    os._exit(0)


signal.signal(signal.SIGTERM, lambda *_: tasklets.call(lambda: stackless.tasklet(end)()))
tasklets.listen(sys.argv[1], serve)
