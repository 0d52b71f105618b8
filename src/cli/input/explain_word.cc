#include "cli/input/explain_word.h"

#include <sys/stat.h>

#include <string>
#include <string_view>

#include "base/path.h"

namespace snug::cli {
namespace {

bool is_directory(const std::string& path) {
  struct stat info {};
  return stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

bool exists(const std::string& path) {
  struct stat info {};
  return lstat(path.c_str(), &info) == 0;
}

// "/" has the shape of a root filesystem too, but nobody means it as an image: that is called host.
bool looks_like_image(const std::string& path) {
  return path.find_first_not_of('/') != std::string::npos && is_directory(path) &&
         (exists(path + "/image.toml") || exists(path + "/usr") || exists(path + "/bin"));
}

// /usr is a directory with a bin in it, and yet no root filesystem.
bool is_part_of_host(std::string_view path) {
  while (path.ends_with('/')) path.remove_suffix(1);
  return path == "/usr" || path == "/usr/local";
}

}  // namespace

void settle_explain_word(RunOptions& run, const std::string& images) {
  if (!run.image_may_be_path || !run.image)
    return;
  run.image_may_be_path = false;
  if (!run.image->starts_with('/') && is_directory(join_path(images, *run.image)))
    return;
  if (looks_like_image(*run.image) && !is_part_of_host(*run.image))
    return;
  run.paths.push_back(*run.image);
  run.image.reset();
}

}  // namespace snug::cli
