// What is wrong in the store, for `snug check`.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/text.h"
#include "container/container_record.h"
#include "container/names.h"
#include "container/store.h"
#include "container/store_files.h"
#include "files/maps_file.h"
#include "store/document.h"
#include "sys/durable.h"

namespace snug::container {

using namespace store_files;

namespace {

class Checker {
 public:
  std::vector<std::string> problems{};

  template<class... A>
  void add(fmt::format_string<A...> text, A&&... arguments) {
    problems.push_back(fmt::format(text, std::forward<A>(arguments)...));
  }

  // Only its owner may look into the store: what a container wrote may be secret, and may have setuid bits.
  void check_owner(int dir, const std::string& name, const std::string& shown) {
    struct stat info {};
    if (fstatat(dir, name.c_str(), &info, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH) != 0)
      return;
    if (info.st_uid != geteuid())
      add("{} belongs to user {}", shown, info.st_uid);
    if ((info.st_mode & 077) != 0)
      add("{} is open to others (mode {:04o})", shown, info.st_mode & 07777);
  }

  void check_container(const Container& container) {
    const std::string shown = "container " + escape_control(container.name());
    check_owner(container.dir(), "", shown);
    const auto record = container.record();
    const auto state = container.state();
    if (!record)
      problems.push_back(describe(record.error()));
    if (!state)
      problems.push_back(describe(state.error()));
    if (record && state && record->id != state->id)
      add("{}: its files have different ids", shown);
    check_parts(container.dir(), shown);
    check_entries(container.dir(), shown);
  }

 private:
  void check_parts(int dir, const std::string& shown) {
    struct stat info {};
    for (const char* part : kParts)
      if (fstatat(dir, part, &info, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISDIR(info.st_mode))
        add("{}: the directory {} is missing", shown, part);
    if (fstatat(dir, kLock, &info, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(info.st_mode))
      add("{}: the file {} is missing", shown, kLock);
    if (const auto maps = files::read_maps_file(dir); !maps)
      add("{}: {}", shown, describe(maps.error()));
  }

  void check_entries(int dir, const std::string& shown) {
    const Dir entries = list_dir(dir);
    while (const dirent* entry = entries ? readdir(entries.get()) : nullptr) {
      if (is_dots(*entry))
        continue;
      const std::string name{entry->d_name};
      if (store::is_temporary_document(name)) {
        const UniqueFd fd{openat(dir, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)};
        if (fd && sys::is_file_locked(fd.get()) == 0)
          add("{}: {} was left by a crash", shown, escape_control(name));
        continue;
      }
      struct stat info {};
      if (fstatat(dir, entry->d_name, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(info.st_mode))
        check_owner(dir, name, fmt::format("{}: {}", shown, escape_control(name)));
    }
  }
};

// Is it somebody's work that goes on?
bool is_at_work(int store, const std::string& name) {
  const UniqueFd dir = open_dir(store, name);
  const UniqueFd lock = dir ? open_lock(dir.get(), O_RDONLY) : UniqueFd{};
  return lock && sys::is_file_locked(lock.get()) == 1;
}

}  // namespace

Result<std::vector<std::string>> ContainerStore::check() const {
  const UniqueFd store = open_dir(AT_FDCWD, path_);
  if (!store && errno == ENOENT)
    return std::vector<std::string>{};
  const Dir entries = store ? list_dir(store.get()) : nullptr;
  if (!entries)
    return fail({.step = fmt::format("list {}", escape_control(path_)), .err = errno});
  Checker checker;
  checker.check_owner(store.get(), "", escape_control(path_));
  std::vector<std::string> names;
  while (const dirent* entry = readdir(entries.get()))
    if (!is_dots(*entry))
      names.emplace_back(entry->d_name);
  std::ranges::sort(names);
  for (const std::string& name : names) {
    if (name.starts_with(kNew) || name.starts_with(kGone)) {
      if (!is_at_work(store.get(), name) &&
          faccessat(store.get(), name.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0)
        checker.add("{} was left by a crash while a container was {}", escape_control(name),
                    name.starts_with(kNew) ? "made" : "removed");
      continue;
    }
    if (!check_container_name(name, "")) {
      checker.add("{} is not a container's name", escape_control(name));
      continue;
    }
    Container container;
    container.name_ = name;
    container.dir_ = open_dir(store.get(), name);
    if (!container.dir_) {
      if (errno != ENOENT)
        checker.add("{} is not a container's directory", escape_control(name));
      continue;
    }
    const std::size_t before = checker.problems.size();
    checker.check_container(container);
    // What is being removed loses its name first and its files then.
    if (!sys::is_same_file(container.dir(), store.get(), name))
      checker.problems.resize(before);
  }
  return std::move(checker.problems);
}

}  // namespace snug::container
