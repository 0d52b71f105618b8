// Making containers, removing them, and removing what is left of either.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <vector>

#include "base/path.h"
#include "base/text.h"
#include "base/try.h"
#include "container/container_record.h"
#include "container/names.h"
#include "container/store.h"
#include "container/store_files.h"
#include "files/maps_file.h"
#include "files/remove_tree.h"
#include "image/writable_layer.h"
#include "store/document.h"
#include "sys/durable.h"

namespace snug {

namespace store_files {

Dir list_dir(int dir) {
  const int listing = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  return Dir{listing < 0 ? nullptr : fdopendir(listing)};
}

UniqueFd open_dir(int parent, const std::string& name) {
  return UniqueFd{openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
}

UniqueFd open_lock(int dir, int flags) {
  return UniqueFd{openat(dir, kLock, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600)};
}

Status remove_all(int parent, const std::string& name, int dir) {
  const auto range = TRY(maps_for_removal(dir));
  std::vector<std::string> rest;
  if (const Dir entries = list_dir(dir))
    while (const dirent* entry = readdir(entries.get()))
      if (!is_dots(*entry) && entry->d_name != std::string_view{kLock})
        rest.emplace_back(entry->d_name);
  for (const char* part : kParts) {
    struct stat info {};
    if (fstatat(dir, part, &info, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISDIR(info.st_mode))
      continue;
    TRY(range ? remove_tree_mapped(dir, part, *range) : remove_tree(dir, part));
  }
  for (const std::string& entry : rest)
    if (unlinkat(dir, entry.c_str(), 0) != 0 && errno != ENOENT)
      TRY(remove_tree(dir, entry));
  (void)unlinkat(dir, kLock, 0);  // else the directory is not empty
  if (unlinkat(parent, name.c_str(), AT_REMOVEDIR) != 0 && errno != ENOENT)
    return fail({.step = "remove the directory " + escape_control(name), .err = errno});
  return {};
}

}  // namespace store_files

using namespace store_files;

namespace {

// A new directory in the store that nobody else removes, because its lock is held.
struct Draft {
  std::string name{};
  UniqueFd dir{};
  UniqueFd lock{};
};

// Somebody's sweep may come between mkdir, open and lock. It takes the same lock and so is told apart; what
// it has taken first is left to it. 0, EAGAIN for once more, or another errno.
int begin_draft(int store, Draft& draft) {
  draft.name = std::string{kNew} + make_container_id();
  if (mkdirat(store, draft.name.c_str(), 0700) != 0)
    return errno == EEXIST ? EAGAIN : errno;
  draft.dir = open_dir(store, draft.name);
  if (!draft.dir)
    return errno == ENOENT ? EAGAIN : errno;
  draft.lock = open_lock(draft.dir.get(), O_RDWR | O_CREAT);
  if (!draft.lock)
    return errno == ENOENT ? EAGAIN : errno;
  if (const int error = lock_file(draft.lock.get()))
    return error;
  const bool ours = is_same_file(draft.lock.get(), draft.dir.get(), kLock) &&
                    is_same_file(draft.dir.get(), store, draft.name);
  return ours ? 0 : EAGAIN;
}

Status make_part(int dir, const char* part, mode_t mode) {
  const auto failed = [&] { return fail({.step = fmt::format("make {}", part), .err = errno}); };
  if (mkdirat(dir, part, 0700) != 0)
    return failed();
  // mkdir's mode would be cut by the umask.
  const UniqueFd fd = open_dir(dir, part);
  if (!fd || fchmod(fd.get(), mode) != 0)
    return failed();
  return sync_fd(fd.get(), part);
}

Status make_layer(int dir, mode_t root_mode) {
  const UniqueFd layer = open_dir(dir, kRootLayer);
  if (!layer)
    return fail({.step = fmt::format("open {}", kRootLayer), .err = errno});
  TRY(make_part(layer.get(), "upper", root_mode));
  TRY(make_part(layer.get(), "work", 0700));
  return sync_fd(layer.get(), kRootLayer);
}

// Everything that a container has. On disk, but for the names in `dir`.
Status fill_draft(int dir, const ContainerRecord& record, const RunState& state, mode_t root_mode,
                  const MapRange* range) {
  if (range) {
    // Before the parts: whoever removes what is left finds it.
    const auto file = TRY(write_maps_file(dir, *range));
    TRY(sync_fd(file.get(), kMapsFile));
  }
  for (const char* part : kParts) TRY(make_part(dir, part, 0700));
  TRY(make_layer(dir, root_mode));
  TRY(create_document(dir, kRecord, kRecordFormat, to_json(record)));
  TRY(create_document(dir, kState, kRecordFormat, to_json(state)));
  return sync_fd(dir, "the container's directory");
}

}  // namespace

Error store_files::name_in_use(const std::string& name) {
  return {.step = fmt::format("the name {} is in use by a container", name),
          .err = EEXIST,
          .hint = fmt::format("snug rm {} frees it, snug start {} starts it", name, name),
          .err_said = true};
}

Result<Container> ContainerStore::create(const std::string& name, const ContainerRecord& record,
                                         const RunState& state, mode_t root_mode,
                                         const MapRange* range) const {
  TRY(check_container_name(name, "container"));
  const auto failed = [&](int error, std::string hint = {}) {
    return fail({.step = fmt::format("make container {} in {}", name, escape_control(path_)),
                 .err = error,
                 .hint = hint.empty() ? "XDG_DATA_HOME must be a directory that you can write to" : hint});
  };
  if (const int error = make_private_dirs(path_))
    return failed(error);
  const UniqueFd store = open_dir(AT_FDCWD, path_);
  if (!store)
    return failed(errno);
  struct stat info {};
  if (fstatat(store.get(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0)
    return fail(name_in_use(name));

  Draft draft;
  int error = EAGAIN;
  for (int attempt = 0; attempt < 16 && error == EAGAIN; ++attempt) {
    draft = {};
    error = begin_draft(store.get(), draft);
  }
  if (error != 0) {
    // Made and with nothing in it, where the disk was full by then; what is not empty is somebody's.
    (void)unlinkat(store.get(), draft.name.c_str(), AT_REMOVEDIR);
    return failed(error);
  }
  const int dir = draft.dir.get();
  (void)lock_directory(dir);  // nobody else knows it yet; a file system that cannot goes without
  if (const Status status = fill_draft(dir, record, state, root_mode, range); !status) {
    (void)remove_all(store.get(), draft.name, dir);  // what stays is swept, its lock will be free
    Error why = status.error();
    why.step = fmt::format("make container {}: {}", name, why.step);
    return fail(std::move(why));
  }
  error = rename_to_new(store.get(), draft.name, name);
  if (error != 0) {
    (void)remove_all(store.get(), draft.name, dir);
    if (error == EEXIST)
      return fail(name_in_use(name));
    return failed(error, error == EINVAL
                             ? "this file system cannot rename without replacing; set XDG_DATA_HOME "
                               "to a directory on another one"
                             : "");
  }
  Container container;
  container.name_ = name;
  container.dir_ = std::move(draft.dir);
  container.lock_ = std::move(draft.lock);
  if (Status status = sync_fd(store.get(), path_); !status) {
    (void)remove(std::move(container));  // it would be half there: seen now, and gone after a power cut
    return tl::unexpected{status.error()};
  }
  return container;
}

Status ContainerStore::remove(Container container) const {
  const std::string step = fmt::format("remove container {}", escape_control(container.name()));
  if (!container.locked())
    return fail({.step = step + ": it is not locked", .err = EBUSY, .err_said = true});
  // Before it loses its name: what cannot be removed here stays what it is.
  if (const auto range = maps_for_removal(container.dir()); !range)
    return fail(of_container(container, range.error()));
  const UniqueFd store = open_dir(AT_FDCWD, path_);
  if (!store)
    return fail({.step = step, .err = errno});
  // It may be renamed at any time, and its old name be given to another.
  for (int attempt = 0; attempt < 16; ++attempt) {
    const std::string name{file_name(container.path())};
    if (name.empty() || !is_same_file(container.dir(), store.get(), name))
      continue;
    const std::string gone = std::string{kGone} + make_container_id();
    if (const int error = rename_to_new(store.get(), name, gone)) {
      if (error == ENOENT || error == EEXIST)
        continue;
      return fail({.step = step, .err = error});
    }
    if (!is_same_file(container.dir(), store.get(), gone)) {
      // Another took its name between the look and the rename, and gets it back.
      (void)rename_to_new(store.get(), gone, name);
      continue;
    }
    const Status synced = sync_fd(store.get(), path_);
    if (Status status = remove_all(store.get(), gone, container.dir()); !status) {
      Error error = status.error();
      error.step = fmt::format("{}: {}", step, error.step);
      return fail(std::move(error));
    }
    return synced;
  }
  return fail({.step = step + ": it is gone, or renamed again and again", .err = ENOENT, .err_said = true});
}

void ContainerStore::sweep(Sweep depth) const {
  const UniqueFd store = open_dir(AT_FDCWD, path_);
  const Dir entries = store ? list_dir(store.get()) : nullptr;
  std::vector<std::string> left;
  while (const dirent* entry = entries ? readdir(entries.get()) : nullptr) {
    const std::string_view name{entry->d_name};
    if (name.starts_with(kNew) || name.starts_with(kGone))
      left.emplace_back(name);
    else if (depth == Sweep::Inside && name[0] != '.')
      if (const UniqueFd dir = open_dir(store.get(), std::string{name}))
        sweep_documents(dir.get());
  }
  for (const std::string& name : left) {
    const UniqueFd dir = open_dir(store.get(), name);
    if (!dir)
      continue;
    // One without a lock was left before it had one, or after it had lost it. A maker may be about to lock,
    // and then one of the two is first; who removes is at the very end.
    const UniqueFd lock = open_lock(dir.get(), name.starts_with(kNew) ? O_RDWR | O_CREAT : O_RDWR);
    if (lock ? lock_file(lock.get()) != 0 : errno != ENOENT)
      continue;
    // Its maker may have finished it since: then it has a name of its own, and perhaps an end.
    if (is_same_file(dir.get(), store.get(), name))
      (void)remove_all(store.get(), name, dir.get());  // what cannot be removed now is tried again
  }
}

}  // namespace snug
