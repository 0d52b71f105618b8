// What confines this process, a line for each property: the payload of every run with a fault, whose answer
// must be the one of a run without. Arguments: NAME=INODE for each namespace of the host (user=4026531837);
// tcp:ADDRESS:PORT, whether anything is said there; serve:PORT, whether anybody comes to it.
// It opens, asks and compares; it changes nothing but its sandbox's own root.
//
// probe ask tcp:ADDRESS:PORT… asks all of them again and again, until there is a file "enough".
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static char text[65536];  // of the file that read_all has read last

static const char* answer(long result) {
  return result < 0 ? strerrorname_np(errno) : "done";
}

static int read_all(const char* path) {
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  size_t used = 0;
  ssize_t n = 0;
  while (fd >= 0 && used < sizeof text - 1 && (n = read(fd, text + used, sizeof text - 1 - used)) > 0)
    used += (size_t)n;
  text[used] = '\0';
  if (fd >= 0)
    close(fd);
  return fd;
}

static void print_file(const char* path) {
  if (read_all(path) < 0)
    printf("%s: %s\n", path, strerrorname_np(errno));
  for (char* line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) printf("%s: %s\n", path, line);
}

static void status_of(const char* path, const char* const* keys) {
  if (read_all(path) < 0)
    printf("%s: %s\n", path, strerrorname_np(errno));
  for (char* line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
    for (const char* const* key = keys; *key; ++key)
      if (strncmp(line, *key, strlen(*key)) == 0 && line[strlen(*key)] == ':')
        printf("%s: %s\n", path, line);
}

// init confines itself right after it has told of the payload's start: in some plans that is while this runs.
static void await_init(void) {
  if (prctl(PR_GET_SECCOMP) == 0)
    return;
  for (int i = 0; i < 200; ++i) {
    if (read_all("/proc/1/status") < 0 || strstr(text, "Seccomp:\t2"))
      return;
    usleep(2000);
  }
}

static void identity(void) {
  static const char* const kSelf[] = {
      "Uid",    "Gid",        "Groups",  "CapInh",          "CapPrm", "CapEff", "CapBnd",
      "CapAmb", "NoNewPrivs", "Seccomp", "Seccomp_filters", "SigBlk", "SigIgn", NULL};
  static const char* const kInit[] = {"CapEff", "CapPrm", "CapInh", "NoNewPrivs", "Seccomp", "Uid", NULL};
  status_of("/proc/self/status", kSelf);
  await_init();
  status_of("/proc/1/status", kInit);
  print_file("/proc/self/uid_map");
  print_file("/proc/self/gid_map");
  print_file("/proc/self/setgroups");
  printf("ids: %d %d, parent %d, session %d, securebits %d\n", (int)getuid(), (int)getgid(), (int)getppid(),
         (int)getsid(0), prctl(PR_GET_SECUREBITS));
  printf("a user namespace: %s\n", answer(unshare(CLONE_NEWUSER)));
}

static void namespaces(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const char* equals = strchr(argv[i], '=');
    char path[64];
    struct stat info;
    if (!equals)
      continue;
    snprintf(path, sizeof path, "/proc/self/ns/%.*s", (int)(equals - argv[i]), argv[i]);
    if (stat(path, &info) != 0)
      printf("%s: %s\n", path, strerrorname_np(errno));
    else
      printf("%s: %s\n", path, info.st_ino == strtoul(equals + 1, NULL, 10) ? "the host's" : "its own");
  }
}

static void limits(void) {
  struct rlimit limit;
  getrlimit(RLIMIT_CORE, &limit);
  printf("core: %lu %lu\n", limit.rlim_cur, limit.rlim_max);
  getrlimit(RLIMIT_NOFILE, &limit);
  printf("nofile: %lu %lu\n", limit.rlim_cur, limit.rlim_max);
  const mode_t mask = umask(0);
  printf("umask: %03o\n", mask);
}

