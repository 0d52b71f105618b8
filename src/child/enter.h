// A command that joins a running container: it is init that starts it, beside the payload. So it has init's
// namespaces, cgroup, limits, keyring, no_new_privs and Landlock domain by descent, and takes on the rest
// exactly as the payload did, from the same bytes. Nothing of the host's ever steps inside to become it:
// while it is still init's image it is as closed to the payload as init (wire.h: CVE-2016-9962 and
// CVE-2019-5736 are what happens otherwise).
//
// The request is one memfd that the supervisor passes on and init maps for the moment: an EnterRequest, and
// behind it the texts. Every place in it is an offset from its start.
#pragma once

#include <stdint.h>

#include "child/program.h"

namespace snug::child {

constexpr uint32_t kEnterMagic = 0x736e6731;

struct EnterRequest {
  uint32_t magic;
  uint32_t size;  // of the whole
  // Of arrays of uint64_t offsets of texts, ended by 0, in which init puts pointers.
  uint32_t argv, envp, candidates;
  uint32_t candidate_count;
  uint32_t workdir;
  uint32_t groups, group_count;  // of an array of gid_t
  uid_t uid;
  gid_t gid;
  uint16_t rows, columns;
  uint8_t set_user;
  uint8_t terminal_fds;  // bit n: standard fd n is a new pty's slave, whose master is sent back
  uint8_t opens_terminal;
  uint8_t unused;
  uint16_t user_step, close_step, dir_step, landlock_step, filter_step, execute_step;
};

// What of the payload's program an entered command takes over. Points at memory that init keeps. Landlock's
// domain is init's: with one of its own a command could neither signal the payload nor look at it.
struct Confinement {
  bool inherited;  // init has it already, and so whatever it starts
  uint64_t keep;
  uint64_t ambient;  // of the payload: what it, not being root, keeps over exec
  const sock_filter* filter;
  size_t filter_size;
  bool filter_asks, root_is_own;
  sigset_t mask;
  int wire;
};

// Starts what the mapped `request` asks for. `fds` become its standard descriptors where no terminal does.
// The pid, with `master` the new pty's or -1; or minus an errno, with `step` set to the step that failed.
// Changes the request: its offsets become pointers.
int enter(EnterRequest& request, const int (&fds)[3], int pts, const Confinement& confinement, int& master,
          uint16_t& step);

}  // namespace snug::child
