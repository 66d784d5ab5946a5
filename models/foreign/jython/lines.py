"""Jython: a thread a connection, blocking sockets, and no lock round the interpreter. It echoes lines, and takes slow requests.

The sockets are Java's: behind Jython's own module socket runs Netty's event loop, and that would be another model.
"""
import sys
import threading
import time

from java.io import IOException
from java.net import InetAddress, ServerSocket
from org.python.core.util import FileUtil

places = threading.Semaphore(64)


def serve(client):
    client.setTcpNoDelay(True)
    lines, answers = FileUtil.wrap(client.getInputStream(), "rb"), client.getOutputStream()
    try:
        while True:
            line = lines.readline()
            if not line.endswith("\n"):  # the client left, be it in the middle of it
                return
            answers.write(answer(line))
    except (IOException, IOError, ValueError):
        pass
    finally:
        client.close()


def answer(line):
    if line.startswith("BLOCK "):
        _, ms, how = line.split()
        block(int(ms) / 1000.0, how)
        return "BLOCKED %s\n" % ms
    return line


def block(seconds, how):
    if how == "offload":
        with places:  # this thread is the spare one: it only queues for a place
            time.sleep(seconds)
    elif how == "inline":
        time.sleep(seconds)
    else:
        end = time.time() + seconds
        while time.time() < end:
            pass


host, port = sys.argv[1].rsplit(":", 1)
server = ServerSocket(int(port), 4096, InetAddress.getByName(host))
threading.stack_size(256 << 10)
while True:
    thread = threading.Thread(target=serve, args=(server.accept(),))
    thread.daemon = True
    thread.start()
