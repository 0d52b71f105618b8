// A store of containers in a directory of its own.
#pragma once

#include <catch2/catch.hpp>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "container/container_record.h"
#include "container/names.h"
#include "container/store.h"
#include "support/scratch_dir.h"
#include "sys/random_number.h"

namespace snug {

class StoreFixture {
  // In memory where that is possible: a thousand times fsync takes minutes on a disk, and a process that is
  // killed leaves the same on both.
  ScratchDir scratch_{"/dev/shm", "/tmp"};
  const std::filesystem::path& root_ = scratch_.path();

 public:
  container::ContainerStore store() const { return container::ContainerStore{root_ / "snug"}; }
  std::filesystem::path dir() const { return root_ / "snug/containers"; }
  std::filesystem::path dir(const std::string& name) const { return dir() / name; }

  static container::ContainerRecord record(const std::string& id) { return {.id = id, .created_ns = 5}; }
  static container::RunState state(const std::string& id) { return {.created_ns = 5, .id = id}; }

  Result<container::Container> create(const std::string& name, const MapRange* range = nullptr) const {
    const std::string id = sys::random_hex();
    return store().create(name, record(id), state(id), 0755, range);
  }

  std::set<std::string> entries() const {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator{dir()})
      names.insert(entry.path().filename());
    return names;
  }
  std::vector<std::string> problems() const {
    const auto problems = store().check();
    REQUIRE(problems);
    return *problems;
  }
  std::vector<container::ListedContainer> list() const {
    const auto list = store().list();
    REQUIRE(list);
    return *list;
  }
};

}  // namespace snug
