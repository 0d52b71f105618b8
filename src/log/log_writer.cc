#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/try.h"
#include "log/log.h"
#include "log/log_files.h"
#include "log/log_format.h"
#include "sys/file_io.h"

namespace snug::log {

// Entries that are written together. It lies on the stack and points into the caller's bytes: a resident
// supervisor keeps nothing of its log in memory.
class LogWriter::Batch {
 public:
  Batch(LogStream stream, std::int64_t now_ns) : stream_{stream} {
    put_log_header(full_, now_ns, stream, false);
    put_log_header(partial_, now_ns, stream, true);
  }

  // `text` with its newline where it has one.
  void add(std::string_view text) {
    partial_end_ = !text.ends_with('\n');
    add_part({(partial_end_ ? partial_ : full_).data(), kLogHeaderLength});
    add_part(text);
    if (partial_end_)
      add_part("\n");
    text_ += text.size();
    entries_[count_++] = {.end = size_, .text = text_};
  }

  void clear() { used_ = count_ = 0, size_ = text_ = 0; }
  bool empty() const { return count_ == 0; }
  bool full() const { return count_ == entries_.size(); }
  std::uint64_t size() const { return size_; }
  std::uint64_t text() const { return text_; }
  LogStream stream() const { return stream_; }
  bool ends_partial() const { return partial_end_; }

  static std::uint64_t size_of(std::string_view text) {
    return kLogHeaderLength + text.size() + (text.ends_with('\n') ? 0 : 1);
  }

  // How much of the batch is in the file, over short writes; `error` says what stopped it.
  std::uint64_t write_to(int fd, int& error) {
    std::uint64_t written = 0;
    std::size_t first = 0;
    while (first < used_) {
      const ssize_t n = writev(fd, &parts_[first], static_cast<int>(used_ - first));
      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0) {
        error = n < 0 ? errno : EIO;
        break;
      }
      written += static_cast<std::uint64_t>(n);
      for (auto rest = static_cast<std::size_t>(n); rest > 0;) {
        iovec& part = parts_[first];
        const std::size_t step = std::min(rest, part.iov_len);
        part.iov_base = static_cast<char*>(part.iov_base) + step;
        part.iov_len -= step;
        rest -= step;
        first += part.iov_len == 0;
      }
    }
    return written;
  }

  // Of the first `written` bytes those of whole entries, and how much of the payload's text they have.
  struct Whole {
    std::uint64_t end{};
    std::uint64_t text{};
  };
  Whole whole(std::uint64_t written) const {
    Whole last;
    for (std::size_t i = 0; i < count_ && entries_[i].end <= written; ++i) last = entries_[i];
    return last;
  }

 private:
  void add_part(std::string_view part) {
    parts_[used_++] = {.iov_base = const_cast<char*>(part.data()), .iov_len = part.size()};
    size_ += part.size();
  }

  LogStream stream_;
  std::array<char, kLogHeaderLength> full_{}, partial_{};
  std::array<Whole, 32> entries_{};
  std::array<iovec, 96> parts_{};  // three an entry
  std::size_t used_{}, count_{};
  std::uint64_t size_{}, text_{};
  bool partial_end_{};
};

