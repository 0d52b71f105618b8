#include "container/control.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "base/path.h"
#include "base/text.h"
#include "base/try.h"

namespace snug::container {
namespace {

constexpr const char* kHint = "it must be a directory of yours that is closed to others (mode 0700)";

Status make_private_dir(const std::string& path) {
  struct stat info {};
  if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST)
    return fail({.step = "make the directory of control sockets " + escape_control(path), .err = errno});
  // Not through a link: in /tmp anybody could have made one.
  if (lstat(path.c_str(), &info) != 0)
    return fail({.step = "look at " + escape_control(path), .err = errno});
  if (!S_ISDIR(info.st_mode) || info.st_uid != geteuid() || (info.st_mode & 077) != 0)
    return fail(
        {.step = fmt::format("{} is not safe for control sockets", escape_control(path)), .hint = kHint});
  return {};
}

bool usable_runtime_dir(const char* dir) {
  struct stat info {};
  return dir && dir[0] == '/' && stat(dir, &info) == 0 && S_ISDIR(info.st_mode) && info.st_uid == geteuid() &&
         access(dir, W_OK) == 0;
}

std::string control_dir() {
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  return usable_runtime_dir(runtime) ? join_path(runtime, "snug") : fmt::format("/tmp/snug-{}", geteuid());
}

// A long path fits by way of its directory's descriptor: sun_path has 108 bytes.
Result<sockaddr_un> address_of(const std::string& path, UniqueFd& dir) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::string text = path;
  if (text.size() >= sizeof address.sun_path) {
    dir.reset(open(parent_path(path).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!dir)
      return fail({.step = "open the directory of " + escape_control(path), .err = errno});
    text = fmt::format("/proc/self/fd/{}/{}", dir.get(), file_name(path));
  }
  if (text.size() >= sizeof address.sun_path)
    return fail({.step = "control socket " + escape_control(path), .err = ENAMETOOLONG});
  std::memcpy(address.sun_path, text.c_str(), text.size() + 1);
  return address;
}

// Is the peer of this user, and outside of every sandbox? Its user namespace is what tells: a payload has
// snug's user id, but never snug's namespace.
bool may_connect(int client) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (getsockopt(client, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 || peer.uid != geteuid() ||
      peer.pid <= 0)
    return false;
  struct stat theirs {};
  struct stat ours {};
  return stat(fmt::format("/proc/{}/ns/user", peer.pid).c_str(), &theirs) == 0 &&
         stat("/proc/self/ns/user", &ours) == 0 && theirs.st_dev == ours.st_dev &&
         theirs.st_ino == ours.st_ino;
}

}  // namespace

Result<std::string> control_path(const std::string& id) {
  const std::string dir = control_dir();
  TRY(make_private_dir(dir));
  return join_path(dir, id + ".sock");
}

void remove_socket(const std::string& id) {
  // The id comes from a file.
  if (id.empty() || id.find('/') != std::string::npos)
    return;
  (void)unlink(join_path(control_dir(), id + ".sock").c_str());  // most often there is none
}

Result<UniqueFd> listen_at(const std::string& path) {
  UniqueFd dir;
  const auto address = TRY(address_of(path, dir));
  UniqueFd socket{::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  // Whoever listens holds the container's lock, so that what is there is nobody's any more.
  (void)unlink(path.c_str());
  if (!socket || bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      listen(socket.get(), 64) != 0)
    return fail({.step = "listen on the control socket " + escape_control(path), .err = errno});
  return socket;
}

UniqueFd accept_client(int listener) {
  UniqueFd client{accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)};
  if (client && !may_connect(client.get()))
    client.reset();
  return client;
}

Error not_running(const Container& container) {
  const std::string name = escape_control(container.name());
  return {.step = fmt::format("container {} is not running", name),
          .hint = fmt::format("snug start {} starts it", name)};
}

Result<RunState> running_state(const Container& container) {
  // The lock first: who holds it writes the end into the state before letting go.
  const auto running = TRY(container.running());
  auto state = container.state();
  if (state && (!running || state->phase != RunPhase::Running))
    return fail(not_running(container));
  return state;
}

Result<UniqueFd> connect_to(const Container& container, const RunState& state) {
  const std::string name = escape_control(container.name());
  const auto running = TRY(container.running());
  if (!running)
    return fail(not_running(container));
  const auto gone = [&](int error) {
    return fail({.step = fmt::format("reach the supervisor of container {}", name),
                 .err = error,
                 .hint = "it is starting or ending at this moment, or its socket was removed; try again"});
  };
  if (state.control.empty())
    return gone(ENOENT);
  UniqueFd dir;
  const auto address = TRY(address_of(state.control, dir));
  UniqueFd socket{::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0)};
  if (!socket || connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return gone(errno);
  // A path in a file is not believed either: it may lead to somebody else's socket.
  ucred peer{};
  socklen_t size = sizeof peer;
  if (getsockopt(socket.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 || peer.uid != geteuid())
    return gone(EPERM);
  return socket;
}

}  // namespace snug::container
