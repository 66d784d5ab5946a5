"""asyncio: one loop, a coroutine a connection, over streams. It echoes lines, and takes slow requests. With `uvloop` behind the address the loop is libuv's;
with `cold`, memory is allocated as it is until the first client leaves (README.md, "asyncio's first clients")."""
import asyncio
import os
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor

threads = ThreadPoolExecutor(64)


async def serve(reader, writer):
    try:
        while line := await reader.readline():
            if line.endswith(b"\n"):  # else the client left in the middle of it
                writer.write(await answer(line))
                await writer.drain()
    except (OSError, ValueError):  # it went, or a line is too long
        pass
    finally:
        writer.close()


async def answer(line):
    if line.startswith(b"BLOCK "):
        _, ms, how = line.split()
        await block(int(ms) / 1000, how)
        return b"BLOCKED %s\n" % ms
    return line


async def block(seconds, how):
    if how == b"offload":
        await asyncio.get_running_loop().run_in_executor(threads, time.sleep, seconds)
    elif how == b"inline":
        time.sleep(seconds)
    else:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            pass


async def main(host, port):
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, os._exit, 0)
    server = await asyncio.start_server(serve, host, int(port), backlog=4096, limit=65538)  # TCP_NODELAY is asyncio's default
    await server.serve_forever()


if "cold" not in sys.argv:
    bytes(256 << 10)  # made and freed, as the first client that leaves does it: README.md says what that changes
if "uvloop" in sys.argv:
    import uvloop

    uvloop.install()
asyncio.run(main(*sys.argv[1].rsplit(":", 1)))
