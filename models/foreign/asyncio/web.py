"""asyncio: one loop, a coroutine a request; a parked wait is a Future. HTTP by aiohttp. With `uvloop` behind the address the loop is libuv's."""
import asyncio
import os
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "shared"))

from aiohttp import web, web_protocol

import workload as w

NAME = "uvloop" if "uvloop" in sys.argv else "asyncio"
rooms = w.Rooms()
threads = ThreadPoolExecutor(64)


async def page(request, q):
    return w.PAGE


async def echo(request, q):
    return await body(request)


async def stats(request, q):
    return rooms.stats(NAME, len(server.connections))


async def send(request, q):
    name, sender, text = w.parse_send(q, await body(request))
    room = rooms[name]
    number = room.add(sender, text)
    wake(room.waiters)
    return w.answer(id=number)


async def wait(request, q):
    name, since, seconds = w.parse_wait(q)
    room = rooms[name]
    since = room.head if since == -1 else since
    news = room.since(since)
    if news is not None:
        return news
    told = request.protocol.told = asyncio.get_running_loop().create_future()
    room.waiters.add(told)
    try:
        await asyncio.wait([told], timeout=seconds)
    finally:
        room.waiters.discard(told)
    return room.since(since) or w.none_yet(since)


async def block(request, q):
    seconds, how = w.parse_block(q)
    if how == "offload":
        await asyncio.get_running_loop().run_in_executor(threads, time.sleep, seconds)
    elif how == "inline":
        time.sleep(seconds)
    else:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            pass
    return w.blocked(seconds)


SERVE = {"/": page, "/echo": echo, "/stats": stats, "/send": send, "/wait": wait, "/block": block}
KINDS = {"/": "text/html", "/echo": "application/octet-stream"}


def wake(waiters):
    for told in list(waiters):
        told.done() or told.set_result(None)


def path_of(request):
    return request.path or "/"  # of http://host there is none


async def body(request):
    w.check_length(path_of(request), request.content_length or 0)
    if request.headers.get("Expect", "").lower() == "100-continue" and request.version >= (1, 1):
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    read = b""
    async for part in request.content.iter_any():
        read += part
        w.check_length(path_of(request), len(read))
    return read


async def serve(request):
    try:
        w.check_route(request.method, path_of(request))
        w.check_origin(path_of(request), request.headers.getall("Origin", []), request.headers.get("Host"))
        said = await SERVE[path_of(request)](request, w.query(request.rel_url.raw_query_string))
        answer = web.Response(body=said, content_type=KINDS.get(path_of(request), "application/json"))
    except w.Refusal as refusal:
        answer = web.Response(status=refusal.status, reason="Refused", body=refusal.body, content_type="application/json")
        if refusal.allow:
            answer.headers["Allow"] = refusal.allow
        if refusal.status == 413:
            answer.force_close()
    if w.closes(request.headers.get("Connection", "")):
        answer.force_close()
    return answer


class Connection(web_protocol.RequestHandler):
    """aiohttp 3.8 does not tell a request that its client left: this does."""

    told = None

    def connection_lost(self, exc):
        if self.told and not self.told.done():
            self.told.set_result(None)
        super().connection_lost(exc)

    def handle_error(self, request, status=500, exc=None, message=None):
        refused = web.Response(status=status, body=w.answer(error=message or "refused"), content_type="application/json")
        refused.force_close()
        return refused


class Server(web.Server):
    def __call__(self):
        return Connection(self, loop=self._loop, **self._kwargs)


async def end():
    wake(rooms.parked())
    await asyncio.sleep(0.1)
    os._exit(0)


async def main(host, port):
    global server
    loop = asyncio.get_running_loop()
    server = Server(serve, keepalive_timeout=1 << 30, access_log=None, max_line_size=8190, max_headers=8190, lingering_time=2)
    loop.add_signal_handler(signal.SIGTERM, lambda: asyncio.ensure_future(end()))
    await (await loop.create_server(server, host, int(port), backlog=4096)).serve_forever()


if NAME == "uvloop":
    import uvloop

    uvloop.install()
asyncio.run(main(*sys.argv[1].rsplit(":", 1)))
