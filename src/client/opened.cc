#include "client/opened.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <unistd.h>

#include <cerrno>
#include <utility>
#include <variant>

#include "base/overloaded.h"
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
  const auto file = open_file(AT_FDCWD, path, O_WRONLY);
  return file ? write_all(file->get(), text, path) : tl::unexpected{file.error()};
}

}  // namespace

Result<OpenedContainer> open_container(const HostView& host, const std::string& name) {
  auto container = ContainerStore{host.store_dir()}.find(name);
  if (!container)
    return tl::unexpected{std::move(container).error()};
  OpenedContainer opened{.container = *std::move(container)};
  auto record = opened.container.record();
  if (!record)
    return tl::unexpected{std::move(record).error()};
  auto state = opened.container.state();
  if (!state)
    return tl::unexpected{std::move(state).error()};
  const auto running = opened.container.running();
  if (!running)
    return tl::unexpected{running.error()};
  opened.record = *std::move(record);
  opened.state = *std::move(state);
  opened.running = *running;
  auto image = load_image(opened.record.spec.image.value,
                          {.store = host.store_dir() + "/images", .cwd = host.caller().cwd});
  if (!image)
    return tl::unexpected{std::move(image).error()};
  opened.image = *std::move(image);
  auto range = read_maps_file(opened.container.dir());
  if (!range)
    return tl::unexpected{std::move(range).error()};
  opened.range = *std::move(range);
  add_plan(opened, host);
  return opened;
}

Status with_ids(const OpenedContainer& opened, const std::function<Status()>& work) {
  if (opened.range)
    return run_with_ids(&*opened.range, work);
  return run_with_ids(nullptr, [&]() -> Status {
    if (auto status = enter_single_ids(opened.uid, opened.gid); !status)
      return status;
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
  if (auto status = write_proc("/proc/self/setgroups", "deny"); !status)
    return status;
  if (auto status = write_proc("/proc/self/gid_map", fmt::format("{} {} 1", gid, outer_gid)); !status)
    return status;
  return write_proc("/proc/self/uid_map", fmt::format("{} {} 1", uid, outer_uid));
}

}  // namespace snug
