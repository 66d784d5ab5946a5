/* The floor under every server that waits by io_uring: one thread, one system call a round. The kernel receives into buffers that it takes
   from a ring (multishot: asked for once a connection), and each goes back as it came; then it is the ring's again. Linux 6.1 or later. */
#include "../shared.h"
#include <linux/io_uring.h>
#include <sys/mman.h>
#include <sys/syscall.h>

enum { SQ = 4096, CQ = 65536, BUFS = 8192, SIZE = 4096, MOST = 8 }; /* MOST: buffers owed to one connection before it is read no more */
enum op { ACCEPT, RECV, SEND, CANCEL };

struct conn {
  int first, last, owed; /* buffers to send, by number; the first is under way */
  char armed, closing, stopping, starved; /* a receive is under way; ends when all is sent; its receive is being cancelled; no buffer was left */
};

static int ring, listener, paused;
static unsigned *sq_head, *sq_tail, sq_mask, *cq_head, *cq_tail, cq_mask, queued, sq_local;
static struct io_uring_sqe *sqes;
static struct io_uring_cqe *cqes;
static struct io_uring_buf_ring *free_bufs;
static unsigned short free_tail;
static char *bufs;
static int next[BUFS], from[BUFS], to[BUFS];
static struct conn *conns;
static int *starved, starving; /* connections that wait for a buffer */
static int in_use;             /* buffers that hold something to send */

static void enter(unsigned wait) {
  int n;
  __atomic_store_n(sq_tail, sq_local, __ATOMIC_RELEASE);
  n = syscall(SYS_io_uring_enter, ring, queued, wait, IORING_ENTER_GETEVENTS, NULL, 0);
  if (n >= 0) queued -= n;
  else if (errno != EINTR && errno != EBUSY && errno != EAGAIN) die("io_uring_enter");
}

static struct io_uring_sqe *ask(enum op op, int code, int fd) {
  while (sq_local - __atomic_load_n(sq_head, __ATOMIC_ACQUIRE) > sq_mask) enter(0);
  struct io_uring_sqe *s = &sqes[sq_local++ & sq_mask];
  memset(s, 0, sizeof *s);
  s->opcode = code, s->fd = fd, s->user_data = (unsigned long long)op << 32 | (unsigned)fd;
  queued++;
  return s;
}

static void ask_accept(void) {
  struct io_uring_sqe *s = ask(ACCEPT, IORING_OP_ACCEPT, listener);
  s->ioprio = IORING_ACCEPT_MULTISHOT, s->accept_flags = SOCK_CLOEXEC;
}

static void ask_recv(int fd) {
  struct io_uring_sqe *s = ask(RECV, IORING_OP_RECV, fd);
  s->ioprio = IORING_RECV_MULTISHOT, s->flags = IOSQE_BUFFER_SELECT, s->buf_group = 0;
  conns[fd].armed = 1;
}

static void ask_send(int fd) {
  int b = conns[fd].first;
  struct io_uring_sqe *s = ask(SEND, IORING_OP_SEND, fd);
  s->addr = (unsigned long)(bufs + (size_t)b * SIZE + from[b]), s->len = to[b] - from[b];
  s->msg_flags = MSG_NOSIGNAL | MSG_WAITALL; /* whole, unless it fails */
}

static void stop_recv(int fd) {
  struct conn *c = &conns[fd];
  if (!c->armed || c->stopping) return;
  c->stopping = 1;
  ask(CANCEL, IORING_OP_ASYNC_CANCEL, fd)->addr = (unsigned long long)RECV << 32 | (unsigned)fd;
}

static void give_back(int b) {
  struct io_uring_buf *f = &free_bufs->bufs[free_tail & (BUFS - 1)];
  f->addr = (unsigned long)(bufs + (size_t)b * SIZE), f->len = SIZE, f->bid = b;
  __atomic_store_n(&free_bufs->tail, ++free_tail, __ATOMIC_RELEASE);
  in_use--;
}

/* What is to be done next with a connection of which an operation has ended. It is closed only when none is under way. */
static void go_on(int fd) {
  struct conn *c = &conns[fd];
  if (c->closing) {
    if (c->owed || c->armed || c->stopping) return;
    close(fd);
    if (paused) { paused = 0; ask_accept(); }
  } else if (c->owed >= MOST) {
    stop_recv(fd);
  } else if (!c->armed && !c->stopping && !c->starved && !c->owed) {
    ask_recv(fd);
  }
}

