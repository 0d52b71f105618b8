// A throwaway writable layer on disk: a directory of this run's own, locked for its life and removed after
// it.
#pragma once

#include <sys/types.h>

#include <string>

#include "base/result.h"
#include "base/unique_fd.h"
#include "plan/step.h"
#include "store/draft.h"

namespace snug::launch {

class DiskUpper {
 public:
  // Makes PARENT/run-… with root/upper (mode `root_mode`) and root/work in it, locked until this goes.
  // `range` is the id map that the sandbox will have, or nullptr: its files may belong to subordinate ids,
  // which only a process with that map can remove.
  static Result<DiskUpper> prepare(const std::string& parent, mode_t root_mode, const MapRange* range);

  const std::string& path() const { return path_; }

 private:
  DiskUpper(UniqueFd parent, store::Draft draft, std::string path);
  UniqueFd parent_;
  store::Draft draft_;  // is never given a name, so that it goes with this; before parent_
  std::string path_;
};

// Removes what runs that were killed have left below `parent`: every directory whose lock is free. Cheap
// where there is none.
void sweep_disk_uppers(const std::string& parent);

}  // namespace snug::launch
