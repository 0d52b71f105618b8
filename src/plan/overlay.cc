// Which overlay: the kernel's wherever it works, fuse-overlayfs where it does not or is asked for.
#include <fmt/format.h>

#include "plan/builder.h"

namespace snug::plan {

Result<std::string> choose_overlay(Builder& builder, const std::string& what, const Origin& origin) {
  const spec::Setting<spec::OverlayDriver>& setting = builder.spec.overlay;
  const auto problem = builder.host.native_overlay_problem();
  if (setting.value == spec::OverlayDriver::Native && problem)
    return fail({.step = "overlay = \"native\": " + *problem,
                 .origin = setting.origin.text,
                 .hint = "use --overlay fuse, or auto, which chooses it here (package fuse-overlayfs)"});
  if (setting.value == spec::OverlayDriver::Native ||
      (setting.value == spec::OverlayDriver::Auto && !problem))
    return std::string{};
  auto program = builder.host.find_program("fuse-overlayfs");
  if (!program)
    return fail(
        {.step = problem ? "no overlay can be mounted: " + *problem + ", and fuse-overlayfs is not installed"
                         : "overlay = \"fuse\": fuse-overlayfs is not installed",
         .origin = setting.origin.text,
         .hint = "install the package fuse-overlayfs"});
  if (!builder.host.stat("/dev/fuse"))
    return fail(
        {.step = "fuse-overlayfs needs /dev/fuse, which is not there",
         .origin = setting.origin.text,
         .hint = "load the module (modprobe fuse); in an outer container, start it with --device /dev/fuse"});
  if (problem && setting.value == spec::OverlayDriver::Auto)
    builder.plan.notes.push_back({fmt::format("fuse-overlayfs serves {}: {}", what, *problem), origin, true});
  return std::move(*program);
}

}  // namespace snug::plan
