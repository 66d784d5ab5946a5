"""Twisted: a parked wait is a Deferred that nobody has fired yet. twisted.web is Twisted's own HTTP server."""
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "shared"))

from twisted.internet import epollreactor

epollreactor.install()
from twisted.internet import defer, reactor, task, threads
from twisted.internet.interfaces import IHalfCloseableProtocol
from twisted.web import http
from zope.interface import implementer

import workload as w

rooms = w.Rooms()
channels = set()


class Request(http.Request):
    def process(self):
        path, _, query = self.uri.decode("latin-1").partition("?")
        path = w.path_of(path)
        self.setHeader(b"Content-Type", b"application/json")
        done = defer.maybeDeferred(self.serve, path, w.query(query))
        done.addErrback(self.refuse)
        done.addCallback(self.answer)
        # A Deferred that is cancelled because its client left has nobody to answer.
        done.addErrback(lambda failure: failure.trap(defer.CancelledError))
        self.notifyFinish().addErrback(lambda _: done.cancel())

    def serve(self, path, q):
        w.check_route(self.method.decode("latin-1"), path)
        w.check_origin(path, self.requestHeaders.getRawHeaders("Origin", []), self.getHeader("Host"))
        body = self.content.read()
        w.check_length(path, len(body))
        return getattr(self, "get_" + (path[1:] or "page"))(q, body)

    def answer(self, body):
        self.setHeader(b"Content-Length", b"%d" % len(body))
        self.write(body)
        self.finish()

    def refuse(self, failure):
        failure.trap(w.Refusal)
        self.setResponseCode(failure.value.status)
        if failure.value.allow:
            self.setHeader(b"Allow", failure.value.allow.encode())
        if failure.value.status == 413:
            self.setHeader(b"Connection", b"close")
            self.channel.persistent = False
        return failure.value.body

    def get_page(self, q, body):
        self.setHeader(b"Content-Type", b"text/html; charset=utf-8")
        return w.PAGE

    def get_echo(self, q, body):
        self.setHeader(b"Content-Type", b"application/octet-stream")
        return body

    def get_stats(self, q, body):
        return rooms.stats("twisted", len(channels))

    def get_send(self, q, body):
        name, sender, text = w.parse_send(q, body)
        room = rooms[name]
        number = room.add(sender, text)
        waiters, room.waiters = room.waiters, set()
        for waiter in waiters:
            waiter.callback(None)
        return w.answer(id=number)

    def get_wait(self, q, body):
        name, since, seconds = w.parse_wait(q)
        room = rooms[name]
        since = room.head if since == -1 else since
        news = room.since(since)
        if news is not None:
            return news
        waiter = defer.Deferred()
        room.waiters.add(waiter)

        def over(result):
            room.waiters.discard(waiter)
            clock.active() and clock.cancel()
            return result

        clock = reactor.callLater(seconds, waiter.callback, None)
        waiter.addBoth(over)
        waiter.addCallback(lambda _: room.since(since) or w.none_yet(since))
        return waiter

    def get_block(self, q, body):
        seconds, how = w.parse_block(q)
        if how == "offload":
            return threads.deferToThread(time.sleep, seconds).addCallback(lambda _: w.blocked(seconds))
        if how == "inline":
            time.sleep(seconds)
        else:
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                pass
        return w.blocked(seconds)


@implementer(IHalfCloseableProtocol)
class Channel(http.HTTPChannel):
    requestFactory, timeOut = Request, None
    totalHeadersSize = 8 << 10

    def connectionMade(self):
        channels.add(self)
        self.transport.setTcpNoDelay(True)
        super().connectionMade()

    def readConnectionLost(self):
        self.loseConnection()

    def writeConnectionLost(self):
        pass

    def connectionLost(self, reason):
        channels.discard(self)
        super().connectionLost(reason)


class Site(http.HTTPFactory):
    protocol = Channel

    def __init__(self):
        super().__init__(timeout=None)
        self.log = lambda request: None

    def buildProtocol(self, addr):
        channel = Channel()
        channel.factory, channel.site = self, self
        return channel


host, port = sys.argv[1].rsplit(":", 1)
reactor.suggestThreadPoolSize(64)
reactor.listenTCP(int(port), Site(), backlog=4096, interface=host)


def end():
    for waiter in rooms.parked():
        waiter.callback(None)
    return task.deferLater(reactor, 0.1, os._exit, 0)  # the pool would wait for its sleeping threads


reactor.addSystemEventTrigger("before", "shutdown", end)
reactor.run()
