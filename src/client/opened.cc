#include "client/opened.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <unistd.h>

#include <cerrno>
#include <utility>
#include <variant>

#include "base/overloaded.h"
#include "base/try.h"
#include "client/rootfs.h"
#include "files/maps_file.h"
#include "plan/plan.h"
#include "sys/file_io.h"

namespace snug::client {
namespace {

// Made at every start, whatever the plan says in detail.
constexpr const char* kAlways[] = {"/dev",          "/proc",           "/sys", "/run", "/etc/hosts",
                                   "/etc/hostname", "/etc/resolv.conf"};

void add_target(image::OwnPlaces& own, const plan::Step& step) {
  std::visit(
      overloaded{
          [&](const plan::MakeDir& s) { own.add(s.target); },
          [&](const plan::MakeSymlink& s) { own.add(s.target); },
          [&](const plan::BindText& s) { own.add(s.target); },
          [&](const plan::BindMount& s) { own.add(s.target); },
          [&](const plan::CowMount& s) { own.add(s.target); },
          [&](const plan::MountTmpfs& s) { own.add(s.target); },
          // Below one of those that are always made, or nothing that is made in the tree.
          Ignore<plan::SweepDisk, plan::PrepareDisk, plan::KeepContainer, plan::EnterContainer,
                 plan::LimitGroup, plan::RelayFiles, plan::PublishPorts, plan::OpenGate, plan::ConnectNetwork,
                 plan::JoinNetwork, plan::CreateNamespaces, plan::MapSelf, plan::SharedMap, MapRange,
                 plan::NewCgroupNamespace, plan::JoinKeyring, plan::LoopbackUp, plan::SetSysctl,
                 plan::SetHostname, plan::PrivateMounts, plan::TmpfsRoot, plan::DiskRoot, plan::OverlayRoot,
                 plan::MountDev, plan::MountDevpts, plan::MountProc, plan::MountSys, plan::MountCgroup,
                 plan::OpenTerminal, plan::RootReadOnly, plan::PivotRoot, plan::LimitResource,
                 plan::KeepCapabilities, plan::NoNewPrivileges, plan::BecomeUser, plan::CloseDescriptors,
                 plan::EnterDir, plan::SetEnvironment, plan::ApplyLandlock, plan::InstallSeccomp,
                 plan::Execute, plan::ReportNew, plan::ServeContainer, plan::Timeout>{}},
      step);
}

// The plan may not come about any more (a volume is gone): what is always made is known anyway.
void add_plan(OpenedContainer& opened, const host::HostView& host) {
  for (const char* place : kAlways) opened.own.add(place);
  for (const spec::Mount& mount : opened.record.spec.mounts) opened.own.add(mount.target);
  opened.uid = opened.state.payload.uid;
  opened.gid = opened.state.payload.gid;
  const auto plan = plan::make_plan(plan::without_joined(opened.record.spec), opened.image, host);
  if (!plan)
    return;
  for (const plan::PlannedStep& planned : plan->steps) add_target(opened.own, planned.step);
  if (const auto* self = plan::find_step<plan::MapSelf>(*plan)) {
    opened.uid = self->uid.inside;
    opened.gid = self->gid.inside;
  }
}

Status write_proc(const char* path, const std::string& text) {
  const auto file = TRY(sys::open_file(AT_FDCWD, path, O_WRONLY));
  return sys::write_all(file.get(), text, path);
}

}  // namespace

Result<OpenedContainer> open_container(const host::HostView& host, const std::string& name) {
  auto container = TRY(container::ContainerStore{host.store_dir()}.find(name));
  OpenedContainer opened{.container = std::move(container)};
  auto record = TRY(opened.container.record());
  auto state = TRY(opened.container.state());
  const auto running = TRY(opened.container.running());
  opened.record = std::move(record);
  opened.state = std::move(state);
  opened.running = running;
  auto image = TRY(image::load_image(opened.record.spec.image.value,
                                     {.store = host.store_dir() + "/images", .cwd = host.caller().cwd}));
  opened.image = std::move(image);
  auto range = TRY(files::read_maps_file(opened.container.dir()));
  opened.range = std::move(range);
  add_plan(opened, host);
  return opened;
}

Status with_ids(const OpenedContainer& opened, const std::function<Status()>& work) {
  if (opened.range)
    return run_with_ids(&*opened.range, work);
  return run_with_ids(nullptr, [&]() -> Status {
    TRY(enter_single_ids(opened.uid, opened.gid));
    return work();
  });
}

Status enter_single_ids(std::uint32_t uid, std::uint32_t gid) {
  const uid_t outer_uid = geteuid();
  const gid_t outer_gid = getegid();
  if (outer_uid == 0)
    return {};
  if (unshare(CLONE_NEWUSER) != 0)
    return fail({.step = "make a user namespace to look at the container's files", .err = errno});
  TRY(write_proc("/proc/self/setgroups", "deny"));
  TRY(write_proc("/proc/self/gid_map", fmt::format("{} {} 1", gid, outer_gid)));
  return write_proc("/proc/self/uid_map", fmt::format("{} {} 1", uid, outer_uid));
}

}  // namespace snug::client
