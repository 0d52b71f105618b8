// Frames between a container's supervisor and its clients, over a SOCK_SEQPACKET socket: a header, bytes, and
// up to four descriptors.
//
//   client                                     supervisor
//     |--- Attach (stdin?) ------------------------>|   then Output…, and at the end Over and Ended
//     |--- Input | InputEnd | Resize | Signal ----->|   of an attached one
//     |--- Stop | Kill | Wait --------------------->|   Ended once nothing of it is left
//     |--- Exec (request, fds 0 to 2) ------------->|   ExecStarted (the pty's master), ExecEnded; or
//     ExecFailed
//     |--- ExecSignal ----------------------------->|   to the command that this client has started so
//     |--- Tree ----------------------------------->|   TreeIs (root, user and network namespace)
//     |--- Group ---------------------------------->|   GroupIs (the cgroup's directory)
//     |--- Updated -------------------------------->|   Ok: container.json has other limits than before
//     |--- Allow (a rule of the gate) ------------->|   Ok
//     |<------------------------- Refused (why) ----|   instead of any answer
//
// The one who starts a container is its first client, over a socket pair: it gets Started or StartFailed.
// A client that closes has gone; a supervisor that closes has died.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/unique_fd.h"

namespace snug::container {

enum class FrameKind : std::uint32_t {
  Attach,      // a: 1 where it has input to give
  Input,       // data
  InputEnd,    //
  Resize,      // a: rows, b: columns
  Signal,      // a: signal
  Stop,        // a: signal or 0, b: milliseconds until SIGKILL or -1 for the container's own
  Kill,        // a: signal; answered at once
  Wait,        //
  Exec,        // a: 1 where it goes on without its client; fds: request, standard input, output, error
  ExecSignal,  // a: signal
  Tree,        //
  Group,       //
  Updated,     //
  Allow,       // data: a rule of the egress gate

  Started,      // a: 1 where the payload has a terminal
  StartFailed,  // data: the error (base/error_wire.h)
  Ok,           //
  Refused,      // b: errno; data: why
  Attached,     // a: 1 where the payload has a terminal
  Output,       // a: 1 for standard output, 2 for standard error; data
  Over,         // the payload has ended, and takes no more input; Ended follows
  Ended,        // a: exit status; data: why snug ended it, or nothing
  ExecStarted,  // fd: the pty's master, where one was asked for
  ExecFailed,   // a: step of the command's plan, b: errno
  ExecEnded,    // a: wait status
  TreeIs,       // fds: root, user namespace, network namespace
  GroupIs,      // fd: the directory of the sandbox's cgroup
};

constexpr std::size_t kFrameFds = 4;
constexpr std::size_t kFrameBytes = 16 << 10;  // of data, at most

struct Frame {
  FrameKind kind{};
  std::int32_t a{};
  std::int32_t b{};
  std::string data{};
  UniqueFd fds[kFrameFds]{};
};

struct FrameText {
  FrameKind kind{};
  std::int32_t a{};
  std::int32_t b{};
  std::string_view data{};
};

// Sends one frame without waiting. Fails with EAGAIN where the peer does not keep up, EPIPE where it has
// gone.
Status send_frame(int socket, const FrameText& frame, const int* fds = nullptr, std::size_t count = 0);

// The next frame, without waiting. Fails with EAGAIN where there is none, EPIPE at the end of file, and
// EPROTO for what is no frame of this version of snug.
Result<Frame> receive_frame(int socket);

// The same, waiting.
Result<Frame> await_frame(int socket);

}  // namespace snug::container
