#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <vector>

#include "base/try.h"
#include "log/log.h"
#include "log/log_files.h"
#include "log/log_format.h"
#include "log/log_tail.h"

namespace snug::log {
namespace {

// Holds the longest line four times. What is longer is not of the format.
constexpr std::size_t kBuffer = 65536;

// Where the kernel has no notices to give (a network's file system, no watch left): looked at so often.
constexpr int kPollMs = 200;
constexpr int kWatchedPollMs = 1000;  // and with them, in case that the end makes none

std::int64_t real_time_ns() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

// Everything that happens in the container's directory: bytes in the log, its rotation, and the files that a
// supervisor closes when it ends.
class Watch {
 public:
  explicit Watch(int dir) : fd_{inotify_init1(IN_CLOEXEC | IN_NONBLOCK)} {
    const std::string path = fmt::format("/proc/self/fd/{}", dir);
    constexpr std::uint32_t kEvents =
        IN_MODIFY | IN_CLOSE_WRITE | IN_CREATE | IN_MOVED_TO | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF;
    if (fd_ && inotify_add_watch(fd_.get(), path.c_str(), kEvents) < 0)
      fd_.reset();
  }

  void wait(std::int64_t most_ms) {
    pollfd poll_fd{.fd = fd_.get(), .events = POLLIN, .revents = 0};  // poll passes over a -1
    const std::int64_t most = std::min<std::int64_t>(most_ms, fd_ ? kWatchedPollMs : kPollMs);
    if (poll(&poll_fd, 1, static_cast<int>(std::max<std::int64_t>(most, 0))) <= 0)
      return;
    alignas(inotify_event) std::array<char, 4096> events;
    while (read(fd_.get(), events.data(), events.size()) > 0) {
    }
  }

 private:
  UniqueFd fd_;
};

class Reader {
 public:
  Reader(int dir, const LogQuery& query, const std::function<bool(const LogEntry&)>& take)
      : dir_{dir}, query_{query}, take_{take}, buffer_(kBuffer) {}

  Status run(const std::function<bool()>& ended);

 private:
  Status start();
  Status read_all(bool over);
  Status read_file();
  Status next_file(bool over, bool& moved);
  std::size_t hand_out(std::string_view text);
  void hand_out_line(std::string_view line, bool whole);
  void finish_file();
  bool at_limit() const { return limit_.fd && same_file_as_limit_; }
  void open_place(LogPlace place);

