"""Eventlet: a greenthread a connection, in code that seems to block. It echoes lines, and takes slow requests."""
import os
import signal
import socket
import sys
import time

os.environ.setdefault("EVENTLET_THREADPOOL_SIZE", "64")

import eventlet
from eventlet import tpool


def serve(sock, address):
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        for line in sock.makefile("rb"):
            if line.endswith(b"\n"):  # else the client left in the middle of it
                sock.sendall(answer(line))
    except OSError:
        pass


def answer(line):
    if line.startswith(b"BLOCK "):
        _, ms, how = line.split()
        block(int(ms) / 1000, how)
        return b"BLOCKED %s\n" % ms
    return line


def block(seconds, how):
    if how == b"offload":
        tpool.execute(time.sleep, seconds)  # a real one: nothing is monkey-patched here
    elif how == b"inline":
        time.sleep(seconds)
    else:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            pass


host, port = sys.argv[1].rsplit(":", 1)
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
eventlet.serve(eventlet.listen((host, int(port)), backlog=4096, reuse_port=False), serve, concurrency=1 << 20)
