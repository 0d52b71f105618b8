#include "image/listing.h"

#include <fcntl.h>

#include <memory>
#include <set>

#include "image/merged.h"
#include "sys/directory_stream.h"

namespace snug::image {
namespace {

constexpr std::size_t kMostNames = 1000;

void add_names(int dirfd, std::set<std::string>& names) {
  const int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const sys::DirectoryStream dir{fd < 0 ? nullptr : fdopendir(fd)};
  if (!dir)
    return;
  while (const dirent* entry = readdir(dir.get()))
    if (const std::string_view name = entry->d_name; name != "." && name != ".." && names.size() < kMostNames)
      names.emplace(name);
}

}  // namespace

std::vector<std::string> image_directory_names(const std::vector<Layer>& layers, std::string_view path) {
  auto root = open_merged_root(layers);
  if (!root)
    return {};
  const auto place = enter_merged(*std::move(root), path);
  if (!place || !*place)
    return {};
  std::set<std::string> names;
  for (const UniqueFd& part : *(*place)->back()) add_names(part.get(), names);
  return {names.begin(), names.end()};
}

}  // namespace snug::image
