"""Twisted: one thread, epoll, protocols called with what arrived, Deferreds for what is to come. It echoes lines, and takes slow requests."""
import os
import sys
import time

from twisted.internet import epollreactor

epollreactor.install()
from twisted.internet import defer, reactor, threads
from twisted.internet.interfaces import IHalfCloseableProtocol
from twisted.internet.protocol import Factory
from twisted.protocols.basic import LineReceiver
from zope.interface import implementer


@implementer(IHalfCloseableProtocol)
class Lines(LineReceiver):
    delimiter, MAX_LENGTH = b"\n", 65536

    def connectionMade(self):
        self.transport.setTcpNoDelay(True)
        self.transport.registerProducer(self, True)  # a client that does not read is not read from
        self.before = defer.succeed(None)  # of the answers: the one that all later ones wait for

    def lineReceived(self, line):
        if line.startswith(b"BLOCK "):
            _, ms, how = line.split()
            self.before.addCallback(lambda _: block(int(ms) / 1000, how))
            line = b"BLOCKED " + ms
        self.before.addCallback(lambda _: self.transport.write(line + b"\n"))

    def readConnectionLost(self):
        self.before.addCallback(lambda _: self.transport.unregisterProducer() or self.transport.loseConnection())

    def writeConnectionLost(self):
        pass

    def connectionLost(self, reason):
        self.before.cancel()


def block(seconds, how):
    if how == b"offload":
        return threads.deferToThread(time.sleep, seconds)
    if how == b"inline":
        time.sleep(seconds)
    else:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            pass


if __name__ == "__main__":
    host, port = sys.argv[1].rsplit(":", 1)
    reactor.suggestThreadPoolSize(64)
    reactor.listenTCP(int(port), Factory.forProtocol(Lines), backlog=4096, interface=host)
    reactor.addSystemEventTrigger("before", "shutdown", os._exit, 0)  # the pool would wait for its sleeping threads
    reactor.run()