static void received(int fd, int res, unsigned flags) {
  struct conn *c = &conns[fd];
  c->armed = (flags & IORING_CQE_F_MORE) != 0;
  if (res > 0) {
    int b = flags >> IORING_CQE_BUFFER_SHIFT;
    from[b] = 0, to[b] = res, in_use++;
    if (c->owed++) next[c->last] = b; else c->first = b;
    c->last = b;
    if (c->owed == 1) ask_send(fd);
  } else if (res == -ENOBUFS) {
    c->starved = 1, starved[starving++] = fd;
  } else if (res != -ECANCELED) {
    c->closing = 1; /* its end, or an error */
  }
  go_on(fd);
}

static void sent(int fd, int res) {
  struct conn *c = &conns[fd];
  int b = c->first;
  if (res > 0 && (from[b] += res) < to[b]) { ask_send(fd); return; }
  c->first = next[b], c->owed--;
  give_back(b);
  if (res <= 0) { /* the client is gone: what is owed is nobody's */
    for (; c->owed; c->owed--) { b = c->first; c->first = next[b]; give_back(b); }
    c->closing = 1;
    stop_recv(fd);
  }
  if (c->owed) ask_send(fd);
  go_on(fd);
}

static void accepted(int res, unsigned flags) {
  if (res >= 0) { conns[res] = (struct conn){0}; ask_recv(res); }
  if (flags & IORING_CQE_F_MORE) return;
  if (res == -EMFILE || res == -ENFILE) paused = 1; else ask_accept(); /* paused: until a connection closes */
}

static void *map(size_t size, off_t at) {
  void *m = at < 0 ? mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
                   : mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring, at);
  if (m == MAP_FAILED) die("mmap");
  return m;
}

static void set_up(void) {
  struct io_uring_params p = {.flags = IORING_SETUP_CQSIZE | IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN, .cq_entries = CQ};
  if ((ring = syscall(SYS_io_uring_setup, SQ, &p)) < 0) die("io_uring_setup");
  size_t size = p.cq_off.cqes + p.cq_entries * sizeof *cqes;
  if (size < p.sq_off.array + p.sq_entries * sizeof(unsigned)) size = p.sq_off.array + p.sq_entries * sizeof(unsigned);
  char *r = map(size, IORING_OFF_SQ_RING); /* both rings: IORING_FEAT_SINGLE_MMAP, since 5.4 */
  sqes = map(p.sq_entries * sizeof *sqes, IORING_OFF_SQES);
  sq_head = (unsigned *)(r + p.sq_off.head), sq_tail = (unsigned *)(r + p.sq_off.tail), sq_mask = *(unsigned *)(r + p.sq_off.ring_mask);
  cq_head = (unsigned *)(r + p.cq_off.head), cq_tail = (unsigned *)(r + p.cq_off.tail), cq_mask = *(unsigned *)(r + p.cq_off.ring_mask);
  cqes = (struct io_uring_cqe *)(r + p.cq_off.cqes);
  for (unsigned i = 0; i < p.sq_entries; i++) ((unsigned *)(r + p.sq_off.array))[i] = i;
  sq_local = *sq_tail;

  free_bufs = map(BUFS * sizeof(struct io_uring_buf), -1);
  bufs = map((size_t)BUFS * SIZE, -1);
  struct io_uring_buf_reg reg = {.ring_addr = (unsigned long)free_bufs, .ring_entries = BUFS};
  if (syscall(SYS_io_uring_register, ring, IORING_REGISTER_PBUF_RING, &reg, 1)) die("io_uring_register");
  in_use = BUFS;
  for (int b = 0; b < BUFS; b++) give_back(b);
}

int main(int argc, char **argv) {
  listener = listen_at(argc, argv, "io_uring");
  conns = table(sizeof *conns), starved = table(sizeof *starved);
  set_up();
  ask_accept();
  for (;;) {
    enter(1);
    unsigned head = *cq_head, tail = __atomic_load_n(cq_tail, __ATOMIC_ACQUIRE);
    for (; head != tail; head++) {
      struct io_uring_cqe *c = &cqes[head & cq_mask];
      int fd = (int)c->user_data;
      switch ((enum op)(c->user_data >> 32)) {
      case ACCEPT: accepted(c->res, c->flags); break;
      case RECV: received(fd, c->res, c->flags); break;
      case SEND: sent(fd, c->res); break;
      case CANCEL: conns[fd].stopping = 0; go_on(fd); break;
      }
    }
    __atomic_store_n(cq_head, head, __ATOMIC_RELEASE);
    for (int n = in_use < BUFS ? starving : 0; n; starving = 0) /* else they would be told at once that there is none */
      while (n) { int fd = starved[--n]; conns[fd].starved = 0; go_on(fd); }
  }
}
