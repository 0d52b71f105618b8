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

namespace snug {
namespace {

// Made at every start, whatever the plan says in detail.
constexpr const char* kAlways[] = {"/dev",          "/proc",           "/sys", "/run", "/etc/hosts",
                                   "/etc/hostname", "/etc/resolv.conf"};

void add_target(OwnPlaces& own, const Step& step) {
  std::visit(
      overloaded{
          [&](const MakeDir& s) { own.add(s.target); }, [&](const MakeSymlink& s) { own.add(s.target); },
          [&](const BindText& s) { own.add(s.target); }, [&](const BindMount& s) { own.add(s.target); },
          [&](const CowMount& s) { own.add(s.target); }, [&](const MountTmpfs& s) { own.add(s.target); },
          // Below one of those that are always made, or nothing that is made in the tree.
          Ignore<SweepDisk, PrepareDisk, KeepContainer, EnterContainer, LimitGroup, RelayFiles, PublishPorts,
                 OpenGate, ConnectNetwork, JoinNetwork, CreateNamespaces, MapSelf, SharedMap, MapRange,
                 NewCgroupNamespace, JoinKeyring, LoopbackUp, SetSysctl, SetHostname, PrivateMounts,
                 TmpfsRoot, DiskRoot, OverlayRoot, MountDev, MountDevpts, MountProc, MountSys, MountCgroup,
                 OpenTerminal, RootReadOnly, PivotRoot, LimitResource, KeepCapabilities, NoNewPrivileges,
                 BecomeUser, CloseDescriptors, EnterDir, SetEnvironment, ApplyLandlock, InstallSeccomp,
                 Execute, ReportNew, ServeContainer, Timeout>{}},
      step);
}

// The plan may not come about any more (a volume is gone): what is always made is known anyway.
void add_plan(OpenedContainer& opened, const HostView& host) {
  for (const char* place : kAlways) opened.own.add(place);
  for (const Mount& mount : opened.record.spec.mounts) opened.own.add(mount.target);
  opened.uid = opened.state.payload.uid;
  opened.gid = opened.state.payload.gid;
  const auto plan = make_plan(without_joined(opened.record.spec), opened.image, host);
  if (!plan)
    return;
  for (const PlannedStep& planned : plan->steps) add_target(opened.own, planned.step);
  if (const auto* self = find_step<MapSelf>(*plan)) {
    opened.uid = self->uid.inside;
    opened.gid = self->gid.inside;
  }
}

Status write_proc(const char* path, const std::string& text) {
  const auto file = TRY(open_file(AT_FDCWD, path, O_WRONLY));
  return write_all(file.get(), text, path);
}

}  // namespace

Result<OpenedContainer> open_container(const HostView& host, const std::string& name) {
  auto container = TRY(ContainerStore{host.store_dir()}.find(name));
  OpenedContainer opened{.container = std::move(container)};
  auto record = TRY(opened.container.record());
  auto state = TRY(opened.container.state());
  const auto running = TRY(opened.container.running());
  opened.record = std::move(record);
  opened.state = std::move(state);
  opened.running = running;
  auto image = TRY(load_image(opened.record.spec.image.value,
                              {.store = host.store_dir() + "/images", .cwd = host.caller().cwd}));
  opened.image = std::move(image);
  auto range = TRY(read_maps_file(opened.container.dir()));
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

}  // namespace snug
