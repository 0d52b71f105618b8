#include "spec/env_file.h"

#include <fmt/format.h>

#include "base/path.h"
#include "base/text.h"
#include "base/try.h"

namespace snug::spec {
namespace {

constexpr std::string_view kBlanks = " \t\v\f\r";

Result<std::optional<EnvVariable>> parse_variable(std::string_view text, std::string_view where,
                                                  const Origin& origin, const EnvLookup& caller) {
  const std::size_t equals = text.find('=');
  const std::string_view name = text.substr(0, equals);
  if (const auto problem = env_name_problem(name))
    return fail(
        {.step = fmt::format("{}: the variable name \"{}\" {}", where, escape_control(name), *problem),
         .hint = "write NAME=VALUE, or NAME for your own value of it"});
  if (text.find('\0') != std::string_view::npos)
    return fail(
        {.step = fmt::format("{}: the value of {} has a NUL character in it", where, escape_control(name))});
  EnvVariable variable{.name = std::string{name}, .origin = origin};
  if (equals != std::string_view::npos) {
    variable.value = text.substr(equals + 1);
    return variable;
  }
  auto value = caller(variable.name);
  if (!value)
    return std::optional<EnvVariable>{};
  variable.value = std::move(*value);
  return variable;
}

}  // namespace

std::optional<std::string> env_name_problem(std::string_view name) {
  if (name.empty())
    return "is empty";
  if (name.find('=') != std::string_view::npos)
    return "has a \"=\" in it";
  for (const char c : name)
    if (static_cast<unsigned char>(c) <= ' ' || c == 0x7F)
      return c == ' ' || c == '\t' ? "has a blank in it" : "has a control character in it";
  return std::nullopt;
}

Result<std::optional<EnvVariable>> parse_env(std::string_view text, std::string_view what,
                                             const EnvLookup& caller) {
  return parse_variable(text, what, Origin{std::string{what}}, caller);
}

Result<std::vector<EnvVariable>> parse_env_file(std::string_view text, std::string_view file,
                                                const EnvLookup& caller) {
  std::vector<EnvVariable> variables;
  if (text.starts_with("\xEF\xBB\xBF"))  // a byte order mark, which Windows editors write
    text.remove_prefix(3);
  unsigned number = 0;
  for (std::string_view line : split(text, '\n')) {
    ++number;
    if (line.ends_with('\r'))
      line.remove_suffix(1);
    line.remove_prefix(std::min(line.find_first_not_of(kBlanks), line.size()));
    if (line.empty() || line.starts_with('#'))
      continue;
    auto variable =
        TRY(parse_variable(line, fmt::format("{}:{}", escape_control(file), number),
                           Origin{fmt::format("{}:{}", escape_control(file_name(file)), number)}, caller));
    if (variable)
      variables.push_back(std::move(*variable));
  }
  return variables;
}

}  // namespace snug::spec
