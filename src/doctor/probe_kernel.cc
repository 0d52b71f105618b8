// Single calls of the kernel's, each tried in a process of its own: for what a run does not try, or to find
// out the cause where one has failed.
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/if_tun.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>

#include <cstring>

#include "doctor/in_child.h"
#include "doctor/probe.h"

namespace snug::doctor {
namespace {

int try_filter() {
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    return errno;
  sock_filter allow{.code = BPF_RET | BPF_K, .jt = 0, .jf = 0, .k = SECCOMP_RET_ALLOW};
  const sock_fprog program{1, &allow};
  return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0 ? 0 : errno;
}

int try_terminal() {
  const UniqueFd master{open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)};
  int unlocked = 0;
  if (!master || ioctl(master.get(), TIOCSPTLCK, &unlocked) != 0)
    return errno;
  const UniqueFd slave{ioctl(master.get(), TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC)};
  return slave ? 0 : errno;
}

// In a network namespace of its own, where an ordinary user may.
int try_tun() {
  if (!become_root_inside(getuid(), getgid()) || unshare(CLONE_NEWNET) != 0)
    return 0;  // the user namespace's fault, and told there
  const UniqueFd tun{open("/dev/net/tun", O_RDWR | O_CLOEXEC)};
  ifreq request{};
  request.ifr_flags = IFF_TUN | IFF_NO_PI;
  std::strncpy(request.ifr_name, "snug%d", sizeof request.ifr_name - 1);
  return tun && ioctl(tun.get(), TUNSETIFF, &request) == 0 ? 0 : errno;
}

struct Label {
  char text[256]{};
};

int read_label(Label& label) {
  if (unshare(CLONE_NEWUSER) != 0)
    return errno;
  const UniqueFd file{open("/proc/self/attr/current", O_RDONLY | O_CLOEXEC)};
  if (file)
    (void)read(file.get(), label.text, sizeof label.text - 1);  // without a label there is nothing to tell
  return 0;
}

// What overlay asks of its upper layer, in the order of StoreFacts.
struct Upper {
  int attribute{-1};
  int whiteout{-1};
  int rename{-1};
  int temporary{-1};
};

int errno_of(long result) {
  return result >= 0 ? 0 : errno;
}

int try_upper(const char* dir, uid_t uid, gid_t gid, Upper& answers) {
  if (!become_root_inside(uid, gid) || chdir(dir) != 0)
    return 1;
  const UniqueFd file{open("file", O_CREAT | O_RDWR | O_CLOEXEC, 0600)};
  if (!file)
    return 1;
  answers.attribute = errno_of(fsetxattr(file.get(), "user.overlay.trial", "y", 1, 0));
  answers.whiteout = errno_of(mknod("whiteout", S_IFCHR, 0));
  answers.rename = errno_of(syscall(SYS_renameat2, AT_FDCWD, "file", AT_FDCWD, "moved", 1 << 2));
  const UniqueFd unnamed{open(".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600)};
  answers.temporary = unnamed ? 0 : errno;
  return 0;
}

Answer answered(int err) {
  return err < 0 ? std::nullopt : Answer{err};
}

}  // namespace

void try_kernel(Facts& facts) {
  facts.kernel.filter = in_child(try_filter);
  facts.kernel.terminal = in_child(try_terminal);
  facts.kernel.tun = in_child(try_tun);
  const UniqueFd fuse{open("/dev/fuse", O_RDWR | O_CLOEXEC)};
  facts.layers.fuse_device = fuse ? 0 : errno;
  const Shared<Label> label;
  if (label.get() && in_child([&] { return read_label(*label.get()); }) == 0)
    facts.process.inside_label = label.get()->text;
  while (facts.process.inside_label.ends_with('\n')) facts.process.inside_label.pop_back();
}

void try_upper_layer(const std::string& dir, StoreFacts& facts) {
  const Shared<Upper> answers;
  if (!answers.get())
    return;
  const uid_t uid = getuid();
  const gid_t gid = getgid();
  (void)in_child([&] { return try_upper(dir.c_str(), uid, gid, *answers.get()); });
  facts.attribute = answered(answers.get()->attribute);
  facts.whiteout = answered(answers.get()->whiteout);
  facts.rename = answered(answers.get()->rename);
  facts.temporary = answered(answers.get()->temporary);
}

}  // namespace snug::doctor
