"""Tornado: one loop (asyncio's since Tornado 5), coroutines over IOStreams. It echoes lines, and takes slow requests."""
import asyncio
import os
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from tornado.ioloop import IOLoop
from tornado.iostream import StreamClosedError, UnsatisfiableReadError
from tornado.tcpserver import TCPServer

threads = ThreadPoolExecutor(64)


class Lines(TCPServer):
    async def handle_stream(self, stream, address):
        stream.set_nodelay(True)
        try:
            while True:
                await stream.write(await answer(await stream.read_until(b"\n", max_bytes=65538)))
        except (StreamClosedError, UnsatisfiableReadError):
            stream.close()


async def answer(line):
    if line.startswith(b"BLOCK "):
        _, ms, how = line.split()
        await block(int(ms) / 1000, how)
        return b"BLOCKED %s\n" % ms
    return line


async def block(seconds, how):
    if how == b"offload":
        await IOLoop.current().run_in_executor(threads, time.sleep, seconds)
    elif how == b"inline":
        time.sleep(seconds)
    else:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            pass


async def main(host, port):
    Lines().listen(int(port), host, backlog=4096)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, os._exit, 0)
    await asyncio.Event().wait()


asyncio.run(main(*sys.argv[1].rsplit(":", 1)))
