// Descriptors that go with a message over a unix(7) socket: SCM_RIGHTS. Without allocation, for init too.
#pragma once

#include <string.h>
#include <sys/socket.h>

namespace snug::sys {

// Room for up to `Most`; it must live as long as the msghdr that it is put into.
template<size_t Most>
class ControlFds {
 public:
  // For sendmsg(2): `count` descriptors from `fds`, or none.
  void put(msghdr& message, const int* fds, size_t count) {
    if (count == 0)
      return;
    memset(bytes_, 0, sizeof bytes_);
    message.msg_control = bytes_;
    message.msg_controllen = CMSG_SPACE(count * sizeof(int));
    cmsghdr* const c = CMSG_FIRSTHDR(&message);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(count * sizeof(int));
    memcpy(CMSG_DATA(c), fds, count * sizeof(int));
  }

  // For recvmsg(2): more than `Most` are closed by the kernel, and MSG_CTRUNC told.
  void expect(msghdr& message) {
    message.msg_control = bytes_;
    // Not the whole buffer: its padding has room for one more, which nobody would close.
    message.msg_controllen = CMSG_LEN(Most * sizeof(int));
  }

  // After it: what came, the caller's from now on. The rest of `fds` is -1.
  static void take(msghdr& message, int (&fds)[Most]) {
    for (int& fd : fds) fd = -1;
    const cmsghdr* const c = CMSG_FIRSTHDR(&message);
    if (!c || c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
      return;
    const size_t bytes = c->cmsg_len - CMSG_LEN(0);
    memcpy(fds, CMSG_DATA(c), bytes < sizeof fds ? bytes : sizeof fds);
  }

 private:
  alignas(cmsghdr) char bytes_[CMSG_SPACE(Most * sizeof(int))];
};

}  // namespace snug::sys
