"""Tornado: one loop (asyncio's since Tornado 5), a coroutine a request; a parked wait is a Future. tornado.web is its own HTTP server."""
import asyncio
import os
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "shared"))

from tornado import gen, web
from tornado.concurrent import Future
from tornado.httpserver import HTTPServer
from tornado.ioloop import IOLoop

import workload as w

rooms = w.Rooms()
threads = ThreadPoolExecutor(64)


@web.stream_request_body
class Any(web.RequestHandler):
    """Every path in one place: what is refused is refused in the same words and the same order."""

    SUPPORTED_METHODS = web.RequestHandler.SUPPORTED_METHODS + ("TRACE",)
    body, kind = b"", "application/json"

    def prepare(self):
        self.limit(int(self.request.headers.get("Content-Length", 0)))

    def data_received(self, chunk):
        self.body += chunk
        self.limit(len(self.body))

    def limit(self, length):
        try:
            w.check_length(w.path_of(self.request.path), length)
        except w.Refusal as refusal:
            if not self._finished:
                self.refuse(refusal)

    async def get(self):
        try:
            path = w.path_of(self.request.path)
            w.check_route(self.request.method, path)
            w.check_origin(path, self.request.headers.get_list("Origin"), self.request.headers.get("Host"))
            body = await getattr(self, "on_" + (path[1:] or "page"))(w.query(self.request.query))
        except w.Refusal as refusal:
            return self.refuse(refusal)
        if not self.request.connection.stream.closed():
            self.reply(body)

    post = put = patch = delete = head = options = trace = get

    def refuse(self, refusal):
        self.set_status(refusal.status, "Refused")
        if refusal.allow:
            self.set_header("Allow", refusal.allow)
        if refusal.status == 413:
            self.set_header("Connection", "close")
        self.reply(refusal.body)

    def reply(self, body):
        self.set_header("Content-Type", self.kind)
        self.finish(body)

    def compute_etag(self):
        return None

    async def on_page(self, q):
        self.kind = "text/html; charset=utf-8"
        return w.PAGE

    async def on_echo(self, q):
        self.kind = "application/octet-stream"
        return self.body

    async def on_stats(self, q):
        return rooms.stats("tornado", len(server._connections))

    async def on_send(self, q):
        name, sender, text = w.parse_send(q, self.body)
        number = rooms[name].add(sender, text)
        wake(rooms[name].waiters)
        return w.answer(id=number)

    async def on_wait(self, q):
        name, since, seconds = w.parse_wait(q)
        room = rooms[name]
        since = room.head if since == -1 else since
        news = room.since(since)
        if news is not None:
            return news
        told = Future()
        room.waiters.add(told)
        self.request.connection.set_close_callback(lambda: wake([told]))
        try:
            await gen.with_timeout(timedelta(seconds=seconds), told)
        except gen.TimeoutError:
            pass
        finally:
            room.waiters.discard(told)
        return room.since(since) or w.none_yet(since)

    async def on_block(self, q):
        seconds, how = w.parse_block(q)
        if how == "offload":
            await IOLoop.current().run_in_executor(threads, time.sleep, seconds)
        elif how == "inline":
            time.sleep(seconds)
        else:
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                pass
        return w.blocked(seconds)


def wake(waiters):
    for told in list(waiters):
        told.done() or told.set_result(None)


async def end():
    wake(rooms.parked())
    await gen.sleep(0.1)
    os._exit(0)


async def main(host, port):
    global server
    application = web.Application([(r".*", Any)], log_function=lambda handler: None)
    server = HTTPServer(application, max_header_size=8 << 10, max_body_size=1 << 40, idle_connection_timeout=1 << 30)
    server.listen(int(port), host, backlog=4096)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, lambda: asyncio.ensure_future(end()))
    await asyncio.Event().wait()


asyncio.run(main(*sys.argv[1].rsplit(":", 1)))
