#include "files/remove_tree.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/unique_fd.h"
#include "support/scratch_dir.h"

namespace remove_tree_test {

using namespace snug;
using namespace snug::files;
namespace fs = std::filesystem;

namespace {

// PARENT/tree is what is removed, everything beside it must stay.
class Fixture {
  ScratchDir scratch_{"/tmp"};
  const fs::path& parent_ = scratch_.path();

 public:
  Fixture() {
    fs::create_directories(tree());
    fs::create_directories(parent_ / "beside/sub");
    std::ofstream{parent_ / "beside/file"} << "stays";
    fd_.reset(open(parent_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  }
  ~Fixture() {
    CHECK(fs::is_directory(parent_ / "beside/sub"));
    CHECK(fs::file_size(parent_ / "beside/file") == 5);
  }
  Fixture(const Fixture&) = delete;
  Fixture& operator=(const Fixture&) = delete;

  const fs::path& parent() const { return parent_; }
  fs::path tree() const { return parent_ / "tree"; }
  void removed() const {
    const Status status = remove_tree(fd_.get(), "tree");
    INFO((status ? "" : describe(status.error())));
    CHECK(status);
    CHECK_FALSE(fs::exists(fs::symlink_status(tree())));
  }
  Status remove(const std::string& name) const { return remove_tree(fd_.get(), name); }

 private:
  UniqueFd fd_;
};

}  // namespace

TEST_CASE("an empty directory and a mixed one are removed") {
  Fixture f;
  f.removed();
  fs::create_directories(f.tree() / "a/b/c");
  fs::create_directories(f.tree() / "a/d");
  std::ofstream{f.tree() / "a/b/file"} << "x";
  REQUIRE(mkfifo((f.tree() / "fifo").c_str(), 0600) == 0);
  f.removed();
}

TEST_CASE("closed directories are opened first") {
  // Only an ordinary user meets the mode; root removes it either way.
  Fixture f;
  fs::create_directories(f.tree() / "work/work/inside");
  std::ofstream{f.tree() / "work/work/inside/file"} << "x";
  fs::create_directories(f.tree() / "upper/a/b/c");
  for (const char* dir : {"work/work/inside", "work/work", "upper/a/b/c", "upper/a/b", "upper/a", "upper"})
    REQUIRE(chmod((f.tree() / dir).c_str(), 0) == 0);
  f.removed();
}

TEST_CASE("a tree of 5,000 levels is removed with few descriptors and a small stack") {
  Fixture f;
  UniqueFd at{open(f.tree().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
  for (int level = 0; level < 5000; ++level) {
    REQUIRE(mkdirat(at.get(), "d", 0700) == 0);
    at.reset(openat(at.get(), "d", O_PATH | O_DIRECTORY | O_CLOEXEC));
    REQUIRE(at);
  }
  const UniqueFd file{openat(at.get(), "file", O_WRONLY | O_CREAT | O_CLOEXEC, 0600)};
  REQUIRE(file);
  at.reset();
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
  const rlimit few{32, before.rlim_max};
  REQUIRE(setrlimit(RLIMIT_NOFILE, &few) == 0);
  const Status status = f.remove("tree");
  REQUIRE(setrlimit(RLIMIT_NOFILE, &before) == 0);
  INFO((status ? "" : describe(status.error())));
  CHECK(status);
  CHECK_FALSE(fs::exists(f.tree()));
}

TEST_CASE("a wide directory is removed") {
  Fixture f;
  for (int i = 0; i < 3000; ++i) {
    std::ofstream{f.tree() / ("file-" + std::to_string(i))};
    if (i % 3 == 0)
      fs::create_directories(f.tree() / ("dir-" + std::to_string(i)) / "below/it");
  }
  f.removed();
}

TEST_CASE("a wide directory below the top is removed, though its own go to the top") {
  Fixture f;
  for (int i = 0; i < 600; ++i) fs::create_directories(f.tree() / "upper" / std::to_string(i) / "below");
  f.removed();
}

TEST_CASE("links are removed and not followed") {
  Fixture f;
  fs::create_symlink(f.parent() / "beside", f.tree() / "absolute");
  fs::create_directories(f.tree() / "sub/closed");
  fs::create_symlink("../../beside", f.tree() / "sub/relative");
  fs::create_symlink("../../beside/file", f.tree() / "sub/file");
  fs::create_symlink("nowhere", f.tree() / "dangling");
  fs::permissions(f.parent() / "beside", fs::perms{0755});
  REQUIRE(chmod((f.tree() / "sub/closed").c_str(), 0) == 0);
  f.removed();
  CHECK((fs::status(f.parent() / "beside").permissions() & fs::perms::mask) == fs::perms{0755});
}

TEST_CASE("a link by the name itself is refused, and what it leads to stays") {
  Fixture f;
  fs::create_symlink("beside", f.parent() / "link");
  CHECK_FALSE(f.remove("link"));
  CHECK(fs::is_symlink(f.parent() / "link"));
}

TEST_CASE("hard links outside keep their file") {
  Fixture f;
  fs::create_hard_link(f.parent() / "beside/file", f.tree() / "same");
  f.removed();
}

TEST_CASE("names that the remover uses itself may be there already") {
  // A payload can choose any name, and a remover that was killed leaves such.
  Fixture f;
  for (int i = 0; i < 4; ++i) fs::create_directories(f.tree() / ("deep-" + std::to_string(i)) / "full/of/it");
  std::ofstream{f.tree() / "deep-4"} << "a file";
  fs::create_directories(f.tree() / "other/deep-0/deep-1/deep-2");
  f.removed();
}

TEST_CASE("names with every byte that a name may have are removed") {
  Fixture f;
  for (const char* name : {"\n", " ", "...", "-rf", "\xff\xfe", "*"}) {
    fs::create_directories(f.tree() / name / "below");
    std::ofstream{f.tree() / name / name};
  }
  f.removed();
}

TEST_CASE("what is not there, or is a file, is an error that names it") {
  Fixture f;
  const Status missing = f.remove("no\nthing");
  REQUIRE_FALSE(missing);
  CHECK(missing.error().err == ENOENT);
  CHECK(missing.error().step == "remove the directory no\\nthing");
  std::ofstream{f.parent() / "file"};
  CHECK(f.remove("file").error().err == ENOTDIR);
  CHECK(fs::exists(f.parent() / "file"));
}

}  // namespace remove_tree_test