namespace {

constexpr int kFlags = O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;

// The front of `bytes` that goes into one entry: a line, with its newline, or as much of one as there is.
std::string_view one_entry(std::string_view bytes) {
  const std::size_t end = bytes.substr(0, kLogEntryText + 1).find('\n');
  return bytes.substr(0, end == std::string_view::npos ? kLogEntryText : end + 1);
}

bool exists(int dir, std::uint64_t index) {
  return faccessat(dir, log_name(index).c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

}  // namespace

Result<LogWriter> LogWriter::open(int dir, std::uint64_t most_bytes, std::uint64_t most_files) {
  auto file = TRY(sys::open_file(dir, log_name(0), kFlags | O_CREAT, 0600));
  struct stat info {};
  if (fstat(file.get(), &info) != 0)
    return fail({.step = "open the log", .err = errno});
  if (!S_ISREG(info.st_mode))
    return fail({.step = "open the log: not a regular file"});
  LogWriter writer;
  writer.dir_ = dir;
  writer.file_ = std::move(file);
  writer.size_ = static_cast<std::uint64_t>(info.st_size);
  writer.most_bytes_ = most_bytes;
  writer.most_files_ = std::max<std::uint64_t>(most_files, 1);
  char last = '\n';
  writer.cut_ =
      info.st_size > 0 && pread(writer.file_.get(), &last, 1, info.st_size - 1) == 1 && last != '\n';
  (void)writer.end_cut_line();  // a full disk: tried again with the first entry
  // There were more of them when the container was made with another --log-opt.
  for (std::uint64_t i = writer.most_files_; unlinkat(dir, log_name(i).c_str(), 0) == 0;) ++i;
  return writer;
}

void LogWriter::append(LogStream stream, std::string_view bytes, std::int64_t now_ns) {
  if (dropped_ > 0)
    tell_what_was_lost(now_ns);
  write_entries(stream, bytes, now_ns);
}

void LogWriter::write_entries(LogStream stream, std::string_view bytes, std::int64_t now_ns) {
  Batch batch{stream, now_ns};
  while (!bytes.empty()) {
    const std::string_view text = one_entry(bytes);
    bytes.remove_prefix(text.size());
    const bool rotated = most_bytes_ > 0 && size_ + batch.size() > 0 &&
                         size_ + batch.size() + Batch::size_of(text) > most_bytes_;
    if (rotated || batch.full())
      flush(batch);
    // Without a rotation the log would grow beyond what was agreed: then nothing more goes into it.
    if (const int error = rotated && size_ > 0 ? rotate() : 0)
      drop(text.size(), error);
    else
      batch.add(text);
  }
  flush(batch);
}

void LogWriter::flush(Batch& batch) {
  if (batch.empty())
    return;
  int error = 0;
  const std::uint64_t written = end_cut_line() ? batch.write_to(file_.get(), error) : 0;
  const Batch::Whole whole = batch.whole(written);
  size_ += whole.end;
  if (whole.text < batch.text())
    drop(batch.text() - whole.text, error ? error : ENOSPC);
  else if (batch.stream() == LogStream::Err)
    unfinished_ = batch.ends_partial();
  // Half an entry would be read as a whole one once the next line has ended it.
  if (written > whole.end && ftruncate(file_.get(), static_cast<off_t>(size_)) != 0) {
    size_ += written - whole.end;
    cut_ = true;
  }
  batch.clear();
}

bool LogWriter::end_cut_line() {
  if (!cut_)
    return true;
  if (write(file_.get(), "\n", 1) != 1)
    return false;
  ++size_;
  cut_ = false;
  return true;
}

// Answers 0 or the errno. The new file exists before an old one is touched: where the disk is full, nothing
// has changed.
int LogWriter::rotate() {
  (void)unlinkat(dir_, kNewLogName, 0);  // left by a crash
  UniqueFd file{openat(dir_, kNewLogName, kFlags | O_CREAT | O_EXCL, 0600)};
  if (!file)
    return errno;
  // Up to the first name that is free: what a crash has left empty is filled.
  std::uint64_t to = 1;
  while (to + 1 < most_files_ && exists(dir_, to)) ++to;
  for (; to >= 1 && most_files_ > 1; --to) {
    if (renameat(dir_, log_name(to - 1).c_str(), dir_, log_name(to).c_str()) != 0 && errno != ENOENT)
      return errno;
  }
  if (renameat(dir_, kNewLogName, dir_, log_name(0).c_str()) != 0)
    return errno;
  file_ = std::move(file);
  size_ = 0;
  cut_ = false;
  return 0;
}

void LogWriter::drop(std::uint64_t bytes, int error) {
  dropped_ += bytes;
  drop_error_ = error;
}

void LogWriter::tell_what_was_lost(std::int64_t now_ns) {
  std::array<char, 160> text{};
  const char* reason = strerrordesc_np(drop_error_);
  // A line of the payload's that is not at its end gets one first.
  const auto end = fmt::format_to_n(text.data(), text.size(), "{}snug: {} byte{} of output {} lost: {}\n",
                                    unfinished_ ? "\n" : "", dropped_, dropped_ == 1 ? "" : "s",
                                    dropped_ == 1 ? "was" : "were", reason ? reason : "unknown error");
  const std::uint64_t lost = std::exchange(dropped_, 0);
  const int error = drop_error_;
  write_entries(LogStream::Err, {text.data(), std::min(end.size, text.size())}, now_ns);
  if (dropped_ > 0) {
    dropped_ = lost;
    drop_error_ = error;
  }
}

}  // namespace snug::log
