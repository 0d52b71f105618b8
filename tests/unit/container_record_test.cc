#include "container/container_record.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cerrno>
#include <limits>

#include "container/enum_names.h"
#include "container/record.h"
#include "container/spec_file.h"

namespace container_record_test {

using namespace snug;
using namespace snug::container;
using namespace snug::spec;

namespace {

// A value for every member, each another one.
class Filler {
 public:
  template<class T>
  void operator()(Setting<T>& setting) {
    (*this)(setting.value);
    setting.origin.text = next_text();
  }
  template<class T>
  void operator()(std::optional<T>& value) {
    (*this)(value.emplace());
  }
  template<class T>
  void operator()(std::vector<T>& list) {
    for (int i = 0; i < 2; ++i) (*this)(list.emplace_back());
  }
  template<HasEnumNames T>
  void operator()(T& value) {
    value = std::rbegin(EnumNames<T>::kAll)->value;
  }
  void operator()(std::string& text) { text = next_text(); }
  void operator()(std::uint64_t& number) { number = std::numeric_limits<std::uint64_t>::max() - ++count_; }
  void operator()(double& number) { number = 1.0 / ++count_; }
  void operator()(bool& value) { value = true; }
  void operator()(RunAs& value) { value = {RunAs::Kind::Named, next_text(), next_text()}; }
  void operator()(EnvVariable& value) { value = {next_text(), next_text(), {next_text()}}; }
  void operator()(HostSet& value) { value = {next_text(), {next_text(), next_text()}, {next_text()}}; }
  void operator()(Mount& value) {
    value = {MountType::Tmpfs, next_text(), next_text(),      Access::ReadWrite,
             Missing::Skip,    ++count_,    07777 - ++count_, {next_text()}};
  }

