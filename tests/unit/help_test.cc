#include "cli/grammar/help.h"

#include <catch2/catch.hpp>

#include "base/text.h"

using namespace snug;

TEST_CASE("the help of a command, as it is printed") {
  CHECK(command_help(command_def(Command::ProfileShow), Colour::Off) ==
        R"(snug profile show: show a profile with all it extends

Usage:
  snug profile show [options] PROFILE

Prints the settings that the profile comes to, each with the file and line it comes from.

Output:
      --json                    answer in JSON
  -q, --quiet                   say less; of listings, names only
      --verbose                 say more
      --color auto|always|never
                                colours; auto asks the terminal and NO_COLOR
      --help                    show this help
      --version                 show snug's version

Examples:
  snug profile show dev
      what does dev open?
  snug profile show --json ./snug.toml
      the same for a program to read
)");
}

TEST_CASE("the help of one option") {
  CHECK(
      *help_on({"--volume"}, Colour::Off) ==
      "-v, --volume SRC:DST[:ro|rw]\n"
      "  a host file or directory inside; writable unless ro\n"
      "  A relative SRC is relative to your working directory, and starts with ./ or ../. It must be there.\n"
      "  May be given more than once.\n");
  CHECK(help_on({"--gpu"}, Colour::Off)->find("Refused until a later version") != std::string::npos);
}

TEST_CASE("every command and topic has a help, and a wrong one a hint") {
  for (const CommandDef& command : command_table()) {
    std::vector<std::string> words;
    for (const std::string_view word : split(command.name, ' ')) words.emplace_back(word);
    REQUIRE(help_on(words, Colour::Off));
    CHECK(help_on(words, Colour::Off)->starts_with("snug " + std::string{command.name} + ": "));
  }
  for (const TopicDef& topic : topic_table()) CHECK(help_on({std::string{topic.name}}, Colour::Off));
  CHECK(help_on({"profile"}, Colour::Off)->find("profile check") != std::string::npos);
  CHECK(help_on({}, Colour::Off) == overview_help(Colour::Off));
  CHECK(help_on({"statsu"}, Colour::Off).error().hint == "did you mean snug help stats?");
  CHECK(help_on({"--nope"}, Colour::Off).error().step == "snug help: nothing is known about \"--nope\"");
}

TEST_CASE("help fits a terminal, but for what is one long word or list") {
  const auto check = [](const std::string& text) {
    for (const std::string_view line : split(text, '\n')) {
      INFO(line);
      CHECK((line.size() <= 110 || line.starts_with("Refused until")));
    }
  };
  check(overview_help(Colour::Off));
  for (const CommandDef& command : command_table()) check(command_help(command, Colour::Off));
  for (const TopicDef& topic : topic_table()) check(topic_help(topic, Colour::Off));
}

TEST_CASE("colours are only paint") {
  const std::string painted = command_help(command_def(Command::Run), Colour::On);
  std::string plain;
  for (std::size_t i = 0; i < painted.size(); ++i) {
    if (painted[i] == '\x1b')
      i = painted.find('m', i);
    else
      plain += painted[i];
  }
  CHECK(plain != painted);
  CHECK(plain == command_help(command_def(Command::Run), Colour::Off));
}
