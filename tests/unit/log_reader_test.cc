#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <csignal>
#include <cstdarg>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <functional>
#include <utility>

#include "log/log.h"
#include "log/log_files.h"
#include "log/log_format.h"

namespace log_reader_test {

using namespace snug;
using namespace snug::log;

namespace {

// What a writer does in the very moment between two of the reader's system calls: run once, where a read
// has found the end of a file, or before a file of the log is opened.
std::function<void()> g_at_end_of_file;
std::function<void()> g_before_open;

void run_once(std::function<void()>& hook) {
  if (const auto now = std::exchange(hook, nullptr))
    now();
}

}  // namespace

// The linker takes these before the library's.
extern "C" ssize_t pread(int fd, void* data, size_t size, off_t offset) {
  const ssize_t n = syscall(SYS_pread64, fd, data, size, offset);
  if (n == 0)
    run_once(g_at_end_of_file);
  return n;
}

extern "C" int openat(int dir, const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const mode_t mode = flags & O_CREAT ? va_arg(more, mode_t) : 0;
  va_end(more);
  if (std::string_view{path}.starts_with("log"))
    run_once(g_before_open);
  return static_cast<int>(syscall(SYS_openat, dir, path, flags, mode));
}

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

struct Directory {
  std::string path = std::filesystem::temp_directory_path() / "snug-log-XXXXXX";
  UniqueFd fd;
  Directory() {
    REQUIRE(mkdtemp(path.data()));
    fd.reset(open(path.c_str(), O_DIRECTORY | O_CLOEXEC));
  }
  ~Directory() { std::filesystem::remove_all(path); }
  void put(const std::string& name, const std::string& text) const {
    std::ofstream{path + "/" + name, std::ios::binary} << text;
  }
};

std::string entry(std::int64_t seconds, std::string_view rest) {
  return fmt::format("{} {}\n", log_time(seconds * kSecond), rest);
}

// What was read, as the payload wrote it; "!" before what came from standard error.
std::string read_text(const Directory& directory, const LogQuery& query = {}) {
  std::string text;
  REQUIRE(read_log(
      directory.fd.get(), query, [] { return true; },
      [&](const LogEntry& one) {
        text += (one.stream == LogStream::Err ? "!" : "") + std::string{one.text} + (one.partial ? "" : "\n");
        return true;
      }));
  return text;
}

std::string tail(const Directory& directory, std::uint64_t lines) {
  return read_text(directory, {.tail = lines});
}

bool alive(pid_t child) {
  siginfo_t info{};
  return waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == 0;
}

}  // namespace

TEST_CASE("no log is an empty one") {
  const Directory directory;
  CHECK(read_text(directory).empty());
  CHECK(tail(directory, 3).empty());
  CHECK(read_text(directory, {.follow = true}).empty());
}

TEST_CASE("rotated files come first, the oldest before the others") {
  const Directory directory;
  directory.put("log", entry(5, "stdout F e"));
  directory.put("log.1", entry(3, "stderr F c") + entry(4, "stdout P d"));
  directory.put("log.2", entry(1, "stdout F a") + entry(2, "stdout F b"));
  CHECK(read_text(directory) == "a\nb\n!c\nde\n");
  CHECK(read_text(directory, {.follow = true}) == "a\nb\n!c\nde\n");
}

TEST_CASE("files that a crash or somebody has taken away are passed over") {
  const Directory directory;
  directory.put("log.1", entry(3, "stdout F c"));
  directory.put("log.3", entry(1, "stdout F a"));
  CHECK(read_text(directory) == "a\nc\n");
  CHECK(read_text(directory, {.follow = true}) == "a\nc\n");
  CHECK(tail(directory, 2) == "a\nc\n");
  CHECK(tail(directory, 1) == "c\n");
}

TEST_CASE("the last lines, over several files") {
  const Directory directory;
  directory.put("log", entry(5, "stdout F e") + entry(6, "stdout F f"));
  directory.put("log.1", entry(3, "stdout F c") + entry(4, "stdout F d"));
  directory.put("log.2", entry(1, "stdout F a") + entry(2, "stdout F b"));
  const std::string all = "a\nb\nc\nd\ne\nf\n";
  for (std::size_t lines = 0; lines <= 7; ++lines)
    CHECK(tail(directory, lines) == all.substr(all.size() - std::min<std::size_t>(lines, 6) * 2));
  CHECK(read_text(directory, {.tail = 3, .follow = true}) == "d\ne\nf\n");
}

TEST_CASE("the last lines of long files and of long lines") {
  const Directory directory;
  std::string text;
  for (int i = 0; i < 5000; ++i) text += entry(i, fmt::format("stdout F {:0{}}", i, 1 + i % 97));
  directory.put("log", text);
  const std::string all = read_text(directory);
  for (const std::uint64_t lines : {1, 2, 10, 600, 2500, 4999, 5000, 6000}) {
    std::size_t begin = all.size();
    for (std::uint64_t i = 0; i < lines && begin > 0; ++i) {
      const std::size_t newline = begin < 2 ? std::string::npos : all.rfind('\n', begin - 2);
      begin = newline == std::string::npos ? 0 : newline + 1;
    }
    if (tail(directory, lines) != all.substr(begin))
      FAIL(lines);
  }
}

