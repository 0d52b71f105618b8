#include "child/wire.h"

#include <string.h>
#include <sys/socket.h>

#include "sys/raw.h"

namespace snug::child {

int send_message(int wire, const Message& message, const int* fds, size_t count) {
  iovec data{const_cast<Message*>(&message), sizeof message};
  msghdr header{};
  header.msg_iov = &data;
  header.msg_iovlen = 1;
  alignas(cmsghdr) char control[CMSG_SPACE(kMaxFds * sizeof(int))];
  if (count > 0) {
    memset(control, 0, sizeof control);
    header.msg_control = control;
    header.msg_controllen = CMSG_SPACE(count * sizeof(int));
    cmsghdr* c = CMSG_FIRSTHDR(&header);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(count * sizeof(int));
    memcpy(CMSG_DATA(c), fds, count * sizeof(int));
  }
  long result = 0;
  do result = raw::call(SYS_sendmsg, wire, &header, MSG_NOSIGNAL);
  while (result == -EINTR);
  return result < 0 ? static_cast<int>(result) : 0;
}

int receive_message(int wire, Message& message, int (&fds)[kMaxFds]) {
  for (int& fd : fds) fd = -1;
  iovec data{&message, sizeof message};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof fds)];
  msghdr header{};
  header.msg_iov = &data;
  header.msg_iovlen = 1;
  header.msg_control = control;
  header.msg_controllen = sizeof control;
  long size = 0;
  do size = raw::call(SYS_recvmsg, wire, &header, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
  while (size == -EINTR);
  if (size < 0)
    return static_cast<int>(size);
  const cmsghdr* c = CMSG_FIRSTHDR(&header);
  if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS) {
    const size_t bytes = c->cmsg_len - CMSG_LEN(0);
    memcpy(fds, CMSG_DATA(c), bytes < sizeof fds ? bytes : sizeof fds);
  }
  return size == sizeof message ? 1 : 0;
}

}  // namespace snug::child
