#include "cli/grammar/help.h"

#include <catch2/catch.hpp>

#include "base/text.h"
#include "cli/grammar/embedded_help.h"

namespace help_test {

using namespace snug;
using namespace snug::cli;

TEST_CASE("the help of a command, as it is printed") {
  CHECK(command_help(*find_command("profile show"), Colour::Off) ==
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
  for (const std::string_view name : topic_names()) {
    INFO(name);
    CHECK_FALSE(topic(name).summary.empty());
    CHECK_FALSE(topic(name).text.empty());
    CHECK(help_on({std::string{name}}, Colour::Off));
  }
  CHECK(help_on({"profile"}, Colour::Off)->find("profile check") != std::string::npos);
  CHECK(help_on({}, Colour::Off) == overview_help(Colour::Off));
  CHECK(help_on({"statsu"}, Colour::Off).error().hint == "did you mean snug help stats?");
  CHECK(help_on({"--nope"}, Colour::Off).error().step == "snug help: nothing is known about \"--nope\"");
}

TEST_CASE(
    "each text of the help belongs to a command or a topic, and each section to something that is shown") {
  std::vector<std::string> known{"overview"};
  for (const CommandDef& command : command_table()) {
    std::string name = "commands/" + std::string{command.name};
    std::ranges::replace(name, ' ', '-');
    known.push_back(name);
    CHECK_FALSE(help_text(command).summary.empty());
    CHECK_FALSE(help_text(command).usage.empty());
  }
  for (const std::string_view name : topic_names()) known.push_back("topics/" + std::string{name});
  std::vector<std::string> there;
  for (const EmbeddedText& text : embedded_help()) {
    there.emplace_back(text.name);
    CHECK(text.text.ends_with('\n'));
  }
  std::ranges::sort(known);
  CHECK(there == known);

  for (const EmbeddedText& text : embedded_help()) {
    if (!text.name.starts_with("commands/"))
      continue;
    const auto command = std::ranges::find_if(command_table(), [&](const CommandDef& one) {
      std::string name{one.name};
      std::ranges::replace(name, ' ', '-');
      return "commands/" + name == text.name;
    });
    for (const std::string_view line : split(text.text, '\n')) {
      if (!line.starts_with("# ") || line == "# Usage" || line == "# Description" || line == "# Examples")
        continue;
      INFO(text.name << ": " << line);
      CHECK(line.starts_with("# --"));
      for (const std::string_view word : split(line.substr(2), ' ')) {
        const std::string_view name = word.substr(2, word.find(',') - 2);
        CHECK(std::ranges::count(command->get().own, name, &OptionDef::name) == 1);
      }
    }
  }
}

TEST_CASE("what a text says of an option") {
  const auto detail = [](std::string_view of, std::string_view name) {
    const CommandDef& command = *find_command(of);
    const auto options = options_of(command);
    return option_detail(command, **std::ranges::find(options, name, &OptionDef::name));
  };
  CHECK(detail("logs", "until").starts_with("TIME is 2026-01-31, "));
  CHECK(detail("logs", "until") == detail("logs", "since"));
  CHECK(detail("logs", "tail").empty());
  CHECK(detail("ps", "filter").find('\n') == std::string::npos);
  CHECK(detail("ps", "filter").ends_with("A status brings those that do not run, too."));
  CHECK(detail("run", "user").starts_with("auto is"));
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
  for (const std::string_view name : topic_names()) check(topic_help(topic(name), Colour::Off));
}

TEST_CASE("colours are only paint") {
  const std::string painted = command_help(*find_command("run"), Colour::On);
  std::string plain;
  for (std::size_t i = 0; i < painted.size(); ++i) {
    if (painted[i] == '\x1b')
      i = painted.find('m', i);
    else
      plain += painted[i];
  }
  CHECK(plain != painted);
  CHECK(plain == command_help(*find_command("run"), Colour::Off));
}

}  // namespace help_test
