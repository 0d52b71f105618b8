#include "doctor/explain.h"

#include <algorithm>
#include <cerrno>

#include "base/overloaded.h"
#include "doctor/diagnose.h"
#include "doctor/probe.h"

namespace snug::doctor {
namespace {

// Of the directories that an overlay was to be put over.
void read_lower(const HostView& host, const std::string& dir, StoreFacts& facts) {
  for (const std::string& mount : host.mounts_below(dir)) facts.below.push_back(dir + ": " + mount);
  StoreFacts lower;
  read_place(host, dir, lower);
  // These make good lower directories: they are not the cause.
  constexpr std::string_view kGood[] = {"ext4", "xfs",  "btrfs", "tmpfs", "overlay",
                                        "ext3", "ext2", "f2fs",  "erofs", "squashfs"};
  if (std::ranges::find(kGood, lower.type) == std::end(kGood))
    facts.lower_type = lower.type;
}

void read_around(const Step& step, const HostView& host, StoreFacts& facts) {
  std::visit(overloaded{
                 [&](const OverlayRoot& root) {
                   if (root.upper == UpperPlace::Disk)
                     read_place(host, host.store_dir(), facts);
                   for (const Layer& layer : root.layers) read_lower(host, layer.path, facts);
                 },
                 [&](const CowMount& view) {
                   if (view.upper == UpperPlace::Disk)
                     read_place(host, host.store_dir(), facts);
                   read_lower(host, view.source, facts);
                 },
                 [&](const PrepareDisk&) { read_place(host, host.store_dir(), facts); },
                 Ignore<SweepDisk, KeepContainer, EnterContainer, LimitGroup, RelayFiles, PublishPorts,
                        OpenGate, ConnectNetwork, JoinNetwork, CreateNamespaces, MapSelf, SharedMap, MapRange,
                        NewCgroupNamespace, JoinKeyring, LoopbackUp, SetSysctl, SetHostname, PrivateMounts,
                        TmpfsRoot, DiskRoot, MakeDir, MakeSymlink, BindText, BindMount, MountTmpfs, MountDev,
                        MountDevpts, MountProc, MountSys, MountCgroup, OpenTerminal, RootReadOnly, PivotRoot,
                        LimitResource, KeepCapabilities, NoNewPrivileges, BecomeUser, CloseDescriptors,
                        EnterDir, SetEnvironment, ApplyLandlock, InstallSeccomp, Execute, ReportNew,
                        ServeContainer, Timeout>{},
             },
             step);
}

// The image's and the command's own faults have errnos that no machine gives.
bool may_be_the_machine(Stage stage, int err) {
  switch (stage) {
    case Stage::Plan:
    case Stage::Payload:
      return false;
    // The helper says what it says, and gives no errno.
    case Stage::IdRange:
      return true;
    case Stage::Mount:
      return err == EPERM || err == ENOSPC || err == ENOSYS;
    case Stage::Proc:
    case Stage::Sys:
      return err != ELOOP && err != ENOTDIR;
    default:
      return err != 0;
  }
}

}  // namespace

std::optional<Finding> explain_step(const Step& step, int err, const HostView& host) {
  const Stage stage = stage_of(step);
  if (!may_be_the_machine(stage, err))
    return std::nullopt;
  Facts facts = read_facts(host);
  read_around(step, host, facts.store);
  const Failure failure{.stage = stage, .err = err};
  Finding finding = cause_of(facts, failure);
  // Words of the failure's own are empty: then no cause was found.
  if (finding.cause.empty())
    return std::nullopt;
  return finding;
}

std::optional<Finding> explain_port(unsigned port, int err, const HostView& host) {
  if ((err != EACCES && err != EPERM) || port == 0 || port >= 1024)
    return std::nullopt;
  return port_refused(read_facts(host), port);
}

}  // namespace snug::doctor
