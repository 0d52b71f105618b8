#include "plan/resolver_conf.h"

#include <algorithm>

#include "base/text.h"

namespace snug::plan {
namespace {

constexpr std::string_view kBlank = " \t\r";

}  // namespace

ResolverLine parse_resolver_line(std::string_view line) {
  const std::size_t end = std::min(line.find_first_of(kBlank), line.size());
  const std::size_t start = line.find_first_not_of(kBlank, end);
  // The keyword is at the very beginning: resolv.conf(5).
  if (end == 0 || line[0] == '#' || line[0] == ';' || start == std::string_view::npos)
    return {};
  const std::string_view value = line.substr(start);
  return {line.substr(0, end), value.substr(0, value.find_last_not_of(kBlank) + 1)};
}

std::vector<std::string_view> parse_name_servers(std::string_view text) {
  std::vector<std::string_view> servers;
  for (const std::string_view line : split(text, '\n'))
    // Whatever stands behind the address is nobody's.
    if (const auto [keyword, value] = parse_resolver_line(line); keyword == "nameserver")
      servers.push_back(value.substr(0, value.find_first_of(kBlank)));
  return servers;
}

}  // namespace snug::plan
