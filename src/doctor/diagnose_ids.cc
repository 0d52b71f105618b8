// Ranges of ids: newuidmap, newgidmap and /etc/subuid. Only --ids range needs them.
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

#include "base/text.h"
#include "doctor/diagnose.h"

namespace snug::doctor {
namespace {

constexpr std::string_view kSingle = "--ids single, the default, needs none of it";

Finding missing(std::string cause, std::vector<std::string> fix, Who who) {
  return {.check = "id range",
          .level = Level::Degraded,
          .consequence = fmt::format("--ids range does not work; {}", kSingle),
          .cause = std::move(cause),
          .fix = std::move(fix),
          .who = who};
}

std::vector<std::string> add_ranges(const Facts& facts) {
  return {fmt::format("sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 {}",
                      facts.process.user)};
}

std::uint64_t count_of(const std::vector<IdRange>& ranges) {
  std::uint64_t count = 0;
  for (const IdRange& range : ranges) count += range.count;
  return count;
}

// Is every id of the ranges there in the user namespace that this runs in?
bool all_mapped(const std::vector<IdRange>& ranges, const std::vector<IdRange>& map) {
  return std::ranges::all_of(ranges, [&](const IdRange& range) {
    return std::ranges::any_of(map, [&](const IdRange& outer) {
      return range.outside >= outer.inside &&
             std::uint64_t{range.outside} + range.count <= std::uint64_t{outer.inside} + outer.count;
    });
  });
}

// Why a helper that is there cannot write a map; "" where nothing is wrong with it.
std::string helper_problem(const Facts& facts, const Helper& helper) {
  if (facts.process.no_new_privs)
    return fmt::format("no_new_privs is set for this process, so that {} gets no rights", helper.path);
  if (!helper.setuid && !helper.file_capabilities)
    return fmt::format(
        "{} is neither setuid root nor has file capabilities: they were lost when it was copied or "
        "packed",
        helper.path);
  if (helper.nosuid)
    return fmt::format("{} lies on a file system that is mounted nosuid", helper.path);
  return "";
}

Finding helper_finding(const Facts& facts, const Helper& helper, std::string problem) {
  Finding finding = missing(std::move(problem), {}, Who::Root);
  if (facts.process.no_new_privs) {
    finding.fix = {"start snug from where it is not set: no outer sandbox, no systemd NoNewPrivileges="};
    finding.who = facts.process.container.empty() ? Who::You : Who::OuterContainer;
  } else if (helper.nosuid && (helper.setuid || helper.file_capabilities)) {
    finding.fix = {"mount that file system without nosuid"};
  } else {
    finding.fix = {fmt::format("sudo chmod u+s {}   (or reinstall the package uidmap)", helper.path)};
  }
  return finding;
}

}  // namespace

Finding range_refused(const Facts& facts, const Failure& failure) {
  const IdFacts& ids = facts.ids;
  if (ids.newuidmap.path.empty() || ids.newgidmap.path.empty())
    return missing(fmt::format("{} is not installed", ids.newuidmap.path.empty() ? "newuidmap" : "newgidmap"),
                   {"sudo apt install uidmap   (elsewhere the package is shadow-utils or shadow)"},
                   Who::Root);
  if (ids.uids.empty() || ids.gids.empty())
    return missing(fmt::format("{} gives {} no subordinate ids",
                               ids.uids.empty() ? "/etc/subuid" : "/etc/subgid", facts.process.user),
                   add_ranges(facts), Who::Root);
  if (count_of(ids.uids) < 2 || count_of(ids.gids) < 2)
    return missing(fmt::format("{} gives {} a single id only: no image fits in it",
                               count_of(ids.uids) < 2 ? "/etc/subuid" : "/etc/subgid", facts.process.user),
                   add_ranges(facts), Who::Root);
  // Before the helpers: their owner has no id in such a namespace either, and looks like nobody.
  if (in_user_namespace(facts) && !all_mapped(ids.uids, facts.process.ids))
    return missing("your subordinate ids are not there in the user namespace that this runs in",
                   {"run snug outside of it, or give that namespace a range of ids"},
                   facts.process.container.empty() ? Who::You : Who::OuterContainer);
  for (const Helper* helper : {&ids.newuidmap, &ids.newgidmap})
    if (std::string problem = helper_problem(facts, *helper); !problem.empty())
      return helper_finding(facts, *helper, std::move(problem));
  Finding finding = unknown_cause(failure, "id range");
  finding.level = Level::Degraded;
  finding.consequence = fmt::format("--ids range does not work; {}", kSingle);
  return finding;
}

std::vector<Finding> judge_ids(const Facts& facts) {
  const IdFacts& ids = facts.ids;
  std::vector<Finding> findings;
  if (ids.range.worked()) {
    findings.push_back({.check = "id range",
                        .consequence = fmt::format("{} ids for --ids range, where an image has many users",
                                                   std::min(count_of(ids.uids), count_of(ids.gids)))});
  } else {
    findings.push_back(
        range_refused(facts, ids.range.failures.empty() ? Failure{} : ids.range.failures.front()));
  }
  if (!ids.overlaps.empty())
    findings.push_back(
        {.check = "id range",
         .level = Level::Degraded,
         .consequence = "another user can reach files that your containers make with --ids range",
         .cause = fmt::format("your subordinate ids overlap with those of {} in /etc/subuid",
                              join(ids.overlaps, ", ")),
         .fix = {"give each user a range of its own in /etc/subuid and /etc/subgid"},
         .who = Who::Root});
  return findings;
}

}  // namespace snug::doctor
