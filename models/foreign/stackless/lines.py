"""Stackless, by PyPy: a tasklet a connection, channels between them, in code that seems to block. It echoes lines, and takes slow requests."""
import io
import os
import signal
import sys
import time

import tasklets


def serve(sock):
    stream = tasklets.Stream(sock)
    for line in io.BufferedReader(stream, 65536):
        if line.endswith(b"\n"):  # else the client left in the middle of it
            stream.write(answer(line))


def answer(line):
    if line.startswith(b"BLOCK "):
        _, ms, how = line.split()
        block(int(ms) / 1000, how)
        return b"BLOCKED %s\n" % ms
    return line


def block(seconds, how):
    if how == b"offload":
        tasklets.in_thread(time.sleep, seconds)
    elif how == b"inline":
        time.sleep(seconds)
    else:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            pass


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    tasklets.listen(sys.argv[1], serve)
