// The generated copies in completions/ and docs/man/ are current. UPDATE_GOLDEN=1 in the environment writes
// them anew.
#include "cli/grammar/completion.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>

#include "cli/grammar/completion_parts.h"
#include "cli/grammar/definition.h"
#include "cli/grammar/man.h"
#include "support/repository.h"

namespace completion_test {

using namespace snug;
using namespace snug::cli;

namespace {

void check_current(const std::string& name, const std::string& generated) {
  const std::string path = repository() + name;
  if (std::getenv("UPDATE_GOLDEN"))
    std::ofstream{path} << generated;
  INFO("UPDATE_GOLDEN=1 writes " << name << " anew");
  CHECK(text_of_file(path) == generated);
}

// Puts `generated` between the marks of one part.
std::string put(std::string text, const std::string& part, const std::string& generated) {
  const std::size_t mark = text.find(".\\\" BEGIN " + part);
  const std::size_t end = text.find(".\\\" END " + part);
  REQUIRE(mark != std::string::npos);
  REQUIRE(end != std::string::npos);
  const std::size_t begin = text.find('\n', mark) + 1;
  return text.replace(begin, end - begin, generated);
}

}  // namespace

TEST_CASE("the completions kept in the repository are current") {
  check_current("completions/snug.bash", bash_completion());
  check_current("completions/_snug", zsh_completion());
  check_current("completions/snug.fish", fish_completion());
}

TEST_CASE("the lists in the man page are current") {
  std::string page = text_of_file(repository() + "docs/man/snug.1");
  page = put(page, "synopsis", man_synopsis());
  page = put(page, "commands", man_commands());
  page = put(page, "options", man_options());
  check_current("docs/man/snug.1", page);
}

TEST_CASE("every option that works is in every completion, and none that does not") {
  std::string scripts[] = {bash_completion(), zsh_completion(), fish_completion()};
  // What follows in bash's are the options that take a value, of whatever version.
  scripts[0].resize(scripts[0].find("_snug_takes_value()"));
  for (const OptionDef& option : run_option_table()) {
    const std::string name{option.name};
    INFO(name);
    CHECK((scripts[0].find(" --" + name + " ") != std::string::npos) != option.later);
    CHECK((scripts[1].find("--" + name + "[") != std::string::npos ||
           scripts[1].find("--" + name + "=[") != std::string::npos) != option.later);
    CHECK((scripts[2].find(" -l " + name + " ") != std::string::npos) != option.later);
  }
}

TEST_CASE("a letter that takes a value in one command and none in another") {
  const OptionShapes run = shapes_of(*find_command("run"));
  CHECK(run.flag_letters.find('t') != std::string::npos);
  CHECK(run.value_letters.find('t') == std::string::npos);
  const OptionShapes stop = shapes_of(*find_command("stop"));
  CHECK(stop.flag_letters == "q");
  CHECK(stop.value_letters == "ts");
  CHECK(stop.valued == std::vector<std::string>{"--time", "--signal", "--color"});
  CHECK(shapes_of(*find_command("ps")).value_letters == "f");
  CHECK(shapes_of(*find_command("rm")).flag_letters == "fq");
  CHECK(shapes_of(CommandDef{}).value_letters.empty());
}

TEST_CASE("commands of which the same is said share it, and the plain ones are left out") {
  const auto texts = texts_of_commands([](const CommandDef& command) {
    return command.name == "top" ? "" : std::string{command.name.substr(0, 2)};
  });
  const auto of_start = std::ranges::find(texts, std::string{"st"}, &SameText::text);
  REQUIRE(of_start != texts.end());
  CHECK(of_start->commands == std::vector<std::string_view>{"start", "stop", "stats"});
  CHECK(std::ranges::none_of(texts, [](const SameText& same) {
    return std::ranges::find(same.commands, std::string_view{"top"}) != same.commands.end();
  }));
  CHECK(payload_commands() == std::vector<std::string>{"run", "shell", "explain", "exec"});
}

TEST_CASE("names of containers are offered where they are wanted") {
  const std::string bash = bash_completion();
  for (const CommandDef& command : command_table())
    if (command.positional == Complete::ContainerName)
      CHECK(bash.find("    '" + std::string{command.name} + "') _snug_containers \"$2\" ;;") !=
            std::string::npos);
  CHECK(find_command("cp")->positional == Complete::ContainerPath);
  for (const std::string& script : {bash, zsh_completion(), fish_completion()})
    CHECK(script.find(" ps -a -q ") != std::string::npos);
}

TEST_CASE("a script for a shell that is not known") {
  CHECK(completion_script("tcsh").empty());
  CHECK(completion_script("fish") == fish_completion());
}

}  // namespace completion_test
