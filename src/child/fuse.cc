#include "child/fuse.h"

#include <sys/mount.h>

#include "child/mount_options.h"
#include "child/wire.h"
#include "sys/raw.h"

namespace snug::child {

// The device is opened here, because the kernel wants opener and mounter to be in one user namespace
// (fuse_fill_super), and served by the supervisor's fuse-overlayfs. init keeps no copy: with the server's
// death the connection must end, not hang.
int mount_fuse(const State& state, const char* target, unsigned step) {
  const int device = raw::open_at(AT_FDCWD, "/dev/fuse", O_RDWR);
  if (device < 0)
    return device;
  MountOptions options;
  options.add("fd=");
  options.add_number(device);
  // Both ids must be mapped (EINVAL); whose the mount is does not matter with allow_other.
  options.add(",rootmode=40000,user_id=");
  options.add_number(static_cast<int>(raw::call(SYS_getuid)));
  options.add(",group_id=");
  options.add_number(static_cast<int>(raw::call(SYS_getgid)));
  options.add(",allow_other,default_permissions");
  int result =
      static_cast<int>(raw::call(SYS_mount, "fuse", target, "fuse", MS_NOSUID | MS_NODEV, options.text()));
  // The server joins this user namespace. It cannot take it from init, which is not dumpable: init hands it
  // out.
  const int ids = raw::open_at(AT_FDCWD, "/proc/self/ns/user", O_RDONLY);
  if (result >= 0 && ids < 0)
    result = ids;
  if (result >= 0) {
    const int fds[] = {device, ids};
    result = send_message(state.wire, {.kind = MessageKind::Fuse, .id = step}, fds, 2);
  }
  if (ids >= 0)
    raw::close_fd(ids);
  raw::close_fd(device);
  return result;
}

}  // namespace snug::child
