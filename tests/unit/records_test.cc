// Every file that a version of snug has written is read by this one: tests/unit/records.
#include <fcntl.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <map>
#include <set>
#include <string>

#include "container/container_record.h"
#include "container/record.h"
#include "files/maps_file.h"
#include "support/repository.h"

namespace records_test {

using namespace snug;
using namespace snug::container;
using namespace snug::files;
using namespace snug::spec;
using namespace snug::store;
namespace fs = std::filesystem;

namespace {

constexpr std::string_view kKinds[] = {"created", "gate",  "limits", "options", "plain",
                                       "ports",   "range", "rules",  "stopped", "views"};

struct Kept {
  unsigned version{};  // of the folder, and so of the files
  std::string kind{};
  ContainerRecord record{};
  RunState state{};
  std::optional<MapRange> maps{};
};

Kept read(unsigned version, const fs::path& place) {
  INFO(place.string());
  Kept kept{.version = version, .kind = place.filename()};
  const UniqueFd dir{open(place.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  REQUIRE(dir);
  const auto record_file = read_document(dir.get(), "container.json", kRecordFormat);
  INFO((record_file ? "" : describe(record_file.error())));
  REQUIRE(record_file);
  CHECK(record_file->version == version);
  const auto record = container_record(*record_file);
  INFO((record ? "" : describe(record.error())));
  REQUIRE(record);
  kept.record = *record;
  const auto state_file = read_document(dir.get(), "state.json", kRecordFormat);
  INFO((state_file ? "" : describe(state_file.error())));
  REQUIRE(state_file);
  CHECK(state_file->version == version);
  const auto state = run_state(*state_file);
  INFO((state ? "" : describe(state.error())));
  REQUIRE(state);
  kept.state = *state;
  const auto maps = read_maps_file(dir.get());
  INFO((maps ? "" : describe(maps.error())));
  REQUIRE(maps);
  kept.maps = *maps;
  return kept;
}

fs::path records() {
  return repository() + "tests/unit/records";
}

// Of every version; of one kind, or of all.
std::vector<Kept> all_kept(std::string_view kind = "") {
  std::vector<Kept> all;
  for (const auto& folder : fs::directory_iterator{records()}) {
    if (!folder.is_directory())
      continue;
    const std::string name = folder.path().filename();
    REQUIRE(name.starts_with("v"));
    for (const auto& place : fs::directory_iterator{folder.path()})
      if (kind.empty() || place.path().filename() == kind)
        all.push_back(read(static_cast<unsigned>(std::stoul(name.substr(1))), place.path()));
  }
  return all;
}

}  // namespace

TEST_CASE("every record of every version is read, and written as one of today's") {
  std::map<unsigned, std::set<std::string>> seen;
  for (const Kept& kept : all_kept()) {
    INFO("v" << kept.version << "/" << kept.kind);
    CHECK(seen[kept.version].insert(kept.kind).second);
    CHECK(kept.record.id.size() == 16);
    CHECK(kept.record.id == kept.state.id);
    CHECK(kept.record.created_ns > 0);
    CHECK(kept.record.spec.name.value().value == (kept.kind == "stopped" ? "rules" : kept.kind));
    CHECK_FALSE(kept.state.image.empty());
    CHECK_FALSE(kept.state.command.empty());
    const unsigned own = kRecordFormat.version;
    CHECK(container_record({.version = own, .body = to_json(kept.record)}) == kept.record);
    CHECK(run_state({.version = own, .body = to_json(kept.state)}) == kept.state);
  }
  // A version that was ever released is not forgotten, and today's has its files.
  REQUIRE(seen.size() == kRecordFormat.version);
  for (const auto& [version, kinds] : seen)
    for (const std::string_view kind : kKinds) {
      INFO("v" << version << "/" << kind);
      CHECK(kinds.contains(std::string{kind}));
    }
}

TEST_CASE("what a record of any version says is what its container was made with") {
  for (const Kept& kept : all_kept("rules")) {
    const KeepRules& rules = kept.record.rules;
    CHECK(rules.restart == RestartPolicy{RestartWhen::OnFailure, 3});
    CHECK(rules.health == HealthCheck{"test -e /tmp", 1000, 2000, 3000, 4});
    CHECK((rules.stop_signal == 2 && rules.stop_timeout_ms == 5000));
    CHECK((rules.log_size == 1 << 20 && rules.log_files == 3));
    CHECK(kept.state.phase == RunPhase::Running);
    CHECK(kept.state.health == Health::Healthy);
  }
  for (const Kept& kept : all_kept("stopped")) {
    CHECK(kept.state.phase == RunPhase::Exited);
    CHECK((kept.state.stopped_by_user && kept.state.exit_code == 7));
  }
  for (const Kept& kept : all_kept("created")) CHECK(kept.state.phase == RunPhase::Created);
  for (const Kept& kept : all_kept("ports"))
    CHECK(kept.state.ports == std::vector<std::string>{"127.0.0.1:18080:80/tcp", "127.0.0.1:18081:81/udp"});
  for (const Kept& kept : all_kept("views")) {
    const auto& mounts = kept.record.spec.mounts;
    REQUIRE(mounts.size() == 2);
    CHECK((mounts[0].type == MountType::Cow && mounts[0].source == "/home/alice/a" &&
           mounts[0].target == "/a" && mounts[0].missing == Missing::Skip));
    CHECK(
        (mounts[1].type == MountType::Cow && mounts[1].target == "/b" && mounts[1].missing == Missing::Fail));
  }
  for (const Kept& kept : all_kept("limits")) {
    CHECK(kept.record.spec.memory.value().value == 64 << 20);
    CHECK(kept.record.spec.cpus.value().value == 0.5);
    CHECK_FALSE(kept.record.spec.limits_required.value);
  }
  for (const Kept& kept : all_kept("gate")) {
    CHECK(kept.record.spec.network.value == NetworkMode::Gate);
    CHECK(kept.record.spec.allow.size() == 2);
  }
  for (const Kept& kept : all_kept("options")) {
    CHECK(kept.record.spec.env_set.back().value == "\xff\x80");
    CHECK(kept.state.exit_code == 3);
  }
  for (const Kept& kept : all_kept("range")) {
    CHECK(kept.record.spec.ids.value == IdMode::Range);
    REQUIRE(kept.maps);
    CHECK(kept.maps->uids == std::vector<IdRange>{{0, 1000, 1}, {1, 100000, 65535}});
  }
}

}  // namespace records_test
