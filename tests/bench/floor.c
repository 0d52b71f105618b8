// The floor: the same namespaces, mounts and confinement as `snug run` makes, with bare system calls and
// nothing else, and then exec. What the kernel charges for the work itself; snug is measured against it.
//
//   floor [-m N] [-u DIR] image LAYER[:LAYER…] COMMAND…    layers topmost first, under an overlay; upper on a
//   tmpfs, or in DIR floor [-m N] host COMMAND…                             a tmpfs with the host's /usr,
//   /opt and some of /etc, read-only
//
// -m N adds N read-only binds of /usr/share at /mnt/1 …. Build: gcc -O2 -static. It checks every call, and
// dies at the first that fails, so that a figure cannot come from work that was not done.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/mount.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// <sys/mount.h> and <linux/mount.h> cannot both be included with this libc.
extern int mount(const char* source, const char* target, const char* type, unsigned long flags,
                 const void* data);
extern int umount2(const char* target, int flags);
enum {
  kReadOnly = 1,
  kNoSuid = 2,
  kNoDev = 4,
  kNoExec = 8,
  kBind = 4096,
  kRecursive = 16384,
  kPrivate = 1 << 18,
  kDetach = 2
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void check(int ok, const char* what) {
  if (ok)
    return;
  fprintf(stderr, "floor: %s: %s\n", what, strerror(errno));
  _exit(125);
}

static void write_file(const char* path, const char* text) {
  const int fd = open(path, O_WRONLY | O_CLOEXEC);
  check(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text), path);
  close(fd);
}

static void map_ids(uid_t uid, gid_t gid, int root) {
  char text[64];
  write_file("/proc/self/setgroups", "deny");
  snprintf(text, sizeof text, "%u %u 1", root ? 0 : uid, uid);
  write_file("/proc/self/uid_map", text);
  snprintf(text, sizeof text, "%u %u 1", root ? 0 : gid, gid);
  write_file("/proc/self/gid_map", text);
}

static void mount_at(const char* type, const char* target, unsigned long flags, const char* options) {
  check(mount(type, target, type, flags, options) == 0, target);
}

// A bind with attributes, submounts too: three calls of the new mount API, where the old one needs one
// remount a submount.
static void bind_to(const char* source, const char* target, unsigned long attributes) {
  const int tree =
      (int)syscall(SYS_open_tree, AT_FDCWD, source, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
  check(tree >= 0, source);
  struct mount_attr attr = {.attr_set = attributes};
  check(syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr, sizeof attr) == 0, source);
  check(syscall(SYS_move_mount, tree, "", AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH) == 0, target);
  close(tree);
}

static void make_file(const char* path) {
  const int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  check(fd >= 0, path);
  close(fd);
}

