#include "spec/not_built.h"

#include <fmt/format.h>

#include "spec/schema.h"
#include "spec/settings.h"

namespace snug::spec {
namespace {

// True where the value asks for something: a switch by being on, all else by being there.
bool asks(const Setting<bool>& setting) {
  return setting.value;
}
bool asks(const auto&) {
  return true;
}

}  // namespace

Status check_not_built(const Spec& spec) {
  for (const Section& section : schema())
    for (const Key& key : section.keys)
      if (!key.unavailable.empty() && is_set(key.value.member, spec) &&
          std::visit([&](const auto& at) { return asks(spec.*at.spec); }, key.value.member))
        return fail({.step = fmt::format("{}: {} not built yet in this version", key_path(section, key),
                                         key.unavailable),
                     .origin = origin_text(key, spec),
                     .hint = "leave it out"});
  return {};
}

}  // namespace snug::spec
