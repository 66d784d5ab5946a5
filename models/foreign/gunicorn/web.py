"""gunicorn with gevent workers: the rooms of several processes are one, by a bus (ZeroMQ) that every message crosses."""
import itertools
import os
import socket
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "shared"))

import gevent
import zmq.green as zmq
from gevent.event import AsyncResult
from gevent.monkey import get_original

import workload as w
from hangup import gone

rooms, me, tokens, asked = w.Rooms(), os.getpid(), itertools.count(), {}
sleep = get_original("time", "sleep")  # gunicorn monkey-patches its workers
poll = get_original("select", "poll")
conns, joined, WORKERS = 0, set(), int(os.environ["CBENCH_WORKERS"])


def join(worker):
    """Joins this process to the bus, and returns when all workers are there."""
    global me, bus
    me, context, name = os.getpid(), zmq.Context(), os.environ["CBENCH_BUS"]
    bus, ear = context.socket(zmq.PUSH), context.socket(zmq.SUB)
    bus.set_hwm(0), ear.set_hwm(0)
    ear.subscribe(b"")
    bus.connect("ipc://@%s-in" % name), ear.connect("ipc://@%s-out" % name)
    gevent.get_hub().threadpool.maxsize = 64
    gevent.spawn(hear, ear)
    gevent.spawn(end, worker)
    while len(joined) < WORKERS:  # who is not on the bus yet would miss what is said meanwhile
        ask("here", patience=0.2)
    serve = worker.handle

    def handle(listener, client, address):
        global conns
        conns += 1
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            serve(listener, client, address)
        finally:
            conns -= 1

    worker.handle = handle


def ask(kind, *what, answers=1, patience=None):
    """Sends it round by the bus; what came back, when it has come so many times."""
    token, told = next(tokens), AsyncResult()
    asked[token] = answers, [], told
    bus.send_json([kind, me, token, what])
    try:
        return told.get(timeout=patience)
    except gevent.Timeout:
        return None
    finally:
        del asked[token]


def hear(ear):
    while True:
        kind, worker, token, what = ear.recv_json()
        if kind == "count":
            bus.send_json(["counted", worker, token, [conns, len(rooms.parked())]])
            continue
        if kind == "here" and worker not in joined:
            joined.add(worker)
            bus.send_json(["here", me, next(tokens), []])  # the new one has not heard of this one
        if kind == "say":
            name, sender, text, number = what
            room = rooms.get(name) or rooms.setdefault(name, w.Room())  # what has a number is said, past the bound too
            room.add(sender, text)
            wake(room.waiters)
        if worker == me and token in asked:
            answers, come, told = asked[token]
            come.append(what)
            len(come) == answers and told.set(come)


def wake(waiters):
    for told in list(waiters):
        told.set(b"")


def end(worker):
    while worker.alive:
        gevent.sleep(0.1)
    wake(rooms.parked())


def send(q, body):
    name, sender, text = w.parse_send(q, body)
    rooms[name]  # or it is refused: there are too many
    return w.answer(id=ask("say", name, sender, text)[0][3])


def wait(q, sock):
    name, since, seconds = w.parse_wait(q)
    room = rooms[name]
    if not 0 <= since <= room.head:
        ask("sync")  # another worker may have told a head that is on its way to this one
    since = room.head if since == -1 else since
    news = room.since(since)
    if news is not None:
        return news
    told = AsyncResult()
    loop = gevent.get_hub().loop
    left, later = loop.io(sock.fileno(), 1), loop.timer(0.5)

    def look():
        if gone(sock, poll):
            told.set(b"")
        else:  # what is pipelined behind this stays readable: look again, but not at once
            left.stop()
            later.start(left.start, look)

    left.start(look)
    room.waiters.add(told)
    try:
        told.get(timeout=seconds)
    except gevent.Timeout:
        pass
    finally:
        room.waiters.discard(told)
        for watcher in left, later:
            watcher.stop()
            watcher.close()
    return room.since(since) or w.none_yet(since)


def stats():
    ask("sync")
    counts = ask("count", answers=WORKERS, patience=5) or []
    total = [sum(column) for column in zip(*counts)] or [None, None]
    return w.answer(model="gunicorn", conns=total[0], waiters=total[1], members=0, rooms=len(rooms), dropped_slow=0)


def block(q):
    seconds, how = w.parse_block(q)
    if how == "offload":
        gevent.get_hub().threadpool.apply(sleep, (seconds,))
    elif how == "inline":
        sleep(seconds)
    else:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            pass
    return w.blocked(seconds)


def application(env, start_response):
    gevent.sleep(0)  # a greenlet whose next request is there already never waits: without this a few clients have the worker to themselves
    path, status, fields = w.path_of(env["PATH_INFO"]), "200 OK", [("Content-Type", "application/json")]
    try:
        w.check_route(env["REQUEST_METHOD"], path)
        w.check_origin(path, [env[k] for k in env if k == "HTTP_ORIGIN"], env.get("HTTP_HOST"))
        w.check_length(path, int(env.get("CONTENT_LENGTH") or 0))
        body = env["wsgi.input"].read() if env["REQUEST_METHOD"] == "POST" else b""
        w.check_length(path, len(body))
        q = w.query(env["QUERY_STRING"])
        if path == "/":
            body, fields = w.PAGE, [("Content-Type", "text/html; charset=utf-8")]
        elif path == "/echo":
            fields = [("Content-Type", "application/octet-stream")]
        elif path == "/stats":
            body = stats()
        elif path == "/send":
            body = send(q, body)
        elif path == "/block":
            body = block(q)
        else:
            body = wait(q, env["gunicorn.socket"])
    except w.Refusal as refusal:
        status, body = "%d Refused" % refusal.status, refusal.body
        fields += [("Allow", refusal.allow)] if refusal.allow else []
    start_response(status, fields + [("Content-Length", str(len(body)))])
    return [body] if env["REQUEST_METHOD"] != "HEAD" else []
