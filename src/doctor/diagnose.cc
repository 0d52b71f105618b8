#include "doctor/diagnose.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace snug::doctor {
namespace {

bool stops_all(Stage stage) {
  return stage == Stage::Namespaces || stage == Stage::OneId;
}

bool has_failure(const Facts& facts, Stage stage) {
  return std::ranges::find(facts.base.failures, stage, &Failure::stage) != facts.base.failures.end();
}

// A line for each part of a run that was tried and worked.
struct Part {
  Stage stage;
  std::string_view check;
  std::string_view consequence;
};
constexpr Part kParts[] = {
    {Stage::Namespaces, "user namespaces", "a sandbox can be made by an ordinary user"},
    {Stage::OneId, "id map", "you can be root or yourself inside"},
    {Stage::PrivateMounts, "mounts", "the sandbox has a file tree of its own"},
    {Stage::Proc, "/proc", "the sandbox sees its own processes only"},
    {Stage::Sys, "/sys", "the sandbox sees its own network devices only"},
    {Stage::Loopback, "loopback", "programs inside can talk to each other"},
    {Stage::Settings, "kernel settings", "host name and limits of the sandbox are its own"},
};

bool was_tried(Stage stage, bool started, bool whole, const Facts& facts) {
  if (stage == Stage::Namespaces)
    return started || has_failure(facts, Stage::OneId);
  const bool late = stage == Stage::PrivateMounts || stage == Stage::Proc || stage == Stage::Sys;
  return started && (whole || !late);
}

void judge_base(const Facts& facts, std::vector<Finding>& findings) {
  if (!facts.base.tried)
    return;
  const bool started = std::ranges::none_of(facts.base.failures, stops_all, &Failure::stage);
  // Where a step failed that cannot be left out, those behind it were not tried.
  const bool whole = std::ranges::all_of(facts.base.failures, can_be_left_out, &Failure::stage);
  for (const Part& part : kParts)
    if (!has_failure(facts, part.stage) && was_tried(part.stage, started, whole, facts))
      findings.push_back({.check = std::string{part.check}, .consequence = std::string{part.consequence}});
  // Two sysctls that are refused have one cause.
  for (const Failure& failure : facts.base.failures)
    if (Finding finding = cause_of(facts, failure); std::ranges::find(findings, finding) == findings.end())
      findings.push_back(std::move(finding));
  if (!facts.base.failures.empty())
    return;
  findings.push_back({.check = "a run"});
  Finding& run = findings.back();
  if (facts.isolated)
    run.consequence = "a command ran, saw this machine's programs and none of your files";
  else {
    run.level = Level::Broken;
    run.consequence = "a sandbox was made, but the command in it did not see what it should";
    run.cause = "a shell inside must find /usr, and must not find a directory of yours";
    run.fix = {"look at it: snug run host -- sh -c 'ls -d /usr; ls -A ~'"};
    run.who = Who::You;
  }
}

}  // namespace

std::string hint_of(const Finding& finding) {
  std::string text = finding.cause;
  if (!finding.fix.empty()) {
    const std::string_view who = finding.who == Who::Root             ? "as root: "
                                 : finding.who == Who::OuterContainer ? "for the outer container: "
                                                                      : "";
    text += fmt::format("{}{}{}", text.empty() ? "" : "; ", who, join(finding.fix, "; "));
  }
  return text;
}

std::optional<spec::Isolation> isolation_of(const Facts& facts) {
  if (facts.base.worked())
    return facts.isolated ? std::optional{spec::Isolation::Full} : std::nullopt;
  // What --require no-proc does without.
  const bool withheld = facts.base.tried && facts.isolated &&
                        std::ranges::all_of(facts.base.failures, [](const Failure& failure) {
                          return failure.stage == Stage::Proc || failure.stage == Stage::Sys ||
                                 failure.stage == Stage::Settings;
                        });
  return withheld ? std::optional{spec::Isolation::NoProc} : std::nullopt;
}

std::vector<Finding> diagnose(const Facts& facts) {
  std::vector<Finding> findings;
  judge_base(facts, findings);
  const bool started =
      facts.base.tried && std::ranges::none_of(facts.base.failures, stops_all, &Failure::stage);
  const auto add = [&](std::vector<Finding> more) { std::ranges::move(more, std::back_inserter(findings)); };
  if (started) {
    add(judge_layers(facts));
    add(judge_ids(facts));
  }
  add(judge_rest(facts));
  add(judge_network(facts));
  add(judge_limits(facts));
  return findings;
}

int exit_status(const Facts& facts, const std::vector<Finding>& findings) {
  if (isolation_of(facts) != spec::Isolation::Full)
    return 2;
  const bool well = std::ranges::all_of(findings, [](const Finding& f) { return f.level == Level::Ok; });
  return well ? 0 : 1;
}

Finding cause_of(const Facts& facts, const Failure& failure) {
  switch (failure.stage) {
    case Stage::Namespaces:
    case Stage::OneId:
      return namespaces_refused(facts, failure);
    case Stage::IdRange:
      return range_refused(facts, failure);
    case Stage::Overlay:
    case Stage::View:
    case Stage::Disk:
      return layer_refused(facts, failure);
    case Stage::Settings:
    case Stage::Loopback:
    case Stage::PrivateMounts:
    case Stage::Mount:
    case Stage::Proc:
    case Stage::Sys:
    case Stage::Terminal:
    case Stage::Pivot:
    case Stage::Landlock:
    case Stage::Filter:
      return mount_refused(facts, failure);
    case Stage::Gate:
      return gate_refused(facts, failure);
    case Stage::Plan:
    case Stage::Payload:
      break;
  }
  return unknown_cause(failure, failure.stage == Stage::Plan ? "plan" : "a run");
}

Finding unknown_cause(const Failure& failure, std::string check) {
  Finding finding{.check = std::move(check),
                  .level = Level::Broken,
                  .consequence = "no sandbox can be made",
                  .cause = failure.words};
  if (!failure.hint.empty())
    finding.fix = {failure.hint};
  return finding;
}

Who machine_root(const Facts& facts) {
  return facts.process.container.empty() ? Who::Root : Who::OuterContainer;
}

bool in_user_namespace(const Facts& facts) {
  return facts.process.ids_known && facts.process.ids != std::vector<IdRange>{{0, 0, UINT32_MAX}};
}

bool in_sandbox(const Facts& facts) {
  return in_user_namespace(facts) && facts.process.ids.size() == 1 && facts.process.ids[0].count == 1 &&
         facts.process.seccomp == 2 && facts.process.container.empty();
}

bool kernel_is_older(const Facts& facts, host::KernelVersion than) {
  return facts.kernel.version != host::KernelVersion{} && facts.kernel.version < than;
}

std::string_view sysctl(const Facts& facts, std::string_view name) {
  const auto found = facts.kernel.sysctls.find(std::string{name});
  return found == facts.kernel.sysctls.end() ? std::string_view{} : found->second;
}

}  // namespace snug::doctor
