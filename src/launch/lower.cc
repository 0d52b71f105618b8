#include "launch/lower.h"

#include <fmt/format.h>
#include <linux/mount.h>
#include <sys/resource.h>

#include <algorithm>

#include "base/overloaded.h"
#include "base/path.h"
#include "base/try.h"
#include "image/writable_layer.h"
#include "launch/trace.h"
#include "seccomp/table.h"
#include "spec/limits.h"

namespace snug::launch {
namespace {

using child::OpCode;

std::string map_line(const IdRange& range) {
  return fmt::format("{} {} {}\n", range.inside, range.outside, range.count);
}

// What volumes may not bring: setuid programs of the host never gain anything inside, and device nodes only
// where devices were asked for.
std::uint64_t bind_attributes(const plan::BindMount& step) {
  return MOUNT_ATTR_NOSUID | (step.access == spec::Access::ReadOnly ? MOUNT_ATTR_RDONLY : 0) |
         (step.devices ? 0 : MOUNT_ATTR_NODEV);
}

}  // namespace

LoweredProgram::LoweredProgram(const plan::Plan& plan, const LaunchFacts& facts)
    : plan_{plan}, facts_{facts} {}

child::Op& LoweredProgram::add(OpCode code) {
  child::Op& op = ops_.emplace_back();
  op.code = code;
  op.step = step_;
  return op;
}

const char* LoweredProgram::intern(std::string text) {
  return texts_.emplace_back(std::move(text)).c_str();
}

const char* LoweredProgram::root_layer() {
  return intern(join_path(facts_.disk_upper, image::kRootLayer));
}

const char* LoweredProgram::intern_size(std::uint64_t bytes) {
  return bytes ? intern(std::to_string(bytes)) : nullptr;
}

child::TextList LoweredProgram::intern_list(const std::vector<std::string>& texts) {
  std::vector<const char*>& list = lists_.emplace_back();
  list.reserve(texts.size() + 1);
  for (const std::string& text : texts) list.push_back(text.c_str());
  list.push_back(nullptr);  // for those who want an argv
  return {list.data(), texts.size()};
}

void LoweredProgram::lower_overlay(const plan::OverlayRoot& step) {
  child::Op& op = add(OpCode::OverlayRoot);
  // Our own order is bottom first, as images are built; overlayfs wants the top first.
  for (auto layer = step.layers.rbegin(); layer != step.layers.rend(); ++layer)
    layers_.push_back({layer->path.c_str(), {layer->dev, layer->ino}});
  const bool disk = step.upper == plan::UpperPlace::Disk;
  op.overlay = {.layers = layers_.data(),
                .count = layers_.size(),
                .size = intern_size(step.size),
                .disk = disk ? root_layer() : nullptr,
                .mode = step.layers.back().mode,
                .mount_point_parents = intern_list(step.mount_point_parents),
                .fuse = step.driver == spec::OverlayDriver::Fuse,
                .kept = step.kept};
}

Status LoweredProgram::lower_filter(const plan::InstallSeccomp& step) {
  auto filter = TRY(seccomp::make_filter(step.request));
  filter_ = std::move(filter);
  program_.payload.filter = filter_.program.data();
  program_.payload.filter_size = filter_.program.size();
  program_.payload.filter_step = step_;
  program_.payload.filter_asks = seccomp::asks_about_setid(step.request);
  program_.payload.root_is_own = plan::find_step<plan::OverlayRoot>(plan_) != nullptr;
  deny_ = !step.request.deny.empty();
  return {};
}

// As early as it can be: what the payload waits for is done while init goes on. After the loopback, which
// what forwards has routes on; and after the maps, since init could not tell their Go from that for the
// network.
void LoweredProgram::hand_out_network() {
  const std::size_t step =
      std::min({plan::index_of<plan::OpenGate>(plan_), plan::index_of<plan::PublishPorts>(plan_),
                plan::index_of<plan::ConnectNetwork>(plan_)});
  if (step == plan_.steps.size() || facts_.setup_only || facts_.tree_only)
    return;
  program_.connected = true;
  program_.connect_step = static_cast<std::uint16_t>(step);
  add(OpCode::HandOutNamespaces).step = program_.connect_step;
}

void LoweredProgram::lower_step(const plan::Step& step) {
  child::Payload& payload = program_.payload;
  std::visit(
      overloaded{
          // The supervisor's own: nothing for init to do.
          [&](const plan::SweepDisk&) {},
          [&](const plan::PrepareDisk&) {},
          [&](const plan::KeepContainer&) {},
          [&](const plan::EnterContainer&) {},
          [&](const plan::LimitGroup&) {},
          [&](const plan::RelayFiles&) {},
          [&](const plan::PublishPorts&) {},
          [&](const plan::OpenGate&) {},
          [&](const plan::JoinNetwork&) {},
          [&](const plan::ConnectNetwork&) {},
          [&](const plan::CreateNamespaces&) { program_.create_step = step_; },
          [&](const plan::Timeout&) {},
          [&](const plan::ReportNew&) {},
          [&](const plan::ServeContainer&) {
            program_.enterable = true;
            program_.enter_step = step_;
          },
          [&](const plan::MapSelf& s) {
            add(OpCode::WriteMaps).maps = {intern(map_line(s.uid)), intern(map_line(s.gid))};
          },
          [&](const plan::SharedMap& s) {
            add(OpCode::CheckIds).ids = {s.uid.inside, s.gid.inside};
          },
          [&](const MapRange&) { add(OpCode::AwaitMaps); },
          [&](const plan::NewCgroupNamespace&) { add(OpCode::NewCgroupNamespace); },
          [&](const plan::JoinKeyring&) { add(OpCode::JoinKeyring); },
          [&](const plan::LoopbackUp&) {
            add(OpCode::LoopbackUp);
            hand_out_network();
          },
          [&](const plan::SetSysctl& s) {
            add(OpCode::SetSysctl).sysctl = {intern("/proc/sys/" + s.name), s.value.c_str()};
          },
          [&](const plan::SetHostname& s) {
            add(OpCode::SetHostname).hostname = {s.name.c_str(), s.name.size()};
          },
          [&](const plan::PrivateMounts&) { add(OpCode::PrivateMounts); },
          [&](const plan::TmpfsRoot& s) { add(OpCode::TmpfsRoot).tmpfs_root = {intern_size(s.size)}; },
          [&](const plan::DiskRoot&) { add(OpCode::DiskRoot).disk_root = {root_layer()}; },
          [&](const plan::OverlayRoot& s) { lower_overlay(s); },
          [&](const plan::MakeDir& s) {
            add(OpCode::MakeDir).dir = {s.target.c_str(), s.mode};
          },
          [&](const plan::MakeSymlink& s) {
            add(OpCode::MakeSymlink).symlink = {s.target.c_str(), s.text.c_str()};
          },
          [&](const plan::BindText& s) {
            add(OpCode::BindText).file = {s.target.c_str(), s.text.data(), s.text.size(), s.mode};
          },
          [&](const plan::BindMount& s) {
            add(OpCode::BindMount).bind = {.source = {s.source.c_str(), {s.seen.dev, s.seen.ino}},
                                           .target = s.target.c_str(),
                                           .attributes = bind_attributes(s),
                                           .directory = s.seen.kind == FileKind::Directory,
                                           .optional = s.missing == spec::Missing::Skip};
          },
          [&](const plan::CowMount& s) {
            const bool disk = s.upper == plan::UpperPlace::Disk;
            add(OpCode::CowMount).cow = {.source = {s.source.c_str(), {s.seen.dev, s.seen.ino}},
                                         .target = s.target.c_str(),
                                         .size = intern_size(s.size),
                                         .disk = disk ? facts_.disk_upper.c_str() : nullptr,
                                         .layer = disk ? intern("cow/" + s.layer) : nullptr,
                                         .mode = s.seen.mode,
                                         .fuse = !s.fuse_program.empty(),
                                         .kept = s.kept};
          },
          [&](const plan::MountTmpfs& s) {
            add(OpCode::MountTmpfs).tmpfs = {
                s.target.c_str(), intern_size(s.size), intern(fmt::format("{:o}", s.mode)),
                static_cast<std::uint64_t>(s.access == spec::Access::ReadOnly ? MOUNT_ATTR_RDONLY : 0)};
          },
          [&](const plan::MountDev& s) { add(OpCode::MountDev).dev = {intern_list(s.devices)}; },
          [&](const plan::MountDevpts&) { add(OpCode::MountDevpts); },
          [&](const plan::MountProc& s) {
            add(OpCode::MountProc).proc = {s.own, intern_list(s.read_only), intern_list(s.masked)};
          },
          [&](const plan::MountSys& s) {
            add(OpCode::MountSys).sys = {s.own, intern_list(s.masked)};
          },
          [&](const plan::MountCgroup&) { add(OpCode::MountCgroup); },
          [&](const plan::OpenTerminal&) {
            if (facts_.terminal_fds == 0)
              return;
            payload.has_terminal = true;
            payload.terminal_fds = facts_.terminal_fds;
            add(OpCode::OpenTerminal).terminal = {facts_.rows, facts_.columns};
          },
          [&](const plan::RootReadOnly&) { add(OpCode::RootReadOnly); },
          [&](const plan::PivotRoot&) { add(OpCode::PivotRoot); },
          [&](const plan::LimitResource& s) {
            // The planner knows no other name.
            add(OpCode::LimitResource).limit = {*spec::ulimit_number(s.name), s.soft, s.hard};
          },
          [&](const plan::KeepCapabilities& s) {
            payload.keep = s.keep;
            add(OpCode::DropCapabilities).capabilities = {s.keep};
          },
          [&](const plan::NoNewPrivileges&) { add(OpCode::NoNewPrivileges); },
          [&](const plan::BecomeUser& s) {
            payload.user_step = step_;
            payload.set_user = s.set;
            payload.uid = s.uid;
            payload.gid = s.gid;
            payload.groups = s.groups.data();
            payload.group_count = s.groups.size();
            // exec clears the sets of every uid but 0 unless they are ambient.
            payload.ambient = s.uid != 0 ? payload.keep : 0;
          },
          [&](const plan::CloseDescriptors&) { payload.close_step = step_; },
          [&](const plan::EnterDir& s) {
            payload.dir_step = step_;
            payload.workdir = s.target.c_str();
          },
          [&](const plan::SetEnvironment& s) {
            std::vector<const char*>& list = lists_.emplace_back();
            for (const spec::EnvVariable& variable : s.variables)
              list.push_back(intern(variable.name + "=" + variable.value));
            list.push_back(nullptr);
            payload.envp = list.data();
          },
          [&](const plan::ApplyLandlock& s) {
            payload.landlock_step = step_;
            payload.landlock = {s.abi, intern_list(s.writable), s.refuse_tcp};
          },
          [&](const plan::InstallSeccomp&) {},  // may fail, so that lower() does it
          [&](const plan::Execute& s) {
            payload.execute_step = step_;
            payload.argv = intern_list(s.argv).items;
            payload.candidates = intern_list(s.candidates);
          },
      },
      step);
}

Status LoweredProgram::lower() {
  for (std::size_t i = 0; i < plan_.steps.size(); ++i) {
    step_ = static_cast<std::uint16_t>(i);
    lower_step(plan_.steps[i].step);
    if (const auto* filter = std::get_if<plan::InstallSeccomp>(&plan_.steps[i].step))
      TRY(lower_filter(*filter));
  }
  program_.ops = ops_.data();
  program_.count = ops_.size();
  program_.traced = trace_fd() >= 0;
  program_.setup_only = facts_.setup_only;
  program_.tree_only = facts_.tree_only;
  // With one id init and payload are the same user with the same rights: init confines itself once and the
  // payload inherits it, which saves the kernel a second translation of the filter. A filter with calls taken
  // out by the profile is the payload's alone: init may need them.
  program_.payload.confine_early = !program_.payload.set_user && !deny_;
  return {};
}

}  // namespace snug::launch
