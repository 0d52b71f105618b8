// A directory that is not finished: made in a store under a name of nobody's, locked before there is anything
// in it, filled, and then given its name, or removed. So what is in a store is whole, and what a crash has
// left is told from what somebody is making, by its lock.
//
// The lock is flock(2) of the directory. Where the file system cannot do that (NFS) it is an open file
// description lock of the file `lock` in it; a store whose directories have such a file anyhow asks for both.
// Locks end with the process, however it ends.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/unique_fd.h"

namespace snug::store {

constexpr const char* kLockFile = "lock";

// What a store has of unfinished directories.
struct DraftKind {
  // Of their names; nothing else in the store begins with it.
  std::string_view prefix{};
  // The directories in them whose files may belong to subordinate ids. The file "maps" (files/maps_file.h)
  // then says to which.
  std::span<const char* const> mapped{};
  // A file `lock` in each, that a finished one keeps.
  bool lock_file{};
  // Not made by a Draft: renamed to such a name by who holds its lock, and is about to remove it.
  bool ending{};
};

class Draft {
 public:
  // `store` is open for reading, and stays so for the draft's life. Fails with the errno of what could not be
  // made or locked, and leaves nothing.
  static Result<Draft> make(int store, const DraftKind& kind);

  Draft(Draft&&) = default;
  Draft& operator=(Draft&&) = delete;
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;
  // Removes it unless it has its name. What cannot be removed is swept later.
  ~Draft();

  int dir() const { return dir_.get(); }
  const std::string& name() const { return name_; }

  // Gives it its name, never over something, and writes that to the disk; what is in it the caller has
  // written there. 0; EEXIST where the name is in use; EINVAL where the file system cannot rename without
  // replacing; another errno. If the last step fails, which is the fsync of the store, it has its name, and
  // `named()` says so.
  int publish(const std::string& name);
  bool named() const { return named_; }

  // What a finished one goes on to be locked by.
  UniqueFd take_dir() { return std::move(dir_); }
  UniqueFd take_lock() { return std::move(lock_); }

 private:
  Draft() = default;
  static int begin(int store, const DraftKind& kind, Draft& draft);
  int store_{-1};
  DraftKind kind_{};
  std::string name_{};
  UniqueFd lock_{};  // let go of after the directory
  UniqueFd dir_{};
  bool named_{};
};

// Removes the directory `name` of `store`, open as `dir`, whose lock the caller holds: what belongs to
// subordinate ids by a process that has the map, the file `lock` last of all, so that nobody else begins with
// the same. Fails with the first thing that stays, and before anything goes if a later snug has written the
// map.
Status remove_locked(int store, const std::string& name, int dir, const DraftKind& kind);

// Removes what makers that were killed have left: every directory of this kind whose lock is free. What
// cannot be removed is left for the next time.
void sweep_drafts(int store, const DraftKind& kind);

}  // namespace snug::store
