// What is taken away once the file system stands.
#include <fmt/format.h>
#include <sys/capability.h>

#include <algorithm>

#include "base/text.h"
#include "base/try.h"
#include "plan/builder.h"
#include "spec/limits.h"

namespace snug::plan {
namespace {

// With a range of ids, root inside is expected to be able to hand files and processes to the others. All of
// these act on what the sandbox's own ids own, and on nothing else (user_namespaces(7)).
constexpr cap_value_t kRangeRoot[] = {
    CAP_CHOWN,  CAP_DAC_OVERRIDE, CAP_FOWNER,  CAP_FSETID,           CAP_KILL,
    CAP_SETGID, CAP_SETUID,       CAP_SETPCAP, CAP_NET_BIND_SERVICE, CAP_SYS_CHROOT};

Result<std::uint64_t> parse_capability(const spec::Setting<std::string>& setting) {
  std::string name = to_lower(setting.value);
  if (name == "all")
    return (std::uint64_t{1} << (CAP_LAST_CAP + 1)) - 1;
  if (!name.starts_with("cap_"))
    name.insert(0, "cap_");
  cap_value_t value = 0;
  if (cap_from_name(name.c_str(), &value) == 0 && value < 64)
    return std::uint64_t{1} << value;
  std::vector<std::string> names;
  for (cap_value_t c = 0; c <= CAP_LAST_CAP; ++c)
    if (char* known = cap_to_name(c)) {
      names.emplace_back(known);
      cap_free(known);
    }
  const std::vector<std::string_view> views{names.begin(), names.end()};
  const std::string_view near = nearest(name, views);
  return fail(
      {.step = fmt::format("capability {}: there is none of that name", escape_control(setting.value)),
       .origin = setting.origin.text,
       .hint = near.empty() ? "capabilities(7) lists them" : fmt::format("did you mean {}?", near)});
}

Result<KeepCapabilities> choose_capabilities(const Builder& builder) {
  KeepCapabilities step;
  // What a fake root cannot do without: dpkg writes into directories that deny their own owner writing, which
  // root never notices (sudo's /etc/sudoers.d). It covers files whose owner and group are both mapped, which
  // are your own.
  if (builder.fake_root && builder.user.uid == 0)
    step.keep |= std::uint64_t{1} << CAP_DAC_OVERRIDE;
  if (builder.spec.ids.value == spec::IdMode::Range && builder.user.uid == 0)
    for (const cap_value_t capability : kRangeRoot) step.keep |= std::uint64_t{1} << capability;
  for (const auto& added : builder.spec.cap_add) {
    const auto bits = TRY(parse_capability(added));
    step.keep |= bits;
  }
  for (const auto& dropped : builder.spec.cap_drop) {
    const auto bits = TRY(parse_capability(dropped));
    step.keep &= ~bits;
  }
  for (cap_value_t c = 0; c <= CAP_LAST_CAP; ++c)
    if (step.keep >> c & 1)
      if (char* name = cap_to_name(c)) {
        step.names.emplace_back(name);
        cap_free(name);
      }
  return step;
}

// A later one of the same name wins. What is above the caller's hard limit the kernel refuses, as it does for
// the caller.
Status plan_ulimits(Builder& builder) {
  for (auto item = builder.spec.ulimits.begin(); item != builder.spec.ulimits.end(); ++item) {
    const auto limit = TRY(spec::parse_ulimit(item->value, "limits.ulimits"));
    const auto same_name = [&](const auto& later) { return later.value.starts_with(limit.name + "="); };
    if (std::any_of(item + 1, builder.spec.ulimits.end(), same_name))
      continue;
    if (limit.name == "core")
      std::erase_if(builder.plan.steps, [](const PlannedStep& planned) {
        const auto* step = std::get_if<LimitResource>(&planned.step);
        return step && step->name == "core";
      });
    builder.init(Phase::Privileges, LimitResource{limit.name, limit.soft, limit.hard}, item->origin);
  }
  return {};
}

}  // namespace

Status plan_privileges(Builder& builder) {
  builder.init(Phase::Pivot, PivotRoot{});
  // A crash inside must not run the host's core_pattern pipe, which is root's, nor leave a dump in a mounted
  // directory (isolation F6).
  builder.init(Phase::Privileges, LimitResource{"core", 0, 0});
  TRY(plan_ulimits(builder));
  if (const auto& nofile = builder.spec.nofile)
    builder.init(Phase::Privileges, LimitResource{"nofile", nofile->value, nofile->value}, nofile->origin);
  auto capabilities = TRY(choose_capabilities(builder));
  const Origin origin = !builder.spec.cap_add.empty() ? builder.spec.cap_add.back().origin
                        : builder.fake_root           ? builder.spec.fake_root.origin
                        : capabilities.keep           ? builder.spec.ids.origin
                                                      : Origin{};
  builder.init(Phase::Privileges, std::move(capabilities), origin);
  builder.init(Phase::Privileges, NoNewPrivileges{});
  return {};
}

}  // namespace snug::plan
