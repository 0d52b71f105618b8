// [share]: what of the desktop is opened. Delete `unavailable` from a row on the day when it works.
#include "spec/key_types.h"
#include "spec/schema.h"

namespace snug::spec {
namespace {

constexpr std::string_view kShareLater = "sharing of desktop services is";

constexpr Key kShareKeys[] = {
    {.name = "wayland",
     .value = held<Switch, &Profile::wayland, &Spec::wayland>(),
     .flag = {.name = "wayland", .says = "share the Wayland socket"},
     .unavailable = kShareLater},
    {.name = "x11",
     .value = held<Switch, &Profile::x11, &Spec::x11>(),
     .flag = {.name = "x11", .says = "share the X11 display"},
     .unavailable = kShareLater},
    {.name = "audio",
     .value = held<Switch, &Profile::audio, &Spec::audio>(),
     .flag = {.name = "audio", .says = "share the sound server"},
     .unavailable = kShareLater},
    {.name = "gpu",
     .value = held<Switch, &Profile::gpu, &Spec::gpu>(),
     .flag = {.name = "gpu", .says = "share the graphics devices"},
     .unavailable = kShareLater},
    {.name = "ssh-agent",
     .stored = "ssh_agent",
     .value = held<Switch, &Profile::ssh_agent, &Spec::ssh_agent>(),
     .flag = {.name = "ssh-agent", .says = "share the ssh agent's socket"},
     .unavailable = kShareLater},
};

}  // namespace

std::span<const Key> share_keys() {
  return kShareKeys;
}

}  // namespace snug::spec
