// --env-file and -e. An error names the file and the line; names can name a variable; values have no NUL; the
// variables written as a file are the same variables again; -e LINE means what LINE means in a file.
#include "check.h"
#include "spec/env_file.h"

using namespace snug;
using namespace snug::spec;

namespace {

constexpr std::string_view kFile = "/home/alice/\x1b.env";

std::optional<std::string> caller(const std::string& name) {
  return name.size() % 2 == 1 ? std::optional{"of the caller: " + name} : std::nullopt;
}

std::vector<EnvVariable> without_origins(std::vector<EnvVariable> variables) {
  for (EnvVariable& variable : variables) variable.origin = {};
  return variables;
}

// The empty line keeps a name that starts with a byte order mark; "\r\n" keeps a value that ends with "\r".
std::string write_env_file(const std::vector<EnvVariable>& variables) {
  std::string text = "\n";
  for (const EnvVariable& variable : variables) text += variable.name + "=" + variable.value + "\r\n";
  return text;
}

void check_flag(std::string_view line) {
  const auto flag = parse_env(line, "--env", caller);
  if (!flag)
    return check_error(flag.error(), "--env: ");
  constexpr std::string_view kSpecialInFiles = "#\n\r";
  if (line.find_first_of(kSpecialInFiles) != std::string_view::npos)
    return;
  const auto file = parse_env_file(fmt::format("\n{}", line), kFile, caller);
  FUZZ_CHECK(file && file->size() == (*flag ? 1 : 0), line);
  if (*flag)
    FUZZ_CHECK(file->front().name == (*flag)->name && file->front().value == (*flag)->value, line);
}

}  // namespace

FUZZ_TARGET(text) {
  check_flag(text);
  const auto variables = parse_env_file(text, kFile, caller);
  if (!variables)
    return check_error(variables.error(), "/home/alice/\\x1b.env:");
  for (const EnvVariable& variable : *variables) {
    FUZZ_CHECK(!env_name_problem(variable.name), variable.name);
    FUZZ_CHECK(!has_nul(variable.name) && !has_nul(variable.value), variable.name);
    FUZZ_CHECK(variable.origin.text.starts_with("\\x1b.env:"), variable.origin.text);
  }
  const std::string written = write_env_file(*variables);
  const auto again = parse_env_file(written, kFile, caller);
  FUZZ_CHECK(again.has_value(), written);
  FUZZ_CHECK(without_origins(*again) == without_origins(*variables), written);
}
