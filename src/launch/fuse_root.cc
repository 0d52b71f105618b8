#include "launch/fuse_root.h"

#include <fmt/format.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <filesystem>

#include "base/try.h"
#include "base/unique_fd.h"
#include "child/attributes.h"
#include "child/fs.h"
#include "child/state.h"
#include "child/target.h"
#include "sys/open_in.h"
#include "sys/raw.h"

namespace snug::launch {
namespace {

constexpr std::uint64_t kReadOnly = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;
constexpr const char* kLayer = "/layer";

// Where programs and what they are linked with are, by distribution.
constexpr const char* kSystem[] = {"/usr",   "/bin",    "/sbin", "/lib", "/lib32",
                                   "/lib64", "/libx32", "/gnu",  "/nix", "/opt"};
constexpr const char* kLinkerCache = "/etc/ld.so.cache";

std::string lower_place(std::size_t number) {
  return fmt::format("/lower/{}", number);
}

class Root {
 public:
  Status begin() {
    if (const int result = child::private_mounts(); result < 0)
      return failed("make the mounts private", result);
    if (const int result = child::tmpfs_root(state_, nullptr); result < 0)
      return failed("mount a tmpfs", result);
    return {};
  }

  // Closes `tree`, a detached mount or minus an errno.
  Status put(int tree, const std::string& target, child::TargetKind kind) {
    const UniqueFd mount{tree};
    int result = tree < 0 ? tree : child::open_target(state_.root, target.c_str(), kind);
    const UniqueFd place{result};
    if (result >= 0)
      result = child::place(mount.get(), place.get());
    return result < 0 ? failed("mount " + target, result) : Status{};
  }

  Status put_layer(const image::Layer& layer, const std::string& target) {
    int result = raw::open_at(AT_FDCWD, layer.path.c_str(), O_PATH | O_DIRECTORY);
    const UniqueFd fd{result};
    if (result >= 0)
      result = child::check_seen(fd.get(), {layer.dev, layer.ino});
    return put(result < 0 ? result : child::clone_tree(fd.get(), "", kReadOnly), target,
               child::TargetKind::Directory);
  }

  // A link is made again: what it leads to is in the list too.
  Status put_system(const char* path) {
    struct stat info {};
    if (lstat(path, &info) != 0)
      return errno == ENOENT ? Status{} : failed(path, -errno);
    if (!S_ISLNK(info.st_mode))
      return put(child::clone_tree(AT_FDCWD, path, kReadOnly), path,
                 S_ISDIR(info.st_mode) ? child::TargetKind::Directory : child::TargetKind::File);
    std::error_code error;
    const auto text = std::filesystem::read_symlink(path, error);
    const int result = error ? -error.value() : child::make_symlink(state_, path, text.c_str());
    return result < 0 ? failed(path, result) : Status{};
  }

  bool has(const std::string& path) const {
    return bool{UniqueFd{raw::open_in(state_.root, path.c_str(), O_PATH, RESOLVE_IN_ROOT)}};
  }

  Status enter() {
    int result = child::add_attributes(state_.root, MOUNT_ATTR_RDONLY);
    if (result >= 0)
      result = child::pivot_root(state_);
    return result < 0 ? failed("enter the server's root", result) : Status{};
  }

 private:
  static tl::unexpected<Error> failed(std::string step, int result) {
    return fail({.step = std::move(step), .err = -result});
  }

  child::State state_;
};

int proc_tree(bool own) {
  return own ? child::new_mount("proc", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC)
             : child::clone_tree(AT_FDCWD, "/proc", 0);
}

}  // namespace

Status enter_fuse_root(const FuseOverlay& overlay) {
  Root root;
  TRY(root.begin());
  TRY(root.put(proc_tree(overlay.own_proc), "/proc", child::TargetKind::Directory));
  for (const char* path : kSystem) TRY(root.put_system(path));
  TRY(root.put_system(kLinkerCache));
  if (!root.has(overlay.program))
    TRY(root.put(child::clone_tree(AT_FDCWD, overlay.program.c_str(), kReadOnly), overlay.program,
                 child::TargetKind::File));
  for (std::size_t i = 0; i < overlay.layers.size(); ++i)
    TRY(root.put_layer(overlay.layers[i], lower_place(i)));
  TRY(root.put(child::clone_tree(AT_FDCWD, overlay.disk.c_str(), MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV),
               kLayer, child::TargetKind::Directory));
  return root.enter();
}

std::string fuse_root_options(const FuseOverlay& overlay) {
  std::string options = "lowerdir=";
  for (std::size_t i = overlay.layers.size(); i-- > 0;) options += lower_place(i) + (i > 0 ? ":" : "");
  return options +
         fmt::format(",upperdir={0}/upper,workdir={0}/work{1}", kLayer, overlay.kept ? "" : ",volatile");
}

}  // namespace snug::launch
