// -v and --tmpfs. Targets are absolute, without "..", and never a place that snug makes itself; a mount that
// is written as the flag is the same mount again.
#include "check.h"
#include "spec/volume.h"

using namespace snug;
using namespace snug::spec;

namespace {

std::string write_volume(const Mount& mount) {
  return fmt::format("{}:{}:{}", mount.source, mount.target,
                     mount.type == MountType::Cow       ? "cow"
                     : mount.access == Access::ReadOnly ? "ro"
                                                        : "rw");
}

std::string write_tmpfs(const Mount& mount) {
  return fmt::format("{}:mode={:o}{}{}", mount.target, mount.mode,
                     mount.size ? fmt::format(",size={}", mount.size) : "",
                     mount.access == Access::ReadOnly ? ",ro" : "");
}

void check_volume(std::string_view text) {
  const auto mount = parse_volume(text, "/work/./here");
  if (!mount)
    return check_error(mount.error(), "--volume \"");
  check_mount(*mount);
  FUZZ_CHECK(mount->type != MountType::Tmpfs && mount->origin.text == "--volume", text);
  FUZZ_CHECK(parse_volume(write_volume(*mount), "/elsewhere") == *mount, write_volume(*mount));
}

void check_tmpfs(std::string_view text) {
  const auto mount = parse_tmpfs(text);
  if (!mount)
    return check_error(mount.error(), "--tmpfs \"");
  check_mount(*mount);
  FUZZ_CHECK(mount->type == MountType::Tmpfs && mount->origin.text == "--tmpfs", text);
  FUZZ_CHECK(parse_tmpfs(write_tmpfs(*mount)) == *mount, write_tmpfs(*mount));
}

}  // namespace

FUZZ_TARGET(text) {
  check_volume(text);
  check_tmpfs(text);
}
