/* The floor under every server that waits by epoll: one thread, level-triggered, bytes go back as they come. */
#include "../shared.h"
#include <fcntl.h>
#include <sys/epoll.h>

/* What a connection has been sent and has not taken. Until it has, nothing more is read from it. */
struct owed { char *at; size_t from, to; };

static struct owed *owed;
static int ep, listener, paused; /* paused: no descriptor was left to accept with */
static char buf[64 << 10];

static void ask(int op, int fd, unsigned events) {
  struct epoll_event e = {.events = events, .data.fd = fd};
  if (epoll_ctl(ep, op, fd, &e)) die("epoll_ctl");
}

static void drop(int fd) {
  free(owed[fd].at);
  owed[fd] = (struct owed){0};
  close(fd);
  if (paused) { ask(EPOLL_CTL_MOD, listener, EPOLLIN); paused = 0; }
}

static void accept_all(void) {
  for (int fd; ;) {
    if ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) { ask(EPOLL_CTL_ADD, fd, EPOLLIN); continue; }
    if (errno == EMFILE || errno == ENFILE) { ask(EPOLL_CTL_MOD, listener, 0); paused = 1; } /* or the loop would spin */
    if (errno != EINTR && errno != ECONNABORTED) return;
  }
}

static void flush(int fd) {
  struct owed *o = &owed[fd];
  ssize_t n = send(fd, o->at + o->from, o->to - o->from, MSG_NOSIGNAL);
  if (n < 0 && errno != EAGAIN) return drop(fd);
  if (n > 0) o->from += n;
  if (o->from < o->to) return;
  free(o->at);
  *o = (struct owed){0};
  ask(EPOLL_CTL_MOD, fd, EPOLLIN);
}

static void echo(int fd) {
  ssize_t n = recv(fd, buf, sizeof buf, 0), sent;
  if (n < 0 && errno == EAGAIN) return;
  if (n <= 0) return drop(fd);
  sent = send(fd, buf, n, MSG_NOSIGNAL);
  if (sent == n) return;
  if (sent < 0 && errno != EAGAIN) return drop(fd);
  if (sent < 0) sent = 0;
  struct owed *o = &owed[fd];
  if (!(o->at = malloc(n - sent))) return drop(fd);
  memcpy(o->at, buf + sent, n - sent);
  o->to = n - sent;
  ask(EPOLL_CTL_MOD, fd, EPOLLOUT);
}

int main(int argc, char **argv) {
  static struct epoll_event ready[1024];
  listener = listen_at(argc, argv, "epoll");
  fcntl(listener, F_SETFL, O_NONBLOCK);
  owed = table(sizeof *owed);
  if ((ep = epoll_create1(EPOLL_CLOEXEC)) < 0) die("epoll_create1");
  ask(EPOLL_CTL_ADD, listener, EPOLLIN);
  for (;;) {
    int n = epoll_wait(ep, ready, 1024, -1);
    for (int i = 0; i < n; i++) {
      int fd = ready[i].data.fd;
      if (fd == listener) accept_all();
      else if (owed[fd].at) flush(fd);
      else echo(fd);
    }
  }
}
