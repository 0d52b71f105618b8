#include <fmt/format.h>

#include <cerrno>

#include "base/text.h"
#include "base/try.h"
#include "cgroup/group.h"
#include "cli/commands/container_ask.h"
#include "cli/commands/shared_options.h"
#include "cli/grammar/definition_limits.h"
#include "cli/input/flags_layer.h"
#include "cli/show/report.h"
#include "container/container_record.h"
#include "host/real_host.h"
#include "plan/limits.h"
#include "spec/merge.h"
#include "spec/validate.h"

namespace snug::cli {
namespace {

Error not_applied(const container::Container& container, const plan::WantedLimit& wanted,
                  const Error& cause) {
  return {.step = fmt::format("set {} of container {}", wanted.key, escape_control(container.name())),
          .err = cause.err,
          .origin = wanted.origin.text,
          .hint = cause.err == ENOENT
                      ? "its cgroup has no such controller: it was started without a limit of that kind; "
                        "snug stop it, update it, and start it again"
                      : "the kernel does not take this value now; what it uses may be more already"};
}

// Applies all limits or none: if one fails, those written before it are put back.
Status apply(const container::Container& container, int group, const std::vector<plan::WantedLimit>& limits) {
  std::vector<std::pair<std::string, std::string>> before;
  for (const plan::WantedLimit& wanted : limits) {
    const plan::GroupLimit& limit = wanted.limit;
    if (limit.optional && !cgroup::has_file(group, limit.file))
      continue;
    const auto old = cgroup::read_from(group, limit.file);
    if (const auto status = cgroup::write_to(group, limit.file, limit.value); !status) {
      for (auto done = before.rbegin(); done != before.rend(); ++done)
        (void)cgroup::write_to(group, done->first, done->second);
      return fail(not_applied(container, wanted, status.error()));
    }
    if (old)
      before.emplace_back(limit.file, *old);
  }
  return {};
}

// Applies only the limits that were named now: others may have been changed by hand in the group.
Status apply_running(const container::Container& container, const spec::Spec& now, const spec::Profile& typed,
                     const host::RealHost& host, const CommonOptions& common) {
  const auto answer = ask_if_running(container, {.kind = container::FrameKind::Group});
  if (!answer) {
    if (answer.error().err != ENODATA)
      return tl::unexpected{answer.error()};
    print_note(fmt::format("{} runs without limits, and has no cgroup: these hold from its next start on",
                           escape_control(container.name())),
               common.color);
    return {};
  }
  if (!*answer)
    return {};
  spec::Spec named = spec::merge_layers({});
  spec::apply_layer(named, typed);
  if (named.memory && !named.swap)
    named.swap = now.swap;
  const auto limits = TRY(plan::wanted_limits(named, host));
  return apply(container, (*answer)->fds[0].get(), limits);
}

Result<int> update_limits(const Invocation& invocation) {
  const auto host = TRY(host::RealHost::look());
  spec::Profile typed;
  TRY(put_limits(invocation.options<RunOptions>(), typed));
  if (typed == spec::Profile{})
    return fail({.step = "snug update: name a limit to change", .hint = "snug update --help lists them"});
  return for_each_container(
      invocation, [&](const container::ContainerStore&, container::Container& container) -> Status {
        auto record = TRY(container.record());
        spec::apply_layer(record.spec, typed);
        TRY(spec::validate(record.spec));
        TRY(apply_running(container, record.spec, typed, host, invocation.common));
        TRY(container.write_record(record));
        // The supervisor reads the record again, so that its restarts have the limits too.
        return ask_if_running(container, {.kind = container::FrameKind::Updated}).map([](const auto&) {});
      });
}

}  // namespace

extern constexpr CommandDef kUpdateCommand{
    .name = "update",
    .group = kContainersGroup,
    .arity = kSomeContainers,
    .positional = Complete::ContainerName,
    .options = kOptionsOf<RunOptions>,
    .own = definition::kLimitOptions,
    .run = update_limits,
};

}  // namespace snug::cli
