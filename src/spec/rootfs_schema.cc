// [rootfs].
#include "spec/key_types.h"
#include "spec/schema.h"

namespace snug::spec {
namespace {

constexpr Key kRootfsKeys[] = {
    {.name = "overlay",
     .value = held<OneOf<OverlayDriver>, &Profile::overlay, &Spec::overlay>(),
     .flag = {.name = "overlay",
              .argument = "auto|native|fuse",
              .says = "what puts the throwaway layer over the image",
              .detail =
                  "native is the kernel's overlay, fuse is fuse-overlayfs. auto takes native where a trial "
                  "mount works."}},
    {.name = "writable",
     .value = held<OneOf<Writable>, &Profile::writable, &Spec::writable>(),
     .flag = {.name = "writable",
              .argument = "auto|tmpfs|disk|none",
              .says = "where the throwaway layer lives"}},
    {.name = "size",
     .stored = "rootfs_size",
     .value = held<Size<>, &Profile::rootfs_size, &Spec::rootfs_size>(),
     .flag = {.name = "size", .argument = "SIZE", .says = "bound of the throwaway layer: 512M, 2G"}},
    // An option only: /tmp and volumes stay as they are.
    {.stored = "read_only",
     .value = held<Switch, &Profile::read_only, &Spec::read_only>(),
     .flag = {.name = "read-only",
              .says = "a root filesystem that cannot be written",
              .detail = "Volumes and tmpfs mounts stay as they are."}},
};

}  // namespace

std::span<const Key> rootfs_keys() {
  return kRootfsKeys;
}

}  // namespace snug::spec
