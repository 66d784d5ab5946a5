"""Whether a client has left, for servers whose loop does not look at a socket that nobody reads from."""
import select


def gone(sock, poll=select.poll):
    """Asks the kernel, which knows of an end behind bytes that nobody has read. `poll` is to be a real one."""
    asked = poll()
    asked.register(sock.fileno(), select.POLLRDHUP)  # a reset is told unasked
    return bool(asked.poll(0))
