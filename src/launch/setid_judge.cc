#include "launch/setid_judge.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/text.h"
#include "seccomp/table.h"
#include "sys/file_io.h"

namespace snug::launch {
namespace {

// The kernel gives it whatever is asked for. Nothing is asked of the file system: a FUSE one has no answer
// for the supervisor, which is outside of its user namespace.
std::optional<std::uint64_t> mount_of(int fd) {
  struct statx info {};
  if (statx(fd, "", AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW, 0, &info) != 0 ||
      !(info.stx_mask & STATX_MNT_ID))  // since Linux 5.8
    return std::nullopt;
  return info.stx_mnt_id;
}

// A call of the chmod family.
struct Wanted {
  int dirfd{AT_FDCWD};
  std::optional<int> file{};  // a descriptor, and no path
  std::string path{};
  mode_t mode{};
  bool follow{true};
};

std::string_view name_of(const seccomp_data& data) {
  const auto arch = data.arch == AUDIT_ARCH_I386 ? seccomp::Arch::I386 : seccomp::kNativeArch;
  for (const seccomp::Syscall& call : seccomp::syscalls())
    if (call.number(arch) == data.nr)
      return call.name();
  return "";
}

// The path at an address of a process. Page by page, since what follows it may be no memory. Not by
// /proc/PID/mem, which has an owner too.
int read_path(pid_t process, std::uint64_t address, std::string& path) {
  constexpr std::uint64_t kPage = 4096;
  while (path.size() < PATH_MAX) {
    char bytes[kPage];
    const std::uint64_t at = address + path.size();
    const iovec here{bytes, kPage - at % kPage};
    const iovec there{reinterpret_cast<void*>(at), here.iov_len};
    const ssize_t size = process_vm_readv(process, &here, 1, &there, 1, 0);
    if (size <= 0)
      return EFAULT;
    const std::string_view part{bytes, static_cast<std::size_t>(size)};
    const std::size_t end = part.find('\0');
    path += part.substr(0, end);
    if (end != std::string_view::npos)
      return path.size() < PATH_MAX ? 0 : ENAMETOOLONG;
  }
  return ENAMETOOLONG;
}

// "/proc/self/fd/7" is 7: the C library gives descriptors to chmod in this way. Inside it would be the
// caller's; here "self" is somebody else.
std::optional<int> descriptor_in(std::string_view path) {
  for (const std::string_view prefix : {"/proc/self/fd/", "/proc/thread-self/fd/", "/dev/fd/"})
    if (path.starts_with(prefix))
      return to_number<int>(path.substr(prefix.size()));
  return std::nullopt;
}

// 0, or an errno.
int read_call(const seccomp_data& data, pid_t process, Wanted& wanted) {
  const std::string_view name = name_of(data);
  const auto number = [&](int index) { return static_cast<int>(data.args[index]); };
  if (name == "fchmod") {
    wanted.file = number(0);
    wanted.mode = static_cast<mode_t>(number(1));
    return 0;
  }
  const bool at = name != "chmod";
  if (at)
    wanted.dirfd = number(0);
  wanted.mode = static_cast<mode_t>(number(at ? 2 : 1));
  const int flags = name == "fchmodat2" ? number(3) : 0;
  if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
    return EINVAL;
  wanted.follow = !(flags & AT_SYMLINK_NOFOLLOW);
  if (const int error = read_path(process, data.args[at ? 1 : 0], wanted.path))
    return error;
  if (wanted.path.empty() && flags & AT_EMPTY_PATH && wanted.dirfd != AT_FDCWD)
    wanted.file = wanted.dirfd;
  else if (wanted.path.empty())
    return ENOENT;
  else if (const auto fd = wanted.follow ? descriptor_in(wanted.path) : std::nullopt)
    wanted.file = *fd;
  return 0;
}

// Rights as /proc/PID/status tells them, in ids of the user namespace of who opened it.
struct Rights {
  uid_t uid{};
  gid_t gid{};
  std::vector<gid_t> groups{};
  std::uint64_t capabilities{};
};

std::optional<Rights> parse_rights(std::string_view status) {
  Rights rights;
  int found = 0;
  for (const std::string_view line : split(status, '\n')) {
    const std::size_t colon = line.find(":\t");
    if (colon == std::string_view::npos)
      continue;
    const std::string_view key = line.substr(0, colon);
    const std::string_view value = line.substr(colon + 2);
    if (key == "Uid" || key == "Gid") {
      const auto ids = split(value, '\t');  // real, effective, saved, of the file system
      const auto id = ids.size() == 4 ? to_number<std::uint32_t>(ids[3]) : std::nullopt;
      if (!id)
        return std::nullopt;
      (key == "Uid" ? rights.uid : rights.gid) = *id;
      ++found;
    } else if (key == "Groups") {
      for (const std::string_view group : split(value, ' '))
        if (const auto id = to_number<gid_t>(group))
          rights.groups.push_back(*id);
      ++found;
    } else if (key == "CapEff") {
      rights.capabilities = std::strtoull(std::string{value}.c_str(), nullptr, 16);
      ++found;
    }
  }
  return found == 4 ? std::optional{rights} : std::nullopt;
}

bool same_namespace(int one, const char* own) {
  struct stat a {
  }, b{};
  return fstat(one, &a) == 0 && stat(own, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

// Joins the user namespace of a process, which gives every right over it, and over what /proc/PID has.
bool join_user_namespace(int process) {
  const UniqueFd user{openat(process, "ns/user", O_RDONLY | O_CLOEXEC)};
  return user && (same_namespace(user.get(), "/proc/self/ns/user") || setns(user.get(), CLONE_NEWUSER) == 0);
}

// From here on this process sees the files that the asking one sees, with its rights: whatever the kernel
// would refuse to that, it refuses here. It has no process id inside, so that nothing in there can reach it.
// 0, or an errno.
int take_place_of(int process, int base) {
  const UniqueFd mounts{openat(process, "ns/mnt", O_RDONLY | O_CLOEXEC)};
  const UniqueFd root{openat(process, "root", O_PATH | O_DIRECTORY | O_CLOEXEC)};
  if (!mounts || !root)
    return EPERM;
  // Opened in the namespace whose ids it is to tell.
  const auto status = sys::open_file(process, "status", O_RDONLY);
  const auto text = status ? sys::read_regular(status->get(), "status") : tl::unexpected{status.error()};
  const auto rights = text ? parse_rights(*text) : std::nullopt;
  if (!rights || setns(mounts.get(), CLONE_NEWNS) != 0 || fchdir(root.get()) != 0 || chroot(".") != 0 ||
      fchdir(base) != 0)
    return EPERM;
  // Refused with one id, where all groups of the sandbox are the caller's, as this process's are.
  (void)setgroups(rights->groups.size(), rights->groups.data());
  if (setresgid(rights->gid, rights->gid, rights->gid) != 0 || prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0 ||
      setresuid(rights->uid, rights->uid, rights->uid) != 0)
    return EPERM;
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  __user_cap_data_struct data[2]{};
  for (int i = 0; i < 2; ++i)
    data[i].effective = data[i].permitted = static_cast<std::uint32_t>(rights->capabilities >> (32 * i));
  return syscall(SYS_capset, &header, data) == 0 ? 0 : EPERM;
}

// May the open file have these bits? A directory's say who owns what is made in it, and run nothing.
bool may_have(int file, mode_t mode, std::optional<std::uint64_t> layers) {
  struct stat info {};
  if (fstat(file, &info) != 0)
    return false;
  if (S_ISDIR(info.st_mode) && !(mode & S_ISUID))
    return true;
  const auto mount = mount_of(file);
  return (S_ISREG(info.st_mode) || S_ISDIR(info.st_mode)) && layers && mount && *layers == *mount;
}

// 0, or the errno that the call has inside.
int judge(int listener, const seccomp_notif& question, std::optional<std::uint64_t> layers) {
  const UniqueFd process{
      open(fmt::format("/proc/{}", question.pid).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
  // Through the host's procfs, which is gone from sight by the time that it is needed.
  const UniqueFd own{open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!process || !own || !join_user_namespace(process.get()))
    return EPERM;
  Wanted wanted;
  if (const int error = read_call(question.data, static_cast<pid_t>(question.pid), wanted))
    return error;
  const auto descriptor = [&](int fd) {
    return UniqueFd{fd < 0 ? -1
                           : openat(process.get(), fmt::format("fd/{}", fd).c_str(), O_PATH | O_CLOEXEC)};
  };
  UniqueFd file;
  UniqueFd base;
  if (wanted.file) {
    file = descriptor(*wanted.file);
    if (!file)
      return EBADF;
  }
  if (wanted.dirfd == AT_FDCWD || wanted.file || wanted.path.starts_with('/'))
    base.reset(openat(process.get(), "cwd", O_PATH | O_DIRECTORY | O_CLOEXEC));
  else
    base = descriptor(wanted.dirfd);
  if (!base)
    return EBADF;
  // If the process has died its number may be another's by now, and all of this be of that one.
  if (ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &question.id) != 0)
    return EPERM;
  if (const int error = take_place_of(process.get(), base.get()))
    return error;
  if (!file) {
    file.reset(open(wanted.path.c_str(), O_PATH | O_CLOEXEC | (wanted.follow ? 0 : O_NOFOLLOW)));
    if (!file)
      return errno;
  }
  if (!may_have(file.get(), wanted.mode, layers))
    return EPERM;
  // There is no fchmod(2) of an O_PATH descriptor before Linux 6.6; this is the same.
  return fchmodat(own.get(), std::to_string(file.get()).c_str(), wanted.mode & 07777, 0) == 0 ? 0 : errno;
}

}  // namespace

SetidJudge::SetidJudge(UniqueFd listener, const UniqueFd& root) : listener_{std::move(listener)} {
  if (root)
    layers_ = mount_of(root.get());
}

SetidJudge::~SetidJudge() {
  if (worker_ <= 0)
    return;
  (void)kill(worker_, SIGKILL);
  (void)waitpid(worker_, nullptr, WNOHANG);
}

void SetidJudge::add_to(sys::Poller& poller) {
  if (worker_ > 0)
    poller.on<&SetidJudge::reap>(worker_end_.get(), POLLIN, *this);
  else
    poller.on<&SetidJudge::take>(listener_.get(), POLLIN, *this);
}

void SetidJudge::take(int events) {
  if (!(events & POLLIN)) {
    listener_.reset();
    return;
  }
  // A later kernel may have more to say than this header knows, and writes all of it.
  seccomp_notif_sizes sizes{};
  if (syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes) != 0)
    return listener_.reset();
  std::vector<std::uint64_t> room(std::max<std::size_t>(sizes.seccomp_notif, sizeof(seccomp_notif)) / 8 + 1);
  auto& question = *reinterpret_cast<seccomp_notif*>(room.data());
  if (ioctl(listener_.get(), SECCOMP_IOCTL_NOTIF_RECV, &question) != 0)
    return;  // who asked has died, or a signal took it out of the call
  const auto answer = [&](int error) {
    std::vector<std::uint64_t> reply(
        std::max<std::size_t>(sizes.seccomp_notif_resp, sizeof(seccomp_notif_resp)) / 8 + 1);
    auto& response = *reinterpret_cast<seccomp_notif_resp*>(reply.data());
    response.id = question.id;
    response.error = -error;
    (void)ioctl(listener_.get(), SECCOMP_IOCTL_NOTIF_SEND, &response);
  };
  worker_ = fork();
  if (worker_ == 0) {
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    answer(judge(listener_.get(), question, layers_));
    std::_Exit(0);
  }
  if (worker_ < 0)
    return answer(errno);
  worker_end_.reset(static_cast<int>(syscall(SYS_pidfd_open, worker_, 0)));
  if (!worker_end_)
    reap();
}

void SetidJudge::reap() {
  while (waitpid(worker_, nullptr, 0) < 0 && errno == EINTR) {
  }
  worker_ = -1;
  worker_end_.reset();
}

}  // namespace snug::launch
