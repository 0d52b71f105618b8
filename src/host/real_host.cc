#include "host/real_host.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>

#include "base/path.h"
#include "base/text.h"
#include "host/kernel_version.h"
#include "host/passwd.h"
#include "sys/directory_stream.h"
#include "sys/file_io.h"
#include "sys/mountinfo.h"

namespace snug::host {
namespace {

FileKind kind_of(mode_t mode) {
  if (S_ISDIR(mode))
    return FileKind::Directory;
  if (S_ISLNK(mode))
    return FileKind::Symlink;
  if (S_ISCHR(mode) || S_ISBLK(mode))
    return FileKind::Device;
  if (S_ISSOCK(mode))
    return FileKind::Socket;
  return S_ISFIFO(mode) ? FileKind::Fifo : FileKind::Regular;
}

KernelVersion kernel_version() {
  utsname name{};
  return uname(&name) == 0 ? parse_kernel_version(name.release) : KernelVersion{};
}

// An XDG directory: the variable where it is an absolute path (anything else must be ignored, says the
// specification), else below the home.
std::string xdg_dir(const HostView& host, const char* variable, std::string_view fallback) {
  const auto value = host.environment(variable);
  if (value && value->starts_with('/'))
    return *value;
  return join_path(host.caller().home, fallback);
}

}  // namespace

Result<RealHost> RealHost::look() {
  RealHost host;
  Caller& caller = host.caller_;
  caller.uid = getuid();
  caller.gid = getgid();
  host.kernel_ = kernel_version();
  char cwd[PATH_MAX];
  if (!getcwd(cwd, sizeof cwd))
    return fail({.step = "find the working directory",
                 .err = errno,
                 .hint = "it may have been removed: change to another one"});
  caller.cwd = cwd;
  caller.home = host.environment("HOME").value_or("");
  // $USER is the caller's word only: it names nothing that is trusted. /etc/passwd is asked where the
  // variables do not help.
  caller.user = host.environment("USER").value_or("");
  if (!caller.home.starts_with('/') || caller.user.empty()) {
    PasswdLine line;
    if (const auto text = host.read_file("/etc/passwd"))
      line = find_passwd_line(*text, caller.uid);
    if (!caller.home.starts_with('/'))
      caller.home = line.home.starts_with('/') ? line.home : "/";
    if (caller.user.empty())
      caller.user = line.name.empty() ? std::to_string(caller.uid) : line.name;
  }
  return host;
}

Result<FileInfo> RealHost::stat(const std::string& path) const {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0)
    return fail({.step = "look at " + path, .err = errno});  // escaped where it is printed
  return FileInfo{.kind = kind_of(info.st_mode),
                  .dev = info.st_dev,
                  .ino = info.st_ino,
                  .uid = info.st_uid,
                  .gid = info.st_gid,
                  .mode = info.st_mode & 07777,
                  .size = static_cast<std::uint64_t>(info.st_size),
                  .rdev = info.st_rdev};
}

Result<std::string> RealHost::read_link(const std::string& path) const {
  char text[PATH_MAX];
  const ssize_t n = readlink(path.c_str(), text, sizeof text);
  if (n < 0)
    return fail({.step = "read the link " + path, .err = errno});
  return std::string{text, static_cast<std::size_t>(n)};
}

std::vector<std::string> RealHost::names_in(const std::string& dir) const {
  const sys::DirectoryStream entries{opendir(dir.c_str())};
  std::vector<std::string> names;
  while (const dirent* entry = entries ? readdir(entries.get()) : nullptr)
    if (const std::string_view name = entry->d_name; name != "." && name != "..")
      names.emplace_back(name);
  std::ranges::sort(names);
  return names;
}

Result<std::string> RealHost::read_file(const std::string& path) const {
  return sys::read_text_file(path);
}

std::optional<std::string> RealHost::environment(const std::string& name) const {
  const char* value = getenv(name.c_str());
  return value ? std::optional<std::string>{value} : std::nullopt;
}

std::vector<std::string> RealHost::environment_names() const {
  std::vector<std::string> names;
  for (char** entry = environ; entry && *entry; ++entry) {
    const std::string_view text{*entry};
    const std::size_t equals = text.find('=');
    if (equals != std::string_view::npos && equals > 0)
      names.emplace_back(text.substr(0, equals));
  }
  return names;
}

std::optional<std::string> RealHost::find_program(std::string_view name) const {
  for (const std::string_view dir : {"/usr/bin", "/usr/sbin", "/bin", "/sbin", "/usr/local/bin"}) {
    std::string path = join_path(dir, name);
    if (access(path.c_str(), X_OK) == 0)
      return path;
  }
  return std::nullopt;
}

std::vector<IdRange> RealHost::subordinate_uids() const {
  const auto text = read_file("/etc/subuid");
  return text ? parse_subordinate_ids(*text, caller_.user, caller_.uid) : std::vector<IdRange>{};
}

std::vector<IdRange> RealHost::subordinate_gids() const {
  const auto text = read_file("/etc/subgid");
  return text ? parse_subordinate_ids(*text, caller_.user, caller_.uid) : std::vector<IdRange>{};
}

std::vector<std::string> RealHost::mounts_below(const std::string& path) const {
  std::vector<std::string> found;
  const auto text = sys::read_text_file("/proc/self/mountinfo", 64 << 20);
  if (!text)
    return found;
  for (const std::string_view line : split(*text, '\n')) {
    const auto fields = split(line, ' ');
    if (fields.size() < 5)
      continue;
    std::string target = sys::unescape_octal(fields[4]);
    if (target != path && is_beneath(target, path))
      found.push_back(std::move(target));
  }
  return found;
}

Result<std::uint64_t> RealHost::file_system(const std::string& path) const {
  struct statfs info {};
  if (statfs(path.c_str(), &info) != 0)
    return fail({.step = "look at the file system of " + escape_control(path), .err = errno});
  return static_cast<std::uint64_t>(info.f_type);
}

std::optional<std::string> RealHost::native_overlay_problem() const {
  if (overlay_problem_)
    return overlay_problem_;
  if (kernel_ < KernelVersion{5, 11})
    return fmt::format("Linux {}.{} has no overlay for user namespaces (5.11 has)", kernel_.major,
                       kernel_.minor);
  return std::nullopt;
}

bool RealHost::withholds(Withheld what) const {
  return std::ranges::find(withheld_, what) != withheld_.end();
}

bool RealHost::tmpfs_has_user_xattrs() const {
  return kernel_ >= KernelVersion{6, 6};
}

Result<unsigned> RealHost::landlock_abi() const {
  const long abi = syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (abi >= 0)
    return static_cast<unsigned>(abi);
  // Not built in, or not switched on.
  if (errno == ENOSYS || errno == EOPNOTSUPP)
    return 0U;
  return fail({.step = "ask the kernel for its Landlock", .err = errno});
}

cgroup::Delegation RealHost::delegation() const {
  return cgroup::find_delegation();
}

std::string RealHost::store_dir() const {
  return join_path(xdg_dir(*this, "XDG_DATA_HOME", ".local/share"), "snug");
}

std::string RealHost::config_dir() const {
  return join_path(xdg_dir(*this, "XDG_CONFIG_HOME", ".config"), "snug");
}

}  // namespace snug::host