// Hidden is what is /dev/null, or an empty directory that cannot be written.
static void covered(const char* path) {
  struct stat info;
  struct statvfs fs;
  if (stat(path, &info) != 0 || statvfs(path, &fs) != 0) {
    printf("%s: %s\n", path, strerrorname_np(errno));
    return;
  }
  int entries = -1;
  DIR* dir = S_ISDIR(info.st_mode) ? opendir(path) : NULL;
  if (dir) {
    entries = -2;
    while (readdir(dir)) ++entries;
    closedir(dir);
  }
  printf("%s: %s, %s, %d entries\n", path,
         S_ISCHR(info.st_mode) && info.st_rdev == makedev(1, 3) ? "/dev/null" : "of its own kind",
         fs.f_flag & ST_RDONLY ? "read-only" : "writable", entries > 0 ? 1 : entries);
}

static void kernel_files(void) {
  static const char* const kCovered[] = {"/proc/acpi",
                                         "/proc/asound",
                                         "/proc/bus",
                                         "/proc/fs",
                                         "/proc/interrupts",
                                         "/proc/irq",
                                         "/proc/kallsyms",
                                         "/proc/kcore",
                                         "/proc/key-users",
                                         "/proc/keys",
                                         "/proc/kmsg",
                                         "/proc/kpagecgroup",
                                         "/proc/kpagecount",
                                         "/proc/kpageflags",
                                         "/proc/latency_stats",
                                         "/proc/sched_debug",
                                         "/proc/scsi",
                                         "/proc/sys",
                                         "/proc/sysrq-trigger",
                                         "/proc/sys/kernel/ns_last_pid",
                                         "/proc/timer_list",
                                         "/proc/timer_stats",
                                         "/sys",
                                         "/sys/firmware",
                                         "/sys/fs/cgroup",
                                         "/sys/devices/virtual/powercap"};
  static const char* const kOpened[] = {"/proc/sys/kernel/ns_last_pid", "/proc/sys/kernel/msgmax",
                                        "/proc/sys/kernel/hostname",    "/proc/sysrq-trigger",
                                        "/sys/kernel/uevent_helper",    "/proc/1/oom_score_adj"};
  static const char* const kInit[] = {"/proc/1/environ", "/proc/1/mem",      "/proc/1/maps",
                                      "/proc/1/cwd/etc", "/proc/1/root/etc", "/proc/1/fd",
                                      "/proc/1/exe",     "/proc/1/auxv",     "/proc/1/ns/user"};
  for (size_t i = 0; i < sizeof kCovered / sizeof *kCovered; ++i) covered(kCovered[i]);
  for (size_t i = 0; i < sizeof kOpened / sizeof *kOpened; ++i)
    printf("%s: for writing: %s\n", kOpened[i], answer(open(kOpened[i], O_WRONLY | O_CLOEXEC)));
  for (size_t i = 0; i < sizeof kInit / sizeof *kInit; ++i)
    printf("%s: %s\n", kInit[i], answer(open(kInit[i], O_RDONLY | O_CLOEXEC)));
}

// What of each mount does not differ from run to run: root, target, options, propagation, type. Numbers do,
// and an overlay's directories, which are named by descriptors.
static void mounts(void) {
  read_all("/proc/self/mountinfo");
  for (char *line, *lines = text; (line = strsep(&lines, "\n"));) {
    printf("mount:");
    int field = 0;
    int after_dash = -1;
    for (char* word; (word = strsep(&line, " ")); ++field) {
      if (strcmp(word, "-") == 0)
        after_dash = field;
      if (field > 2 && (after_dash < 0 || field == after_dash + 1))
        printf(" %s", word);
    }
    printf("\n");
  }
}

static int by_name(const struct dirent** a, const struct dirent** b) {
  return strcmp((*a)->d_name, (*b)->d_name);
}

static void listing(const char* path) {
  struct dirent** entries;
  const int count = scandir(path, &entries, NULL, by_name);
  printf("%s:", path);
  for (int i = 0; i < count; ++i)
    if (entries[i]->d_name[0] != '.')
      printf(" %s", entries[i]->d_name);
  printf("\n");
}

