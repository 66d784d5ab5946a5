"""asyncore and asynchat: one thread, poll, a dispatcher a connection (the library left Python with 3.12). It echoes lines, and takes slow requests."""
import asynchat
import asyncore
import os
import signal
import socket
import sys
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor

threads = ThreadPoolExecutor(64)


class Lines(asynchat.async_chat):
    def __init__(self, sock):
        super().__init__(sock)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.set_terminator(b"\n")
        self.line, self.behind, self.asleep, self.over = [], deque(), False, False

    def collect_incoming_data(self, data):
        self.line.append(data)

    def found_terminator(self):
        self.behind.append(b"".join(self.line))
        self.line.clear()
        self.go_on()

    def go_on(self):
        while self.behind and not self.asleep:
            self.answer(self.behind.popleft())
        if self.over and not self.asleep:
            self.close_when_done()

    def answer(self, line):
        if line.startswith(b"BLOCK "):
            _, ms, how = line.split()
            line = b"BLOCKED " + ms
            if how == b"offload":
                self.asleep = True
                slept = threads.submit(time.sleep, int(ms) / 1000)
                return slept.add_done_callback(lambda _: loop.call(lambda: self.awake(line)))
            block(int(ms) / 1000, how)
        self.push(line + b"\n")

    def awake(self, line):
        self.asleep = False
        if self.connected:
            self.push(line + b"\n")
            self.go_on()

    def readable(self):
        return not self.over and not self.producer_fifo  # a client that does not read is not read from

    def handle_close(self):
        if self.over:
            return self.close()
        self.over = True  # it said all it had to say: what is owed is still sent
        self.go_on()

    def handle_error(self):
        self.close()


class Loop(asyncore.file_dispatcher):
    """What other threads would have done in the loop: a byte in a pipe wakes it."""

    def __init__(self):
        ear, self.mouth = os.pipe()
        super().__init__(ear)
        self.calls = deque()

    def call(self, what):
        self.calls.append(what)
        os.write(self.mouth, b"!")

    def handle_read(self):
        self.recv(4096)
        while self.calls:
            self.calls.popleft()()

    def writable(self):
        return False


def block(seconds, how):
    if how == b"inline":
        time.sleep(seconds)
    else:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            pass


class Listener(asyncore.dispatcher):
    def __init__(self, host, port):
        super().__init__()
        self.create_socket()
        self.set_reuse_addr()
        self.bind((host, int(port)))
        self.listen(4096)

    def handle_accepted(self, sock, address):
        Lines(sock)


signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
loop = Loop()
Listener(*sys.argv[1].rsplit(":", 1))
asyncore.loop(timeout=None, use_poll=True)
