// What a payload can do about commands that join its container: it waits for the next process numbers and,
// until the new process has executed this very program, tries to get at it in every way that /proc and ptrace
// offer.
//
//   watch        says "up", and at SIGTERM what it got hold of and how many were refused to it
//   watch noop   the command that joins: its environment has JOINED=1
//   watch stop   stops each new process at once, for ever
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// At the same address in every process of this static program, and in no other.
static const char mark[] = "the watcher's own mark";
static volatile sig_atomic_t ended;
static char own[256];
static unsigned hits, refused;

static void end(int signal) {
  ended = signal;
}

static void hit(int pid, const char* what, const char* seen) {
  ++hits;
  printf("hit %s of %d: %s\n", what, pid, seen);
}

static int open_of(int pid, const char* name, int flags) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
  return open(path, flags | O_CLOEXEC);
}

static int link_of(int pid, const char* name, char* text, size_t size) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
  const ssize_t got = readlink(path, text, size - 1);
  text[got < 0 ? 0 : got] = '\0';
  return got >= 0;
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

// The descriptor keeps the memory that the process had when it was opened. This program's has the mark, if
// not yet in the first instant; that of a process that has ended reads as empty.
static int memory(int pid) {
  const int fd = open_of(pid, "mem", O_RDWR);
  if (fd < 0)
    return errno;
  char seen[sizeof mark] = "nothing at that address";
  const double until = now() + 0.2;
  ssize_t got;
  while ((got = pread(fd, seen, sizeof mark, (off_t)(size_t)mark)) < 0 && now() < until) {
  }
  if (got != 0 && memcmp(seen, mark, sizeof mark) != 0)
    hit(pid, "mem", got < 0 ? strerror(errno) : "other memory");
  close(fd);
  return 0;
}

static void text(int pid, const char* name, const char* good, const char* bad) {
  static char seen[65536];
  const int fd = open_of(pid, name, O_RDONLY);
  if (fd < 0)
    return;
  const ssize_t got = read(fd, seen, sizeof seen - 1);
  close(fd);
  if (got <= 0)
    return;
  for (ssize_t i = 0; i < got; ++i)
    if (seen[i] == '\0')
      seen[i] = '\n';
  seen[got] = '\0';
  if ((good && !strstr(seen, good)) || (bad && strstr(seen, bad)))
    hit(pid, name, seen);
}

static void descriptors(int pid) {
  char name[32];
  char seen[256];
  const int process = (int)syscall(SYS_pidfd_open, pid, 0);
  for (int fd = 3; fd < 24; ++fd) {
    snprintf(name, sizeof name, "fd/%d", fd);
    if (link_of(pid, name, seen, sizeof seen))
      hit(pid, name, seen);
    const int got = process < 0 ? -1 : (int)syscall(SYS_pidfd_getfd, process, fd, 0);
    if (got >= 0) {
      hit(pid, "pidfd_getfd", name);
      close(got);
    }
  }
  if (process >= 0)
    close(process);
}

// The program is this one from the moment that a process may be traced; before, there is another or none to
// be seen.
static void trace(int pid) {
  char program[256];
  if (ptrace(PTRACE_SEIZE, pid, NULL, NULL) != 0)
    return;
  const int seen = link_of(pid, "exe", program, sizeof program);
  const int gone = !seen && errno != EACCES;
  if (!gone && strcmp(program, own) != 0)
    hit(pid, "ptrace", seen ? program : "a program that is not to be seen");
  (void)ptrace(PTRACE_INTERRUPT, pid, NULL, NULL);
  int status;
  while (waitpid(pid, &status, __WALL) == pid && WIFSTOPPED(status))
    if (ptrace(status >> 16 == PTRACE_EVENT_STOP ? PTRACE_DETACH : PTRACE_CONT, pid, NULL, NULL) != 0)
      return;
}

// Until it is one of this program, or gone.
static void look_at(int pid) {
  int was_refused = 0;
  char program[256];
  while (!ended) {
    const int error = memory(pid);
    if (error == ENOENT || error == ESRCH)
      break;
    if (error)
      was_refused = 1;
    text(pid, "environ", "JOINED=1", NULL);
    text(pid, "maps", NULL, "snug");
    descriptors(pid);
    trace(pid);
    if (link_of(pid, "exe", program, sizeof program)) {
      if (strcmp(program, own) != 0)
        hit(pid, "exe", program);
      else
        break;
    }
  }
  refused += (unsigned)was_refused;
}

static int exists(int pid) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/stat", pid);
  return access(path, F_OK) == 0;
}

int main(int count, char** words) {
  if (count > 1 && strcmp(words[1], "noop") == 0)
    return 0;
  const int stops = count > 1;
  signal(SIGTERM, end);
  link_of(getpid(), "exe", own, sizeof own);
  setvbuf(stdout, NULL, _IOLBF, 0);
  puts("up");
  int next = getpid() + 1;
  for (unsigned round = 0; !ended; ++round) {
    // The next few as fast as can be; now and then far ahead, for those that came while nobody looked.
    const int reach = round % 4096 == 0 ? 512 : 4;
    for (int pid = next; pid < next + reach; ++pid) {
      if (stops ? kill(pid, SIGSTOP) != 0 : !exists(pid))
        continue;
      if (!stops)
        look_at(pid);
      next = pid + 1;
      break;
    }
  }
  printf("hits %u refused %u\n", hits, refused);
  return 0;
}