// Processes by number would tell of how many init has forked: only whether there is a third one.
static void processes(void) {
  int others = 0;
  DIR* dir = opendir("/proc");
  for (struct dirent* entry; dir && (entry = readdir(dir));)
    others += entry->d_name[0] >= '0' && entry->d_name[0] <= '9' && atoi(entry->d_name) != 1 &&
              atoi(entry->d_name) != getpid();
  printf("other processes: %d\n", others);
  if (dir)
    closedir(dir);
}

// A terminal of the caller's must not be among them. Landlock lets a descriptor be opened again for what it
// is open for, and no more; without it the mode of /dev/null decides.
static void standard_descriptors(void) {
  struct stat own, info;
  const int have_own = stat("/dev/pts", &own) == 0;
  for (int fd = 0; fd < 3; ++fd) {
    if (fstat(fd, &info) != 0)
      printf("descriptor %d: %s\n", fd, strerrorname_np(errno));
    else if (S_ISCHR(info.st_mode) && major(info.st_rdev) == 136)
      printf("descriptor %d: %s terminal\n", fd,
             have_own && own.st_dev == info.st_dev ? "the sandbox's" : "another's");
    else
      printf("descriptor %d: %s\n", fd, S_ISCHR(info.st_mode) ? "a device" : "a file");
  }
  printf("input, again: %s\n", answer(open("/dev/stdin", O_RDONLY | O_CLOEXEC | O_NOCTTY)));
  printf("input, for writing: %s\n", answer(open("/dev/stdin", O_WRONLY | O_CLOEXEC | O_NOCTTY)));
  printf("a new file in /dev: %s\n", answer(open("/dev/written", O_WRONLY | O_CREAT | O_CLOEXEC, 0600)));
  unlink("/dev/written");
}

static void inherited(char** environment) {
  for (int fd = 3; fd < 256; ++fd)
    if (fcntl(fd, F_GETFD) >= 0)
      printf("descriptor %d is open\n", fd);
  int secrets = 0;
  for (char** variable = environment; *variable; ++variable) {
    secrets += strstr(*variable, "hunter2") != NULL;
    printf("environment: %.*s\n", (int)strcspn(*variable, "="), *variable);
  }
  printf("secrets: %d\n", secrets);
  // The caller has a key of this name in its session's keyring.
  printf("key: %s\n",
         answer(syscall(SYS_keyctl, 10, -3, "user", "snug-faults", 0)));  // KEYCTL_SEARCH, the session's
  printf("/dev/tty: %s\n", answer(open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)));
  read_all("/proc/self/stat");
  int terminal = 0;
  const char* after = strrchr(text, ')');
  if (after)
    sscanf(after + 2, "%*c %*d %*d %*d %d", &terminal);
  printf("controlling terminal: %d\n", terminal);
}

static void surroundings(void) {
  char name[256] = "", cwd[4096] = "";
  struct stat root, above;
  gethostname(name, sizeof name);
  printf("host name: %s\n", name);
  printf("directory: %s\n", getcwd(cwd, sizeof cwd) ? cwd : strerrorname_np(errno));
  if (stat("/", &root) == 0 && stat("/..", &above) == 0)
    printf("/..: %s\n",
           root.st_ino == above.st_ino && root.st_dev == above.st_dev ? "the root" : "something else");
  listing("/");
  listing("/etc");
  listing("/dev");
  listing("/sys/class/net");
  print_file("/sys/class/net/lo/flags");
  print_file("/proc/sys/net/ipv4/ip_unprivileged_port_start");
  print_file("/proc/sys/user/max_user_namespaces");
  printf("ptrace: %s\n", answer(syscall(SYS_ptrace, 0x4206, 1, 0, 0)));
  printf("mount: %s\n", answer(syscall(SYS_mount, "none", "/tmp", "tmpfs", 0, 0)));
  printf("vsock: %s\n", answer(socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0)));
  // In the sandbox's own layer, or refused: the image outside must not change.
  printf("write: %s\n", answer(open("/written", O_WRONLY | O_CREAT | O_CLOEXEC, 0600)));
}

