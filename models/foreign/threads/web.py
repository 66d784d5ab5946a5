"""Python threads: one a connection, by http.server; a parked wait is a thread in a condition variable."""
import os
import re
import select
import signal
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "shared"))
import workload as w

rooms, lock = w.Rooms(), threading.Lock()  # lock guards rooms, and conns
places = threading.Semaphore(64)
conns = 0


class Connection(BaseHTTPRequestHandler):
    protocol_version, wbufsize, disable_nagle_algorithm = "HTTP/1.1", -1, True
    default_request_version = "HTTP/1.1"  # refusals have a head, whatever was asked
    error_message_format, error_content_type = '{"error": "%(code)d"}', "application/json"

    def do_GET(self):
        path, _, query = self.path.partition("?")
        path = w.path_of(path)
        fields, status, body = {"Content-Type": "application/json"}, 200, b""
        try:
            self.unread = True
            sent = self.body(path)
            self.unread = False
            w.check_route(self.command, path)
            w.check_origin(path, self.headers.get_all("Origin", []), self.headers.get("Host"))
            q = w.query(query)
            if path == "/":
                body, fields = w.PAGE, {"Content-Type": "text/html; charset=utf-8"}
            elif path == "/echo":
                body, fields = sent, {"Content-Type": "application/octet-stream"}
            elif path == "/stats":
                with lock:
                    body = rooms.stats("threads", conns)
            elif path == "/send":
                body = self.say(q, sent)
            elif path == "/block":
                body = self.block(q)
            else:
                body = self.wait(q)
        except w.Refusal as refusal:
            status, body = refusal.status, refusal.body
            if refusal.allow:
                fields["Allow"] = refusal.allow
        self.close_connection |= self.unread or w.closes(self.headers.get("Connection", ""))
        self.send_response_only(status)
        for name, value in fields.items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body if self.command != "HEAD" else b"")

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

    def say(self, q, sent):
        name, sender, text = w.parse_send(q, sent)
        with lock:
            room = rooms[name]
            number = room.add(sender, text)
            waiters, room.waiters = room.waiters, set()
        for _, wake in waiters:
            os.write(wake, b"!")
        return w.answer(id=number)

    def wait(self, q):
        name, since, seconds = w.parse_wait(q)
        ear, wake = os.pipe()  # a condition variable would not notice that the client leaves
        try:
            with lock:
                room = rooms[name]
                since = room.head if since == -1 else since
                news = room.since(since)
                if news is not None:
                    return news
                room.waiters.add((ear, wake))
            self.park(ear, time.monotonic() + seconds)
            with lock:
                room.waiters.discard((ear, wake))
                return room.since(since) or w.none_yet(since)
        finally:
            os.close(ear)
            os.close(wake)

    def park(self, ear, until):
        both = select.poll()
        both.register(ear, select.POLLIN)
        both.register(self.connection, select.POLLRDHUP)
        both.poll(max(0, until - time.monotonic()) * 1000)

    def block(self, q):
        seconds, how = w.parse_block(q)
        if how == "offload":
            with places:  # this thread is the spare one: it only queues for a place
                time.sleep(seconds)
        elif how == "inline":
            time.sleep(seconds)
        else:
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                pass
        return w.blocked(seconds)

    def handle(self):
        global conns
        with lock:
            conns += 1
        try:
            super().handle()
        except OSError:
            pass
        finally:
            with lock:
                conns -= 1


class Server(ThreadingHTTPServer):
    request_queue_size = 4096


host, port = sys.argv[1].rsplit(":", 1)
server = Server((host, int(port)), Connection)


def end():
    server.shutdown()
    with lock:
        for _, wake in rooms.parked():
            os.write(wake, b"!")
    time.sleep(0.1)
    os._exit(0)


signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=end).start())
threading.stack_size(128 << 10)
server.serve_forever(0.05)
threading.Event().wait()
