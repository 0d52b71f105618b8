#include "spec/target.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/path.h"
#include "base/text.h"

namespace snug::spec {

Result<std::string> parse_target(std::string_view text, std::string_view what) {
  const std::string shown = escape_control(text);
  if (text.empty())
    return fail({.step = fmt::format("{}: the target is empty", what)});
  if (!text.starts_with('/'))
    return fail({.step = fmt::format("{}: the target \"{}\" is not an absolute path", what, shown),
                 .hint = "the target is a path inside the sandbox and starts with /"});
  const auto target = normalize_absolute(text);
  if (!target)
    return fail({.step = fmt::format("{}: the target \"{}\" has \"..\" in it", what, shown),
                 .hint = "write the path that is meant"});
  if (*target == "/")
    return fail({.step = fmt::format("{}: the target \"/\" is the image's own place", what),
                 .hint = "give the directory as the image instead"});
  // A mount over /proc would hide the masks (CVE-2019-16884, CVE-2023-27561).
  if (is_beneath(*target, "/proc") || *target == "/sys" || *target == "/dev")
    return fail({.step = fmt::format("{}: the target \"{}\" is made by snug itself", what, shown),
                 .hint = "choose another place inside"});
  return *target;
}

std::string host_path(std::string_view directory, std::string_view text) {
  std::string path;
  for (const std::string& whole = join_path(directory, text); const std::string_view part : split(whole, '/'))
    if (!part.empty() && part != ".")
      path.append("/").append(part);
  return path.empty() ? "/" : path;
}

bool looks_like_path(std::string_view text) {
  return text.starts_with('/') || text == "." || text == ".." || text.starts_with("./") ||
         text.starts_with("../");
}

}  // namespace snug::spec
