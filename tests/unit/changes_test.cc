#include "image/changes.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/unique_fd.h"
#include "support/scratch_dir.h"

namespace changes_test {

using namespace snug;
using namespace snug::image;
namespace fs = std::filesystem;

namespace {

// An upper directory above layers, all of them plain directories.
class Fixture {
  ScratchDir scratch_;

 public:
  Fixture() { fs::create_directories(upper()); }

  fs::path upper() const { return top / "upper"; }
  fs::path layer(int n = 0) const { return top / ("layer" + std::to_string(n)); }

  Result<Changes> look(int layers = 1) const {
    std::vector<Layer> below;
    for (int n = 0; n < layers; ++n) {
      struct stat info {};
      fs::create_directories(layer(n));
      REQUIRE(stat(layer(n).c_str(), &info) == 0);
      below.push_back({.path = layer(n), .dev = info.st_dev, .ino = info.st_ino});
    }
    const UniqueFd fd{open(upper().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
    return find_changes(fd.get(), below, own);
  }

  // One line each, as docker has it.
  std::string text(int layers = 1) const {
    const auto changes = look(layers);
    INFO((changes ? "" : describe(changes.error())));
    REQUIRE(changes);
    std::string lines;
    for (const Change& c : changes->list) {
      lines += c.kind == ChangeKind::Added ? "A " : c.kind == ChangeKind::Changed ? "C " : "D ";
      lines += c.path + "\n";
    }
    return lines;
  }

  const fs::path& top = scratch_.path();
  OwnPlaces own;
};

void whiteout(const fs::path& path) {
  fs::create_directories(path.parent_path());
  REQUIRE(mknod(path.c_str(), S_IFCHR, makedev(0, 0)) == 0);
}
void attribute(const fs::path& path, const char* name, const char* value) {
  fs::create_directories(path);
  REQUIRE(setxattr(path.c_str(), name, value, 1, 0) == 0);
}

}  // namespace

TEST_CASE("added, changed and deleted, by path") {
  Fixture f;
  for (const char* name : {"etc/passwd", "etc/group", "usr/bin/old", "home/a"}) file(f.layer() / name);
  file(f.upper() / "etc/passwd", "other");
  file(f.upper() / "etc/new");
  whiteout(f.upper() / "usr/bin/old");
  file(f.upper() / "home-x/b");
  file(f.upper() / "home/b");
  CHECK(f.text() ==
        "C /etc\nA /etc/new\nC /etc/passwd\nC /home\nA /home-x\nA /home-x/b\nA /home/b\nC /usr\nC /usr/bin\n"
        "D /usr/bin/old\n");
}

TEST_CASE("an upper layer with nothing in it is no change") {
  Fixture f;
  file(f.layer() / "a");
  CHECK(f.text().empty());
}

TEST_CASE("whiteouts are read in every dialect") {
  Fixture f;
  for (const char* name : {"d/kernel", "d/fuse", "d/stays"}) file(f.layer() / name);
  whiteout(f.upper() / "d/kernel");
  file(f.upper() / "d/.wh.fuse", "");
  SECTION("of names") {
    CHECK(f.text() == "C /d\nD /d/fuse\nD /d/kernel\n");
  }
  SECTION("by attribute, in a directory that says so") {
    file(f.upper() / "d/stays", "");
    attribute(f.upper() / "d", "user.overlay.opaque", "x");
    REQUIRE(setxattr((f.upper() / "d/stays").c_str(), "user.overlay.whiteout", "y", 1, 0) == 0);
    CHECK(f.text() == "C /d\nD /d/fuse\nD /d/kernel\nD /d/stays\n");
  }
  SECTION("an attribute alone, in a directory that does not say so, is none") {
    file(f.upper() / "d/stays", "");
    REQUIRE(setxattr((f.upper() / "d/stays").c_str(), "user.overlay.whiteout", "y", 1, 0) == 0);
    CHECK(f.text() == "C /d\nD /d/fuse\nD /d/kernel\nC /d/stays\n");
  }
}

TEST_CASE("what an opaque directory hides is deleted") {
  Fixture f;
  for (const char* name : {"d/one", "d/two", "d/sub/deep/x", "d/sub/y"}) file(f.layer() / name);
  file(f.upper() / "d/two");
  file(f.upper() / "d/three");
  fs::create_directories(f.upper() / "d/sub/deep");
  const std::string expected =
      "C /d\nD /d/one\nC /d/sub\nC /d/sub/deep\nD /d/sub/deep/x\nD /d/sub/y\nA /d/three\nC /d/two\n";
  SECTION("kernel") {
    attribute(f.upper() / "d", "user.overlay.opaque", "y");
  }
  SECTION("fuse-overlayfs") {
    attribute(f.upper() / "d", "user.fuseoverlayfs.opaque", "y");
  }
  SECTION("fuse-overlayfs' older marker") {
    whiteout(f.upper() / "d/.wh..opq");
  }
  SECTION("marker file") {
    file(f.upper() / "d/.wh..wh..opq", "");
  }
  CHECK(f.text() == expected);
}

TEST_CASE("the image is what its layers are together") {
  Fixture f;
  file(f.layer(0) / "gone");
  file(f.layer(0) / "dir/below");
  file(f.layer(0) / "cut/below");
  whiteout(f.layer(1) / "gone");
  attribute(f.layer(1) / "dir", "user.overlay.opaque", "y");
  file(f.layer(1) / "dir/above");
  file(f.layer(1) / "cut");
  file(f.upper() / "gone");       // was gone: added
  file(f.upper() / "dir/below");  // was hidden: added
  whiteout(f.upper() / "dir/above");
  file(f.upper() / "cut/below");  // a directory in the place of a file
  whiteout(f.upper() / "never");  // hides nothing
  CHECK(f.text(2) == "C /cut\nA /cut/below\nC /dir\nD /dir/above\nA /dir/below\nA /gone\n");
}

TEST_CASE("a whiteout file of a middle layer hides a directory below it") {
  Fixture f;
  file(f.layer(0) / "dir/below");
  file(f.layer(1) / ".wh.dir", "");
  file(f.upper() / "dir/below");
  CHECK(f.text(2) == "A /dir\nA /dir/below\n");
}

TEST_CASE("a directory in which nothing changed is none, unless it is new or its mode is") {
  Fixture f;
  for (const char* name : {"same", "mode"}) fs::create_directories(f.layer() / name);
  for (const char* name : {"same", "mode", "new"}) fs::create_directories(f.upper() / name);
  REQUIRE(chmod((f.upper() / "mode").c_str(), 0700) == 0);
  CHECK(f.text() == "C /mode\nA /new\n");
  CHECK(f.look()->left_out == std::set<std::string>{"same"});
}

TEST_CASE("what snug makes to mount upon is left out, with what leads to it") {
  Fixture f;
  for (const char* place : {"/proc", "/etc/hosts", "/data/deep/volume", "/srv/volume"}) f.own.add(place);
  fs::create_directories(f.upper() / "proc");
  fs::create_directories(f.upper() / "data/deep/volume");
  fs::create_directories(f.upper() / "srv/volume");
  file(f.upper() / "srv/mine");
  fs::create_directories(f.layer() / "etc");
  file(f.upper() / "etc/hosts", "");
  CHECK(f.text() == "A /srv\nA /srv/mine\n");
  CHECK(f.look()->left_out == std::set<std::string>{"proc", "data/deep/volume", "data/deep", "data",
                                                    "srv/volume", "etc/hosts", "etc"});
  SECTION("but not what somebody else put there") {
    file(f.upper() / "etc/hosts", "127.0.0.1 x");
    file(f.upper() / "proc/left");
    CHECK(f.text() == "C /etc\nA /etc/hosts\nA /proc\nA /proc/left\nA /srv\nA /srv/mine\n");
  }
}

TEST_CASE("links are listed, and not followed") {
  Fixture f;
  file(f.layer() / "d/x");
  file(f.top / "outside/secret");
  fs::create_symlink(f.top / "outside", f.upper() / "link");
  fs::create_symlink("..", f.upper() / "d");
  CHECK(f.text() == "C /d\nA /link\n");
}

TEST_CASE("kinds and sizes") {
  Fixture f;
  file(f.upper() / "file", "12345");
  REQUIRE(mkfifo((f.upper() / "fifo").c_str(), 0600) == 0);
  fs::create_symlink("file", f.upper() / "link");
  const auto changes = f.look();
  REQUIRE(changes);
  REQUIRE(changes->list.size() == 3);
  CHECK(changes->list[0].file == FileKind::Fifo);
  CHECK(changes->list[1].file == FileKind::Regular);
  CHECK(changes->list[1].size == 5);
  CHECK(changes->list[2].file == FileKind::Symlink);
}

TEST_CASE("a tree of 10,000 levels is walked in both, and a name may hold any byte") {
  Fixture f;
  file(f.upper() / "a\n\xff");
  fs::create_directories(f.layer());
  std::string top = f.top;
  for (const fs::path& side : {f.layer(), f.upper()}) {
    UniqueFd at{open(side.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
    for (int level = 0; level < 10'000; ++level) {
      REQUIRE(mkdirat(at.get(), "d", 0755) == 0);
      at.reset(openat(at.get(), "d", O_PATH | O_DIRECTORY | O_CLOEXEC));
      REQUIRE(at);
    }
    if (side == f.upper())
      REQUIRE(UniqueFd{openat(at.get(), "new", O_CREAT | O_WRONLY | O_CLOEXEC, 0600)});
  }
  const auto changes = f.look();
  INFO((changes ? "" : describe(changes.error())));
  REQUIRE(changes);
  CHECK(changes->list.size() == 10'002);
  CHECK(changes->list.front().path == "/a\n\xff");
  CHECK(changes->list.back().path.size() == 20'004);
  REQUIRE(std::system(("rm -rf " + top).c_str()) == 0);
}

TEST_CASE("a layer that is another directory now is refused") {
  Fixture f;
  REQUIRE(f.look());
  const UniqueFd fd{open(f.upper().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
  const auto changes = find_changes(fd.get(), {{.path = f.layer(), .dev = 1, .ino = 1}}, {});
  REQUIRE_FALSE(changes);
  CHECK(changes.error().step.find("was replaced") != std::string::npos);
}

}  // namespace changes_test
