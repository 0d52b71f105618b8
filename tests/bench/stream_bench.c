/* A server and clients for the bench of the network.
 *
 *   stream_bench serve ADDRESS PORT      until it is killed; says "serving"
 *   stream_bench send HOST PORT SECONDS  bytes per second that arrived at the server
 *   stream_bench echo HOST PORT COUNT    nanoseconds of each round trip of one byte
 *   stream_bench connect HOST PORT COUNT nanoseconds of each connection with a round trip in it
 *   stream_bench hold HOST PORT COUNT    says "ready", opens them at a line of input, says "held", and keeps
 *                                        them until the input ends
 */
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static char block[1 << 17];

static void die(const char* what) {
  perror(what);
  exit(1);
}

static long long now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void many_descriptors(void) {
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

/* The name is looked up once. */
static int connect_to(const char* host, const char* port) {
  const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_family = AF_INET};
  static struct addrinfo* found;
  if (found == NULL && getaddrinfo(host, port, &hints, &found) != 0)
    die("look up");
  const int fd = socket(found->ai_family, SOCK_STREAM, 0);
  const int on = 1;
  if (fd < 0 || connect(fd, found->ai_addr, found->ai_addrlen) != 0)
    die("connect");
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

/* The first byte says what the connection is for: 's' swallows everything and answers how much it was, 'e'
 * sends back. */
static void serve_one(int fd) {
  char what;
  long long total = 0;
  if (read(fd, &what, 1) != 1)
    exit(0);
  if (what == 's') {
    for (ssize_t n; (n = read(fd, block, sizeof block)) > 0;) total += n;
    if (write(fd, &total, sizeof total) != sizeof total)
      exit(1);
  } else {
    for (ssize_t n; (n = read(fd, block, sizeof block)) > 0;)
      if (write(fd, block, (size_t)n) != n)
        exit(1);
  }
  exit(0);
}

/* Those that only echo are served by one process, so that a thousand of them cost the server little. */
static void serve(const char* address, const char* port) {
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(port))};
  const int on = 1, listener = socket(AF_INET, SOCK_STREAM, 0), poller = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN, .data.fd = listener};
  inet_pton(AF_INET, address, &at.sin_addr);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(listener, (struct sockaddr*)&at, sizeof at) != 0 || listen(listener, 4096) != 0)
    die("listen");
  epoll_ctl(poller, EPOLL_CTL_ADD, listener, &event);
  signal(SIGCHLD, SIG_IGN);
  signal(SIGPIPE, SIG_IGN);
  puts("serving");
  fflush(stdout);
  for (;;) {
    if (epoll_wait(poller, &event, 1, -1) != 1)
      continue;
    if (event.data.fd == listener) {
      const int fd = accept(listener, NULL, NULL);
      if (fd < 0)
        continue;
      setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      event.events = EPOLLIN;
      event.data.fd = fd;
      epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event);
      continue;
    }
    const int fd = event.data.fd;
    char first;
    if (recv(fd, &first, 1, MSG_PEEK) == 1 && first == 's') {
      epoll_ctl(poller, EPOLL_CTL_DEL, fd, NULL);
      if (fork() == 0)
        serve_one(fd);
      close(fd);
    } else {
      const ssize_t n = read(fd, block, sizeof block);
      if (n <= 0 || write(fd, block, (size_t)n) != n)
        close(fd);
    }
  }
}

static void send_for(const char* host, const char* port, double seconds) {
  const int fd = connect_to(host, port);
  long long total = 0;
  block[0] = 's';
  if (write(fd, block, 1) != 1)
    die("send");
  const long long begin = now(), end = begin + (long long)(seconds * 1e9);
  while (now() < end)
    if (write(fd, block, sizeof block) <= 0)
      die("send");
  shutdown(fd, SHUT_WR);
  if (recv(fd, &total, sizeof total, MSG_WAITALL) != sizeof total)
    die("answer");
  printf("%.0f\n", (double)total * 1e9 / (double)(now() - begin));
}

static void round_trip(int fd) {
  char byte = 'e';
  if (write(fd, &byte, 1) != 1 || read(fd, &byte, 1) != 1)
    die("round trip");
}

int main(int argc, char** argv) {
  if (argc < 4)
    return 2;
  const char *mode = argv[1], *host = argv[2], *port = argv[3];
  const int count = argc > 4 ? atoi(argv[4]) : 0;
  many_descriptors();
  if (strcmp(mode, "serve") == 0) {
    serve(host, port);
  } else if (strcmp(mode, "send") == 0) {
    send_for(host, port, atof(argv[4]));
  } else if (strcmp(mode, "echo") == 0) {
    const int fd = connect_to(host, port);
    for (int i = 0; i < count; ++i) {
      const long long begin = now();
      round_trip(fd);
      printf("%lld\n", now() - begin);
    }
  } else if (strcmp(mode, "connect") == 0) {
    for (int i = 0; i < count; ++i) {
      const long long begin = now();
      const int fd = connect_to(host, port);
      round_trip(fd);
      close(fd);
      printf("%lld\n", now() - begin);
    }
  } else if (strcmp(mode, "hold") == 0) {
    puts("ready");
    fflush(stdout);
    if (read(0, block, sizeof block) <= 0)
      return 1;
    for (int i = 0; i < count; ++i) round_trip(connect_to(host, port));
    puts("held");
    fflush(stdout);
    while (read(0, block, sizeof block) > 0) {
    }
  }
  return 0;
}
