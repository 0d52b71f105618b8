#include "container/channel.h"

#include <sys/socket.h>

#include <cerrno>

#include "sys/control_fds.h"
#include "sys/poller.h"

namespace snug::container {
namespace {

// Of this protocol: a client of another version is told so, and not misunderstood.
constexpr std::uint32_t kMagic = 0x736e6703;

struct Header {
  std::uint32_t magic;
  FrameKind kind;
  std::int32_t a, b;
};

}  // namespace

Status send_frame(int socket, const FrameText& frame, const int* fds, std::size_t count) {
  Header header{kMagic, frame.kind, frame.a, frame.b};
  iovec parts[2] = {{&header, sizeof header}, {const_cast<char*>(frame.data.data()), frame.data.size()}};
  sys::ControlFds<kFrameFds> control;
  msghdr message{};
  message.msg_iov = parts;
  message.msg_iovlen = 2;
  control.put(message, fds, count);
  ssize_t sent = 0;
  do sent = sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  while (sent < 0 && errno == EINTR);
  if (sent < 0)
    return fail({.step = "talk over the control socket", .err = errno == ECONNRESET ? EPIPE : errno});
  return {};
}

Result<Frame> receive_frame(int socket) {
  Header header{};
  Frame frame;
  // On the stack: a supervisor that rests should have no such buffer in its heap.
  char data[kFrameBytes];
  iovec parts[2] = {{&header, sizeof header}, {data, sizeof data}};
  sys::ControlFds<kFrameFds> control;
  msghdr message{};
  message.msg_iov = parts;
  message.msg_iovlen = 2;
  control.expect(message);
  ssize_t size = 0;
  // ECONNRESET says, once, that the peer has closed without reading all of ours. What it said before that is
  // still to be had, and so is the end of file.
  do size = recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  while (size < 0 && (errno == EINTR || errno == ECONNRESET));
  const auto failed = [](int error) { return fail({.step = "listen on the control socket", .err = error}); };
  if (size <= 0)
    return failed(size == 0 ? EPIPE : errno);
  int received[kFrameFds];
  sys::ControlFds<kFrameFds>::take(message, received);
  for (std::size_t i = 0; i < kFrameFds; ++i) frame.fds[i].reset(received[i]);
  if (size < static_cast<ssize_t>(sizeof header) || header.magic != kMagic ||
      (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)))
    return failed(EPROTO);
  frame.kind = header.kind;
  frame.a = header.a;
  frame.b = header.b;
  frame.data.assign(data, static_cast<std::size_t>(size) - sizeof header);
  return frame;
}

Result<Frame> await_frame(int socket) {
  for (;;) {
    auto frame = receive_frame(socket);
    if (frame || frame.error().err != EAGAIN)
      return frame;
    (void)sys::wait_until_ready(socket, POLLIN, -1);  // a signal: the next round asks again
  }
}

}  // namespace snug::container
