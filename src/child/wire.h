// The protocol between the supervisor and init: one SEQPACKET socketpair, one struct, one drawing. Closing is
// part of it: until Ready, end of file means that the peer died, and never "go on".
//
//   supervisor                                   init
//       | clone3 ------------------------------->|
//       |                                        | parent-death signal set; is the peer still there?
//       |<------------------------- AwaitMaps ---|   only with a range of ids
//       | newuidmap, newgidmap                   |
//       |--- Go -------------------------------->|
//       |                                        | the steps of the plan
//       |<-- Fuse (/dev/fuse, user namespace) ---|   only with fuse-overlayfs, which is started now
//       |<---------------- Terminal (pty fd) ----|   only with a terminal
//       |                                        | payload forked and executed
//       |<------------------------------ Ready --|
//       |                                        | reaps; passes queued signals on to the payload
//       |<--------------------------- Stopped ---|   the payload was stopped from its terminal (Ctrl-Z): so
//       stops snug
//       |<---------------- Exited (wait status) -|   the payload has ended
//       |                                        | exit: the kernel kills what is left of the pid namespace
//
// Instead of any message of init's before Ready: Failed (step, errno), and init is gone.
#pragma once

#include <signal.h>
#include <stdint.h>

namespace snug::child {

enum class MessageKind : uint32_t { AwaitMaps, Go, Fuse, Terminal, Ready, Stopped, Failed, Exited };

struct Message {
  MessageKind kind{};
  uint32_t step{};     // Failed: index into the plan
  int32_t error{};     // Failed: errno
  int32_t detail{-1};  // Failed: index of the part of the step that failed, or -1
  int32_t status{};    // Exited: as waitpid(2) gives it
  uint32_t full{};     // Exited: bit 0, the writable layer has no block free; bit 1, no inode
};

// A signal for the payload travels as this real-time signal to init, queued with the signal's number as its
// value, plus kToGroup when the payload's whole process group should have it (what the terminal driver does
// on Ctrl-C). init has it blocked and waits for it: the kernel drops unblocked signals to a pid namespace's
// init that has no handler (pid_namespaces(7)).
constexpr int kForwardSignal = 40;
constexpr int kToGroup = 0x100;

}  // namespace snug::child
