// A container's log: what its payload wrote, with time and stream, in the format of the kubelet's CRI logs
// ("2026-01-02T03:04:05.678901234Z stdout F text", one line each; P instead of F where the line goes on in
// the next entry). Rotated by size: log, log.1, log.2, … in the container's directory, the oldest dropped.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/unique_fd.h"

namespace snug::log {

enum class LogStream { Out, Err };

// The writer: one for each running container, held by its supervisor, which must stay small. Keeps nothing of
// what it has written; a line that has not ended yet is written as a partial entry.
class LogWriter {
 public:
  // Opens or makes `log` in `dir` (mode 0600) for appending. A last line that a crash has cut off is ended
  // first.
  static Result<LogWriter> open(int dir, std::uint64_t most_bytes, std::uint64_t most_files);

  // Appends bytes as they came from a stream at `now_ns` (CLOCK_REALTIME), in one write where it can. What
  // cannot be written (a full disk) is dropped, and the log says so once it can be written to again: a
  // container must not stop for its log.
  void append(LogStream stream, std::string_view bytes, std::int64_t now_ns);

 private:
  class Batch;
  void write_entries(LogStream stream, std::string_view bytes, std::int64_t now_ns);
  void flush(Batch& batch);
  bool end_cut_line();
  int rotate();
  void drop(std::uint64_t bytes, int error);
  void tell_what_was_lost(std::int64_t now_ns);

  int dir_{-1};  // borrowed
  UniqueFd file_;
  std::uint64_t size_{}, most_bytes_{}, most_files_{};
  std::uint64_t dropped_{};
  int drop_error_{};
  bool cut_{};         // the file ends within a line
  bool unfinished_{};  // the last entry of standard error was a partial one
};

struct LogEntry {
  std::int64_t time_ns{};
  LogStream stream{};
  bool partial{};           // no newline follows
  std::string_view text{};  // without the newline
};

struct LogQuery {
  std::optional<std::int64_t> since_ns{};  // entries at or after
  std::optional<std::int64_t> until_ns{};  // entries at or before
  std::optional<std::uint64_t> tail{};     // the last so many lines
  bool follow{};                           // go on until `ended` says so and everything has been read
};

// Hands every entry that the query asks for to `take`, the oldest first, over rotated files. `take` answers
// false to stop. `ended` is asked while following, each time that all has been handed out and before waiting
// for more: does nobody write any more? After a yes the rest is read and that is the end. Without following
// the end is where the log ended at the call. A line that is not of the format is passed over; one that was
// cut off at the very end comes as a partial entry. Following waits by inotify(7), and never holds a whole
// file in memory.
Status read_log(int dir, const LogQuery& query, const std::function<bool()>& ended,
                const std::function<bool(const LogEntry&)>& take);

}  // namespace snug::log