TEST_CASE("a line of many entries is one of the last lines, and so is one that has not ended") {
  const Directory directory;
  directory.put("log", entry(1, "stdout F a") + entry(2, "stdout P b1") + entry(3, "stdout P b2") +
                           entry(4, "stdout F b3") + entry(5, "stdout P c1") + entry(6, "stdout P c2"));
  CHECK(tail(directory, 1) == "c1c2");
  CHECK(tail(directory, 2) == "b1b2b3\nc1c2");
  CHECK(tail(directory, 3) == "a\nb1b2b3\nc1c2");
  CHECK(tail(directory, 0).empty());
}

TEST_CASE("from a time, and to one") {
  const Directory directory;
  directory.put("log", entry(3, "stdout F c") + entry(4, "stdout F d"));
  directory.put("log.1", entry(1, "stdout F a") + entry(2, "stdout F b"));
  CHECK(read_text(directory, {.since_ns = 2 * kSecond}) == "b\nc\nd\n");
  CHECK(read_text(directory, {.since_ns = 2 * kSecond, .until_ns = 3 * kSecond}) == "b\nc\n");
  // The last ones of those, not those of the last ones.
  CHECK(read_text(directory, {.until_ns = 3 * kSecond, .tail = 2}) == "b\nc\n");
  CHECK(read_text(directory, {.until_ns = kSecond, .tail = 1}) == "a\n");
  CHECK(read_text(directory, {.since_ns = 9 * kSecond}).empty());
}

