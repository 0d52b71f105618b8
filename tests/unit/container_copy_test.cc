#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/unique_fd.h"
#include "client/copy.h"
#include "support/scratch_dir.h"

namespace container_copy_test {

using namespace snug;
using namespace snug::client;
using namespace snug::files;
namespace fs = std::filesystem;

namespace {

// root/ is a container's tree, host/ the working directory outside.
class Fixture {
  ScratchDir scratch_;

 public:
  Fixture() {
    for (const char* dir : {"root", "host", "secret"}) fs::create_directories(top / dir);
    root_.reset(open((top / "root").c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    before_ = fs::current_path();
    fs::current_path(top / "host");
  }
  ~Fixture() { fs::current_path(before_); }
  Fixture(const Fixture&) = delete;
  Fixture& operator=(const Fixture&) = delete;

  fs::path root() const { return top / "root"; }
  fs::path host() const { return top / "host"; }
  CopyEnd inside(const std::string& path) const {
    return {.inside = true, .root = root_.get(), .path = path};
  }
  static CopyEnd outside(const std::string& path) { return {.path = path}; }

  Status in(const std::string& from, const std::string& to, CopyOptions wishes = {}) const {
    return copy_between(outside(from), inside(to), wishes);
  }
  Status out(const std::string& from, const std::string& to, CopyOptions wishes = {}) const {
    return copy_between(inside(from), outside(to), wishes);
  }

  const fs::path& top = scratch_.path();

 private:
  UniqueFd root_;
  fs::path before_;
};

void good(const Status& status) {
  INFO((status ? "" : describe(status.error())));
  CHECK(status);
}
// The names in a directory, with nothing half done among them.
std::string names(const fs::path& dir) {
  std::vector<std::string> all;
  for (const auto& entry : fs::directory_iterator(dir)) all.push_back(entry.path().filename());
  std::sort(all.begin(), all.end());
  std::string text;
  for (const std::string& name : all) text += name + " ";
  return text;
}

}  // namespace

TEST_CASE("a word is a path of the host or of a container") {
  CHECK(parse_copy_place("web:/etc") == CopyPlace{"web", "/etc"});
  CHECK(parse_copy_place("web:a:b") == CopyPlace{"web", "a:b"});
  CHECK(parse_copy_place("/a:b") == CopyPlace{"", "/a:b"});
  CHECK(parse_copy_place("./a:b") == CopyPlace{"", "./a:b"});
  CHECK(parse_copy_place("file") == CopyPlace{"", "file"});
  CHECK(parse_copy_place("-") == CopyPlace{"", "-"});
}

TEST_CASE("a file lands where docker puts it") {
  Fixture f;
  file("file", "new");
  fs::create_directories(f.root() / "dir");
  file(f.root() / "there", "old");
  good(f.in("file", "/name"));
  CHECK(content(f.root() / "name") == "new");
  good(f.in("file", "/dir"));
  CHECK(content(f.root() / "dir/file") == "new");
  good(f.in("file", "/there"));
  CHECK(content(f.root() / "there") == "new");
  CHECK(f.in("file", "/missing/").error().err == ENOENT);
  CHECK(f.in("file", "/missing/name").error().err == ENOENT);
  CHECK(f.in("file", "/there/").error().err == ENOTDIR);
  CHECK(f.in("nothing", "/dir").error().err == ENOENT);
  CHECK(names(f.root()) == "dir name there ");
}

TEST_CASE("a directory lands where docker puts it") {
  Fixture f;
  file("d/sub/file", "new");
  fs::create_directories(f.root() / "there");
  file(f.root() / "file");
  SECTION("as a new one") {
    good(f.in("d", "/new"));
    good(f.in("d/.", "/new2/"));
    CHECK(content(f.root() / "new/sub/file") == "new");
    CHECK(content(f.root() / "new2/sub/file") == "new");
  }
  SECTION("below one that is there") {
    good(f.in("d", "/there"));
    good(f.in("d/", "/there/"));  // again, over itself
    CHECK(content(f.root() / "there/d/sub/file") == "new");
    CHECK(names(f.root() / "there") == "d ");
  }
  SECTION("its content into one that is there") {
    file(f.root() / "there/sub/kept");
    good(f.in("d/.", "/there"));
    CHECK(names(f.root() / "there") == "sub ");
    CHECK(names(f.root() / "there/sub") == "file kept ");
  }
  SECTION("not over a file") {
    CHECK_FALSE(f.in("d", "/file"));
    file(f.root() / "there/d");
    CHECK(f.in("d", "/there").error().err == ENOTDIR);
    fs::create_directories(f.root() / "there2/file");
    CHECK(f.in("d/sub/file", "/there2").error().err == EISDIR);
    CHECK(names(f.root() / "there2") == "file ");
  }
}

TEST_CASE("out of a container it is the same") {
  Fixture f;
  file(f.root() / "etc/conf", "c");
  good(f.out("/etc/conf", "."));
  good(f.out("/etc", "new"));
  good(f.out("etc/../etc/.", f.host().string() + "/new2"));
  CHECK(content("conf") == "c");
  CHECK(content("new/conf") == "c");
  CHECK(content("new2/conf") == "c");
  good(f.out("/", "all"));
  CHECK(content("all/etc/conf") == "c");
}

TEST_CASE("links are copied as links, and followed where that is wished") {
  Fixture f;
  file("target", "t");
  fs::create_symlink("target", "link");
  good(f.in("link", "/link"));
  CHECK(fs::read_symlink(f.root() / "link") == "target");
  good(f.in("link", "/copy", {.follow = true}));
  CHECK(content(f.root() / "copy") == "t");
  CHECK_FALSE(fs::is_symlink(f.root() / "copy"));
  fs::create_directories("dir");
  file("dir/x");
  fs::create_symlink("dir", "dirlink");
  good(f.in("dirlink/.", "/contents"));
  CHECK(names(f.root() / "contents") == "x ");
  good(f.in("dirlink/", "/contents"));
  CHECK(fs::is_directory(fs::symlink_status(f.root() / "contents/dirlink")));
}

TEST_CASE("a link of the container does not lead out of it") {
  Fixture f;
  file(f.top / "secret/key", "secret");
  file("file", "new");
  fs::create_symlink(f.top / "secret", f.root() / "absolute");
  fs::create_symlink("../../../../../.." + (f.top / "secret").string(), f.root() / "relative");
  fs::create_symlink("/proc/self/cwd", f.root() / "magic");
  fs::create_symlink(f.top / "secret/key", f.root() / "key");
  for (const char* dir : {"absolute", "relative", "magic"}) {
    INFO(dir);
    CHECK_FALSE(f.out(std::string{"/"} + dir + "/key", "stolen"));
    CHECK_FALSE(f.in("file", std::string{"/"} + dir + "/key"));
  }
  CHECK_FALSE(f.out("/key", "stolen", {.follow = true}));
  CHECK_FALSE(f.out("/../secret/key", "stolen"));
  CHECK_FALSE(f.in("file", "/key"));  // leads to where there is no directory inside
  CHECK_FALSE(fs::exists("stolen"));
  CHECK(content(f.top / "secret/key") == "secret");
  // Inside it may lead anywhere.
  fs::create_directories(f.root() / "data");
  fs::create_symlink("/data/real", f.root() / "fine");
  good(f.in("file", "/fine"));
  CHECK(content(f.root() / "data/real") == "new");
  CHECK(fs::is_symlink(f.root() / "fine"));
}

TEST_CASE("a link in the way of a tree is not written through") {
  Fixture f;
  file("d/sub/key", "new");
  file(f.top / "secret/key", "secret");
  fs::create_directories(f.root() / "d");
  SECTION("in the place of a directory") {
    fs::create_symlink(f.top / "secret", f.root() / "d/sub");
    CHECK(f.in("d", "/").error().err == ENOTDIR);
  }
  SECTION("in the place of a file") {
    fs::create_directories(f.root() / "d/sub");
    fs::create_symlink(f.top / "secret/key", f.root() / "d/sub/key");
    good(f.in("d", "/"));
    CHECK(content(f.root() / "d/sub/key") == "new");
  }
  SECTION("on the host's side") {
    fs::rename("d", f.root() / "d2");
    fs::create_directories("d2");
    fs::create_symlink(f.top / "secret", "d2/sub");
    CHECK(f.out("/d2", ".").error().err == ENOTDIR);
  }
  CHECK(content(f.top / "secret/key") == "secret");
}

TEST_CASE("FIFOs, sockets and devices neither hang nor come out") {
  Fixture f;
  alarm(300);
  REQUIRE(mkfifo((f.root() / "fifo").c_str(), 0600) == 0);
  CHECK_FALSE(f.out("/fifo", "x"));
  file(f.root() / "d/file");
  REQUIRE(mkfifo((f.root() / "d/fifo").c_str(), 0600) == 0);
  REQUIRE(mknod((f.root() / "d/socket").c_str(), S_IFSOCK | 0600, 0) == 0);
  REQUIRE(mknod((f.root() / "d/whiteout").c_str(), S_IFCHR, 0) == 0);
  std::string told;
  CopyOptions wishes;
  wishes.rules.skipped = [&](const std::string& path, const char* why) { told += path + " " + why + "\n"; };
  good(f.out("/d", ".", wishes));
  CHECK(told == "socket a socket\nwhiteout a device\n");
  CHECK(names("d") == "fifo file ");
  alarm(0);
}

TEST_CASE("setuid bits stay where they are") {
  Fixture f;
  file(f.root() / "d/tool");
  REQUIRE(chmod((f.root() / "d/tool").c_str(), 06755) == 0);
  REQUIRE(chmod((f.root() / "d").c_str(), 03777) == 0);
  CopyOptions wishes;
  wishes.rules.mode_bits = 0777;
  good(f.out("/d", ".", wishes));
  struct stat info {};
  REQUIRE(stat("d/tool", &info) == 0);
  CHECK((info.st_mode & 07777) == 0755);
  REQUIRE(stat("d", &info) == 0);
  CHECK((info.st_mode & 07777) == 0777);
}

TEST_CASE("hard links stay links, also when copied over themselves") {
  Fixture f;
  file("d/a");
  fs::create_hard_link("d/a", "d/sub-b");
  for (int i = 0; i < 2; ++i) {
    good(f.in("d", "/"));
    CHECK(names(f.root() / "d") == "a sub-b ");
    CHECK(fs::hard_link_count(f.root() / "d/a") == 2);
    CHECK(fs::equivalent(f.root() / "d/a", f.root() / "d/sub-b"));
  }
}

TEST_CASE("a directory is not copied into itself") {
  Fixture f;
  file(f.root() / "d/x");
  CHECK_FALSE(copy_between(f.inside("/d"), f.inside("/d/below"), {}));
  CHECK_FALSE(copy_between(f.inside("/d/."), f.inside("/d"), {}));
}

TEST_CASE("a file that does not fit leaves the old one") {
  Fixture f;
  file("big", std::string(1 << 20, 'b'));
  file(f.root() / "there", "old");
  const pid_t child = fork();
  if (child == 0) {
    signal(SIGXFSZ, SIG_IGN);
    const rlimit small{1 << 16, 1 << 16};
    setrlimit(RLIMIT_FSIZE, &small);
    const Status status = f.in("big", "/there");
    _exit(!status && status.error().err == EFBIG ? 0 : 1);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(status == 0);
  CHECK(content(f.root() / "there") == "old");
  CHECK(names(f.root()) == "there ");
}

TEST_CASE("a tree of 10,000 levels is copied with few descriptors") {
  Fixture f;
  UniqueFd at{open(f.host().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
  for (int level = 0; level < 10'000; ++level) {
    REQUIRE(mkdirat(at.get(), "d", 0755) == 0);
    at.reset(openat(at.get(), "d", O_PATH | O_DIRECTORY | O_CLOEXEC));
  }
  REQUIRE(UniqueFd{openat(at.get(), "end", O_CREAT | O_WRONLY | O_CLOEXEC, 0600)});
  at.reset();
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
  const rlimit few{64, before.rlim_max};
  REQUIRE(setrlimit(RLIMIT_NOFILE, &few) == 0);
  const Status status = f.in("d", "/d");
  REQUIRE(setrlimit(RLIMIT_NOFILE, &before) == 0);
  good(status);
  at.reset(open(f.root().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  for (int level = 0; level < 10'000 && at; ++level)
    at.reset(openat(at.get(), "d", O_PATH | O_DIRECTORY | O_CLOEXEC));
  CHECK((at && faccessat(at.get(), "end", F_OK, 0) == 0));
  REQUIRE(std::system(("rm -rf " + f.top.string() + "/host/d " + f.top.string() + "/root/d").c_str()) == 0);
}

TEST_CASE("what becomes a link between the look and the opening is not followed") {
  Fixture f;
  file(f.top / "secret/key", "secret");
  file(f.root() / "d/file", "fine");
  file(f.root() / "d/sub/key", "fine");
  CopyOptions wishes;
  wishes.rules.check = [&](const std::string& path) -> Status {
    fs::remove_all(f.root() / "d" / path);
    fs::create_symlink(f.top / "secret" / (path == "file" ? "key" : ""), f.root() / "d" / path);
    return {};
  };
  good(f.out("/d", "out", wishes));
  CHECK(names("out").empty());
}

TEST_CASE("a tree that somebody changes meanwhile leads nowhere else") {
  Fixture f;
  file(f.top / "secret/key", "secret");
  for (int i = 0; i < 50; ++i) file(f.root() / "d" / ("n" + std::to_string(i)) / "key", "fine");
  const pid_t enemy = fork();
  if (enemy == 0) {
    for (int i = 0;; i = (i + 1) % 50) {
      // A directory, then a file, each a link to the secret for a moment.
      const std::string dir = f.root() / "d" / ("n" + std::to_string(i)), key = dir + "/key";
      for (const auto& [name, secret] : {std::pair{dir, f.top / "secret"}, {key, f.top / "secret/key"}}) {
        (void)rename(name.c_str(), (name + "-aside").c_str());
        (void)symlink(secret.c_str(), name.c_str());
        (void)unlink(name.c_str());
        (void)rename((name + "-aside").c_str(), name.c_str());
      }
    }
  }
  for (int round = 0; round < 100; ++round) {
    fs::remove_all("out");
    (void)f.out("/d", "out");  // it may fail: the tree is not the same twice
    if (fs::exists("out"))
      for (const auto& entry : fs::recursive_directory_iterator("out"))
        if (entry.is_regular_file() && !entry.is_symlink())
          CHECK(content(entry.path()) == "fine");
  }
  REQUIRE(kill(enemy, SIGKILL) == 0);
  REQUIRE(waitpid(enemy, nullptr, 0) == enemy);
}

TEST_CASE("streams go both ways") {
  Fixture f;
  file(f.root() / "d/sub/x", "text");
  for (const auto& [from, below] : {std::pair{"/d", "d/sub/x"}, {"/d/.", "sub/x"}, {"/d/sub/x", "x"}}) {
    INFO(from);
    fs::remove_all(f.root() / "to");
    fs::create_directories(f.root() / "to");
    UniqueFd tar{open("t.tar", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
    good(copy_to_stream(f.inside(from), tar.get(), {}));
    REQUIRE(lseek(tar.get(), 0, SEEK_SET) == 0);
    good(copy_from_stream(tar.get(), f.inside("/to"), {}));
    CHECK(content(f.root() / "to" / below) == "text");
  }
  CHECK(copy_from_stream(0, f.inside("/missing"), {}).error().err == ENOENT);
  CHECK(copy_from_stream(0, f.inside("/d/sub/x"), {}).error().err == ENOTDIR);
}

TEST_CASE("an id here is the same in the first user namespace") {
  const auto owner = owner_here(1234, 5678);
  REQUIRE(owner);
  CHECK(*owner == FileOwner{1234, 5678});
}

}  // namespace container_copy_test
