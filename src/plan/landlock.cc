// The second wall.
#include "base/overloaded.h"
#include "base/path.h"
#include "base/try.h"
#include "plan/builder.h"

namespace snug::plan {
namespace {

// Before ABI 2 (Linux 5.19) every rename and link from one directory to another is refused, which breaks
// package managers and git.
constexpr unsigned kLeastAbi = 2;

// What the plan leaves writable.
std::vector<std::string> writable_places(const Plan& plan) {
  std::vector<std::string> places{"/"};
  const auto add = [&](spec::Access access, const std::string& target) {
    if (access == spec::Access::ReadWrite)
      places.push_back(target);
  };
  for (const PlannedStep& planned : plan.steps)
    std::visit(
        overloaded{
            [&](const RootReadOnly&) { places.erase(places.begin()); },
            [&](const BindMount& s) { add(s.access, s.target); },
            [&](const CowMount& s) { add(spec::Access::ReadWrite, s.target); },
            [&](const MountTmpfs& s) { add(s.access, s.target); },
            // Parts of the root, files of snug's own, and /proc and /dev, which are open anyway.
            Ignore<SweepDisk, PrepareDisk, KeepContainer, EnterContainer, LimitGroup, RelayFiles,
                   PublishPorts, OpenGate, ConnectNetwork, JoinNetwork, CreateNamespaces, MapSelf, SharedMap,
                   MapRange, NewCgroupNamespace, JoinKeyring, LoopbackUp, SetSysctl, SetHostname,
                   PrivateMounts, TmpfsRoot, DiskRoot, OverlayRoot, MakeDir, MakeSymlink, BindText, MountDev,
                   MountDevpts, MountProc, MountSys, MountCgroup, OpenTerminal, PivotRoot, LimitResource,
                   KeepCapabilities, NoNewPrivileges, BecomeUser, CloseDescriptors, EnterDir, SetEnvironment,
                   ApplyLandlock, InstallSeccomp, Execute, ReportNew, ServeContainer, Timeout>{},
        },
        planned.step);
  // Rules add up along a path, so that beneath a writable root they say nothing more.
  if (places.front() == "/")
    places.resize(1);
  return places;
}

}  // namespace

Status plan_landlock(Builder& builder) {
  const spec::Spec& spec = builder.spec;
  if (!spec.landlock.value)
    return {};
  const auto answer = TRY(builder.host.landlock_abi());
  const unsigned abi = answer;
  std::string problem;
  if (spec.nested_userns.value)
    problem = "it refuses every mount, and nested-userns is for those";
  else if (abi < kLeastAbi)
    problem = abi == 0 ? "this kernel has none, or it is not switched on (lsm=)"
                       : "this kernel's cannot rename between directories (Linux 5.19 can)";
  if (!problem.empty()) {
    // It is on unless somebody says otherwise; who asked for it by name gets it or no run.
    if (spec.landlock.origin != Origin{})
      return fail({.step = "security.landlock = true: " + problem,
                   .origin = spec.landlock.origin.text,
                   .hint = "leave it out: mounts and the filter confine without it"});
    builder.plan.notes.push_back({"Landlock is left out: " + problem, spec.nested_userns.origin, true});
    return {};
  }
  const bool refuse_tcp = abi >= 4 && spec.seccomp.value == spec::Tier::Strict &&
                          spec.network.value == spec::NetworkMode::None && spec.publish.empty();
  builder.add(Phase::Payload, Actor::Payload,
              ApplyLandlock{.abi = abi, .writable = writable_places(builder.plan), .refuse_tcp = refuse_tcp},
              spec.landlock.origin);
  return {};
}

}  // namespace snug::plan
