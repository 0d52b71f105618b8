// Who init is: id maps, keyring, kernel settings of its namespaces, capabilities.
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "child/state.h"
#include "sys/raw.h"

namespace snug::child {
namespace {

int write_text(const char* path, const char* text) {
  const int fd = raw::open_at(AT_FDCWD, path, O_WRONLY);
  if (fd < 0)
    return fd;
  const long result = raw::write_fd(fd, text, strlen(text));
  raw::close_fd(fd);
  return result < 0 ? static_cast<int>(result) : 0;
}

}  // namespace

int write_maps(const char* uid_map, const char* gid_map) {
  // Without "deny" an unprivileged gid_map is refused: dropping a group could open what a file's mode denies
  // to that group (CVE-2014-8989, user_namespaces(7)).
  int result = write_text("/proc/self/setgroups", "deny");
  if (result >= 0)
    result = write_text("/proc/self/gid_map", gid_map);
  if (result >= 0)
    result = write_text("/proc/self/uid_map", uid_map);
  return result;
}

int await_go(const State& state) {
  Message message;
  long received = 0;
  do received = raw::call(SYS_recvfrom, state.wire, &message, sizeof message, 0, nullptr, nullptr);
  while (received == -EINTR);
  if (received < 0)
    return static_cast<int>(received);
  // End of file is the supervisor's death, not permission.
  return received == sizeof message && message.kind == MessageKind::Go ? 0 : -EPIPE;
}

int await_maps(const State& state) {
  const int result = send_message(state.wire, {.kind = MessageKind::AwaitMaps});
  return result < 0 ? result : await_go(state);
}

int join_keyring() {
  // With no name it is an anonymous one, for which keyctl(2) has no EPERM.
  const long result = raw::call(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, nullptr, 0, 0, 0);
  // A kernel without keyrings has nothing to hide. A filter from outside (docker's, podman's and snug's own
  // close the whole call) is inherited by the payload, which can reach no key then either.
  if (result == -ENOSYS || (result == -EPERM && raw::call(SYS_keyctl, KEYCTL_GET_KEYRING_ID,
                                                          KEY_SPEC_SESSION_KEYRING, 0, 0, 0) == -EPERM))
    return 0;
  return result < 0 ? static_cast<int>(result) : 0;
}

int loopback_up() {
  const int fd = static_cast<int>(raw::call(SYS_socket, AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (fd < 0)
    return fd;
  ifreq request{};
  memcpy(request.ifr_name, "lo", sizeof "lo");
  request.ifr_flags = IFF_UP | IFF_LOOPBACK | IFF_RUNNING;
  const int result = ioctl(fd, SIOCSIFFLAGS, &request) == 0 ? 0 : -errno;
  raw::close_fd(fd);
  return result;
}

int set_sysctl(const char* path, const char* value) {
  return write_text(path, value);
}

int drop_capabilities(uint64_t keep) {
  // EINVAL marks the end of the capabilities that this kernel knows.
  for (unsigned long capability = 0; capability < 64; ++capability) {
    if (keep >> capability & 1)
      continue;
    const long result = raw::call(SYS_prctl, PR_CAPBSET_DROP, capability, 0, 0, 0);
    if (result == -EINVAL)
      break;
    if (result < 0)
      return static_cast<int>(result);
  }
  return 0;
}

}  // namespace snug::child
