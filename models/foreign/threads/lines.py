"""Python threads: one a connection, blocking sockets, by socketserver. It echoes lines, and takes slow requests."""
import signal
import socketserver
import sys
import threading
import time

places = threading.Semaphore(64)


class Connection(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True

    def handle(self):
        try:
            for line in self.rfile:
                self.wfile.write(answer(line))
        except OSError:
            pass


def answer(line):
    if not line.endswith(b"\n"):  # the client left in the middle of it
        return b""
    if line.startswith(b"BLOCK "):
        _, ms, how = line.split()
        block(int(ms) / 1000, how)
        return b"BLOCKED %s\n" % ms
    return line


def block(seconds, how):
    if how == b"offload":
        with places:  # this thread is the spare one: it only queues for a place
            time.sleep(seconds)
    elif how == b"inline":
        time.sleep(seconds)
    else:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            pass


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address, daemon_threads, request_queue_size = True, True, 4096


host, port = sys.argv[1].rsplit(":", 1)
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
threading.stack_size(64 << 10)
Server((host, int(port)), Connection).serve_forever()
