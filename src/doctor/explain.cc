#include "doctor/explain.h"

#include <algorithm>
#include <cerrno>

#include "base/overloaded.h"
#include "doctor/diagnose.h"
#include "doctor/probe.h"

namespace snug::doctor {
namespace {

// Of the directories that an overlay was to be put over.
void read_lower(const host::HostView& host, const std::string& dir, StoreFacts& facts) {
  for (const std::string& mount : host.mounts_below(dir)) facts.below.push_back(dir + ": " + mount);
  StoreFacts lower;
  read_place(host, dir, lower);
  // These make good lower directories: they are not the cause.
  constexpr std::string_view kGood[] = {"ext4", "xfs",  "btrfs", "tmpfs", "overlay",
                                        "ext3", "ext2", "f2fs",  "erofs", "squashfs"};
  if (std::ranges::find(kGood, lower.type) == std::end(kGood))
    facts.lower_type = lower.type;
}

void read_around(const plan::Step& step, const host::HostView& host, StoreFacts& facts) {
  std::visit(
      overloaded{
          [&](const plan::OverlayRoot& root) {
            if (root.upper == plan::UpperPlace::Disk)
              read_place(host, host.store_dir(), facts);
            for (const image::Layer& layer : root.layers) read_lower(host, layer.path, facts);
          },
          [&](const plan::CowMount& view) {
            if (view.upper == plan::UpperPlace::Disk)
              read_place(host, host.store_dir(), facts);
            read_lower(host, view.source, facts);
          },
          [&](const plan::PrepareDisk&) { read_place(host, host.store_dir(), facts); },
          Ignore<plan::SweepDisk, plan::KeepContainer, plan::EnterContainer, plan::LimitGroup,
                 plan::RelayFiles, plan::PublishPorts, plan::OpenGate, plan::ConnectNetwork,
                 plan::JoinNetwork, plan::CreateNamespaces, plan::MapSelf, plan::SharedMap, MapRange,
                 plan::NewCgroupNamespace, plan::JoinKeyring, plan::LoopbackUp, plan::SetSysctl,
                 plan::SetHostname, plan::PrivateMounts, plan::TmpfsRoot, plan::DiskRoot, plan::MakeDir,
                 plan::MakeSymlink, plan::BindText, plan::BindMount, plan::MountTmpfs, plan::MountDev,
                 plan::MountDevpts, plan::MountProc, plan::MountSys, plan::MountCgroup, plan::OpenTerminal,
                 plan::RootReadOnly, plan::PivotRoot, plan::LimitResource, plan::KeepCapabilities,
                 plan::NoNewPrivileges, plan::BecomeUser, plan::CloseDescriptors, plan::EnterDir,
                 plan::SetEnvironment, plan::ApplyLandlock, plan::InstallSeccomp, plan::Execute,
                 plan::ReportNew, plan::ServeContainer, plan::Timeout>{},
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

std::optional<Finding> explain_step(const plan::Step& step, int err, const host::HostView& host) {
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

std::optional<Finding> explain_port(unsigned port, int err, const host::HostView& host) {
  if ((err != EACCES && err != EPERM) || port == 0 || port >= 1024)
    return std::nullopt;
  return port_refused(read_facts(host), port);
}

}  // namespace snug::doctor
