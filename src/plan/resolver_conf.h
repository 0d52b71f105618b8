// resolv.conf(5) as text.
#pragma once

#include <string_view>
#include <vector>

namespace snug::plan {

// A line's keyword and what follows it, without the blanks around; both "" for a comment, and for what is no
// line of resolv.conf(5).
struct ResolverLine {
  std::string_view keyword;
  std::string_view value;
};
ResolverLine parse_resolver_line(std::string_view line);

// The name servers in their order, as they are written there.
std::vector<std::string_view> parse_name_servers(std::string_view text);

}  // namespace snug::plan