TEST_CASE("garbage is passed over, and what is good around it is not") {
  const Directory directory;
  std::string garbage(200'000, '\0');
  for (std::size_t i = 0; i < garbage.size(); ++i) garbage[i] = static_cast<char>(i * i >> 3);
  const std::string one_line(200'000, 'x');
  directory.put("log", entry(1, "stdout F a") + garbage + "\n" + entry(2, "stdout F b") + one_line +
                           "\n\n\n" + entry(3, "stdout F c") + std::string(70'000, '\0') + "\n" +
                           entry(4, "stdout F d"));
  CHECK(read_text(directory) == "a\nb\nc\nd\n");
  CHECK(tail(directory, 3) == "b\nc\nd\n");
  CHECK(read_text(directory, {.follow = true}) == "a\nb\nc\nd\n");
}

TEST_CASE("a line that is too long stays one line") {
  const Directory directory;
  // What would be an entry if a line began wherever the reader's buffer does.
  std::string line;
  while (line.size() < 300'000) line += entry(1, "stdout F no").substr(0, 42);
  for (std::size_t shift = 0; shift < 42; ++shift) {
    directory.put("log", std::string(shift, 'x') + line + "\n" + entry(2, "stdout F yes"));
    if (const std::string text = read_text(directory); text != "yes\n" && shift > 0)
      FAIL(shift << ": " << text.substr(0, 200));
  }
}

TEST_CASE("a log that was cut anywhere is read up to there") {
  const Directory directory;
  const std::string text = entry(1, "stdout F first") + entry(2, "stdout F second");
  for (std::size_t length = 0; length <= text.size(); ++length) {
    directory.put("log", text.substr(0, length));
    const std::string read = read_text(directory);
    const std::string whole = "first\nsecond\n";
    if (!whole.starts_with(read) || (length >= 46 && !read.starts_with("first\n")))
      FAIL(length << ": " << read);
    if (read_text(directory, {.follow = true}) != read || tail(directory, 9) != read)
      FAIL(length);
  }
}

TEST_CASE("names of the log that are something else") {
  const Directory directory;
  REQUIRE(mkfifo((directory.path + "/log").c_str(), 0600) == 0);
  REQUIRE(mkdir((directory.path + "/log.1").c_str(), 0700) == 0);
  REQUIRE(symlink("/etc/passwd", (directory.path + "/log.2").c_str()) == 0);
  CHECK(read_text(directory).empty());
  CHECK(tail(directory, 5).empty());
}

TEST_CASE("take can end it") {
  const Directory directory;
  directory.put("log", entry(1, "stdout F a") + entry(2, "stdout F b"));
  int seen = 0;
  REQUIRE(read_log(
      directory.fd.get(), {.follow = true}, [] { return false; },
      [&](const LogEntry&) { return ++seen < 2; }));
  CHECK(seen == 2);
}

TEST_CASE("without following the end is where the log ended at the call") {
  const Directory directory;
  auto writer = LogWriter::open(directory.fd.get(), 1 << 20, 2);
  REQUIRE(writer);
  writer->append(LogStream::Out, "a\n", kSecond);
  int seen = 0;
  REQUIRE(read_log(
      directory.fd.get(), {}, [] { return true; },
      [&](const LogEntry&) {
        writer->append(LogStream::Out, "more\n", kSecond);
        return ++seen < 100;
      }));
  CHECK(seen == 1);
}

TEST_CASE("following ends at its time") {
  const Directory directory;
  directory.put("log", entry(1, "stdout F a"));
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  int asked = 0;
  REQUIRE(read_log(
      directory.fd.get(), {.until_ns = now.tv_sec * kSecond + now.tv_nsec + kSecond / 10, .follow = true},
      [&] { return ++asked > 20; }, [](const LogEntry&) { return true; }));
  CHECK(asked <= 3);
}

TEST_CASE("what is written between the end of a file and its rotation is read") {
  const Directory directory;
  auto writer = LogWriter::open(directory.fd.get(), 130, 5);  // three entries a file
  REQUIRE(writer);
  writer->append(LogStream::Out, "a\n", kSecond);
  g_at_end_of_file = [&] { writer->append(LogStream::Out, "b\nc\nd\n", kSecond); };
  CHECK(read_text(directory, {.follow = true}) == "a\nb\nc\nd\n");
  CHECK_FALSE(g_at_end_of_file);
}

TEST_CASE("two rotations while the reader goes to the next file") {
  const Directory directory;
  auto writer = LogWriter::open(directory.fd.get(), 50, 9);  // one entry a file
  REQUIRE(writer);
  const bool tail_first = GENERATE(false, true);
  writer->append(LogStream::Out, "a\nb\nc\n", kSecond);
  std::string text;
  REQUIRE(read_log(
      directory.fd.get(),
      {.tail = tail_first ? std::optional<std::uint64_t>{3} : std::nullopt, .follow = true},
      [] { return true; },
      [&](const LogEntry& one) {
        text += one.text;
        if (one.text == "a")
          g_before_open = [&] { writer->append(LogStream::Out, "d\ne\n", kSecond); };
        return true;
      }));
  CHECK(text == "abcde");
  CHECK_FALSE(g_before_open);
}

TEST_CASE("a rotation while the reader looks for the last lines") {
  const Directory directory;
  auto writer = LogWriter::open(directory.fd.get(), 50, 9);
  REQUIRE(writer);
  writer->append(LogStream::Out, "a\nb\nc\n", kSecond);
  g_before_open = [&] { g_before_open = [&] { writer->append(LogStream::Out, "d\ne\n", kSecond); }; };
  CHECK(tail(directory, 2) == "b\nc\n");
}

TEST_CASE("a reader that follows gets every byte once, whenever the writer rotates") {
  // One entry a file and more, from a writer that is slower than the reader, as fast, or done before it
  // begins.
  const std::uint64_t most_bytes = GENERATE(1, 200, 900);
  const unsigned pace = GENERATE(0, 1, 40);
  const bool begins_first = GENERATE(true, false);
  const Directory directory;
  std::string expected;
  std::vector<std::string> pieces;
  std::srand(static_cast<unsigned>(most_bytes));
  for (int i = 0; i < 150; ++i) {
    pieces.push_back(fmt::format("{}{}{}", i, std::string(static_cast<std::size_t>(std::rand()) % 60, '.'),
                                 i % 3 ? "\n" : ""));
    expected += pieces.back();
  }
  expected += "the end";
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    usleep(begins_first ? 10'000 : 0);
    auto writer = LogWriter::open(directory.fd.get(), most_bytes, 1000);
    for (std::size_t i = 0; writer && i < pieces.size(); ++i) {
      writer->append(LogStream::Out, pieces[i], kSecond);
      if (pace > 0 && i % pace == 0)
        usleep(static_cast<unsigned>(std::rand()) % 200);
    }
    if (writer)
      writer->append(LogStream::Out, "the end", kSecond);
    _exit(0);
  }
  usleep(begins_first ? 0 : 5'000);
  std::string text;
  const auto status = read_log(
      directory.fd.get(), {.follow = true}, [&] { return !alive(child); },
      [&](const LogEntry& one) {
        text += std::string{one.text} + (one.partial ? "" : "\n");
        return true;
      });
  CHECK(waitpid(child, nullptr, 0) == child);
  REQUIRE(status);
  CHECK(text.size() == expected.size());
  CHECK((text == expected));
}

TEST_CASE("the last lines are right while the writer rotates") {
  const Directory directory;
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    auto writer = LogWriter::open(directory.fd.get(), 300, 50);
    for (int i = 0; writer; ++i) writer->append(LogStream::Out, fmt::format("{}\n", i), kSecond);
    _exit(0);
  }
  usleep(20'000);
  for (int round = 0; round < 200; ++round) {
    std::vector<int> numbers;
    const auto status = read_log(
        directory.fd.get(), {.tail = 20}, [] { return true; },
        [&](const LogEntry& one) {
          numbers.push_back(std::atoi(std::string{one.text}.c_str()));
          return true;
        });
    REQUIRE(status);
    // The writer may have dropped files under the reader; what it gets is in order nevertheless.
    CHECK(std::ranges::is_sorted(numbers));
    CHECK(std::ranges::adjacent_find(numbers) == numbers.end());
  }
  kill(child, SIGKILL);
  CHECK(waitpid(child, nullptr, 0) == child);
}

}  // namespace log_reader_test
