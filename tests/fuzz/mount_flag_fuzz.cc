// --mount. The same rules as for -v; a mount that is written with every field in quotes is the same mount
// again.
#include "check.h"
#include "spec/volume.h"

using namespace snug;
using namespace snug::spec;

namespace {

std::string quoted(std::string_view field) {
  std::string text = "\"";
  for (const char c : field) text.append(c == '"' ? 2 : 1, c);
  return text + '"';
}

std::string write_mount(const Mount& mount) {
  constexpr const char* kTypes[] = {"bind", "cow", "tmpfs"};
  std::string text = quoted(fmt::format("type={}", kTypes[static_cast<int>(mount.type)])) + "," +
                     quoted("destination=" + mount.target);
  if (mount.type == MountType::Tmpfs)
    text += (mount.size ? fmt::format(",tmpfs-size={}", mount.size) : "") +
            fmt::format(",tmpfs-mode={:o}", mount.mode);
  else
    text += "," + quoted("src=" + mount.source);
  return text + (mount.access == Access::ReadOnly ? ",readonly" : ",readonly=false");
}

}  // namespace

FUZZ_TARGET(text) {
  const auto mount = parse_mount(text, "/work/./here");
  if (!mount)
    return check_error(mount.error(), "--mount \"");
  check_mount(*mount);
  FUZZ_CHECK(mount->origin.text == "--mount", text);
  FUZZ_CHECK(parse_mount(write_mount(*mount), "/elsewhere") == *mount, write_mount(*mount));
}
