#include "log/log_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>

#include <cerrno>
#include <optional>

#include "base/try.h"

namespace snug::log {
namespace {

// A rotation leaves one name empty at a time, a crash another. More in a row: there are no more files.
constexpr std::uint64_t kEmptyNames = 3;

// A rotation that goes on for longer than this many looks was cut short.
constexpr int kLooks = 20;

struct FileId {
  dev_t device{};
  ino_t inode{};
  bool operator==(const FileId&) const = default;
};

Result<FileId> id_of(int fd) {
  struct stat info {};
  if (fstat(fd, &info) != 0)
    return fail({.step = "look at the log", .err = errno});
  return FileId{info.st_dev, info.st_ino};
}

std::optional<FileId> id_at(int dir, std::uint64_t index) {
  struct stat info {};
  if (fstatat(dir, log_name(index).c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(info.st_mode))
    return {};
  return FileId{info.st_dev, info.st_ino};
}

// No descriptor where there is nothing of that name. Whatever is no regular file is not of the log.
Result<UniqueFd> open_log(int dir, std::uint64_t index) {
  const std::string name = log_name(index);
  UniqueFd fd{openat(dir, name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)};
  if (!fd && (errno == ENOENT || errno == ELOOP))
    return UniqueFd{};
  if (!fd)
    return fail({.step = fmt::format("open {} of the container", name), .err = errno});
  struct stat info {};
  if (fstat(fd.get(), &info) != 0 || !S_ISREG(info.st_mode))
    return UniqueFd{};
  return fd;
}

std::optional<std::uint64_t> index_of(int dir, const FileId& id) {
  std::uint64_t empty = 0;
  for (std::uint64_t i = 0; empty < kEmptyNames; ++i) {
    const auto at = id_at(dir, i);
    if (at == id)
      return i;
    empty = at ? 0 : empty + 1;
  }
  return {};
}

std::optional<std::uint64_t> highest_index(int dir) {
  std::optional<std::uint64_t> highest;
  std::uint64_t empty = 0;
  for (std::uint64_t i = 0; empty < kEmptyNames; ++i) {
    const bool there = id_at(dir, i).has_value();
    if (there)
      highest = i;
    empty = there ? 0 : empty + 1;
  }
  return highest;
}

void wait_a_moment() {
  poll(nullptr, 0, 1);
}

}  // namespace

std::string log_name(std::uint64_t index) {
  return index == 0 ? std::string{"log"} : fmt::format("log.{}", index);
}

Result<LogNeighbour> newer_log(int dir, int fd, bool over_gaps) {
  const auto id = TRY(id_of(fd));
  for (int look = 0; look < kLooks; ++look) {
    const auto index = index_of(dir, id);
    if (!index) {
      auto oldest = TRY(oldest_log(dir));
      return LogNeighbour{oldest ? LogNeighbour::Kind::Found : LogNeighbour::Kind::Missing,
                          std::move(oldest)};
    }
    if (*index == 0)
      return LogNeighbour{};
    UniqueFd next;
    for (std::uint64_t i = *index; !next && i > 0 && (i == *index || over_gaps); --i) {
      auto opened = TRY(open_log(dir, i - 1));
      next = std::move(opened);
    }
    // A rotation moves the older file first. So if this one is still where it was, the next one was too.
    if (next && id_at(dir, *index) == id)
      return LogNeighbour{LogNeighbour::Kind::Found, std::move(next)};
    wait_a_moment();
  }
  return LogNeighbour{LogNeighbour::Kind::Missing, {}};
}

Result<LogNeighbour> older_log(int dir, int fd) {
  const auto id = TRY(id_of(fd));
  for (int look = 0; look < kLooks; ++look) {
    const auto index = index_of(dir, id);
    if (!index)
      return LogNeighbour{};  // dropped, and the older ones before it
    for (std::uint64_t i = *index + 1; i <= *index + kEmptyNames; ++i) {
      auto older = TRY(open_log(dir, i));
      // As above; over an empty name only when it does not fill up.
      if (older && id_at(dir, *index) == id && (i == *index + 1 || look + 1 == kLooks))
        return LogNeighbour{LogNeighbour::Kind::Found, std::move(older)};
    }
    const auto highest = highest_index(dir);
    if (highest == *index && id_at(dir, *index) == id)
      return LogNeighbour{};
    wait_a_moment();
  }
  return LogNeighbour{};
}

Result<UniqueFd> current_log(int dir) {
  for (int look = 0; look < kLooks; ++look) {
    auto fd = open_log(dir, 0);
    if (!fd || *fd || !highest_index(dir))
      return fd;
    wait_a_moment();
  }
  const auto highest = highest_index(dir);
  for (std::uint64_t i = 1; highest && i <= *highest; ++i)
    if (auto fd = open_log(dir, i); !fd || *fd)
      return fd;
  return UniqueFd{};
}

Result<UniqueFd> oldest_log(int dir) {
  for (int look = 0; look < kLooks; ++look) {
    const auto highest = highest_index(dir);
    if (!highest)
      return UniqueFd{};
    auto fd = open_log(dir, *highest);
    if (!fd)
      return fd;
    if (*fd && highest_index(dir) == highest)
      return fd;
    wait_a_moment();
  }
  return current_log(dir);
}

}  // namespace snug::log
