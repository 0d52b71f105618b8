#include "spec/merge.h"

#include <algorithm>

#include "spec/schema.h"
#include "spec/settings.h"

namespace snug::spec {
namespace {

template<class T>
void apply(Setting<T>& to, const Maybe<T>& from) {
  if (from)
    to = *from;
}
template<class T>
void apply(Maybe<T>& to, const Maybe<T>& from) {
  if (from)
    to = from;
}
template<class T>
void apply(std::vector<T>& to, const std::vector<T>& from) {
  to.insert(to.end(), from.begin(), from.end());
}
// A mount whose target is already there replaces that one in place.
void apply(std::vector<Mount>& to, const std::vector<Mount>& from) {
  for (const Mount& mount : from) {
    const auto same = std::ranges::find(to, mount.target, &Mount::target);
    if (same != to.end())
      *same = mount;
    else
      to.push_back(mount);
  }
}

// What is true when nobody says anything: the closed end of every choice.
Spec base_spec() {
  Spec spec{};
  spec.limits_required.value = true;
  spec.seccomp.value = Tier::Default;
  spec.landlock.value = true;
  return spec;
}

}  // namespace

void apply_layer(Spec& spec, const Profile& layer) {
  for_each_setting([](auto& to, const auto& from) { apply(to, from); }, spec, layer);
}

Spec merge_layers(std::span<const Profile> layers) {
  Spec spec = base_spec();
  for (const Profile& layer : layers) apply_layer(spec, layer);
  return spec;
}

}  // namespace snug::spec
