"""What Stackless programs bring along: sockets whose calls park a tasklet in a channel until epoll says that they can go on."""
import contextlib
import heapq
import io
import itertools
import os
import select
import socket
import threading
import time
from collections import deque

import stackless

EPOLLRDHUP = 0x2000  # PyPy's select has no name for it
epoll, parked = select.epoll(), {}
clocks, order = [], itertools.count()
calls, (ear, mouth) = deque(), os.pipe()


def until(fd, what):
    """Parks this tasklet until fd is ready."""
    channel = stackless.channel()
    arm(fd, what, channel)
    channel.receive()


def arm(fd, what, channel):
    parked[fd] = channel
    try:
        epoll.modify(fd, what | select.EPOLLONESHOT)
    except FileNotFoundError:  # the first time
        epoll.register(fd, what | select.EPOLLONESHOT)


def wake(channels):
    """Lets go on who waits in them."""
    for channel in list(channels):
        channel.balance < 0 and channel.send(None)


@contextlib.contextmanager
def gone(fd, channel):
    """Meanwhile whoever waits in the channel is woken if the client leaves."""
    arm(fd, EPOLLRDHUP, channel)
    yield
    parked.pop(fd, None)


@contextlib.contextmanager
def later(seconds, channel):
    """Meanwhile whoever waits in the channel is woken at that time."""
    entry = [time.monotonic() + seconds, next(order), channel]
    heapq.heappush(clocks, entry)
    yield
    entry[2] = None  # it stays until its time, and does nothing then


def call(what):
    """Has the loop do it: from a thread, or a signal."""
    calls.append(what)
    os.write(mouth, b"!")


def in_thread(what, *args):
    """Parks this tasklet while a thread does it. Channels are not for threads: the loop is told, by a byte in a pipe."""
    channel = stackless.channel()

    def run():
        with places:
            what(*args)
        call(lambda: channel.send(None))

    threading.Thread(target=run, daemon=True).start()
    channel.receive()


places = threading.Semaphore(64)


class Stream(io.RawIOBase):
    """A socket as a file."""

    def __init__(self, sock):
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock = sock

    def readable(self):
        return True

    def writable(self):
        return True

    def readinto(self, room):
        while True:
            try:
                return self.sock.recv_into(room)
            except BlockingIOError:
                until(self.sock.fileno(), select.EPOLLIN)

    def write(self, data):
        left = memoryview(data)
        while left:
            try:
                left = left[self.sock.send(left):]
            except BlockingIOError:
                until(self.sock.fileno(), select.EPOLLOUT)
        return len(data)


def listen(address, serve):
    """A tasklet a connection, for as long as the program runs."""
    host, port = address.rsplit(":", 1)
    listener = socket.create_server((host, int(port)), backlog=4096)
    listener.setblocking(False)

    def accept():
        while True:
            try:
                sock, _ = listener.accept()
            except BlockingIOError:
                until(listener.fileno(), select.EPOLLIN)
            else:
                stackless.tasklet(attend)(sock, serve)

    stackless.tasklet(accept)()
    epoll.register(ear, select.EPOLLIN)
    loop()


def attend(sock, serve):
    try:
        with sock:
            serve(sock)
    except OSError:
        pass


def loop():
    """The main tasklet: runs the others until all are parked, then waits for what wakes one."""
    while True:
        while stackless.getruncount() > 1:
            stackless.schedule()
        wait = max(0, clocks[0][0] - time.monotonic()) if clocks else -1
        for fd, _ in epoll.poll(wait):
            if fd == ear:
                os.read(ear, 4096)
                while calls:
                    calls.popleft()()
            elif fd in parked:
                wake([parked.pop(fd)])
        while clocks and clocks[0][0] <= time.monotonic():
            channel = heapq.heappop(clocks)[2]
            channel and wake([channel])
