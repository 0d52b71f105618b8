#include "files/overlay_dialect.h"

#include <fcntl.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>

#include "base/unique_fd.h"

namespace snug::files {
namespace {

constexpr std::string_view kPrefix = ".wh.";
constexpr std::string_view kMarkers = ".wh..wh.";  // ".wh..wh..opq" and aufs' own
constexpr const char* kOpaqueMarkers[] = {".wh..wh..opq",
                                          ".wh..opq"};  // the second is fuse-overlayfs' older one

char attribute(int fd, const char* name) {
  char value = 0;
  return fgetxattr(fd, name, &value, 1) == 1 ? value : '\0';
}

bool has_whiteout_attribute(int directory, const std::string& name) {
  const UniqueFd fd{openat(directory, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)};
  return fd && (fgetxattr(fd.get(), "user.overlay.whiteout", nullptr, 0) >= 0 ||
                fgetxattr(fd.get(), "trusted.overlay.whiteout", nullptr, 0) >= 0);
}

bool is_plain_whiteout(int directory, const LayerDirectory& says, const std::string& name,
                       const struct stat& info) {
  return is_whiteout_device(info) || (says.xattr_whiteouts && S_ISREG(info.st_mode) && info.st_size == 0 &&
                                      has_whiteout_attribute(directory, name));
}

}  // namespace

bool is_whiteout_device(const struct stat& info) {
  return S_ISCHR(info.st_mode) && info.st_rdev == 0;
}

LayerDirectory read_layer_directory(int fd) {
  LayerDirectory says;
  // One call tells that most directories have no attribute at all.
  if (flistxattr(fd, nullptr, 0) != 0)
    for (const char* name : {"user.overlay.opaque", "user.fuseoverlayfs.opaque", "trusted.overlay.opaque"}) {
      const char value = attribute(fd, name);
      says.opaque = says.opaque || value == 'y';
      says.xattr_whiteouts = says.xattr_whiteouts || value == 'x';
    }
  struct stat info {};
  for (const char* marker : kOpaqueMarkers)
    says.opaque = says.opaque || fstatat(fd, marker, &info, AT_SYMLINK_NOFOLLOW) == 0;
  return says;
}

LayerEntry classify_layer_entry(int directory, const LayerDirectory& says, const std::string& entry,
                                const struct stat& info, std::string_view& name) {
  name = entry;
  if (name.starts_with(kMarkers) || name == kOpaqueMarkers[1])
    return LayerEntry::Marker;
  if (name.starts_with(kPrefix) && name.size() > kPrefix.size()) {
    name.remove_prefix(kPrefix.size());
    return LayerEntry::Whiteout;
  }
  return is_plain_whiteout(directory, says, entry, info) ? LayerEntry::Whiteout : LayerEntry::Plain;
}

bool is_whited_out(int directory, const LayerDirectory& says, const std::string& name) {
  struct stat info {};
  if (fstatat(directory, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0)
    return is_plain_whiteout(directory, says, name, info);
  return fstatat(directory, (std::string{kPrefix} + name).c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0;
}

bool is_overlay_attribute(std::string_view name) {
  for (const std::string_view own : {"user.overlay.", "trusted.overlay."})
    if (name.starts_with(own))
      return !name.substr(own.size()).starts_with("overlay.");
  return name.starts_with("user.fuseoverlayfs.");
}

int make_whiteout(int directory, const std::string& name) {
  return mknodat(directory, name.c_str(), S_IFCHR, makedev(0, 0)) == 0 ? 0 : errno;
}

int make_opaque(int fd) {
  return fsetxattr(fd, "user.overlay.opaque", "y", 1, 0) == 0 ? 0 : errno;
}

}  // namespace snug::files
