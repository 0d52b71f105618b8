#include <catch2/catch.hpp>
#include <set>

#include "container/names.h"
#include "sys/random_number.h"

namespace container_names_test {

using namespace snug;
using namespace snug::container;
using namespace snug::sys;

TEST_CASE("names as docker has them") {
  for (const char* name : {"a", "A", "0", "web", "web.1", "a_b-c.D", "7up", "a..", "a--"}) {
    INFO(name);
    CHECK(check_container_name(name, "--name"));
  }
  CHECK(check_container_name(std::string(128, 'x'), "--name"));
}

TEST_CASE("other names are refused and shown safely") {
  const auto step = [](std::string_view name) {
    const Status status = check_container_name(name, "--name");
    REQUIRE_FALSE(status);
    CHECK_FALSE(status.error().hint.empty());
    return status.error().step;
  };
  CHECK(step("") == "--name \"\": a container's name cannot be empty");
  CHECK(step("a/b") == "--name \"a/b\": not a container's name");
  CHECK(step("a\x1b[31m") == "--name \"a\\x1b[31m\": not a container's name");
  CHECK(step(std::string_view{"a\0b", 3}) == "--name \"a\\x00b\": not a container's name");
  for (const char* name : {"a b", "a\n", "\u00e4", "a\xff", "a:b", "a@b", "a*"}) {
    INFO(name);
    step(name);
  }
  for (const char* name : {".", "..", ".new-0", "-x", "_x"})
    CHECK(step(name).ends_with("begins with a letter or a digit"));
  CHECK(step(std::string(129, 'x')).ends_with("xxx...\": longer than 128 bytes"));
  CHECK(step(std::string(300, '\x01')).size() < 250);
}

TEST_CASE("names and ids that are made are names and ids, and differ") {
  std::set<std::string> names;
  std::set<std::string> ids;
  for (int i = 0; i < 1000; ++i) {
    const std::string name = make_container_name();
    INFO(name);
    CHECK(check_container_name(name, "made"));
    CHECK(std::ranges::count(name, '-') == 2);
    CHECK(name.substr(name.rfind('-') + 1).size() == 4);
    names.insert(name);
    const std::string id = random_hex();
    CHECK(id.size() == 16);
    CHECK(id.find_first_not_of("0123456789abcdef") == std::string::npos);
    ids.insert(id);
  }
  CHECK(ids.size() == 1000);
  CHECK(names.size() > 990);
}

}  // namespace container_names_test
