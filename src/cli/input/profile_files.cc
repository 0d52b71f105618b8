#include "cli/input/profile_files.h"

#include <algorithm>
#include <cerrno>
#include <memory>

#include "base/path.h"
#include "base/text.h"
#include "sys/directory_stream.h"
#include "sys/file_io.h"

namespace snug::cli {
namespace {

constexpr std::string_view kSuffix = ".toml";

}  // namespace

FileProfileSource::FileProfileSource(const host::RealHost& host)
    : user_directory_{profile_places(host).user_directory} {}

Result<std::string> FileProfileSource::read(const std::string& path) const {
  return sys::read_text_file(path);
}

Result<std::vector<std::string>> FileProfileSource::user_names() const {
  std::vector<std::string> names;
  const auto failed = [&] {
    return fail({.step = "read the directory of profiles " + escape_control(user_directory_), .err = errno});
  };
  const sys::DirectoryStream dir{opendir(user_directory_.c_str())};
  if (!dir && (errno == ENOENT || errno == ENOTDIR))
    return names;
  if (!dir)
    return failed();
  for (;;) {
    errno = 0;
    const dirent* entry = readdir(dir.get());
    if (!entry && errno != 0)
      return failed();
    if (!entry)
      break;
    const std::string_view name = entry->d_name;
    if (name.size() > kSuffix.size() && name.ends_with(kSuffix) && !name.starts_with('.'))
      names.emplace_back(name.substr(0, name.size() - kSuffix.size()));
  }
  std::ranges::sort(names);
  return names;
}

spec::ProfilePlaces profile_places(const host::RealHost& host) {
  return {.cwd = host.caller().cwd,
          .home = host.caller().home,
          .user_directory = join_path(host.config_dir(), "profiles")};
}

const char* kind_name(spec::ProfileKind kind) {
  return kind == spec::ProfileKind::Shipped ? "shipped" : kind == spec::ProfileKind::User ? "user" : "file";
}

std::optional<std::string> find_project_profile(const host::HostView& host) {
  const host::Caller& caller = host.caller();
  std::string directory = caller.cwd;
  std::optional<dev_t> device;
  for (;;) {
    const auto info = host.stat(directory);
    if (!info || info->uid != caller.uid || (device && info->dev != *device) || directory == caller.home)
      return std::nullopt;
    device = info->dev;
    const std::string file = join_path(directory, "snug.toml");
    if (const auto found = host.stat(file); found && found->kind == FileKind::Regular)
      return file;
    if (directory == "/")
      return std::nullopt;
    directory = parent_path(directory);
  }
}

}  // namespace snug::cli
