// The cgroup: which limits are wanted, and whether they can be had.
#include "plan/limits.h"

#include <fmt/format.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/text.h"
#include "base/try.h"
#include "base/units.h"
#include "plan/builder.h"
#include "spec/limits.h"

namespace snug::plan {
namespace {

std::string number_or_max(std::uint64_t value) {
  return value == spec::kUnlimited ? "max" : std::to_string(value);
}

// The kernel's default period; a shorter one costs more switches, a longer one stutters: sched-bwc.rst.
constexpr double kPeriodUs = 100'000;

std::string cpu_max(double cpus) {
  return fmt::format("{} {}", std::llround(cpus * kPeriodUs), std::llround(kPeriodUs));
}

class GroupSettings {
 public:
  explicit GroupSettings(const host::HostView& host) : host_{host} {}

  void add(std::string_view key, const Origin& origin, std::string_view controller, std::string_view file,
           std::string value, bool optional = false) {
    wanted_.push_back({fmt::format("limits.{}", key),
                       origin,
                       {std::string{controller}, std::string{file}, std::move(value), optional}});
  }
  Status add_io_max(const std::vector<spec::Setting<std::string>>& list);
  Status add_hugetlb(const std::vector<spec::Setting<std::string>>& list);
  std::vector<WantedLimit> take() { return std::move(wanted_); }

 private:
  Result<std::string> device_number(const spec::IoLimit& limit, const Origin& origin) const;

  const host::HostView& host_;
  std::vector<WantedLimit> wanted_;
};

// io.max names devices by their numbers.
Result<std::string> GroupSettings::device_number(const spec::IoLimit& limit, const Origin& origin) const {
  if (!limit.device.starts_with('/'))
    return limit.device;
  const auto info = host_.stat(limit.device);
  if (!info)
    return fail({.step = fmt::format("limits.io-max: look at {}", escape_control(limit.device)),
                 .err = info.error().err,
                 .origin = origin.text,
                 .hint = "lsblk lists the block devices"});
  if (info->kind != FileKind::Device)
    return fail(
        {.step = fmt::format("limits.io-max: {} is not a device", escape_control(limit.device)),
         .origin = origin.text,
         .hint = "lsblk lists the block devices; a whole disk is wanted, not a partition or a directory"});
  return fmt::format("{}:{}", major(info->rdev), minor(info->rdev));
}

// All keys of a device in one line: a line for each device is what the file takes.
Status GroupSettings::add_io_max(const std::vector<spec::Setting<std::string>>& list) {
  for (const auto& item : list) {
    const auto limits = TRY(spec::parse_io_max(item.value, "limits.io-max"));
    const auto device = TRY(device_number(limits.front(), item.origin));
    std::string line = device;
    for (const spec::IoLimit& limit : limits) line += fmt::format(" {}={}", limit.key, limit.value);
    add("io-max", item.origin, "io", "io.max", std::move(line));
  }
  return {};
}

Status GroupSettings::add_hugetlb(const std::vector<spec::Setting<std::string>>& list) {
  for (const auto& item : list) {
    const auto limit = TRY(spec::parse_hugetlb(item.value, "limits.hugetlb"));
    add("hugetlb", item.origin, "hugetlb", fmt::format("hugetlb.{}.max", limit.page),
        std::to_string(limit.bytes));
  }
  return {};
}

// "memory, pids"
std::string listed(const std::vector<const WantedLimit*>& limits) {
  std::vector<std::string> keys;
  for (const WantedLimit* wanted : limits)
    if (std::string key = wanted->key.substr(wanted->key.find('.') + 1);
        std::ranges::find(keys, key) == keys.end())
      keys.push_back(std::move(key));
  return join(keys, ", ");
}

std::string unit_name(const Builder& builder) {
  return builder.spec.name ? "snug-" + builder.spec.name->value : "snug-run";
}

}  // namespace

Result<std::vector<WantedLimit>> wanted_limits(const spec::Spec& spec, const host::HostView& host) {
  GroupSettings settings{host};
  if (const auto& memory = spec.memory) {
    // Before the limit itself: what is over it is to be killed as one from the first moment.
    settings.add("memory", memory->origin, "memory", "memory.oom.group", "1");
    settings.add("memory", memory->origin, "memory", "memory.max", number_or_max(memory->value));
    // Docker's rule: as much swap as memory.
    if (!spec.swap)
      settings.add("memory", memory->origin, "memory", "memory.swap.max", number_or_max(memory->value), true);
  }
  if (const auto& swap = spec.swap)
    settings.add("swap", swap->origin, "memory", "memory.swap.max", number_or_max(swap->value));
  if (const auto& low = spec.memory_reservation)
    settings.add("memory-reservation", low->origin, "memory", "memory.low", std::to_string(low->value));
  if (const auto& cpus = spec.cpus)
    settings.add("cpus", cpus->origin, "cpu", "cpu.max", cpu_max(cpus->value));
  if (const auto& weight = spec.cpu_weight)
    settings.add("cpu-weight", weight->origin, "cpu", "cpu.weight", std::to_string(weight->value));
  if (const auto& cpuset = spec.cpuset)
    settings.add("cpuset", cpuset->origin, "cpuset", "cpuset.cpus", cpuset->value);
  if (const auto& pids = spec.pids)
    settings.add("pids", pids->origin, "pids", "pids.max", number_or_max(pids->value));
  if (const auto& weight = spec.io_weight)
    settings.add("io-weight", weight->origin, "io", "io.weight", fmt::format("default {}", weight->value));
  TRY(settings.add_io_max(spec.io_max));
  TRY(settings.add_hugetlb(spec.hugetlb));
  return settings.take();
}

Status plan_limits(Builder& builder) {
  auto wanted = TRY(wanted_limits(builder.spec, builder.host));
  if (wanted.empty())
    return {};
  LimitGroup step{.delegation = builder.host.delegation(), .unit = unit_name(builder)};
  if (builder.spec.memory && builder.spec.memory->value != spec::kUnlimited)
    step.memory_text = format_size(builder.spec.memory->value);
  const cgroup::Delegation& delegation = step.delegation;
  std::vector<const WantedLimit*> missing;
  std::string controllers;
  for (const WantedLimit& limit : wanted) {
    const std::string& controller = limit.limit.controller;
    if (std::ranges::find(delegation.controllers, controller) == delegation.controllers.end()) {
      missing.push_back(&limit);
      if (controllers.find(controller) == std::string::npos)
        controllers += (controllers.empty() ? "" : ", ") + controller;
      continue;
    }
    if (std::ranges::find(step.controllers, controller) == step.controllers.end())
      step.controllers.push_back(controller);
    step.limits.push_back(limit.limit);
  }
  if (!missing.empty()) {
    const std::string why =
        delegation.by == cgroup::Delegator::Nobody
            ? delegation.problem
            : fmt::format("the {} controller is not delegated to you ({} has {})", controllers,
                          delegation.dir, join(delegation.controllers, ", "));
    if (builder.spec.limits_required.value)
      return fail({.step = fmt::format("{} cannot be enforced: {}", missing.front()->key, why),
                   .origin = missing.front()->origin.text,
                   .hint = delegation.hint + "; limits.required = false runs without"});
    builder.note(fmt::format("without these limits: {}: {}", listed(missing), why),
                 builder.spec.limits_required.origin);
  }
  if (step.limits.empty())
    return {};
  builder.grouped = true;
  builder.add(Phase::Create, Actor::Supervisor, std::move(step), wanted.front().origin);
  return {};
}

}  // namespace snug::plan
