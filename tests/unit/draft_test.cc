#include "store/draft.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <optional>

#include "files/maps_file.h"
#include "support/scratch_dir.h"
#include "sys/durable.h"

namespace draft_test {

using namespace snug;
using namespace snug::store;
using namespace snug::sys;
namespace fs = std::filesystem;

namespace {

constexpr const char* kMapped[] = {"data"};
constexpr DraftKind kPlain{.prefix = ".new-", .mapped = kMapped};
constexpr DraftKind kWithFile{.prefix = ".new-", .mapped = kMapped, .lock_file = true};
constexpr DraftKind kEnding{.prefix = ".gone-", .mapped = kMapped, .lock_file = true, .ending = true};

struct Fixture {
  ScratchDir scratch{"/dev/shm", "/tmp"};
  fs::path path = scratch.path();
  UniqueFd store{open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};

  Draft make(const DraftKind& kind) const {
    auto draft = Draft::make(store.get(), kind);
    REQUIRE(draft);
    fs::create_directories(path / draft->name() / "data/deep");
    std::ofstream{path / draft->name() / "data/deep/file"} << "x";
    std::ofstream{path / draft->name() / "notes"} << "x";
    return *std::move(draft);
  }
  // What a maker that was killed leaves: all of it, and no lock.
  std::string leave(const std::string& name, bool lock_file) const {
    fs::create_directories(path / name / "data");
    std::ofstream{path / name / "data/file"} << "x";
    if (lock_file)
      std::ofstream{path / name / "lock"};
    return name;
  }
  UniqueFd open_in(const std::string& name, int flags) const {
    return UniqueFd{openat(store.get(), name.c_str(), flags | O_CLOEXEC)};
  }
  bool there(const std::string& name) const { return fs::exists(path / name); }
};

TEST_CASE("a draft gets its name with everything in it, or goes") {
  for (const DraftKind& kind : {kPlain, kWithFile}) {
    const Fixture f;
    std::string unfinished;
    {
      const Draft draft = f.make(kind);
      unfinished = draft.name();
      CHECK(f.there(unfinished));
      CHECK(fs::exists(f.path / unfinished / "lock") == kind.lock_file);
    }
    CHECK(fs::is_empty(f.path));
    {
      Draft draft = f.make(kind);
      CHECK(draft.publish("web") == 0);
      CHECK(draft.named());
    }
    CHECK(fs::exists(f.path / "web/data/deep/file"));
    CHECK(fs::exists(f.path / "web/lock") == kind.lock_file);
    Draft second = f.make(kind);
    CHECK(second.publish("web") == EEXIST);
    CHECK_FALSE(second.named());
    CHECK(f.there(second.name()));
  }
}

TEST_CASE("what a refused map leaves is removed without it, where the user may") {
  const Fixture f;
  f.leave(".new-1", false);
  const UniqueFd dir = f.open_in(".new-1", O_RDONLY | O_DIRECTORY);
  REQUIRE(files::write_maps_file(dir.get(), {"/bin/false", "/bin/false", {{0, 1, 1}}, {{0, 1, 1}}}));
  sweep_drafts(f.store.get(), kPlain);
  CHECK(fs::is_empty(f.path));
}

TEST_CASE("a sweep takes what nobody makes any more, and that alone") {
  for (const DraftKind& kind : {kPlain, kWithFile}) {
    const Fixture f;
    const Draft making = f.make(kind);
    f.leave(".new-1", false);
    f.leave(".new-2", true);
    f.leave("web", true);
    sweep_drafts(f.store.get(), kind);
    CHECK(f.there(making.name() + "/data/deep/file"));
    CHECK(f.there(making.name() + "/notes"));
    CHECK_FALSE(f.there(".new-1"));
    CHECK_FALSE(f.there(".new-2"));
    CHECK(f.there("web/data/file"));
  }
}

TEST_CASE("a sweep leaves what another version of snug is making, with one lock of the two") {
  const Fixture f;
  f.leave(".new-file", true);
  f.leave(".new-directory", true);
  const UniqueFd file = f.open_in(".new-file/lock", O_RDWR);
  REQUIRE(lock_file(file.get()) == 0);
  const UniqueFd directory = f.open_in(".new-directory", O_RDONLY | O_DIRECTORY);
  REQUIRE(lock_directory(directory.get()) == 0);
  sweep_drafts(f.store.get(), kWithFile);
  CHECK(f.there(".new-file/data/file"));
  CHECK(f.there(".new-directory/data/file"));
}

TEST_CASE("what is being removed is swept where it has lost its lock file, and not while its lock is held") {
  const Fixture f;
  f.leave(".gone-1", false);
  f.leave(".gone-2", true);
  f.leave(".gone-3", true);
  const UniqueFd held = f.open_in(".gone-3/lock", O_RDWR);
  REQUIRE(lock_file(held.get()) == 0);
  sweep_drafts(f.store.get(), kEnding);
  CHECK_FALSE(f.there(".gone-1"));
  CHECK_FALSE(f.there(".gone-2"));
  CHECK(f.there(".gone-3/data/file"));
}

TEST_CASE("a draft that was moved from removes nothing") {
  const Fixture f;
  std::optional<Draft> kept;
  {
    Draft draft = f.make(kPlain);
    kept.emplace(std::move(draft));
  }
  CHECK(f.there(kept->name() + "/notes"));
}

TEST_CASE("a store that cannot be written to is an error, with nothing left") {
  if (geteuid() == 0)
    return;
  const Fixture f;
  REQUIRE(chmod(f.path.c_str(), 0500) == 0);
  const auto draft = Draft::make(f.store.get(), kPlain);
  REQUIRE(chmod(f.path.c_str(), 0700) == 0);
  REQUIRE_FALSE(draft);
  CHECK(draft.error().err == EACCES);
  CHECK(fs::is_empty(f.path));
}

}  // namespace

}  // namespace draft_test
