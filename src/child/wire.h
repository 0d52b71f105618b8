// The protocol between the supervisor and init: one SEQPACKET socketpair, one struct, one drawing. Closing is
// part of it: until Ready, end of file means that the peer died, and never "go on".
//
//   supervisor                                   init
//       | clone3 ------------------------------->|
//       |                                        | parent-death signal set; is the peer still there?
//       |<------------------------- AwaitMaps ---|   only with a range of ids
//       | newuidmap, newgidmap                   |
//       |--- Go -------------------------------->|
//       |<-- Namespaces (user and net ns fds) ---|   only with ports, a gate or a full network
//       |                                        | the steps of the plan, while that network is set up
//       |<-- Fuse (/dev/fuse, user namespace) ---|   only with fuse-overlayfs, which is started now
//       |<---------------- Terminal (pty fd) ----|   only with a terminal
//       |<-- Filtered (listener, root fd) -------|   only with a filter that asks; again for each command
//       below |                                        | payload forked and executed
//       |<-- Tree (root, user and net ns fds) ---|   only of a container that can be entered
//       |--- Go -------------------------------->|   only with ports, a gate or a full network: it is there
//       |<------------------------------ Ready --|
//       |                                        | reaps; passes queued signals on to the payload
//       |--- Enter (id, request and 3 fds) ----->|   and a signal that says so: a command to run beside the
//       payload
//       |<------- Entered (id, its pty's master) |   it was executed; or EnterFailed (id, step, errno)
//       |<------------ Left (id, wait status) ---|   it has ended
//       |<--------------------------- Stopped ---|   the payload was stopped from its terminal (Ctrl-Z): so
//       stops snug
//       |<---------------- Exited (wait status) -|   the payload has ended
//       |                                        | exit: the kernel kills what is left of the pid namespace
//
// Instead of any message of init's before Ready: Failed (step, errno), and init is gone. Where the run is
// traced, also one Step (step, errno, call, when) for each step that init and the payload have done.
#pragma once

#include <signal.h>
#include <stddef.h>
#include <stdint.h>

namespace snug::child {

enum class MessageKind : uint32_t {
  AwaitMaps,
  Namespaces,
  Go,
  Fuse,
  Terminal,
  Tree,
  Ready,
  Stopped,
  Failed,
  Exited,
  Enter,
  Entered,
  EnterFailed,
  Left,
  Step,
  Filtered,
};

struct Message {
  MessageKind kind{};
  uint32_t id{};    // Enter and its answers: which command, from 1 to kMaxEntered. Fuse: index into the plan
  uint32_t step{};  // Failed, EnterFailed, Step: index into the plan
  int32_t error{};  // Failed, EnterFailed, Step: errno
  int32_t detail{-1};  // Failed: index of the part of the step that failed, or -1
  int32_t status{};    // Exited, Left: as waitpid(2) gives it
  uint32_t full{};     // Exited: bit 0, the writable layer has no block free; bit 1, no inode
  int32_t call{-1};    // Step: the number of the system call that failed, or of the last one; -1 for none
  int64_t at_ns{};     // Step: when it was done, by CLOCK_MONOTONIC
};

// A signal for the payload travels as this real-time signal to init, queued with the signal's number as its
// value, plus kToGroup when the payload's whole process group should have it (what the terminal driver does
// on Ctrl-C). init has it blocked and waits for it: the kernel drops unblocked signals to a pid namespace's
// init that has no handler (pid_namespaces(7)).
constexpr int kForwardSignal = 40;
constexpr int kToGroup = 0x100;
// A message for init is on the wire, which it does not watch: the value is this alone.
constexpr int kReadWire = 0x200;
// The signal is for an entered command: its id is in the bits from here on, 0 for the payload.
constexpr int kIdShift = 16;

// Commands that one container can have entered at a time: init keeps them in a table without a heap.
constexpr unsigned kMaxEntered = 128;
// Descriptors with a message, at most.
constexpr unsigned kMaxFds = 4;

// Sends one message with `count` descriptors attached, at most kMaxFds. 0, or minus an errno.
int send_message(int wire, const Message& message, const int* fds = nullptr, size_t count = 0);

// Takes one message without waiting, with the descriptors that came with it (-1 for those that did not). 1;
// 0 at the end of file; or minus an errno, EAGAIN where there is none. Both run on either side of the clone.
int receive_message(int wire, Message& message, int (&fds)[kMaxFds]);

}  // namespace snug::child