 private:
  // Bytes that a path or a variable may have, among them some that JSON cannot say.
  std::string next_text() {
    const std::string number = std::to_string(++count_);
    switch (count_ % 4) {
      case 0:
        return number + "\xff\x80";
      case 1:
        return number + " \u00fc \"\\\n\x1b";
      case 2:
        return number + std::string("\0", 1);
      default:
        return number;
    }
  }
  unsigned count_{};
};

Spec full_spec() {
  Spec spec;
  Filler fill;
  for_each_setting(fill, spec);
  return spec;
}

ContainerRecord full_record() {
  return {.id = "0123456789abcdef",
          .created_ns = std::numeric_limits<std::int64_t>::max(),
          .spec = full_spec(),
          .rules = {.stop_signal = 64,
                    .stop_timeout_ms = 7,
                    .restart = {RestartWhen::OnFailure, 5},
                    .health = HealthCheck{"test -f /ok", 1, 2, 3, 4},
                    .remove_at_end = true,
                    .open_input = true,
                    .log_size = 8,
                    .log_files = 9}};
}

RunState full_state() {
  return {.phase = RunPhase::Exited,
          .started_ns = 1,
          .finished_ns = 2,
          .exit_code = 255,
          .error = "no \xff memory",
          .stopped_by_user = true,
          .restarts = 3,
          .health = Health::Unhealthy,
          .supervisor_pid = 4,
          .init_pid = 5,
          .init_start = 6,
          .boot_id = "7",
          .control = "/run/x",
          .created_ns = 8,
          .id = "fedcba9876543210",
          .image = "debian",
          .command = {"sh", "-c", "\x80"},
          .ports = {"127.0.0.1:80:80/tcp"},
          .terminal = true,
          .payload = {{"A=b"}, "/w", 4294967294U, 10, {11, 12}, true}};
}

// As a file of this version, or of another one, would be read.
Result<ContainerRecord> record_of(Json body, unsigned version = kRecordFormat.version) {
  return container_record({.version = version, .body = std::move(body)});
}
Result<RunState> state_of(Json body, unsigned version = kRecordFormat.version) {
  return run_state({.version = version, .body = std::move(body)});
}

Json through_text(const Json& json) {
  const auto read = parse_json(pretty_json(json));
  REQUIRE(read);
  return *read;
}

// `json` with the member at `path` (names; "0" for an array's first) changed.
Json* member(Json& json, const std::vector<std::string>& path) {
  Json* at = &json;
  for (const std::string& name : path) {
    if (auto* items = std::get_if<Json::Array>(&at->value)) {
      at = &items->at(0);
      continue;
    }
    auto& members = std::get<Json::Object>(at->value);
    const auto found = std::ranges::find(members, name, &Json::Object::value_type::first);
    REQUIRE(found != members.end());
    at = &found->second;
  }
  return at;
}

std::string refused(const std::vector<std::string>& path, Json value) {
  Json json = to_json(full_record());
  *member(json, path) = std::move(value);
  const auto record = record_of(json);
  REQUIRE_FALSE(record);
  return record.error().step;
}

}  // namespace

TEST_CASE("every member of a spec comes back as it was") {
  const Spec spec = full_spec();
  const auto read = spec_from_json(through_text(to_json(spec)));
  INFO((read ? "" : read.error().step));
  REQUIRE(read);
  CHECK(*read == spec);
  CHECK(spec_from_json(through_text(to_json(Spec{}))) == Spec{});
}

TEST_CASE("no two members of a spec share a file's key") {
  // Each is changed alone, and exactly one key of the file changes with it.
  const Json plain = to_json(Spec{});
  const auto& before = std::get<Json::Object>(plain.value);
  for_each_key([&](const Section&, const Key& key) {
    Spec spec;
    std::visit([&](const auto& at) { Filler{}(spec.*at.spec); }, key.value.member);
    const Json changed = to_json(spec);
    const auto& after = std::get<Json::Object>(changed.value);
    REQUIRE(before.size() == after.size());
    std::size_t differ = 0;
    for (std::size_t i = 0; i < before.size(); ++i) differ += before[i] != after[i];
    CHECK(differ == 1);
  });
}

TEST_CASE("a record and a state come back as they were") {
  const auto record = record_of(through_text(to_json(full_record())));
  INFO((record ? "" : record.error().step));
  REQUIRE(record);
  CHECK(*record == full_record());
  CHECK(record_of(through_text(to_json(ContainerRecord{}))) == ContainerRecord{});
  const auto state = state_of(through_text(to_json(full_state())));
  REQUIRE(state);
  CHECK(*state == full_state());
  CHECK(state_of(through_text(to_json(RunState{}))) == RunState{});
}

TEST_CASE("every word of every choice comes back") {
  for (const auto& word : EnumNames<RunPhase>::kAll)
    CHECK(state_of(to_json(RunState{.phase = word.value}))->phase == word.value);
  for (const auto& word : EnumNames<Health>::kAll)
    CHECK(state_of(to_json(RunState{.health = word.value}))->health == word.value);
  for (const auto& word : EnumNames<Tier>::kAll) {
    Spec spec;
    spec.seccomp.value = word.value;
    CHECK(spec_from_json(to_json(spec)) == spec);
  }
  CHECK(std::get<std::string>(
            member(*std::make_unique<Json>(to_json(full_record())), {"rules", "restart", "when"})->value) ==
        "on-failure");
}

TEST_CASE("reading a record is strict, and names the member") {
  CHECK(refused({}, Json{}) == "container: is not an object");
  CHECK(refused({"id"}, std::uint64_t{1}) == "container: id: is not text");
  CHECK(refused({"id"}, "0123456789ABCDEF") == "container: id: is out of range");
  CHECK(refused({"id"}, Json::Object{{"hex", "3031"}}) == "container: id: is not text");
  CHECK(refused({"id"}, Json::Object{{"hex", "f"}}) == "container: id: is not text");
  CHECK(refused({"created_ns"}, std::numeric_limits<std::uint64_t>::max()) ==
        "container: created_ns: is out of range");
  CHECK(refused({"created_ns"}, 1.5) == "container: created_ns: is not a whole number");
  CHECK(refused({"rules", "stop_signal"}, std::uint64_t{65}) ==
        "container: rules.stop_signal: is out of range");
  CHECK(refused({"rules", "stop_signal"}, std::uint64_t{1} << 32) ==
        "container: rules.stop_signal: is out of range");
  CHECK(refused({"rules", "restart", "when"}, "sometimes") ==
        "container: rules.restart.when: is none of its words");
  CHECK(refused({"rules", "open_input"}, "yes") == "container: rules.open_input: is neither true nor false");
  CHECK(refused({"rules", "health"}, Json::Array{}) == "container: rules.health: is not an object");
  CHECK(refused({"spec", "cpus", "value"}, "2") == "container: spec.cpus.value: is not a number");
  CHECK(refused({"spec", "mounts"}, Json{}) == "container: spec.mounts: is not an array");
  CHECK(refused({"spec", "mounts", "0", "mode"}, std::uint64_t{1} << 40) ==
        "container: spec.mounts[].mode: is out of range");
  CHECK(refused({"spec", "image"}, Json::Object{{"value", "x"}}) ==
        "container: spec.image.origin: is missing");
  CHECK(refused({"spec", "image"}, Json::Object{{"value", "x"}, {"origin", "y"}, {"\x1b", "z"}}) ==
        "container: spec.image.\\x1b: is not known");
  CHECK(refused({"spec", "image"}, Json::Object{{"value", "x"}, {"origin", "y"}, {"value", "z"}}) ==
        "container: spec.image: has a member twice");
}

TEST_CASE("members may come in any order") {
  Json json = to_json(full_record());
  std::ranges::reverse(std::get<Json::Object>(json.value));
  CHECK(record_of(json) == full_record());
}

TEST_CASE("a state's numbers are bounded") {
  Json json = to_json(full_state());
  *member(json, {"exit_code"}) = std::uint64_t{256};
  CHECK(state_of(json).error().step == "state: exit_code: is out of range");
  // Nobody may come to signal everybody.
  CHECK(state_of(to_json(RunState{.init_pid = -1}))->init_pid == 0);
}

namespace {

// Takes away what stands at `path`.
void take_away(Json& json, std::vector<std::string> path) {
  const std::string name = path.back();
  path.pop_back();
  auto& members = std::get<Json::Object>(member(json, path)->value);
  REQUIRE(std::erase_if(members, [&](const auto& each) { return each.first == name; }) == 1);
}

}  // namespace

TEST_CASE("what an older version does not have takes its default") {
  const std::vector<std::vector<std::string>> absent{{"rules"},
                                                     {"spec", "landlock"},
                                                     {"spec", "run_as", "value"},
                                                     {"spec", "mounts", "0", "mode"},
                                                     {"spec", "sets", "0", "origin"}};
  Json json = to_json(full_record());
  for (const auto& path : absent) {
    Json one = to_json(full_record());
    take_away(one, path);
    const auto own = record_of(one);
    REQUIRE_FALSE(own);
    CHECK(own.error().err == EBADMSG);
    CHECK(own.error().step.ends_with(path.back() + ": is missing"));
    take_away(json, path);
  }
  ContainerRecord expected = full_record();
  expected.rules = {};
  expected.spec.landlock = {};
  expected.spec.run_as.value = {};
  expected.spec.mounts[0].mode = 01777;
  expected.spec.sets[0].origin = {};
  const auto record = record_of(through_text(json), 1);
  INFO((record ? "" : record.error().step));
  REQUIRE(record);
  CHECK(*record == expected);
  CHECK(record_of(Json::Object{}, 1) == ContainerRecord{});

  Json state = to_json(full_state());
  take_away(state, {"payload", "groups"});
  CHECK_FALSE(state_of(state));
  RunState expected_state = full_state();
  expected_state.payload.groups = {};
  CHECK(state_of(state, 1) == expected_state);
}

TEST_CASE("what only an older version has is passed over") {
  Json json = to_json(full_record());
  std::get<Json::Object>(member(json, {"spec", "image"})->value).emplace_back("colour", "blue");
  auto& members = std::get<Json::Object>(json.value);
  members.insert(members.begin(), {"shape", "round"});
  CHECK(record_of(json).error().step == "container: spec.image.colour: is not known");
  CHECK(record_of(json, 1) == full_record());
}

TEST_CASE("a value of the wrong kind is damage in every version") {
  Json json = to_json(full_record());
  *member(json, {"rules", "log_size"}) = "much";
  for (const unsigned version : {1U, kRecordFormat.version})
    CHECK(record_of(json, version).error().step == "container: rules.log_size: is not a whole number");
}

}  // namespace container_record_test
