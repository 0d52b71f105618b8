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
#include "image/writable_layer.h"
#include "store/document.h"
#include "store/draft.h"
#include "sys/durable.h"
#include "sys/random_number.h"

namespace snug::container {

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

}  // namespace store_files

using namespace store_files;

namespace {

constexpr store::DraftKind kNewContainer{.prefix = kNew, .mapped = kParts, .lock_file = true};
constexpr store::DraftKind kGoneContainer{
    .prefix = kGone, .mapped = kParts, .lock_file = true, .ending = true};

Status make_part(int dir, const char* part, mode_t mode) {
  const auto failed = [&] { return fail({.step = fmt::format("make {}", part), .err = errno}); };
  if (mkdirat(dir, part, 0700) != 0)
    return failed();
  // mkdir's mode would be cut by the umask.
  const UniqueFd fd = open_dir(dir, part);
  if (!fd || fchmod(fd.get(), mode) != 0)
    return failed();
  return sys::sync_fd(fd.get(), part);
}

Status make_layer(int dir, mode_t root_mode) {
  const UniqueFd layer = open_dir(dir, image::kRootLayer);
  if (!layer)
    return fail({.step = fmt::format("open {}", image::kRootLayer), .err = errno});
  TRY(make_part(layer.get(), "upper", root_mode));
  TRY(make_part(layer.get(), "work", 0700));
  return sys::sync_fd(layer.get(), image::kRootLayer);
}

// Everything that a container has. On disk, but for the names in `dir`.
Status fill_draft(int dir, const ContainerRecord& record, const RunState& state, mode_t root_mode,
                  const MapRange* range) {
  if (range) {
    // Before the parts: whoever removes what is left finds it.
    const auto file = TRY(files::write_maps_file(dir, *range));
    TRY(sys::sync_fd(file.get(), files::kMapsFile));
  }
  for (const char* part : kParts) TRY(make_part(dir, part, 0700));
  TRY(make_layer(dir, root_mode));
  TRY(store::create_document(dir, kRecord, kRecordFormat, to_json(record)));
  TRY(store::create_document(dir, kState, kRecordFormat, to_json(state)));
  return sys::sync_fd(dir, "the container's directory");
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
  if (const int error = sys::make_private_dirs(path_))
    return failed(error);
  const UniqueFd store = open_dir(AT_FDCWD, path_);
  if (!store)
    return failed(errno);
  struct stat info {};
  if (fstatat(store.get(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0)
    return fail(name_in_use(name));

  auto draft = store::Draft::make(store.get(), kNewContainer);
  if (!draft)
    return failed(draft.error().err);
  if (const Status status = fill_draft(draft->dir(), record, state, root_mode, range); !status) {
    Error why = status.error();
    why.step = fmt::format("make container {}: {}", name, why.step);
    return fail(std::move(why));
  }
  const int error = draft->publish(name);
  if (error != 0 && !draft->named()) {
    if (error == EEXIST)
      return fail(name_in_use(name));
    return failed(error, error == EINVAL
                             ? "this file system cannot rename without replacing; set XDG_DATA_HOME "
                               "to a directory on another one"
                             : "");
  }
  Container container;
  container.name_ = name;
  container.dir_ = draft->take_dir();
  container.lock_ = draft->take_lock();
  if (error != 0) {
    (void)remove(std::move(container));  // it would be half there: seen now, and gone after a power cut
    return fail({.step = fmt::format("write {} to disk", escape_control(path_)), .err = error});
  }
  return container;
}

Status ContainerStore::remove(Container container) const {
  const std::string step = fmt::format("remove container {}", escape_control(container.name()));
  if (!container.locked())
    return fail({.step = step + ": it is not locked", .err = EBUSY, .err_said = true});
  // Before it loses its name: what cannot be removed here stays what it is.
  if (const auto range = files::maps_for_removal(container.dir()); !range)
    return fail(of_container(container, range.error()));
  const UniqueFd store = open_dir(AT_FDCWD, path_);
  if (!store)
    return fail({.step = step, .err = errno});
  // It may be renamed at any time, and its old name be given to another.
  for (int attempt = 0; attempt < 16; ++attempt) {
    const std::string name{file_name(container.path())};
    if (name.empty() || !sys::is_same_file(container.dir(), store.get(), name))
      continue;
    const std::string gone = std::string{kGone} + sys::random_hex();
    if (const int error = sys::rename_to_new(store.get(), name, gone)) {
      if (error == ENOENT || error == EEXIST)
        continue;
      return fail({.step = step, .err = error});
    }
    if (!sys::is_same_file(container.dir(), store.get(), gone)) {
      // Another took its name between the look and the rename, and gets it back.
      (void)sys::rename_to_new(store.get(), gone, name);
      continue;
    }
    const Status synced = sys::sync_fd(store.get(), path_);
    if (Status status = store::remove_locked(store.get(), gone, container.dir(), kGoneContainer); !status) {
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
  if (!store)
    return;
  if (depth == Sweep::Inside)
    if (const Dir entries = list_dir(store.get()))
      while (const dirent* entry = readdir(entries.get()))
        if (entry->d_name[0] != '.')
          if (const UniqueFd dir = open_dir(store.get(), entry->d_name))
            store::sweep_documents(dir.get());
  store::sweep_drafts(store.get(), kNewContainer);
  store::sweep_drafts(store.get(), kGoneContainer);
}

}  // namespace snug::container
