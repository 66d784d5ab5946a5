"""gevent: a greenlet a connection, in code that seems to block. It echoes lines, and takes slow requests."""
import os
import signal
import socket
import sys
import time

import gevent
from gevent.server import StreamServer
from gevent.threadpool import ThreadPool

threads = ThreadPool(64)


def serve(sock, address):
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        for line in lines(sock):
            sock.sendall(answer(line))
    except OSError:
        pass


def lines(sock):
    kept = b""
    while data := sock.recv(65536):
        *whole, kept = (kept + data).split(b"\n")
        yield from whole


def answer(line):
    if line.startswith(b"BLOCK "):
        _, ms, how = line.split()
        block(int(ms) / 1000, how)
        return b"BLOCKED %s\n" % ms
    return line + b"\n"


def block(seconds, how):
    if how == b"offload":
        threads.apply(time.sleep, (seconds,))  # a real one: nothing is monkey-patched here
    elif how == b"inline":
        time.sleep(seconds)
    else:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            pass


host, port = sys.argv[1].rsplit(":", 1)
gevent.signal_handler(signal.SIGTERM, os._exit, 0)
StreamServer((host, int(port)), serve, backlog=4096).serve_forever()
