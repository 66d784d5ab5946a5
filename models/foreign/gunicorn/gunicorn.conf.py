"""gunicorn: processes forked beforehand, gevent's greenlets in each; the bus that joins their rooms is a process beside them."""
import contextlib
import ctypes
import os
import signal
from collections import Counter

worker_class, workers, worker_connections, backlog = "gevent", 2, 1 << 20, 4096
keepalive = 1 << 30  # an idle connection is never timed out
graceful_timeout, timeout, loglevel, threads = 2, 60, "critical", 1
raw_env = ["CBENCH_BUS=cbench-bus-%d" % os.getpid(), "CBENCH_WORKERS=%d" % workers]
bus = None


def on_starting(arbiter):
    global bus
    bus = os.fork()
    if not bus:
        serve_bus("cbench-bus-%d" % os.getppid())


def serve_bus(name):
    """Everything said, by whichever worker, gets its number here and goes to all workers in one order."""
    import zmq

    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # the workers need it to their end
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: it does not outlive the arbiter
    context = zmq.Context()
    ears, mouth = context.socket(zmq.PULL), context.socket(zmq.PUB)
    ears.set_hwm(0), mouth.set_hwm(0)
    ears.bind("ipc://@%s-in" % name), mouth.bind("ipc://@%s-out" % name)
    heads = Counter()
    while True:
        kind, worker, token, what = ears.recv_json()
        if kind == "say":
            heads[what[0]] += 1
            what.append(heads[what[0]])
        mouth.send_json([kind, worker, token, what])


def post_worker_init(worker):
    import web

    web.join(worker)


def on_exit(arbiter):
    with contextlib.suppress(ProcessLookupError, ChildProcessError):
        os.kill(bus, signal.SIGKILL)
        os.waitpid(bus, 0)
