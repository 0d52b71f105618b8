// The generated copies in completions/ and docs/man/ are current. UPDATE_GOLDEN=1 in the environment writes
// them anew.
#include "cli/completion.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "cli/definition.h"
#include "cli/man.h"

using namespace snug;

namespace {

// Where the sources lie. A compiler cache may have made __FILE__ relative to a directory that is not ours:
// then they are looked for above the program.
std::string repository() {
  namespace fs = std::filesystem;
  const std::string here = __FILE__;
  if (here.starts_with('/'))
    return here.substr(0, here.rfind("tests/unit/"));
  for (fs::path dir = fs::read_symlink("/proc/self/exe").parent_path(); dir != dir.root_path();
       dir = dir.parent_path())
    if (fs::exists(dir / "tests/unit/completion_test.cc"))
      return dir.string() + "/";
  FAIL("the sources were not found from " << here);
  return "";
}

std::string read(const std::string& path) {
  std::ifstream file{path};
  REQUIRE(file);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void check_current(const std::string& name, const std::string& generated) {
  const std::string path = repository() + name;
  if (std::getenv("UPDATE_GOLDEN"))
    std::ofstream{path} << generated;
  INFO("UPDATE_GOLDEN=1 writes " << name << " anew");
  CHECK(read(path) == generated);
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
  std::string page = read(repository() + "docs/man/snug.1");
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

TEST_CASE("a script for a shell that is not known") {
  CHECK(completion_script("tcsh").empty());
  CHECK(completion_script("fish") == fish_completion());
}
