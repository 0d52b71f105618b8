#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "log/log.h"
#include "log/log_format.h"

namespace log_writer_test {

using namespace snug;
using namespace snug::log;

namespace {

constexpr std::int64_t kTime = 1'767'323'045'678'901'234;  // 2026-01-02T03:04:05.678901234Z
const std::string kOut = "2026-01-02T03:04:05.678901234Z stdout ";
const std::string kErr = "2026-01-02T03:04:05.678901234Z stderr ";

struct Directory {
  std::string path = std::filesystem::temp_directory_path() / "snug-log-XXXXXX";
  UniqueFd fd;
  Directory() {
    REQUIRE(mkdtemp(path.data()));
    fd.reset(open(path.c_str(), O_DIRECTORY | O_CLOEXEC));
  }
  ~Directory() { std::filesystem::remove_all(path); }
  std::string text(const std::string& name) const {
    std::ifstream file{path + "/" + name, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
  }
  bool has(const std::string& name) const { return std::filesystem::exists(path + "/" + name); }
  void put(const std::string& name, const std::string& text) const {
    std::ofstream{path + "/" + name, std::ios::binary} << text;
  }
};

LogWriter writer_of(const Directory& directory, std::uint64_t bytes = 1 << 20, std::uint64_t files = 2) {
  auto writer = LogWriter::open(directory.fd.get(), bytes, files);
  REQUIRE(writer);
  return std::move(*writer);
}

// A full disk, as far as a file can tell: no file may be larger.
struct NoRoom {
  rlimit before{};
  explicit NoRoom(rlim_t bytes) {
    (void)std::signal(SIGXFSZ, SIG_IGN);
    REQUIRE(getrlimit(RLIMIT_FSIZE, &before) == 0);
    const rlimit limit{bytes, before.rlim_max};
    REQUIRE(setrlimit(RLIMIT_FSIZE, &limit) == 0);
  }
  ~NoRoom() { setrlimit(RLIMIT_FSIZE, &before); }
};

}  // namespace

TEST_CASE("an entry is a line with time and stream") {
  const Directory directory;
  LogWriter writer = writer_of(directory);
  writer.append(LogStream::Out, "one\ntwo\n", kTime);
  writer.append(LogStream::Err, "three\n", kTime);
  CHECK(directory.text("log") == kOut + "F one\n" + kOut + "F two\n" + kErr + "F three\n");
  struct stat info {};
  REQUIRE(stat((directory.path + "/log").c_str(), &info) == 0);
  CHECK((info.st_mode & 07777) == 0600);
}

TEST_CASE("a line that has not ended is a partial entry, and goes on in the next") {
  const Directory directory;
  LogWriter writer = writer_of(directory);
  writer.append(LogStream::Out, "on", kTime);
  writer.append(LogStream::Out, "e\n", kTime);
  writer.append(LogStream::Out, "two", kTime);
  writer.append(LogStream::Out, "\n", kTime);
  writer.append(LogStream::Out, "", kTime);
  CHECK(directory.text("log") == kOut + "P on\n" + kOut + "F e\n" + kOut + "P two\n" + kOut + "F \n");
}

TEST_CASE("long lines are cut into entries of 16 KiB") {
  const Directory directory;
  LogWriter writer = writer_of(directory);
  const std::string part(kLogEntryText, 'x');
  writer.append(LogStream::Out, part + part + "y\n", kTime);
  CHECK(directory.text("log") == kOut + "P " + part + "\n" + kOut + "P " + part + "\n" + kOut + "F y\n");
  writer.append(LogStream::Err, part + "\n", kTime);
  CHECK(directory.text("log").ends_with(kOut + "F y\n" + kErr + "F " + part + "\n"));
}

TEST_CASE("more entries than one write takes") {
  const Directory directory;
  LogWriter writer = writer_of(directory);
  std::string bytes, expected;
  for (int i = 0; i < 500; ++i) {
    bytes += fmt::format("{}\n", i);
    expected += fmt::format("{}F {}\n", kOut, i);
  }
  writer.append(LogStream::Out, bytes, kTime);
  CHECK(directory.text("log") == expected);
}

TEST_CASE("bytes of any kind stay what they are") {
  const Directory directory;
  LogWriter writer = writer_of(directory);
  const std::string bytes{"\0\r\x1b[1m\xff", 7};
  writer.append(LogStream::Out, bytes + "\n", kTime);
  CHECK(directory.text("log") == kOut + "F " + bytes + "\n");
}

TEST_CASE("files are rotated by size, and the oldest is dropped") {
  const Directory directory;
  LogWriter writer = writer_of(directory, 100, 3);
  for (int i = 0; i < 5; ++i) {
    const std::string line(50, static_cast<char>('a' + i));
    writer.append(LogStream::Out, line + "\n", kTime);  // 91 bytes: one fills a file
  }
  CHECK(directory.text("log") == kOut + "F " + std::string(50, 'e') + "\n");
  CHECK(directory.text("log.1") == kOut + "F " + std::string(50, 'd') + "\n");
  CHECK(directory.text("log.2") == kOut + "F " + std::string(50, 'c') + "\n");
  CHECK_FALSE(directory.has("log.3"));
  CHECK_FALSE(directory.has("log.new"));
}

TEST_CASE("one append can fill several files, and an entry is never cut in two") {
  const Directory directory;
  LogWriter writer = writer_of(directory, 100, 10);
  writer.append(LogStream::Out, "a\nb\nc\nd\ne\n" + std::string(300, 'f') + "\ng\n", kTime);
  CHECK(directory.text("log.4") == kOut + "F a\n" + kOut + "F b\n");
  CHECK(directory.text("log.3") == kOut + "F c\n" + kOut + "F d\n");
  CHECK(directory.text("log.2") == kOut + "F e\n");
  // The long one goes into a file of its own, larger than agreed.
  CHECK(directory.text("log.1").ends_with(std::string(300, 'f') + "\n"));
  CHECK(directory.text("log") == kOut + "F g\n");
}

TEST_CASE("a single log file is begun again") {
  const Directory directory;
  LogWriter writer = writer_of(directory, 100, 1);
  for (const char* line : {"a\n", "b\n", "c\n"}) writer.append(LogStream::Out, line, kTime);
  CHECK(directory.text("log") == kOut + "F c\n");
  CHECK_FALSE(directory.has("log.1"));
}

TEST_CASE("what a crash has left is put right") {
  const Directory directory;
  directory.put("log", kOut + "F one\n" + kOut + "F tw");
  directory.put("log.new", "half");
  directory.put("log.2", "old\n");  // log.1 got lost within a rotation
  directory.put("log.3", "of an earlier --log-opt\n");
  LogWriter writer = writer_of(directory, 120, 3);
  writer.append(LogStream::Out, "three\n", kTime);
  CHECK(directory.text("log") == kOut + "F three\n");
  CHECK(directory.text("log.1") == kOut + "F one\n" + kOut + "F tw\n");
  CHECK(directory.text("log.2") == "old\n");
  CHECK_FALSE(directory.has("log.3"));
}

TEST_CASE("a log that is a link or no file is refused") {
  const Directory directory;
  REQUIRE(symlink("/tmp", (directory.path + "/log").c_str()) == 0);
  CHECK_FALSE(LogWriter::open(directory.fd.get(), 100, 2));
  REQUIRE(unlink((directory.path + "/log").c_str()) == 0);
  REQUIRE(mkfifo((directory.path + "/log").c_str(), 0600) == 0);
  CHECK_FALSE(LogWriter::open(directory.fd.get(), 100, 2));
}

TEST_CASE("what a full disk took is counted, and said once there is room") {
  const Directory directory;
  LogWriter writer = writer_of(directory);
  writer.append(LogStream::Out, "kept\n", kTime);
  const std::string kept = kOut + "F kept\n";
  {
    const NoRoom full{kept.size() + 50};
    writer.append(LogStream::Out, "a\nlost\n", kTime);  // the first of the two still fits
    writer.append(LogStream::Err, "lost too\n", kTime);
  }
  CHECK(directory.text("log") == kept + kOut + "F a\n");
  writer.append(LogStream::Out, "back\n", kTime);
  writer.append(LogStream::Out, "again\n", kTime);
  CHECK(directory.text("log") == kept + kOut + "F a\n" + kErr +
                                     "F snug: 14 bytes of output were lost: File too large\n" + kOut +
                                     "F back\n" + kOut + "F again\n");
}

TEST_CASE("the word of what was lost does not go on in a line of the payload's") {
  const Directory directory;
  LogWriter writer = writer_of(directory);
  writer.append(LogStream::Err, "prompt", kTime);
  {
    const NoRoom full{10};
    writer.append(LogStream::Err, "x", kTime);
  }
  writer.append(LogStream::Err, "y\n", kTime);
  CHECK(directory.text("log") == kErr + "P prompt\n" + kErr + "F \n" + kErr +
                                     "F snug: 1 byte of output was lost: File too large\n" + kErr + "F y\n");
}

TEST_CASE("a log that cannot be rotated does not grow") {
  const Directory directory;
  LogWriter writer = writer_of(directory, 100, 2);
  REQUIRE(mkdir((directory.path + "/log.new").c_str(), 0700) == 0);
  for (int i = 0; i < 10; ++i) writer.append(LogStream::Out, "abc\n", kTime);
  CHECK(directory.text("log").size() <= 100);
  REQUIRE(rmdir((directory.path + "/log.new").c_str()) == 0);
  writer.append(LogStream::Out, "abc\n", kTime);
  CHECK((directory.text("log") + directory.text("log.1")).find("bytes of output were lost") !=
        std::string::npos);
}

TEST_CASE("times are written and read in UTC") {
  CHECK(log_time(0) == "1970-01-01T00:00:00.000000000Z");
  CHECK(log_time(kTime) == "2026-01-02T03:04:05.678901234Z");
  CHECK(log_time(951'782'400'000'000'000) == "2000-02-29T00:00:00.000000000Z");
  CHECK(log_time(INT64_MAX) == "2262-04-11T23:47:16.854775807Z");
  CHECK(log_time(-1) == "1970-01-01T00:00:00.000000000Z");
  for (std::int64_t day = 0; day < 80'000; ++day) {
    const std::int64_t time = day * 86'400'000'000'000 + day;
    const auto read = parse_log_moment(log_time(time), "t", 0);
    if (!read || *read != time)
      FAIL(log_time(time));
  }
}

TEST_CASE("moments as people type them") {
  const auto moment = [](std::string_view text) {
    return parse_log_moment(text, "--since", kTime).value_or(-1);
  };
  CHECK(moment("2026-01-02") == 1'767'312'000'000'000'000);
  CHECK(moment("2026-01-02T03:04") == 1'767'323'040'000'000'000);
  CHECK(moment("2026-01-02 03:04:05") == 1'767'323'045'000'000'000);
  CHECK(moment("2026-01-02T03:04:05.5Z") == 1'767'323'045'500'000'000);
  CHECK(moment("2026-01-02T04:04:05+01:00") == 1'767'323'045'000'000'000);
  CHECK(moment("2026-01-01T22:04:05-05:00") == 1'767'323'045'000'000'000);
  CHECK(moment("1767323045") == 1'767'323'045'000'000'000);
  CHECK(moment("1767323045.000000001") == 1'767'323'045'000'000'001);
  CHECK(moment("10m") == kTime - 600'000'000'000);
  CHECK(moment("1h30m") == kTime - 5'400'000'000'000);
  CHECK(moment("100000d") == 0);
  for (const char* bad : {"", "yesterday", "2026-02-30", "2026-13-01", "2026-01-02T25:00",
                          "2026-01-02T03:04:05X", "2026-01-02T03:04:05+0100", "-10m", ".5",
                          "99999999999999999999", "1969-01-01", "2026-01-02T", "\x1b[1m"})
    if (parse_log_moment(bad, "--since", kTime))
      FAIL_CHECK(bad);
  CHECK(parse_log_moment("\x1b[1m", "--since", 0).error().step == "--since: \"\\x1b[1m\" is not a time");
}

TEST_CASE("lines that are no entries") {
  for (const char* bad :
       {"", " ", "x", "2026-01-02T03:04:05.678901234Z", "2026-01-02T03:04:05.678901234Z stdout",
        "2026-01-02T03:04:05.678901234Z stdout F", "2026-01-02T03:04:05.678901234Z stdout X a",
        "2026-01-02T03:04:05.678901234Z stdin F a", "2026-99-02T03:04:05.678901234Z stdout F a"})
    CHECK_FALSE(parse_log_entry(bad));
  const std::string line = kErr + "P a b ";  // the entry's text is a part of it
  const auto entry = parse_log_entry(line);
  REQUIRE(entry);
  CHECK((entry->time_ns == kTime && entry->stream == LogStream::Err && entry->partial));
  CHECK(entry->text == "a b ");
}

}  // namespace log_writer_test
