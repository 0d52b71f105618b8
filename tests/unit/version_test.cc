// What snug says of itself.
#include <catch2/catch.hpp>

#include "cli/show/version_text.h"

namespace version_test {

using namespace snug;
using namespace snug::cli;
using namespace snug::host;

namespace {

const Json* member(const Json& object, std::string_view name) {
  for (const auto& [key, value] : std::get<Json::Object>(object.value))
    if (key == name)
      return &value;
  return nullptr;
}

std::string text(const Json* json) {
  REQUIRE(json);
  return std::get<std::string>(json->value);
}

bool is_day(std::string_view text) {
  return text.size() == 10 && text[4] == '-' && text[7] == '-' &&
         text.find_first_not_of("0123456789-") == std::string_view::npos;
}

}  // namespace

TEST_CASE("the version and the day stand on one line") {
  const Json json = version_json({});
  const std::string version = text(member(json, "version")), date = text(member(json, "date"));
  CHECK(version.find_first_not_of("0123456789.") == std::string::npos);
  CHECK(is_day(date));
  CHECK(version_text() == "snug " + version + " (" + date + ")\n");
}

TEST_CASE("a commit is known whole or not at all") {
  const Json json = version_json({});
  if (const Json* const commit = member(json, "commit")) {
    CHECK(text(commit).size() == 40);
    CHECK(text(commit).find_first_not_of("0123456789abcdef") == std::string::npos);
  }
}

TEST_CASE("every part of the build has a value, and every library a version") {
  const Json json = version_json({});
  for (const char* name : {"type", "architecture", "compiler", "libc", "linked"})
    CHECK(text(member(*member(json, "build"), name)).size() > 2);
  const auto& libraries = std::get<Json::Object>(member(json, "libraries")->value);
  CHECK(libraries.size() == 13);
  for (const auto& [name, version] : libraries) {
    INFO(name);
    CHECK(std::get<std::string>(version.value).find_first_of("0123456789") == 0);
  }
}

TEST_CASE("what the kernel has is told by name") {
  const Json json = version_json(
      {.release = "6.1.0-18-amd64", .user_namespaces = true, .seccomp_notify = true, .landlock = 2});
  CHECK(*member(json, "kernel") == Json{Json::Object{{"release", "6.1.0-18-amd64"},
                                                     {"user_namespaces", true},
                                                     {"overlay", false},
                                                     {"tmpfs_xattrs", false},
                                                     {"mount_api", false},
                                                     {"mount_setattr", false},
                                                     {"seccomp_notify", true},
                                                     {"landlock", std::uint64_t{2}},
                                                     {"cgroup2", false}}});
}

TEST_CASE("a look at this kernel agrees with what it says elsewhere") {
  const KernelFeatures features = look_at_kernel();
  CHECK(!features.release.empty());
  // The oldest kernel that snug runs on has these.
  CHECK(features.mount_api);
  CHECK(features.seccomp_notify);
  // The kernel that has the later has the earlier.
  if (features.tmpfs_xattrs)
    CHECK(features.mount_setattr);
}

}  // namespace version_test
