// Setuid and setgid bits in a sandbox that can write to a directory of the host's: who may have them.
//
// A setuid file in such a directory would run as the caller for everybody on the machine. Packages with
// setuid programs need the bit all the same, in files that are the sandbox's own. A filter sees numbers and
// pointers and no file, so that it asks (seccomp_unotify(2)), and this answers: by the mount that the file is
// on, which nobody inside can give another file. The call itself is never let through, since its path could
// lead elsewhere the next moment: what was opened and judged is what is changed.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>

#include "base/unique_fd.h"
#include "sys/poller.h"

namespace snug::launch {

class SetidJudge {
 public:
  // `listener` is of the filter (SECCOMP_FILTER_FLAG_NEW_LISTENER); `root` is the sandbox's root where that
  // is layers of an image, and nothing else.
  SetidJudge(UniqueFd listener, const UniqueFd& root);
  SetidJudge(const SetidJudge&) = delete;
  SetidJudge& operator=(const SetidJudge&) = delete;
  ~SetidJudge();

  void add_to(sys::Poller& poller);

  // Nobody is left that could ask.
  bool ended() const { return !listener_; }

 private:
  void take(int events);
  void reap();

  UniqueFd listener_;
  std::optional<std::uint64_t> layers_{};  // the mount whose files are the sandbox's own
  // Who answers the call that is at hand, so that no file system holds up the supervisor.
  pid_t worker_{-1};
  UniqueFd worker_end_;
};

}  // namespace snug::launch
