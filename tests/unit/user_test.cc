#include <catch2/catch.hpp>

#include "spec/run_as.h"

namespace user_test {

using namespace snug;
using namespace snug::spec;

namespace {

std::string error_of(std::string_view text) {
  const auto run_as = parse_run_as(text, "--user");
  return run_as ? "no error" : run_as.error().step;
}

RunAs named(std::string user, std::string group = "") {
  return {.kind = RunAs::Kind::Named, .user = std::move(user), .group = std::move(group)};
}

}  // namespace

TEST_CASE("who the payload is: names and numbers") {
  CHECK(parse_run_as("auto", "u")->kind == RunAs::Kind::Auto);
  CHECK(parse_run_as("root", "u")->kind == RunAs::Kind::Root);
  CHECK(parse_run_as("self", "u")->kind == RunAs::Kind::Self);
  CHECK(parse_run_as("0", "u") == named("0"));
  CHECK(parse_run_as("1000:100", "u") == named("1000", "100"));
  CHECK(parse_run_as("postgres", "u") == named("postgres"));
  CHECK(parse_run_as("root:adm", "u") == named("root", "adm"));
  CHECK(parse_run_as("_apt:nogroup", "u") == named("_apt", "nogroup"));
  CHECK(parse_run_as("4294967294", "u") == named("4294967294"));
}

TEST_CASE("nothing that only looks like a number becomes one") {
  for (const char* text : {"",         " 0",  "0 ",         "0x0",        "1e3",
                           "-1",       "+1",  "4294967295", "4294967296", "18446744073709551616",
                           "1000:",    ":0",  ":",          "a:b:c",      "0:0:0",
                           "1.0",      "a b", "a/b",        "\n0",        "0\n",
                           "a\x1b[0m", "-x",  "1000:-1",    "1000: 0"}) {
    INFO(text);
    CHECK(error_of(text).starts_with("--user: "));
  }
  CHECK_FALSE(parse_run_as(std::string_view{"0\0", 2}, "u"));
}

TEST_CASE("a bad user is told why") {
  CHECK(error_of("") == "--user: the user is empty");
  CHECK(error_of("1000:") == "--user: the group is empty");
  CHECK(error_of(":0") == "--user: the user is empty");
  CHECK(error_of("0x0") == "--user: \"0x0\" is neither a user name nor a user number");
  CHECK(error_of("4294967295") == "--user: user id: 4294967295 is more than 4294967294");
  CHECK(error_of("4294967296") == "--user: user id: 4294967296 is more than 4294967294");
  CHECK(error_of("a:b:c") == "--user: \"a:b:c\" has more than one colon");
  CHECK(error_of("a\x1b") == "--user: \"a\\x1b\" is neither a user name nor a user number");
}

}  // namespace user_test
