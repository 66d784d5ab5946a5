/* What both echo servers need before their loops begin. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

static void die(const char *what) { perror(what); exit(1); }

static void quit(int sig) { (void)sig; _exit(0); }

/* A listening socket at host:port. What is accepted from it inherits TCP_NODELAY (Linux does so, tcp(7) does not promise it). */
static int listen_at(int argc, char **argv, const char *name) {
  struct sockaddr_in at = {.sin_family = AF_INET};
  char host[64];
  unsigned short port;
  struct rlimit most;
  int one = 1, fd;

  if (argc != 2) { fprintf(stderr, "usage: %s host:port | -version\n", name); exit(2); }
  if (!strcmp(argv[1], "-version")) { printf("%s, gcc %s\n", name, __VERSION__); exit(0); }
  if (sscanf(argv[1], "%63[0-9.]:%hu", host, &port) != 2 || inet_pton(AF_INET, host, &at.sin_addr) != 1) {
    fprintf(stderr, "%s: not an IPv4 address and a port\n", argv[1]);
    exit(2);
  }
  at.sin_port = htons(port);
  if (!getrlimit(RLIMIT_NOFILE, &most)) { most.rlim_cur = most.rlim_max; setrlimit(RLIMIT_NOFILE, &most); }
  signal(SIGTERM, quit);
  signal(SIGINT, quit);
  signal(SIGPIPE, SIG_IGN);
  if ((fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) < 0) die("socket");
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  if (bind(fd, (struct sockaddr *)&at, sizeof at)) die(argv[1]);
  if (listen(fd, 4096)) die("listen");
  return fd;
}

/* Room for something at every descriptor that there can be. Untouched pages of it cost nothing. */
static void *table(size_t size) {
  struct rlimit most;
  void *t;
  if (getrlimit(RLIMIT_NOFILE, &most)) die("getrlimit");
  if (!(t = calloc(most.rlim_cur, size))) die("calloc");
  return t;
}
