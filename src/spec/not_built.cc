#include "spec/not_built.h"

#include <fmt/format.h>

#include "spec/settings.h"

namespace snug {
namespace {

// What is missing, and what to do instead.
struct Feature {
  std::string_view name;
  std::string_view hint;
};
constexpr Feature kShare{"sharing of desktop services is", "leave it out"};

// The origin of what asks for it, or null where nobody does.
using Asked = const Origin* (*)(const Spec&);

template<class T>
const Origin* origin_if(bool asked, const T& setting) {
  return asked ? &setting.origin : nullptr;
}
template<auto Member>
const Origin* given(const Spec& spec) {
  const auto& setting = spec.*Member;
  return setting ? &setting->origin : nullptr;
}
template<auto Member>
const Origin* on(const Spec& spec) {
  return origin_if((spec.*Member).value, spec.*Member);
}
template<NetworkMode Mode>
const Origin* network(const Spec& spec) {
  return origin_if(spec.network.value == Mode, spec.network);
}

struct NotBuilt {
  std::string_view key;
  Asked asked;
  const Feature& feature;
};

// Whoever builds one of these deletes its line.
constexpr NotBuilt kNotBuilt[] = {
    {"share.wayland", on<&Spec::wayland>, kShare},     {"share.x11", on<&Spec::x11>, kShare},
    {"share.audio", on<&Spec::audio>, kShare},         {"share.gpu", on<&Spec::gpu>, kShare},
    {"share.ssh-agent", on<&Spec::ssh_agent>, kShare},
};

}  // namespace

Status check_not_built(const Spec& spec) {
  for (const NotBuilt& entry : kNotBuilt)
    if (const Origin* origin = entry.asked(spec))
      return fail({.step = fmt::format("{}: {} not built yet in this version", entry.key, entry.feature.name),
                   .origin = origin->text,
                   .hint = std::string{entry.feature.hint}});
  return {};
}

}  // namespace snug
