#include "log/log_tail.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <string_view>
#include <vector>

#include "base/try.h"
#include "log/log_files.h"
#include "log/log_format.h"

namespace snug::log {
namespace {

// Each block is read with the bytes behind it that the header of its last line may reach into.
constexpr std::uint64_t kBlock = 65536;

Result<std::uint64_t> size_of(int fd) {
  struct stat info {};
  if (fstat(fd, &info) != 0)
    return fail({.step = "look at the log", .err = errno});
  return static_cast<std::uint64_t>(info.st_size);
}

// Goes through lines from the last to the first, and knows when it has seen enough.
class Counter {
 public:
  Counter(std::uint64_t lines, const LogQuery& query) : left_{lines}, query_{query} {}

  // `text` begins with a line, and may be cut behind its header. Answers whether the wanted ones begin after
  // it.
  bool enough_after(std::string_view text) {
    const auto entry = parse_log_entry(text.substr(0, kLogHeaderLength));
    if (!entry || !in_time(*entry, query_))
      return false;
    bool& seen = seen_[entry->stream == LogStream::Err];
    const bool line = !entry->partial || !seen;
    seen = true;
    if (!line)
      return false;
    return left_ == 0 || (--left_, false);
  }

 private:
  std::uint64_t left_;
  const LogQuery& query_;
  std::array<bool, 2> seen_{};  // an entry of this stream; a partial one before it goes on in it
};

// Where the wanted lines begin in this file, nothing where all before `end` are wanted.
Result<std::optional<std::uint64_t>> scan_back(int fd, std::uint64_t end, Counter& counter) {
  std::vector<char> buffer(kBlock + kLogHeaderLength);
  std::uint64_t behind = end;  // where the line after the one that is looked at begins
  for (std::uint64_t block_end = end; block_end > 0;) {
    const std::uint64_t from = block_end - std::min(block_end, kBlock);
    const std::uint64_t size = std::min<std::uint64_t>(end - from, buffer.size());
    const ssize_t n = pread(fd, buffer.data(), size, static_cast<off_t>(from));
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return fail({.step = "read the log", .err = errno});
    const std::string_view text{buffer.data(), static_cast<std::size_t>(n)};
    // A line begins behind a newline, or with the file. The newline of the last line begins none.
    for (std::uint64_t at = block_end; at > from;) {
      const std::size_t newline = text.substr(0, at - from).rfind('\n');
      const bool first = newline == std::string_view::npos;
      if (first && from > 0)
        break;
      const std::uint64_t begin = first ? 0 : from + newline + 1;
      if (begin < behind) {
        if (counter.enough_after(text.substr(begin - from)))
          return behind;
        behind = begin;
      }
      at = first ? from : from + newline;
    }
    block_end = from;
  }
  return std::nullopt;
}

}  // namespace

bool in_time(const LogEntry& entry, const LogQuery& query) {
  return (!query.since_ns || entry.time_ns >= *query.since_ns) &&
         (!query.until_ns || entry.time_ns <= *query.until_ns);
}

Result<LogPlace> log_end(int dir) {
  auto fd = TRY(current_log(dir));
  if (!fd)
    return LogPlace{};
  const auto size = TRY(size_of(fd.get()));
  return LogPlace{std::move(fd), size};
}

Result<LogPlace> find_log_tail(int dir, const LogPlace& end, std::uint64_t lines, const LogQuery& query) {
  LogPlace place{UniqueFd{fcntl(end.fd.get(), F_DUPFD_CLOEXEC, 0)}, end.offset};
  if (!place.fd)
    return fail({.step = "read the log", .err = errno});
  Counter counter{lines, query};
  for (;;) {
    const auto begin = TRY(scan_back(place.fd.get(), place.offset, counter));
    if (begin)
      return LogPlace{std::move(place.fd), *begin};
    auto older = TRY(older_log(dir, place.fd.get()));
    if (older.kind != LogNeighbour::Kind::Found)
      return LogPlace{std::move(place.fd), 0};
    const auto size = TRY(size_of(older.fd.get()));
    place = {std::move(older.fd), size};
  }
}

}  // namespace snug::log
