#include "child/wire.h"

#include <sys/socket.h>

#include "sys/control_fds.h"
#include "sys/raw.h"

namespace snug::child {

int send_message(int wire, const Message& message, const int* fds, size_t count) {
  iovec data{const_cast<Message*>(&message), sizeof message};
  msghdr header{};
  header.msg_iov = &data;
  header.msg_iovlen = 1;
  sys::ControlFds<kMaxFds> control;
  control.put(header, fds, count);
  long result = 0;
  do result = raw::call(SYS_sendmsg, wire, &header, MSG_NOSIGNAL);
  while (result == -EINTR);
  return result < 0 ? static_cast<int>(result) : 0;
}

int receive_message(int wire, Message& message, int (&fds)[kMaxFds]) {
  for (int& fd : fds) fd = -1;
  iovec data{&message, sizeof message};
  sys::ControlFds<kMaxFds> control;
  msghdr header{};
  header.msg_iov = &data;
  header.msg_iovlen = 1;
  control.expect(header);
  long size = 0;
  do size = raw::call(SYS_recvmsg, wire, &header, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
  while (size == -EINTR);
  if (size < 0)
    return static_cast<int>(size);
  sys::ControlFds<kMaxFds>::take(header, fds);
  return size == sizeof message ? 1 : 0;
}

}  // namespace snug::child
