// Resolving mount targets on a directory that stands for an image's root. Beside it lies a canary tree, which
// must be the same afterwards: whatever the image's links say, nothing outside the root is made.
#include "child/target.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include "base/unique_fd.h"

namespace target_test {

using namespace snug;
using namespace snug::child;
namespace fs = std::filesystem;

namespace {

std::string outline(const fs::path& path) {
  struct stat info {};
  REQUIRE(lstat(path.c_str(), &info) == 0);
  return fmt::format("{:o} {} {}", info.st_mode, S_ISDIR(info.st_mode) ? 0 : info.st_size,
                     S_ISLNK(info.st_mode) ? fs::read_symlink(path).string() : "");
}

using Tree = std::map<std::string, std::string>;

Tree tree_of(const fs::path& top, const fs::path& without = {}) {
  Tree tree;
  for (auto entry = fs::recursive_directory_iterator{top}; entry != fs::recursive_directory_iterator{};
       ++entry) {
    tree[entry->path()] = outline(entry->path());
    if (entry->path() == without)
      entry.disable_recursion_pending();
  }
  return tree;
}

// BASE/root is the image, BASE/canary what a link out of it would reach.
class Fixture {
 public:
  Fixture() {
    char name[] = "/tmp/snug-target-XXXXXX";
    REQUIRE(mkdtemp(name));
    base_ = fs::canonical(name);
    fs::create_directories(root());
    fs::create_directories(base_ / "canary/sub");
    std::ofstream{base_ / "canary/file"} << "untouched";
    root_fd_.reset(open(root().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    REQUIRE(root_fd_);
    old_mask_ = umask(0);  // as init has it: modes are meant as they stand
    outside_ = tree_of(base_, root());
    alarm(300);  // an open of a FIFO that waits for its other end would hang the test
  }
  ~Fixture() {
    alarm(0);
    umask(old_mask_);
    CHECK(tree_of(base_, root()) == outside_);
    CHECK(fcntl(root_fd_.get(), F_GETFD) >= 0);  // borrowed, not closed
    fs::remove_all(base_);
  }
  Fixture(const Fixture&) = delete;
  Fixture& operator=(const Fixture&) = delete;

  const fs::path& base() const { return base_; }
  fs::path root() const { return base_ / "root"; }
  fs::path in(std::string_view name) const { return root() / name; }
  int fd() const { return root_fd_.get(); }

  void link(std::string_view name, const std::string& text) { fs::create_symlink(text, in(name)); }
  void dir(std::string_view name) { fs::create_directories(in(name)); }
  void file(std::string_view name) { std::ofstream{in(name)} << "text"; }

  Tree inside() const { return tree_of(root()); }

 private:
  fs::path base_;
  UniqueFd root_fd_;
  mode_t old_mask_{};
  Tree outside_;
};

// Opens `target` and says which file that is: "" and the errno where it fails.
struct Opened {
  int error{};
  dev_t dev{};
  ino_t ino{};
  mode_t mode{};
};

Opened settle(int result) {
  if (result < 0)
    return {.error = -result};
  const UniqueFd fd{result};
  CHECK((fcntl(fd.get(), F_GETFD) & FD_CLOEXEC) != 0);
  struct stat info {};
  REQUIRE(fstat(fd.get(), &info) == 0);
  return {0, info.st_dev, info.st_ino, info.st_mode};
}

Opened target(const Fixture& f, const std::string& path, TargetKind kind = TargetKind::Directory) {
  return settle(open_target(f.fd(), path.c_str(), kind));
}
Opened system_target(const Fixture& f, const std::string& path) {
  return settle(open_system_target(f.fd(), path.c_str()));
}

bool is(const Opened& opened, const fs::path& path) {
  struct stat info {};
  return opened.error == 0 && lstat(path.c_str(), &info) == 0 && info.st_dev == opened.dev &&
         info.st_ino == opened.ino;
}

mode_t mode_of(const fs::path& path) {
  struct stat info {};
  REQUIRE(lstat(path.c_str(), &info) == 0);
  return info.st_mode & 07777;
}

}  // namespace

TEST_CASE("a target that is there is opened, and nothing is made") {
  Fixture f;
  f.dir("a/b");
  f.file("a/file");
  const Tree before = f.inside();
  CHECK(is(target(f, "/a/b"), f.in("a/b")));
  CHECK(is(target(f, "/a/file", TargetKind::File), f.in("a/file")));
  CHECK(is(system_target(f, "/a/b"), f.in("a/b")));
  CHECK(f.inside() == before);
}

TEST_CASE("\"/\" is the root itself") {
  Fixture f;
  CHECK(is(target(f, "/"), f.root()));
  CHECK(is(target(f, "/", TargetKind::File), f.root()));
  CHECK(is(system_target(f, "/"), f.root()));
  CHECK(f.inside().empty());
}

TEST_CASE("missing parents are made 0755, and the last as what is wanted") {
  Fixture f;
  CHECK(is(target(f, "/a/b/c/file", TargetKind::File), f.in("a/b/c/file")));
  CHECK(is(target(f, "/a/b/d/dir"), f.in("a/b/d/dir")));
  CHECK(is(system_target(f, "/s/dev"), f.in("s/dev")));
  for (const char* dir : {"a", "a/b", "a/b/c", "a/b/d", "a/b/d/dir", "s", "s/dev"}) {
    INFO(dir);
    CHECK(fs::is_directory(f.in(dir)));
    CHECK(mode_of(f.in(dir)) == 0755);
  }
  CHECK(fs::is_regular_file(f.in("a/b/c/file")));
  CHECK(mode_of(f.in("a/b/c/file")) == 0644);
  CHECK(fs::file_size(f.in("a/b/c/file")) == 0);
}

TEST_CASE("an absolute link stays beneath the root") {
  Fixture f;
  f.dir("real");
  f.link("link", "/real");
  CHECK(is(target(f, "/link"), f.in("real")));
  CHECK(is(target(f, "/link/new"), f.in("real/new")));
  CHECK(is(target(f, "/link/file", TargetKind::File), f.in("real/file")));

  // The host has a directory by this name, and the image has not: the link leads nowhere.
  f.link("out", f.base() / "canary");
  CHECK(target(f, "/out").error == ELOOP);
  CHECK(target(f, "/out/new").error == ELOOP);
  CHECK(target(f, "/out/file", TargetKind::File).error == ELOOP);
  // The image has one too: that one is meant.
  const std::string same = (f.base() / "canary").string().substr(1);
  f.dir(same);
  CHECK(is(target(f, "/out"), f.in(same)));
  CHECK(is(target(f, "/out/new"), f.in(same + "/new")));
}

TEST_CASE("\"..\" does not lead out of the root, neither in the target nor in a link") {
  Fixture f;
  f.dir("canary");
  f.dir("a/b");
  f.link("a/up", "../../../../canary");
  CHECK(is(target(f, "/../../canary"), f.in("canary")));
  CHECK(is(target(f, "/a/../../.."), f.root()));
  CHECK(is(target(f, "/a/up"), f.in("canary")));
  CHECK(is(target(f, "/a/up/new"), f.in("canary/new")));
  CHECK(is(target(f, "/a/b/../../../made"), f.in("made")));
  CHECK(is(target(f, "/../../new-file", TargetKind::File), f.in("new-file")));
  // Behind a directory that does not exist yet there is no ".." to follow.
  CHECK(target(f, "/missing/../../escaped").error == ELOOP);
  CHECK(target(f, "/gone/..", TargetKind::File).error == ELOOP);
  CHECK_FALSE(fs::exists(f.in("escaped")));
  CHECK_FALSE(fs::exists(f.base() / "escaped"));
}

TEST_CASE("a dangling link in the way is ELOOP, and what it names is not made") {
  Fixture f;
  f.dir("etc");
  f.link("etc/resolv.conf", "/run/systemd/resolve/stub-resolv.conf");
  f.link("relative", "nowhere/at/all");
  f.link("circle", "circle");
  const Tree before = f.inside();
  for (const auto kind : {TargetKind::Directory, TargetKind::File}) {
    CHECK(target(f, "/etc/resolv.conf", kind).error == ELOOP);
    CHECK(target(f, "/relative", kind).error == ELOOP);
    CHECK(target(f, "/relative/deeper/still", kind).error == ELOOP);
    CHECK(target(f, "/circle", kind).error == ELOOP);
    CHECK(target(f, "/circle/x", kind).error == ELOOP);
  }
  CHECK(f.inside() == before);
}

TEST_CASE("magic links are refused") {
  // /proc itself as the root: its links lead to whatever the process has, and not along a path.
  const UniqueFd proc{open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC)};
  REQUIRE(proc);
  Fixture f;
  const std::string fd = fmt::format("/self/fd/{}", f.fd());
  for (const std::string& path : {std::string{"/self/root"}, std::string{"/self/cwd"}, fd, fd + "/made",
                                  std::string{"/self/root/tmp"}, std::string{"/self/exe"}}) {
    INFO(path);
    CHECK(settle(open_target(proc.get(), path.c_str(), TargetKind::Directory)).error == ELOOP);
    CHECK(settle(open_target(proc.get(), path.c_str(), TargetKind::File)).error == ELOOP);
    CHECK(settle(open_system_target(proc.get(), path.c_str())).error == ELOOP);
  }
  CHECK(f.inside().empty());
}

TEST_CASE("a file where a directory is wanted is ENOTDIR") {
  Fixture f;
  f.file("file");
  const Tree before = f.inside();
  CHECK(target(f, "/file").error == ENOTDIR);
  CHECK(target(f, "/file/below").error == ENOTDIR);
  CHECK(target(f, "/file/below/it", TargetKind::File).error == ENOTDIR);
  CHECK(system_target(f, "/file").error == ENOTDIR);
  CHECK(f.inside() == before);
}

TEST_CASE("a directory where a file is wanted is opened as it is: move_mount(2) refuses it") {
  Fixture f;
  f.dir("dir");
  const Tree before = f.inside();
  CHECK(is(target(f, "/dir", TargetKind::File), f.in("dir")));
  CHECK(f.inside() == before);
}

TEST_CASE("a system target takes no link at all, wherever it leads (CVE-2019-16884)") {
  Fixture f;
  f.dir("real/proc");
  f.link("proc", "real/proc");
  f.link("dev", "/real");
  f.link("sys", "/nowhere");
  f.link("way", "real");
  f.link("here", ".");
  const Tree before = f.inside();
  for (const char* path : {"/proc", "/dev", "/sys", "/way/proc", "/way/new", "/here/real", "/sys/x"}) {
    INFO(path);
    CHECK(system_target(f, path).error == ELOOP);
  }
  CHECK(f.inside() == before);
}

TEST_CASE("a name of 255 bytes is made, one of 300 is ENAMETOOLONG") {
  Fixture f;
  const std::string fits(NAME_MAX, 'n');
  const std::string large(300, 'n');
  for (const auto kind : {TargetKind::Directory, TargetKind::File}) {
    CHECK(target(f, "/" + large, kind).error == ENAMETOOLONG);
    CHECK(target(f, "/parent/" + large, kind).error == ENAMETOOLONG);
    CHECK(target(f, "/parent/" + large + "/below", kind).error == ENAMETOOLONG);
  }
  CHECK(system_target(f, "/" + large).error == ENAMETOOLONG);
  CHECK(is(target(f, "/" + fits + "/" + fits), f.in(fits + "/" + fits)));
}

TEST_CASE("a path longer than the kernel's is ENAMETOOLONG") {
  Fixture f;
  std::string path;
  while (path.size() < PATH_MAX)
    path += "/" + std::string(100, 'd');  // few levels: removing them holds each open
  CHECK(target(f, path).error == ENAMETOOLONG);
  CHECK(target(f, path, TargetKind::File).error == ENAMETOOLONG);
  CHECK(system_target(f, path).error == ENAMETOOLONG);
  CHECK(f.inside().empty());
  path.resize(PATH_MAX - 2);  // the longest that has room for its end
  CHECK(target(f, path).error == 0);
}

TEST_CASE("a FIFO is a file like any other, and is not waited for") {
  Fixture f;
  REQUIRE(mkfifo(f.in("fifo").c_str(), 0600) == 0);
  CHECK(is(target(f, "/fifo", TargetKind::File), f.in("fifo")));
  CHECK(target(f, "/fifo").error == ENOTDIR);
  CHECK(target(f, "/fifo/below", TargetKind::File).error == ENOTDIR);
  CHECK(system_target(f, "/fifo").error == ENOTDIR);
}

TEST_CASE("a chain of links is followed as the kernel does, and beneath the root") {
  Fixture f;
  f.dir("end");
  f.link("one", "/two");
  f.link("two", "three");
  f.link("three", "/../../end");
  CHECK(is(target(f, "/one/new"), f.in("end/new")));
}

}  // namespace target_test