static void overlay_root(const char* layers, const char* upper) {
  char options[4096] = "lowerdir=";
  char list[4096];
  snprintf(list, sizeof list, "%s", layers);
  const char* separator = "";
  int fds[128], count = 0;
  // Opened before the tmpfs covers /tmp, where a layer may be.
  for (char* layer = strtok(list, ":"); layer; layer = strtok(NULL, ":")) {
    check(count < 128, "more than 128 layers");
    fds[count] = open(layer, O_PATH | O_DIRECTORY | O_CLOEXEC);
    check(fds[count] >= 0, layer);
    snprintf(options + strlen(options), sizeof options - strlen(options), "%s/proc/self/fd/%d", separator,
             fds[count++]);
    separator = ":";
  }
  const int disk = upper ? open(upper, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
  check(!upper || disk >= 0, upper);
  mount_at("tmpfs", "/tmp", kNoSuid | kNoDev, "mode=0755");
  check(chdir("/tmp") == 0 && mkdir("root", 0755) == 0, "/tmp/root");
  char base[32] = ".";
  if (upper)
    snprintf(base, sizeof base, "/proc/self/fd/%d", disk);
  char up[64], work[64];
  snprintf(up, sizeof up, "%s/upper", base);
  snprintf(work, sizeof work, "%s/work", base);
  check(mkdir(up, 0755) == 0 || errno == EEXIST, "upper");
  check(mkdir(work, 0755) == 0 || errno == EEXIST, "work");
  snprintf(options + strlen(options), sizeof options - strlen(options),
           ",upperdir=%s,workdir=%s,userxattr,index=off,xino=off,metacopy=off%s", up, work,
           upper ? ",volatile" : "");
  mount_at("overlay", "root", kNoDev, options);
  for (int i = 0; i < count; ++i) close(fds[i]);
  check(chdir("root") == 0, "root");
}

// The same list as src/plan/host_root.cc: what a host has not is passed over.
static const char* const kPrograms[] = {"usr", "opt", "bin", "sbin", "lib", "lib32", "lib64", "libx32"};
static const char* const kEtc[] = {
    "alternatives", "bash.bashrc",     "crypto-policies", "debian_version", "fonts",
    "inputrc",      "java-17-openjdk", "java-21-openjdk", "ld.so.cache",    "locale.conf",
    "localtime",    "lsb-release",     "manpath.config",  "nsswitch.conf",  "os-release",
    "pki",          "profile",         "profile.d",       "protocols",      "services",
    "ssl",          "timezone"};

static void copy_file(const char* source, const char* target) {
  char text[16 << 10];
  const int from = open(source, O_RDONLY | O_CLOEXEC),
            to = open(target, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  const ssize_t size = from < 0 ? -1 : read(from, text, sizeof text);
  check(size >= 0 && to >= 0 && write(to, text, size) == size, target);
  close(from);
  close(to);
}

// As snug shows them: links into /usr stay links, files of up to 16 KiB are copied, the rest is mounted.
static void host_part(const char* name) {
  char source[64], text[256];
  struct stat info;
  snprintf(source, sizeof source, "/%s", name);
  const ssize_t length = readlink(source, text, sizeof text - 1);
  text[length > 0 ? length : 0] = 0;
  if (strncmp(text, "usr/", 4) == 0 || strncmp(text, "/usr/", 5) == 0 || strncmp(text, "../usr/", 7) == 0) {
    check(symlink(text, name) == 0, name);
    return;
  }
  if (stat(source, &info) != 0)
    return;
  if (S_ISREG(info.st_mode) && info.st_size <= 16 << 10) {
    copy_file(source, name);
    return;
  }
  if (S_ISDIR(info.st_mode))
    check(mkdir(name, 0755) == 0, name);
  else
    make_file(name);
  bind_to(source, name, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
}

static void host_root(void) {
  static const char* const kDirs[] = {"etc", "home",    "root",    "run",       "tmp",
                                      "var", "var/tmp", "var/lib", "var/cache", "var/log",
                                      "mnt", "srv",     "dev",     "proc",      "sys"};
  mount_at("tmpfs", "/tmp", kNoSuid | kNoDev, "mode=0755");
  check(chdir("/tmp") == 0, "/tmp");
  for (size_t i = 0; i < COUNT(kDirs); ++i) check(mkdir(kDirs[i], 0755) == 0, kDirs[i]);
  char path[64];
  for (size_t i = 0; i < COUNT(kPrograms); ++i) host_part(kPrograms[i]);
  for (size_t i = 0; i < COUNT(kEtc); ++i) {
    snprintf(path, sizeof path, "etc/%s", kEtc[i]);
    host_part(path);
  }
  check(symlink("/proc/self/mounts", "etc/mtab") == 0 && symlink("/run", "var/run") == 0, "links");
}

static void write_text(const char* path) {
  const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  check(fd >= 0 && write(fd, "127.0.0.1\tlocalhost\n", 20) == 20, path);
  close(fd);
}

// A file of the sandbox's own over one of the image's, which is not to be written to.
static void bind_text(const char* scratch, const char* target) {
  write_text(scratch);
  if (access(target, F_OK) != 0)
    make_file(target);
  check(mount(scratch, target, NULL, kBind, NULL) == 0 && unlink(scratch) == 0, target);
}

static void make_dev(void) {
  static const char* const kNodes[] = {"null", "zero", "full", "random", "urandom", "tty"};
  static const char* const kLinks[][2] = {{"/proc/self/fd", "dev/fd"},
                                          {"/proc/self/fd/0", "dev/stdin"},
                                          {"/proc/self/fd/1", "dev/stdout"},
                                          {"/proc/self/fd/2", "dev/stderr"},
                                          {"pts/ptmx", "dev/ptmx"}};
  mount_at("tmpfs", "dev", kNoSuid | kNoExec, "mode=0755");
  for (size_t i = 0; i < COUNT(kNodes); ++i) {
    char source[32], target[32];
    snprintf(source, sizeof source, "/dev/%s", kNodes[i]);
    snprintf(target, sizeof target, "dev/%s", kNodes[i]);
    make_file(target);
    check(mount(source, target, NULL, kBind, NULL) == 0, target);
  }
  for (size_t i = 0; i < COUNT(kLinks); ++i) check(symlink(kLinks[i][0], kLinks[i][1]) == 0, kLinks[i][1]);
  check(mkdir("dev/pts", 0755) == 0 && mkdir("dev/shm", 0755) == 0, "dev");
  mount_at("devpts", "dev/pts", kNoSuid | kNoExec, "newinstance,ptmxmode=0666,mode=0620");
  mount_at("tmpfs", "dev/shm", kNoSuid | kNoDev, "mode=1777");
}

// The lists of src/plan/system.cc. What the caller could not read on the host needs no hiding.
static void hide(const char* path) {
  char host[64];
  struct stat info;
  snprintf(host, sizeof host, "/%s", path);
  if (stat(host, &info) != 0 || access(path, F_OK) != 0)
    return;
  if (info.st_uid != geteuid() && info.st_gid != getegid() && (info.st_mode & 07) == 0)
    return;
  if (S_ISDIR(info.st_mode))
    mount_at("tmpfs", path, kReadOnly | kNoExec, "size=0,mode=0555");
  else
    check(mount("/dev/null", path, NULL, kBind, NULL) == 0, path);
}

static void make_proc_and_sys(void) {
  static const char* const kFixed[] = {"proc/sys", "proc/irq", "proc/bus", "proc/fs"};
  static const char* const kHidden[] = {
      "proc/acpi",        "proc/asound",      "proc/interrupts", "proc/kallsyms",
      "proc/kcore",       "proc/keys",        "proc/key-users",  "proc/kmsg",
      "proc/kpagecgroup", "proc/kpagecount",  "proc/kpageflags", "proc/latency_stats",
      "proc/pressure",    "proc/sched_debug", "proc/scsi",       "proc/sysrq-trigger",
      "proc/timer_list",  "proc/timer_stats", "sys/firmware",    "sys/devices/virtual/powercap"};
  mount_at("proc", "proc", kNoSuid | kNoDev | kNoExec, NULL);
  mount_at("sysfs", "sys", kReadOnly | kNoSuid | kNoDev | kNoExec, NULL);
  for (size_t i = 0; i < COUNT(kFixed); ++i)
    if (access(kFixed[i], F_OK) == 0)
      bind_to(kFixed[i], kFixed[i], MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC);
  for (size_t i = 0; i < COUNT(kHidden); ++i) hide(kHidden[i]);
}

static void loopback_up(void) {
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP};
  check(fd >= 0 && ioctl(fd, SIOCSIFFLAGS, &request) == 0, "lo");
  close(fd);
}

static void drop_privileges(void) {
  for (unsigned long cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; ++cap)
    check(prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) == 0, "capability bounding set");
  struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct none[2] = {{0}, {0}};
  check(syscall(SYS_capset, &header, none) == 0, "capset");
  const struct rlimit no_core = {0, 0};
  check(setrlimit(RLIMIT_CORE, &no_core) == 0, "core limit");
  check(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "no_new_privs");
  struct sock_filter allow[] = {BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  struct sock_fprog program = {.len = 1, .filter = allow};
  check(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0, "seccomp");
}

int main(int argc, char** argv) {
  int extra_mounts = 0;
  const char* upper = NULL;
  int option;
  while ((option = getopt(argc, argv, "+m:u:")) != -1) {
    if (option == 'm')
      extra_mounts = atoi(optarg);
    else if (option == 'u')
      upper = optarg;
    else
      return 125;
  }
  argv += optind;
  argc -= optind;
  const int image = argc >= 3 && strcmp(argv[0], "image") == 0;
  if (!image && !(argc >= 2 && strcmp(argv[0], "host") == 0)) {
    fputs("usage: floor [-m N] [-u DIR] image LAYER[:LAYER…] COMMAND… | floor [-m N] host COMMAND…\n",
          stderr);
    return 125;
  }
  const uid_t uid = geteuid();
  const gid_t gid = getegid();
  char** command = argv + (image ? 2 : 1);

  const long pid = syscall(SYS_clone,
                           CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS |
                               CLONE_NEWCGROUP | CLONE_NEWNET | SIGCHLD,
                           0, 0, 0, 0);
  check(pid >= 0, "clone");
  if (pid > 0) {
    int status;
    check(waitpid((pid_t)pid, &status, 0) == pid, "waitpid");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

  prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  map_ids(uid, gid, image);
  check(syscall(SYS_keyctl, 1 /* KEYCTL_JOIN_SESSION_KEYRING */, NULL) >= 0, "session keyring");
  loopback_up();
  write_file("/proc/sys/net/ipv4/ip_unprivileged_port_start", "0");
  write_file("/proc/sys/user/max_user_namespaces", "0");
  check(sethostname("floor", 5) == 0, "hostname");
  check(mount(NULL, "/", NULL, kRecursive | kPrivate, NULL) == 0, "private mounts");
  if (image)
    overlay_root(argv[1], upper);
  else
    host_root();
  make_dev();
  make_proc_and_sys();
  if (image) {
    check(access("run/snug", F_OK) == 0 || mkdir("run/snug", 0755) == 0, "run/snug");
    bind_text("/tmp/resolv.conf", "etc/resolv.conf");
    bind_text("/tmp/hosts", "etc/hosts");
    bind_text("/tmp/hostname", "etc/hostname");
    bind_text("/tmp/apt.conf", "run/snug/apt.conf");
  } else {
    write_text("etc/resolv.conf");
    write_text("etc/hosts");
    write_text("etc/hostname");
    write_text("etc/passwd");
    write_text("etc/group");
  }
  if (extra_mounts > 0 && mkdir("mnt", 0755) != 0)
    check(errno == EEXIST, "mnt");
  for (int i = 1; i <= extra_mounts; ++i) {
    char target[32];
    snprintf(target, sizeof target, "mnt/%d", i);
    check(mkdir(target, 0755) == 0, target);
    bind_to("/usr/share", target, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
  }
  check(syscall(SYS_pivot_root, ".", ".") == 0, "pivot_root");
  check(umount2(".", kDetach) == 0 && chdir("/") == 0, "detach the old root");
  drop_privileges();
  static char* environment[] = {"PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "HOME=/root", NULL};
  execvpe(command[0], command, environment);
  check(0, command[0]);
}