  int dir_;
  const LogQuery& query_;
  const std::function<bool(const LogEntry&)>& take_;
  std::vector<char> buffer_;
  LogPlace at_;
  LogPlace limit_;  // without following: where the log ended when we began
  bool same_file_as_limit_{};
  bool skipping_{};  // within a line that is longer than any entry
  bool stopped_{};
};

bool same_file(int one, int other) {
  struct stat a {
  }, b{};
  return fstat(one, &a) == 0 && fstat(other, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

void Reader::open_place(LogPlace place) {
  at_ = std::move(place);
  skipping_ = false;
  same_file_as_limit_ = limit_.fd && at_.fd && same_file(at_.fd.get(), limit_.fd.get());
}

Status Reader::start() {
  auto end = TRY(log_end(dir_));
  if (!end.fd)
    return {};
  if (query_.tail) {
    auto place = TRY(find_log_tail(dir_, end, *query_.tail, query_));
    if (!query_.follow)
      limit_ = std::move(end);
    open_place(std::move(place));
    return {};
  }
  auto oldest = TRY(oldest_log(dir_));
  if (!query_.follow)
    limit_ = std::move(end);
  open_place({std::move(oldest), 0});
  return {};
}

void Reader::hand_out_line(std::string_view line, bool whole) {
  auto entry = parse_log_entry(line);
  if (!entry || !in_time(*entry, query_))
    return;
  if (!whole)
    entry->partial = true;
  stopped_ = !take_(*entry);
}

// All whole lines at the front of `text`; answers how much of it that was.
std::size_t Reader::hand_out(std::string_view text) {
  std::size_t used = 0;
  while (!stopped_) {
    const std::size_t end = text.find('\n', used);
    if (end == std::string_view::npos)
      break;
    if (!skipping_)
      hand_out_line(text.substr(used, end - used), true);
    skipping_ = false;
    used = end + 1;
  }
  return used;
}

// To the end of the file as it is now. A line that is not whole yet is left, and read again: the writer may
// take it back.
Status Reader::read_file() {
  while (!stopped_) {
    const std::uint64_t most = at_limit() ? limit_.offset - std::min(limit_.offset, at_.offset) : kBuffer;
    const ssize_t n = pread(at_.fd.get(), buffer_.data(), std::min<std::uint64_t>(most, kBuffer),
                            static_cast<off_t>(at_.offset));
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return fail({.step = "read the log", .err = errno});
    const std::string_view text{buffer_.data(), static_cast<std::size_t>(n)};
    std::size_t used = hand_out(text);
    if (used == 0 && text.size() == kBuffer) {
      skipping_ = true;
      used = text.size();
    }
    if (used == 0)
      return {};
    at_.offset += used;
  }
  return {};
}

// What is left behind the last newline will not grow any more: a crash has cut it off.
void Reader::finish_file() {
  const std::uint64_t most = at_limit() ? limit_.offset - std::min(limit_.offset, at_.offset) : kBuffer;
  const ssize_t n = pread(at_.fd.get(), buffer_.data(), std::min<std::uint64_t>(most, kBuffer),
                          static_cast<off_t>(at_.offset));
  if (n > 0 && !skipping_ && !stopped_) {
    hand_out_line({buffer_.data(), static_cast<std::size_t>(n)}, false);
    at_.offset += static_cast<std::uint64_t>(n);
  }
}

Status Reader::next_file(bool over, bool& moved) {
  moved = false;
  if (at_limit())
    return {};
  if (!at_.fd) {
    auto oldest = TRY(oldest_log(dir_));
    moved = static_cast<bool>(oldest);
    open_place({std::move(oldest), 0});
    return {};
  }
  auto newer = newer_log(dir_, at_.fd.get(), false);
  if (newer && newer->kind == LogNeighbour::Kind::Missing && over)
    newer = newer_log(dir_, at_.fd.get(), true);
  if (!newer)
    return tl::unexpected{std::move(newer).error()};
  if (newer->kind != LogNeighbour::Kind::Found)
    return {};
  // It may have been written to between our look at its end and the rotation. From here on it is not.
  TRY(read_file());
  finish_file();
  open_place({std::move(newer->fd), 0});
  moved = true;
  return {};
}

Status Reader::read_all(bool over) {
  for (bool moved = true; moved && !stopped_;) {
    if (at_.fd)
      TRY(read_file());
    TRY(next_file(over, moved));
  }
  if (over && at_.fd && !stopped_)
    finish_file();
  return {};
}

Status Reader::run(const std::function<bool()>& ended) {
  TRY(start());
  if (!query_.follow)
    return at_.fd ? read_all(true) : Status{};
  Watch watch{dir_};
  for (bool over = false;;
       watch.wait(query_.until_ns ? (*query_.until_ns - real_time_ns()) / 1'000'000 + 1 : kWatchedPollMs)) {
    TRY(read_all(false));
    if (stopped_)
      return {};
    // Asked before the last look, so that what is written just before the end is seen.
    over = ended() || (query_.until_ns && real_time_ns() > *query_.until_ns);
    if (over)
      return read_all(true);
  }
}

}  // namespace

Status read_log(int dir, const LogQuery& query, const std::function<bool()>& ended,
                const std::function<bool(const LogEntry&)>& take) {
  return Reader{dir, query, take}.run(ended);
}

}  // namespace snug::log
