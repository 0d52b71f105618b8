#include "spec/run_as.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "base/try.h"
#include "base/units.h"

namespace snug::spec {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_name_character(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-' ||
         c == '.' || c == '$' || c == '@' || static_cast<unsigned char>(c) >= 0x80;
}

// A name, or an id that is exactly a decimal number.
Status check_part(std::string_view part, std::string_view what, std::string_view kind) {
  if (part.empty())
    return fail({.step = fmt::format("{}: the {} is empty", what, kind),
                 .hint = "write USER or USER:GROUP, each a name or a number"});
  if (std::ranges::all_of(part, is_digit)) {
    TRY(parse_number(part, fmt::format("{}: {} id", what, kind), 4294967294));
    return {};
  }
  // A name that starts with a digit is nearly always a number gone wrong (0x0, 1e3), and useradd(8) makes
  // none.
  if (is_digit(part[0]) || part[0] == '-' || !std::ranges::all_of(part, is_name_character))
    return fail({.step = fmt::format("{}: \"{}\" is neither a {} name nor a {} number", what,
                                     escape_control(part), kind, kind)});
  return {};
}

}  // namespace

Result<RunAs> parse_run_as(std::string_view text, std::string_view what) {
  if (text == "auto")
    return RunAs{.kind = RunAs::Kind::Auto};
  if (text == "root")
    return RunAs{.kind = RunAs::Kind::Root};
  if (text == "self")
    return RunAs{.kind = RunAs::Kind::Self};
  const auto parts = split(text, ':');
  if (parts.size() > 2)
    return fail({.step = fmt::format("{}: \"{}\" has more than one colon", what, escape_control(text)),
                 .hint = "write USER or USER:GROUP, each a name or a number"});
  TRY(check_part(parts[0], what, "user"));
  RunAs run_as{.kind = RunAs::Kind::Named, .user = std::string{parts[0]}};
  if (parts.size() == 2) {
    TRY(check_part(parts[1], what, "group"));
    run_as.group = parts[1];
  }
  return run_as;
}

}  // namespace snug::spec
