// inside BAIT [SUBJECT…]: every check of the subjects, or of all that need no special start.
// inside wait: runs until it is ended, for others to join.
#include "bait.h"
#include "check.h"

void check_caps(void), check_dev(void), check_devices(void), check_environ(void), check_fds(void),
    check_guards(void), check_home(void), check_keyring(void), check_landlock(void), check_limits(void),
    check_mounts(void), check_namespaces(void), check_net(void), check_proc_access(void),
    check_proc_sys(void), check_processes(void), check_setid(void), check_sockets(void),
    check_stdin_directory(void), check_stdio(void), check_syscalls(void), check_sysv(void), check_tty(void),
    check_work(void);

static const struct {
  const char* name;
  void (*check)(void);
  bool special;  // only where it is named: the runner starts it in a way of its own
} subjects[] = {
    {"proc_access", check_proc_access, false},
    {"fds", check_fds, false},
    {"environ", check_environ, false},
    {"processes", check_processes, false},
    {"keyring", check_keyring, false},
    {"limits", check_limits, false},
    {"caps", check_caps, false},
    {"home", check_home, false},
    {"dev", check_dev, false},
    {"devices", check_devices, false},
    {"mounts", check_mounts, false},
    {"namespaces", check_namespaces, false},
    {"net", check_net, false},
    {"sockets", check_sockets, false},
    {"sysv", check_sysv, false},
    {"tty", check_tty, false},
    {"syscalls", check_syscalls, false},
    {"setid", check_setid, false},
    {"proc_sys", check_proc_sys, false},
    {"landlock", check_landlock, false},
    {"work", check_work, true},
    {"guards", check_guards, true},
    {"stdio", check_stdio, true},
    {"stdin_directory", check_stdin_directory, true},
};

static bool wanted(int argc, char** argv, size_t subject) {
  for (int i = 2; i < argc; ++i)
    if (strcmp(argv[i], subjects[subject].name) == 0)
      return true;
  return argc == 2 && !subjects[subject].special;
}

int main(int argc, char** argv) {
  while (argc == 2 && strcmp(argv[1], "wait") == 0) pause();
  if (argc < 2 || !read_bait(argv[1])) {
    fprintf(stderr, "usage: inside BAIT [SUBJECT...] | wait\n");
    return 2;
  }
  for (size_t i = 0; i < sizeof subjects / sizeof *subjects; ++i) {
    if (!wanted(argc, argv, i))
      continue;
    fflush(stdout);
    // One that is killed takes only its own answers with it, and the runner misses those.
    const pid_t child = fork();
    if (child == 0) {
      alarm(60);
      subjects[i].check();
      fflush(stdout);
      _exit(0);
    }
    while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR) {
    }
  }
  puts("done");
  return 0;
}
