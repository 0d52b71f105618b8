#include "base/path.h"

#include "base/text.h"

namespace snug {

std::optional<std::string> normalize_absolute(std::string_view path) {
  if (!path.starts_with('/') || path.find('\0') != std::string_view::npos)
    return std::nullopt;
  std::string out;
  for (const std::string_view part : split(path, '/')) {
    if (part == "..")
      return std::nullopt;
    if (part.empty() || part == ".")
      continue;
    out += '/';
    out += part;
  }
  return out.empty() ? "/" : out;
}

std::string join_path(std::string_view base, std::string_view path) {
  if (path.starts_with('/'))
    return std::string{path};
  std::string out{base};
  if (!out.ends_with('/'))
    out += '/';
  return out.append(path);
}

std::string parent_path(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos)
    return ".";
  return slash == 0 ? "/" : std::string{path.substr(0, slash)};
}

std::string_view file_name(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

bool is_beneath(std::string_view path, std::string_view ancestor) {
  if (ancestor == "/")
    return path.starts_with('/');
  return path.starts_with(ancestor) && (path.size() == ancestor.size() || path[ancestor.size()] == '/');
}

}  // namespace snug
