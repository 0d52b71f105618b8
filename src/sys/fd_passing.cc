#include "sys/fd_passing.h"

#include <sys/socket.h>

#include <cerrno>

#include "sys/control_fds.h"

namespace snug::sys {

int send_with_fd(int socket, const void* bytes, std::size_t size, int fd) {
  iovec part{.iov_base = const_cast<void*>(bytes), .iov_len = size};
  ControlFds<1> control;
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  control.put(header, &fd, fd >= 0 ? 1 : 0);
  ssize_t sent = 0;
  do sent = sendmsg(socket, &header, MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  return sent < 0 ? errno : 0;
}

ssize_t receive_with_fd(int socket, void* bytes, std::size_t most, UniqueFd& fd) {
  iovec part{.iov_base = bytes, .iov_len = most};
  ControlFds<1> control;
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  control.expect(header);
  ssize_t got = 0;
  do got = recvmsg(socket, &header, MSG_CMSG_CLOEXEC);
  while (got < 0 && errno == EINTR);
  if (got < 0)
    return -errno;
  int received[1];
  ControlFds<1>::take(header, received);
  fd.reset(received[0]);
  return (header.msg_flags & MSG_TRUNC) != 0 ? -EMSGSIZE : got;
}

}  // namespace snug::sys
