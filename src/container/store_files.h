// The names in the store, shared by store*.cc.
#pragma once

#include <dirent.h>

#include <memory>
#include <string>

#include "base/result.h"
#include "base/unique_fd.h"
#include "container/store.h"
#include "image/writable_layer.h"
#include "plan/step.h"
#include "store/draft.h"

namespace snug::container::store_files {

constexpr const char* kRecord = "container.json";
constexpr const char* kState = "state.json";
constexpr const char* kLock = store::kLockFile;
// What a payload can write to, and so what may belong to subordinate ids.
constexpr const char* kParts[] = {image::kRootLayer, "cow"};

constexpr std::string_view kNew = ".new-";
constexpr std::string_view kGone = ".gone-";

struct CloseDir {
  void operator()(DIR* dir) const { closedir(dir); }
};
using Dir = std::unique_ptr<DIR, CloseDir>;

// A listing of its own, from the start. Empty with errno set where it cannot be read.
Dir list_dir(int dir);

inline bool is_dots(const dirent& entry) {
  const std::string_view name{entry.d_name};
  return name == "." || name == "..";
}

// The error of one of the container's files, which says whose, and what to do if the file is damaged.
Error of_container(const Container& container, Error error);

// err EEXIST, and how to free the name.
Error name_in_use(const std::string& name);

// Opened for listing and fsync, never through a link.
UniqueFd open_dir(int parent, const std::string& name);

// `flags` besides O_NOFOLLOW, O_NONBLOCK and O_CLOEXEC: a lock that is a FIFO hangs nobody.
UniqueFd open_lock(int dir, int flags);

}  // namespace snug::container::store_files
