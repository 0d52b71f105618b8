#include <catch2/catch.hpp>

#include "spec/env_file.h"

namespace env_test {

using namespace snug;
using namespace snug::spec;

namespace {

std::optional<std::string> caller(const std::string& name) {
  return name == "HOME" ? std::optional<std::string>{"/home/me"} : std::nullopt;
}

std::string env_error(std::string_view text) {
  const auto variable = parse_env(text, "--env", caller);
  return variable ? "no error" : variable.error().step;
}

std::string file_error(std::string_view text) {
  const auto variables = parse_env_file(text, "dir/my.env", caller);
  return variables ? "no error" : variables.error().step;
}

}  // namespace

TEST_CASE("-e sets a value, or passes the caller's") {
  CHECK(**parse_env("A=b=c d", "--env", caller) == EnvVariable{"A", "b=c d", {"--env"}});
  CHECK(**parse_env("A=", "--env", caller) == EnvVariable{"A", "", {"--env"}});
  CHECK(**parse_env("HOME", "--env", caller) == EnvVariable{"HOME", "/home/me", {"--env"}});
  const auto absent = parse_env("NOT_SET", "--env", caller);
  REQUIRE(absent);
  CHECK_FALSE(*absent);
}

TEST_CASE("a bad variable name is told") {
  CHECK(env_error("") == "--env: the variable name \"\" is empty");
  CHECK(env_error("=x") == "--env: the variable name \"\" is empty");
  CHECK(env_error("A B=x") == "--env: the variable name \"A B\" has a blank in it");
  CHECK(env_error("A\x1b=x") == "--env: the variable name \"A\\x1b\" has a control character in it");
  CHECK(env_error(std::string_view{"A=\0", 3}) == "--env: the value of A has a NUL character in it");
  CHECK(env_name_problem("A=B"));
  CHECK_FALSE(env_name_problem("LC_ALL"));
}

TEST_CASE("docker's env-file: no quotes, no trimming of values") {
  const auto variables = parse_env_file(
      "\xEF\xBB\xBF# comment\n\nA=1\n  B= two  \r\n\t# also a comment\nC=\"q\"\nD=x # "
      "y\nHOME\nNOT_SET\nA=2\n",
      "dir/my.env", caller);
  REQUIRE(variables);
  CHECK(*variables == std::vector<EnvVariable>{{"A", "1", {"my.env:3"}},
                                               {"B", " two  ", {"my.env:4"}},
                                               {"C", "\"q\"", {"my.env:6"}},
                                               {"D", "x # y", {"my.env:7"}},
                                               {"HOME", "/home/me", {"my.env:8"}},
                                               {"A", "2", {"my.env:10"}}});
  CHECK(parse_env_file("", "f", caller)->empty());
}

TEST_CASE("a bad line of an env-file is told by number") {
  CHECK(file_error("A=1\nB C=2\n") == "dir/my.env:2: the variable name \"B C\" has a blank in it");
  CHECK(file_error("=x") == "dir/my.env:1: the variable name \"\" is empty");
  CHECK(file_error("export A=1") == "dir/my.env:1: the variable name \"export A\" has a blank in it");
  CHECK(file_error(std::string_view{"A=1\nB=\0x", 8}) ==
        "dir/my.env:2: the value of B has a NUL character in it");
}

}  // namespace env_test
