#include "store/draft.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <vector>

#include "base/text.h"
#include "base/try.h"
#include "files/maps_file.h"
#include "files/remove_tree.h"
#include "files/tree_descent.h"
#include "sys/durable.h"
#include "sys/random_number.h"

namespace snug::store {
namespace {

constexpr int kAttempts = 16;

UniqueFd open_draft(int store, const std::string& name) {
  return UniqueFd{openat(store, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
}

// O_NONBLOCK: a lock that is a FIFO hangs nobody.
UniqueFd open_lock_file(int dir, int flags) {
  return UniqueFd{openat(dir, kLockFile, flags | O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600)};
}

// The directory before the file, for everybody. Is it ours?
bool lock_left(int dir, const DraftKind& kind, UniqueFd& lock) {
  const int error = sys::lock_directory(dir);
  if (error == EAGAIN)
    return false;
  const bool by_directory = error == 0;
  if (by_directory && !kind.lock_file)
    return true;
  // Where the directory cannot be locked its maker may be about to make the file, and one of the two is
  // first. In one that ends none is made: who removes it has removed the file, and is at the very end.
  lock = open_lock_file(dir, by_directory || kind.ending ? 0 : O_CREAT);
  return lock ? sys::lock_file(lock.get()) == 0 : errno == ENOENT;
}

// The map may be refused: the user has other subordinate ids by now, or newuidmap is gone. All may be the
// user's own even so, as in a layer that nothing has written to. If not, the refusal is what to tell.
Status remove_part(int dir, const char* part, const std::optional<MapRange>& range) {
  const Status mapped = range ? files::remove_tree_mapped(dir, part, *range) : Status{};
  if (range && mapped)
    return {};
  const Status removed = files::remove_tree(dir, part);
  return removed || mapped ? removed : mapped;
}

}  // namespace

// Somebody's sweep may come between mkdir, open and lock. It takes the same locks and so is told apart; what
// it has taken first is left to it. 0, EAGAIN for once more, or another errno.
int Draft::begin(int store, const DraftKind& kind, Draft& draft) {
  draft.name_ = std::string{kind.prefix} + sys::random_hex();
  if (mkdirat(store, draft.name_.c_str(), 0700) != 0)
    return errno == EEXIST ? EAGAIN : errno;
  draft.dir_ = open_draft(store, draft.name_);
  if (!draft.dir_)
    return errno == ENOENT ? EAGAIN : errno;
  const int error = sys::lock_directory(draft.dir());
  if (error == EAGAIN)
    return EAGAIN;
  if (error != 0 || kind.lock_file) {
    draft.lock_ = open_lock_file(draft.dir(), O_CREAT);
    if (!draft.lock_)
      return errno == ENOENT ? EAGAIN : errno;
    if (const int failed = sys::lock_file(draft.lock_.get()))
      return failed;
    if (!sys::is_same_file(draft.lock_.get(), draft.dir(), kLockFile))
      return EAGAIN;
  }
  return sys::is_same_file(draft.dir(), store, draft.name_) ? 0 : EAGAIN;
}

Result<Draft> Draft::make(int store, const DraftKind& kind) {
  int error = EAGAIN;
  for (int attempt = 0; attempt < kAttempts && error == EAGAIN; ++attempt) {
    Draft draft;
    error = begin(store, kind, draft);
    if (error == 0) {
      draft.store_ = store;
      draft.kind_ = kind;
      return draft;
    }
    // Made and with no more than a lock in it, where the disk was full by then; what is another's is not
    // touched.
    if (error != EAGAIN && draft.dir_ && sys::is_same_file(draft.dir(), store, draft.name_)) {
      (void)unlinkat(draft.dir(), kLockFile, 0);
      (void)unlinkat(store, draft.name_.c_str(), AT_REMOVEDIR);
    } else if (error != EAGAIN && !draft.dir_) {
      (void)unlinkat(store, draft.name_.c_str(), AT_REMOVEDIR);
    }
  }
  return fail({.step = fmt::format("make a directory {}…", kind.prefix), .err = error});
}

Draft::~Draft() {
  if (dir_ && !named_)
    (void)remove_locked(store_, name_, dir(), kind_);
}

int Draft::publish(const std::string& name) {
  if (const int error = sys::rename_to_new(store_, name_, name))
    return error;
  name_ = name;
  named_ = true;
  // Where the directory could not be locked. Under its old name, so that no sweep came between.
  if (lock_ && !kind_.lock_file)
    (void)unlinkat(dir(), kLockFile, 0);
  return fsync(store_) == 0 ? 0 : errno;
}

Status remove_locked(int store, const std::string& name, int dir, const DraftKind& kind) {
  const auto range = TRY(files::maps_for_removal(dir));
  for (const char* part : kind.mapped) {
    struct stat info {};
    if (fstatat(dir, part, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(info.st_mode))
      TRY(remove_part(dir, part, range));
  }
  const auto entries = files::directory_names(dir);
  for (const std::string& entry : entries ? *entries : std::vector<std::string>{})
    if (entry != kLockFile && unlinkat(dir, entry.c_str(), 0) != 0 && errno != ENOENT)
      TRY(files::remove_tree(dir, entry));
  (void)unlinkat(dir, kLockFile, 0);  // else the directory is not empty
  if (unlinkat(store, name.c_str(), AT_REMOVEDIR) != 0 && errno != ENOENT)
    return fail({.step = "remove the directory " + escape_control(name), .err = errno});
  return {};
}

void sweep_drafts(int store, const DraftKind& kind) {
  const auto names = files::directory_names(store);
  for (const std::string& name : names ? *names : std::vector<std::string>{}) {
    if (!name.starts_with(kind.prefix))
      continue;
    const UniqueFd dir = open_draft(store, name);
    UniqueFd lock;
    if (!dir || !lock_left(dir.get(), kind, lock))
      continue;
    // Its maker may have finished it since: then it has a name of its own, and perhaps an end.
    if (sys::is_same_file(dir.get(), store, name))
      (void)remove_locked(store, name, dir.get(), kind);
  }
}

}  // namespace snug::store