// Seconds for an answer that comes: it does so when the processes on its way have had a processor.
static const time_t patience = 30;

static int socket_at(const char* address, const char* port, struct sockaddr_in* where) {
  const struct timeval limit = {.tv_sec = patience};
  *where = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
  inet_pton(AF_INET, address, &where->sin_addr);
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  return fd;
}

// Whoever asks again and again has all the time it takes, until nothing is to come any more.
static int waits_for_ever = 0;
static int is_enough(void) {
  return access("enough", F_OK) == 0;
}

// connect(2) and one byte. Where enough was asked, two seconds more.
static int comes(int fd, const struct sockaddr_in* to) {
  char byte = 0;
  struct pollfd waits = {.fd = fd, .events = POLLOUT};
  fcntl(fd, F_SETFL, O_NONBLOCK);
  if (connect(fd, (const struct sockaddr*)to, sizeof *to) != 0 && errno != EINPROGRESS)
    return 0;
  for (int over = 0; over < 20; over += is_enough())
    if (poll(&waits, 1, 100) == 1) {
      if (waits.events == POLLIN)
        return read(fd, &byte, 1) == 1;
      if (waits.revents & (POLLERR | POLLHUP))
        return 0;
      waits.events = POLLIN;
    }
  return 0;
}

// Of tcp:ADDRESS:PORT. A connection that the gate resets at once may have been there for a moment.
static int is_answered(const char* where) {
  char address[64] = "";
  char byte = 0;
  struct sockaddr_in to;
  const char* port = strrchr(where, ':') + 1;
  snprintf(address, sizeof address, "%.*s", (int)(port - where - 5), where + 4);
  const int fd = socket_at(address, port, &to);
  const int answered = waits_for_ever
                           ? comes(fd, &to)
                           : connect(fd, (struct sockaddr*)&to, sizeof to) == 0 && read(fd, &byte, 1) == 1;
  close(fd);
  return answered;
}

static int is_visited(const char* port) {
  char byte = 0;
  struct sockaddr_in own;
  const int fd = socket_at("0.0.0.0", port, &own);
  if (bind(fd, (struct sockaddr*)&own, sizeof own) != 0 || listen(fd, 9) != 0)
    return 0;
  const int visitor = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
  return visitor >= 0 && read(visitor, &byte, 1) == 1;
}

static void network(int argc, char** argv) {
  for (int i = 1; i < argc; ++i)
    if (strncmp(argv[i], "tcp:", 4) == 0)
      printf("%s: %s\n", argv[i], is_answered(argv[i]) ? "an answer" : "nothing");
    else if (strncmp(argv[i], "serve:", 6) == 0)
      printf("%s: %s\n", argv[i], is_visited(argv[i] + 6) ? "a visitor" : "nobody");
}

// A line for each round, a letter for each place, "+" where it answers.
static int keep_asking(int argc, char** argv) {
  waits_for_ever = 1;
  for (int last = 0; !last;) {
    last = is_enough();
    for (int i = 0; i < argc; ++i) putchar(is_answered(argv[i]) ? '+' : '-');
    putchar('\n');
    fflush(stdout);
    usleep(2000);
  }
  return 0;
}

int main(int argc, char** argv, char** environment) {
  if (argc > 2 && strcmp(argv[1], "ask") == 0)
    return keep_asking(argc - 2, argv + 2);
  if (argc == 2 && strcmp(argv[1], "wait") == 0)
    return pause();
  // On a terminal too: how often a relay is woken up should not depend on who is faster.
  static char buffer[65536];
  setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
  inherited(environment);
  identity();
  namespaces(argc, argv);
  limits();
  kernel_files();
  mounts();
  processes();
  surroundings();
  standard_descriptors();
  network(argc, argv);
  printf("end of probe\n");
  return fflush(stdout) == 0 ? 0 : 1;
}
