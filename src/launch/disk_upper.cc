#include "launch/disk_upper.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "base/path.h"
#include "base/text.h"
#include "files/maps_file.h"
#include "files/remove_tree.h"
#include "image/writable_layer.h"
#include "sys/directory_stream.h"
#include "sys/durable.h"

namespace snug {
namespace {

bool lock(int dir) {
  return flock(dir, LOCK_EX | LOCK_NB) == 0;
}

// A sweeper may have taken the new directory for a left one in the moment before it was locked.
bool still_there(int dir) {
  struct stat info {};
  return fstat(dir, &info) != 0 || info.st_nlink > 0;
}

void remove_upper(const std::string& path, int dir) {
  const UniqueFd parent{open(parent_path(path).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
  const std::string name{file_name(path)};
  const auto range = maps_for_removal(dir);
  if (!range)  // left to a snug that knows it
    return;
  // What cannot be removed now is tried again by the next run: its lock will be free.
  if (*range)
    for (const char* part : {kRootLayer, "cow"}) (void)remove_tree_mapped(dir, part, **range);
  (void)remove_tree(parent.get(), name);
}

}  // namespace

Result<DiskUpper> DiskUpper::prepare(const std::string& parent, mode_t root_mode, const MapRange* range) {
  const auto failed = [&](int error) {
    return fail({.step = "make a throwaway writable layer below " + escape_control(parent),
                 .err = error,
                 .hint = "XDG_DATA_HOME must be a directory that you can write to; from Linux 6.6 on "
                         "--writable tmpfs needs no disk"});
  };
  if (const int error = make_private_dirs(parent))
    return failed(error);
  for (int attempt = 0; attempt < 16; ++attempt) {
    DiskUpper upper;
    std::string path = parent + "/run-XXXXXX";
    if (!mkdtemp(path.data()))
      return failed(errno);
    upper.dir_.reset(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!upper.dir_ || !lock(upper.dir_.get())) {
      const int error = errno;
      // It is not left to pile up where locks do not work.
      (void)rmdir(path.c_str());
      if (error != ENOENT && error != EWOULDBLOCK)  // a sweeper was first
        return failed(error);
      continue;
    }
    if (!still_there(upper.dir_.get()))
      continue;
    upper.path_ = path;
    const int dir = upper.dir_.get();
    if (range)
      if (const auto file = write_maps_file(dir, *range); !file)
        return failed(file.error().err);
    // The root's mode is the image's; mkdir's would be cut by the umask.
    if (mkdirat(dir, kRootLayer, 0700) != 0)
      return failed(errno);
    const UniqueFd layer{openat(dir, kRootLayer, O_PATH | O_DIRECTORY | O_CLOEXEC)};
    if (!layer || mkdirat(layer.get(), "upper", 0700) != 0 ||
        fchmodat(layer.get(), "upper", root_mode, 0) != 0 || mkdirat(layer.get(), "work", 0700) != 0)
      return failed(errno);
    return upper;
  }
  return failed(EAGAIN);
}

DiskUpper::~DiskUpper() {
  if (dir_)
    remove_upper(path_, dir_.get());
}

void sweep_disk_uppers(const std::string& parent) {
  const DirectoryStream dir{opendir(parent.c_str())};
  if (!dir)
    return;
  while (const dirent* entry = readdir(dir.get())) {
    const std::string name{entry->d_name};
    if (!name.starts_with("run-"))
      continue;
    const UniqueFd left{
        openat(dirfd(dir.get()), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
    if (left && lock(left.get()))
      remove_upper(parent + "/" + name, left.get());
  }
}

}  // namespace snug
