// The containers of a store: $XDG_DATA_HOME/snug/containers/NAME/ with container.json, state.json, lock,
// log…, root/ with upper/ and work/ in it, cow/NAME/ with the same for each view (plan/views.h), and "maps"
// where ids are a range.
//
// A container runs while somebody holds its lock: an open file description lock (fcntl(2), F_OFD_SETLK) on
// the file `lock`, which the supervisor holds for the container's life and the kernel frees with it, however
// it ends. It can be asked for without taking it.
//
// Whoever holds it also holds the directory itself (flock(2)), which tells that a container runs whose file
// `lock` was deleted, or replaced, meanwhile: it can be stopped as any other, and is not started twice or
// removed. Where nobody does, the file is made anew.
//
// Names that start with a dot are not containers: ".new-…" is one being made, ".gone-…" one being removed.
// Both are locked by who does it; what is found unlocked was left by a crash and is removed by sweep().
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"
#include "container/record.h"
#include "plan/step.h"

namespace snug::container {

// One container's directory.
class Container {
 public:
  const std::string& name() const { return name_; }
  int dir() const { return dir_.get(); }
  // Its path now, even if it was renamed since: from /proc/self/fd.
  std::string path() const;

  Result<ContainerRecord> record() const;
  Result<RunState> state() const;
  Status write_state(const RunState& state) const;
  // Replaces container.json: for what can be changed of a container that is there, its limits.
  Status write_record(const ContainerRecord& record) const;

  // Does anybody hold the lock, or the directory where the file has gone? Fails where neither can be asked
  // for.
  Result<bool> running() const;

  // Takes the lock for as long as the Container lives, and every child of fork that keeps the descriptor:
  // they share one open file description. Fails with EBUSY where somebody has it, with ENOENT where the
  // container was removed or its name given to another in the meantime, and with err 0 where the file `lock`
  // is not the one that what runs has, or was deleted and it cannot be told whether anything runs.
  Status lock();
  bool locked() const { return static_cast<bool>(lock_); }
  int lock_fd() const { return lock_.get(); }
  void unlock();

 private:
  friend class ContainerStore;
  bool is_in_place() const;
  Status hold_directory(bool lost) const;
  Result<UniqueFd> make_lost_lock() const;
  std::string name_;
  // In this order, so that the directory is let go of before the file, by which others begin.
  UniqueFd lock_;
  UniqueFd dir_;
};

// A container as listings want it.
struct ListedContainer {
  std::string name{};
  bool running{};
  RunState state{};
  std::string damage{};  // why its files could not be read; "" where they are good
  bool newer{};          // because a later snug has written them, and not because they have come to harm
};

class ContainerStore {
 public:
  // `store_dir` as HostView::store_dir() gives it. Makes nothing.
  explicit ContainerStore(std::string store_dir);

  // Makes a container, whole or not at all: its directory appears under `name` with everything in it, locked
  // by the answer. `root_mode` is that of the image's root; `range` the id map that its files will have, or
  // nullptr. Fails with EEXIST where the name is in use. Two that make the same name at once: one wins.
  Result<Container> create(const std::string& name, const ContainerRecord& record, const RunState& state,
                           mode_t root_mode, const MapRange* range) const;

  // Fails with ENOENT and a did-you-mean where there is none of that name, which is checked first.
  Result<Container> find(const std::string& name) const;

  // By name. A container whose files are damaged is listed as such, and does not hide the others.
  Result<std::vector<ListedContainer>> list() const;

  // Atomic; fails with EEXIST where `to` is in use. A running container can be renamed.
  Status rename(const std::string& from, const std::string& to) const;

  // Removes a container that is locked by the caller, with all its files. Its name is free at once; what of
  // its files cannot be removed is an error, and tried again by sweep().
  Status remove(Container container) const;

  // Removes what crashes have left behind: Top the directories that are no containers yet or any more, which
  // is cheap where there is none; Inside the temporary state files in every container as well (the next
  // writer there does the same).
  enum class Sweep { Top, Inside };
  void sweep(Sweep depth = Sweep::Top) const;

  // What is wrong in the store, one sentence each, safe to print: damaged files, missing parts, leftovers of
  // crashes, strange names, permissions open to others. Empty where there is no store yet. Changes nothing.
  Result<std::vector<std::string>> check() const;

  const std::string& path() const { return path_; }  // …/containers

 private:
  // Returns nullopt if the container was removed. list() calls it from several threads.
  static std::optional<ListedContainer> look_at(int store, const std::string& name);

  std::string path_;
};

}  // namespace snug::container
