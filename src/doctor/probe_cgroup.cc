// Limits need a cgroup of one's own, with controllers in it. Here it is found out who would give one; nothing
// is moved or made.
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/path.h"
#include "cgroup/where.h"
#include "doctor/probe.h"
#include "doctor/proc_text.h"
#include "sys/file_io.h"

namespace snug::doctor {
namespace {

constexpr std::string_view kRoot = "/sys/fs/cgroup";
constexpr std::uint64_t kCgroup2 = 0x63677270;

std::vector<std::string> controllers_of(const host::HostView& host, const std::string& dir) {
  const auto text = host.read_file(dir + "/cgroup.controllers");
  return text ? words_of(*text) : std::vector<std::string>{};
}

// A connection says more than a look at the socket: su keeps root's variables, whose socket is there.
int try_bus(const std::string& path) {
  const UniqueFd socket_fd{socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path)
    return ENAMETOOLONG;
  std::memcpy(address.sun_path, path.data(), path.size());
  return connect(socket_fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ? 0
                                                                                                    : errno;
}

void read_version_2(const host::HostView& host, CgroupFacts& facts) {
  const std::string root{kRoot};
  facts.present = controllers_of(host, root);
  // The very question that the planner asks, so that both come to the same.
  const auto delegation = host.delegation();
  facts.writable = delegation.by == cgroup::Delegator::Cgroup;
  facts.yours = delegation.controllers;
  if (delegation.by == cgroup::Delegator::Systemd)
    facts.bus = 0;
}

}  // namespace

void read_cgroup(const host::HostView& host, CgroupFacts& facts) {
  facts.v2 = host.file_system(std::string{kRoot}).value_or(0U) == kCgroup2;
  if (const auto text = host.read_file("/proc/self/mountinfo"))
    for (const sys::MountLine& mount : sys::parse_mountinfo(*text)) {
      facts.v1 = facts.v1 || mount.type == "cgroup";
      facts.hybrid = facts.hybrid || (mount.type == "cgroup2" && mount.target != kRoot);
    }
  if (const auto text = host.read_file("/proc/self/cgroup"))
    facts.own = cgroup::own_path(*text);
  const std::string uid = std::to_string(host.caller().uid);
  facts.systemd = host.stat("/run/systemd/system").has_value();
  facts.lingers = host.stat("/var/lib/systemd/linger/" + host.caller().user).has_value();
  facts.own_runtime_dir = host.stat("/run/user/" + uid).has_value();
  facts.runtime_dir = host.environment("XDG_RUNTIME_DIR").value_or("");
  if (!facts.runtime_dir.empty())
    if (const auto info = host.stat(facts.runtime_dir))
      facts.runtime_owner = info->uid;
  if (const auto address = host.environment("DBUS_SESSION_BUS_ADDRESS");
      address && address->starts_with("unix:path="))
    facts.bus = try_bus(address->substr(
        10, address->find(',') == std::string::npos ? std::string::npos : address->find(',') - 10));
  else
    facts.bus = try_bus(facts.runtime_dir.empty() ? "/run/user/" + uid + "/bus" : facts.runtime_dir + "/bus");
  if (facts.v2)
    read_version_2(host, facts);
}

}  // namespace snug::doctor
