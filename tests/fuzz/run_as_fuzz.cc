// -u USER[:GROUP]. A part that begins with a digit is exactly a number that is an id; what is written as the
// flag means the same again. A lenient parser here runs a payload as root.
#include <algorithm>

#include "check.h"
#include "spec/run_as.h"

using namespace snug;
using namespace snug::spec;

namespace {

void check_part(std::string_view part) {
  FUZZ_CHECK(!part.empty() && part[0] != '-', part);
  FUZZ_CHECK(
      std::ranges::all_of(part, [](unsigned char c) { return c > ' ' && c != 0x7F && c != ':' && c != '/'; }),
      part);
  if (part[0] < '0' || part[0] > '9')
    return;
  FUZZ_CHECK(part.find_first_not_of("0123456789") == std::string_view::npos, part);
  const std::string_view digits = part.substr(std::min(part.find_first_not_of('0'), part.size() - 1));
  FUZZ_CHECK(digits.size() < 10 || (digits.size() == 10 && digits < "4294967295"), part);
}

std::string write_run_as(const RunAs& run_as) {
  switch (run_as.kind) {
    case RunAs::Kind::Auto:
      return "auto";
    case RunAs::Kind::Root:
      return "root";
    case RunAs::Kind::Self:
      return "self";
    case RunAs::Kind::Named:
      break;
  }
  return run_as.user + (run_as.group.empty() ? "" : ":" + run_as.group);
}

}  // namespace

FUZZ_TARGET(text) {
  const auto run_as = parse_run_as(text, "--user");
  if (!run_as)
    return check_error(run_as.error(), "--user: ");
  if (run_as->kind == RunAs::Kind::Named) {
    check_part(run_as->user);
    if (!run_as->group.empty())
      check_part(run_as->group);
  }
  FUZZ_CHECK(write_run_as(*run_as) == text, text);
  FUZZ_CHECK(parse_run_as(write_run_as(*run_as), "--user") == *run_as, text);
}
