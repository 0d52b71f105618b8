#include "files/tar.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "base/unique_fd.h"
#include "files/tree_archive.h"
#include "support/scratch_dir.h"

namespace tar_test {

using namespace snug;
using namespace snug::files;
namespace fs = std::filesystem;

namespace {

class Fixture {
  ScratchDir scratch_;

 public:
  Fixture() {
    for (const char* dir : {"from", "to", "beside"}) fs::create_directories(top / dir);
  }

  fs::path tar() const { return top / "x.tar"; }

  void archive(const std::string& prefix = "", ArchiveRules rules = {}) const {
    const UniqueFd tree{open((top / "from").c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
    const UniqueFd out{open(tar().c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
    auto writer = TarWriter::start(out.get());
    REQUIRE(writer);
    auto status = archive_tree(tree.get(), prefix, *writer, rules);
    if (status)
      status = writer->finish();
    INFO((status ? "" : describe(status.error())));
    REQUIRE(status);
  }
  Status extract(ExtractRules rules = {}) const {
    const UniqueFd target{open((top / "to").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    const UniqueFd in{open(tar().c_str(), O_RDONLY | O_CLOEXEC)};
    auto reader = TarReader::start(in.get());
    if (!reader)
      return tl::unexpected{reader.error()};
    return extract_archive(*reader, target.get(), rules);
  }
  void extracted() const {
    const Status status = extract();
    INFO((status ? "" : describe(status.error())));
    REQUIRE(status);
  }
  // An archive that no honest program would write.
  void write(const std::vector<TarEntry>& entries) const {
    const UniqueFd out{open(tar().c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
    auto writer = TarWriter::start(out.get());
    REQUIRE(writer);
    for (const TarEntry& entry : entries) {
      REQUIRE(writer->add(entry));
      if (S_ISREG(entry.info.st_mode) && entry.hardlink.empty())
        REQUIRE(writer->hole(static_cast<std::uint64_t>(entry.info.st_size)));
    }
    REQUIRE(writer->finish());
  }

  const fs::path& top = scratch_.path();
};

struct stat look(const fs::path& path) {
  struct stat info {};
  INFO(path);
  REQUIRE(lstat(path.c_str(), &info) == 0);
  return info;
}
TarEntry entry(const std::string& path, mode_t mode, off_t size = 0) {
  TarEntry e{.path = path};
  e.info.st_mode = mode;
  e.info.st_size = size;
  e.info.st_nlink = 1;
  e.info.st_uid = geteuid();
  e.info.st_gid = getegid();
  return e;
}

}  // namespace

TEST_CASE("a tree comes back as it was") {
  Fixture f;
  const fs::path from = f.top / "from", to = f.top / "to";
  file(from / "a/b/file", "text");
  REQUIRE(chmod((from / "a/b/file").c_str(), 04751) == 0);
  fs::create_hard_link(from / "a/b/file", from / "a/link");
  fs::create_symlink("b/file", from / "a/soft");
  REQUIRE(mkfifo((from / "fifo").c_str(), 0600) == 0);
  file(from / "\xff\n name", "odd");
  file(from / (std::string(200, 'd') + "/" + std::string(250, 'f')), "long");
  REQUIRE(setxattr((from / "a/b/file").c_str(), "user.mine", "value", 5, 0) == 0);
  REQUIRE(chmod((from / "a").c_str(), 0555) == 0);
  const timespec old[2] = {{1000, 0}, {2000, 0}};
  for (const char* name : {"a/b/file", "a/b", "a"})
    REQUIRE(utimensat(AT_FDCWD, (from / name).c_str(), old, 0) == 0);
  f.archive();
  f.extracted();
  CHECK(content(to / "a/b/file") == "text");
  CHECK((look(to / "a/b/file").st_mode & 07777) == 04751);
  CHECK(look(to / "a/b/file").st_ino == look(to / "a/link").st_ino);
  CHECK(fs::read_symlink(to / "a/soft") == "b/file");
  CHECK(S_ISFIFO(look(to / "fifo").st_mode));
  CHECK(content(to / "\xff\n name") == "odd");
  CHECK(content(to / (std::string(200, 'd') + "/" + std::string(250, 'f'))) == "long");
  CHECK((look(to / "a").st_mode & 07777) == 0555);
  char value[8];
  CHECK(getxattr((to / "a/b/file").c_str(), "user.mine", value, sizeof value) == 5);
  for (const char* name : {"a/b/file", "a/b", "a"}) CHECK(look(to / name).st_mtim.tv_sec == 2000);
  REQUIRE(chmod((from / "a").c_str(), 0755) == 0);
  REQUIRE(chmod((to / "a").c_str(), 0755) == 0);
}

TEST_CASE("GNU tar reads it: holes, links, attributes, names that are no text") {
  Fixture f;
  const fs::path from = f.top / "from", to = f.top / "to";
  file(from / "sparse", "start");
  REQUIRE(truncate((from / "sparse").c_str(), 256 << 20) == 0);
  file(from / "hole", "");
  REQUIRE(truncate((from / "hole").c_str(), 1 << 20) == 0);
  {
    std::ofstream end{from / "sparse", std::ios::in | std::ios::out};
    end.seekp(200 << 20);
    end << "middle";
  }
  file(from / "\xff\xfe", "odd");
  file(from / std::string(255, 'n'));
  f.archive();
  CHECK(fs::file_size(f.tar()) < 1 << 20);
  const std::string command =
      "tar --warning=no-unknown-keyword -C " + to.string() + " -xf " + f.tar().string();
  REQUIRE(std::system(command.c_str()) == 0);
  for (const char* name : {"sparse", "hole", "\xff\xfe"}) {
    INFO(name);
    CHECK(std::system(("cmp '" + (from / name).string() + "' '" + (to / name).string() + "'").c_str()) == 0);
  }
  CHECK(fs::exists(to / std::string(255, 'n')));
  fs::remove_all(to);
  fs::create_directories(to);
  f.extracted();
  CHECK(std::system(
            ("cmp '" + (from / "sparse").string() + "' '" + (to / "sparse").string() + "'").c_str()) == 0);
  CHECK(look(to / "sparse").st_blocks * 512 < 1 << 20);
  CHECK(look(to / "hole").st_size == 1 << 20);
}

TEST_CASE("with a prefix the directory itself is in it") {
  Fixture f;
  file(f.top / "from/x");
  f.archive("d/");
  f.extracted();
  CHECK(fs::exists(f.top / "to/d/x"));
}

TEST_CASE("two trees that are archived at once do not get each other's bytes") {
  // They shared one buffer once. Nothing but a file's content has these bytes in an archive.
  const Fixture f;
  const auto archive = [&](char byte) {
    const fs::path tree = f.top / std::to_string(byte);
    const fs::path file = f.top / (std::to_string(byte) + ".tar");
    fs::create_directory(tree);
    for (const char* name : {"x", "y", "z"}) std::ofstream{tree / name} << std::string(2 << 20, byte);
    const UniqueFd from{open(tree.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
    const UniqueFd out{open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600)};
    auto writer = TarWriter::start(out.get());
    return writer && archive_tree(from.get(), "", *writer, {}) && writer->finish();
  };
  bool good[2] = {};
  std::thread other{[&] { good[1] = archive('\2'); }};
  good[0] = archive('\1');
  other.join();
  REQUIRE((good[0] && good[1]));
  for (const char byte : {'\1', '\2'}) {
    std::ifstream file{f.top / (std::to_string(byte) + ".tar"), std::ios::binary};
    const std::string text{std::istreambuf_iterator<char>{file}, {}};
    CHECK(std::ranges::count(text, byte) == 3 * (2 << 20));
    CHECK(std::ranges::count(text, 3 - byte) == 0);
  }
}

TEST_CASE("sockets are left out and told") {
  Fixture f;
  REQUIRE(mknod((f.top / "from/socket").c_str(), S_IFSOCK | 0600, 0) == 0);
  file(f.top / "from/x");
  std::string told;
  f.archive("", {.skipped = [&](const std::string& path, const char* why) { told += path + ": " + why; }});
  CHECK(told == "socket: a socket");
  f.extracted();
  CHECK(fs::exists(f.top / "to/x"));
}

TEST_CASE("a stream writes nothing outside of its target") {
  Fixture f;
  const auto refused = [&](const std::vector<TarEntry>& entries) {
    f.write(entries);
    const Status status = f.extract();
    REQUIRE_FALSE(status);
    CHECK(fs::is_empty(f.top / "beside"));
    CHECK_FALSE(fs::exists(f.top / "evil"));
    CHECK(status.error().step.find('\x1b') == std::string::npos);
    return status.error().step;
  };
  TarEntry out = entry("out", S_IFLNK | 0777);
  SECTION("by ..") {
    CHECK(refused({entry("../evil", S_IFREG | 0644)}).starts_with("extract ../evil"));
  }
  SECTION("by .. within") {
    refused({entry("a/../../evil", S_IFREG | 0644)});
  }
  SECTION("by an absolute name") {
    refused({entry((f.top / "evil").string(), S_IFREG | 0644)});
  }
  SECTION("by control bytes") {
    refused({entry("../\x1b[2J", S_IFREG | 0644)});
  }
  SECTION("through a link that it made itself") {
    out.link = (f.top / "beside").string();
    refused({out, entry("out/evil", S_IFREG | 0644)});
  }
  SECTION("through a relative link") {
    out.link = "../beside";
    refused({out, entry("out/evil", S_IFREG | 0644)});
  }
  SECTION("as a directory through a link") {
    out.link = "../beside";
    refused({out, entry("out/evil/", S_IFDIR | 0755)});
    CHECK(fs::is_symlink(f.top / "to/out"));
  }
  SECTION("the mode of a directory through a link") {
    out.link = "../beside";
    refused({out, entry("out/", S_IFDIR | 0)});
    CHECK((look(f.top / "beside").st_mode & 07777) != 0);
  }
  SECTION("by a hard link to what is outside") {
    file(f.top / "secret");
    TarEntry hard = entry("x", S_IFREG | 0644);
    hard.hardlink = "../secret";
    refused({hard});
    hard.hardlink = (f.top / "secret").string();
    refused({hard});
    out.link = "..";
    hard.hardlink = "out/secret";
    refused({out, hard});
    CHECK(look(f.top / "secret").st_nlink == 1);
  }
}

TEST_CASE("a file replaces a link, and does not write through it") {
  Fixture f;
  file(f.top / "beside/secret", "secret");
  fs::create_symlink("../beside/secret", f.top / "to/x");
  f.write({entry("x", S_IFREG | 0644, 3)});
  f.extracted();
  CHECK(content(f.top / "beside/secret") == "secret");
  CHECK(S_ISREG(look(f.top / "to/x").st_mode));
}

TEST_CASE("a link that comes twice leaves nothing half done") {
  Fixture f;
  TarEntry hard = entry("y", S_IFREG | 0644);
  hard.hardlink = "x";
  f.write({entry("x", S_IFREG | 0644), hard, hard});
  f.extracted();
  CHECK(fs::hard_link_count(f.top / "to/x") == 2);
}

TEST_CASE("devices are left out, whiteouts too") {
  Fixture f;
  f.write({entry("null", S_IFCHR | 0666), entry("disk", S_IFBLK | 0666), entry("x", S_IFREG | 0644)});
  f.extracted();
  CHECK_FALSE(fs::exists(fs::symlink_status(f.top / "to/null")));
  CHECK_FALSE(fs::exists(fs::symlink_status(f.top / "to/disk")));
  CHECK(fs::exists(f.top / "to/x"));
}

TEST_CASE("what is no archive, or only a part of one, is an error") {
  Fixture f;
  file(f.tar(), "hello");
  CHECK_FALSE(f.extract());
  file(f.tar(), "\x1f\x8b\x08" + std::string(600, 'z'));
  CHECK_FALSE(f.extract());
  f.write({entry("x", S_IFREG | 0644, 100'000)});
  REQUIRE(truncate(f.tar().c_str(), 50'000) == 0);
  CHECK_FALSE(f.extract());
  CHECK_FALSE(fs::exists(f.top / "to/x"));
  CHECK(fs::is_empty(f.top / "to"));
}

TEST_CASE("an archive that was not finished does not look whole") {
  Fixture f;
  {
    const UniqueFd out{open(f.tar().c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600)};
    auto writer = TarWriter::start(out.get());
    REQUIRE(writer);
    REQUIRE(writer->add(entry("x", S_IFREG | 0644, 10)));
  }
  CHECK_FALSE(f.extract());
}

TEST_CASE("an archive to a full disk is an error") {
  Fixture f;
  file(f.top / "from/x", std::string(1 << 20, 'x'));
  const UniqueFd tree{open((f.top / "from").c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
  const UniqueFd full{open("/dev/full", O_WRONLY | O_CLOEXEC)};
  auto writer = TarWriter::start(full.get());
  REQUIRE(writer);
  Status status = archive_tree(tree.get(), "", *writer, {});
  if (status)
    status = writer->finish();
  REQUIRE_FALSE(status);
  CHECK(status.error().err == ENOSPC);
}

}  // namespace tar_test
