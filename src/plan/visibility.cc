#include "plan/visibility.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/overloaded.h"
#include "base/path.h"
#include "base/text.h"

namespace snug::plan {
namespace {

// What `path` adds to `target`; nothing where it is elsewhere.
std::string below(std::string_view path, std::string_view target) {
  return is_beneath(path, target) ? std::string{path.substr(target == "/" ? 0 : target.size())} : "";
}

std::string names(const std::vector<image::Layer>& layers, std::string_view path) {
  std::vector<std::string> paths;
  for (auto layer = layers.rbegin(); layer != layers.rend(); ++layer)
    paths.push_back(layer->path + (path == "/" ? "" : std::string{path}));
  return escape_control(join(paths, ", else "));
}

// Is `path` one of `entries` of the kernel's directory `base`, or below one?
bool among(std::string_view path, std::string_view base, const std::vector<std::string>& entries) {
  return std::ranges::any_of(
      entries, [&](const std::string& entry) { return is_beneath(path, std::string{base} + "/" + entry); });
}

class Lookup {
 public:
  explicit Lookup(std::string_view path) { answer_.path = path; }

  void visit(std::size_t index, const Step& step) {
    index_ = index;
    const std::string& path = answer_.path;
    std::visit(
        overloaded{
            [&](const TmpfsRoot&) {
              root_is_tmpfs_ = true;
              set("/", true, "not the host's: only what is put there, gone at the end");
            },
            [&](const DiskRoot&) {
              set("/", true, "not the host's: only what is put there, kept with the container");
            },
            [&](const OverlayRoot& s) {
              set("/", true,
                  "what the image has there (" + names(s.layers, path) + "); changes are " +
                      (s.kept ? "kept with the container" : "kept apart and gone at the end"));
            },
            [&](const MakeDir& s) {
              if (path == s.target)
                put(s.target, answer_.text.empty() ? "a directory made by snug" : answer_.text);
            },
            [&](const MakeSymlink& s) { put(s.target, "a link to " + escape_control(s.text)); },
            [&](const BindText& s) {
              const char* text = s.copied ? "a copy of the host's" : "a file made by snug for this sandbox";
              // It stands in a root that is a tmpfs, and is a mount of its own over every other root.
              if (root_is_tmpfs_)
                put(s.target, text);
              else
                set(s.target, true, text);
            },
            [&](const BindMount& s) {
              const bool rw = s.access == spec::Access::ReadWrite;
              set(s.target, rw,
                  fmt::format("{} on the host, {}", escape_control(s.source + below(path, s.target)),
                              rw ? "read-write" : "read-only"));
            },
            [&](const CowMount& s) {
              set(s.target, true,
                  fmt::format("what {} is on the host; changes are kept apart and gone at the end",
                              escape_control(s.source + below(path, s.target))));
            },
            [&](const MountTmpfs& s) {
              set(s.target, s.access == spec::Access::ReadWrite, "in a fresh tmpfs, gone at the end");
            },
            [&](const MountDev& s) {
              const bool device = std::ranges::find(s.devices, path) != s.devices.end();
              set("/dev", true, device ? "the host's device" : "in the sandbox's own /dev");
              on_dev_ = on_dev_ && !device;
            },
            [&](const MountDevpts&) { set("/dev/pts", true, "the sandbox's own terminals"); },
            [&](const MountProc& s) {
              if (among(path, "/proc", s.masked))
                set("/proc", false, "hidden: empty");
              else
                set("/proc", s.own && !among(path, "/proc", s.read_only),
                    s.own ? "the sandbox's own processes and their kernel's view"
                          : "processes of the sandbox and of outside, read-only");
            },
            [&](const MountSys& s) {
              set("/sys", false,
                  among(path, "/sys", s.masked) ? "hidden: empty" : "the kernel's view, read-only");
            },
            [&](const MountCgroup&) { set("/sys/fs/cgroup", false, "the sandbox's own cgroup, read-only"); },
            [&](const RootReadOnly&) {
              if (on_root_ || on_dev_)
                answer_.writable = false;
            },
            [&](const ApplyLandlock& s) {
              // Files of /proc and /dev can be written to whatever the plan says: child/landlock.cc.
              if (!is_beneath(path, "/proc") && !is_beneath(path, "/dev") &&
                  std::ranges::none_of(s.writable,
                                       [&](const std::string& place) { return is_beneath(path, place); }))
                answer_.writable = false;
            },
            // These change nothing of what is at a path.
            Ignore<SweepDisk, PrepareDisk, KeepContainer, EnterContainer, LimitGroup, RelayFiles,
                   PublishPorts, OpenGate, ConnectNetwork, JoinNetwork, CreateNamespaces, MapSelf, SharedMap,
                   MapRange, NewCgroupNamespace, JoinKeyring, LoopbackUp, SetSysctl, SetHostname,
                   PrivateMounts, OpenTerminal, PivotRoot, LimitResource, KeepCapabilities, NoNewPrivileges,
                   BecomeUser, CloseDescriptors, EnterDir, SetEnvironment, InstallSeccomp, Execute, ReportNew,
                   ServeContainer, Timeout>{},
        },
        step);
  }

  Visibility take() { return std::move(answer_); }

 private:
  // A mount at `target`.
  void set(std::string_view target, bool writable, std::string text) {
    if (!is_beneath(answer_.path, target))
      return;
    on_root_ = target == "/";
    on_dev_ = target == "/dev";
    answer_.writable = writable;
    answer_.text = std::move(text);
    answer_.step = index_;
  }

  // Something made at `target`, in the mount that is there: it can be written to if that can.
  void put(std::string_view target, std::string text) {
    if (!is_beneath(answer_.path, target))
      return;
    answer_.text = std::move(text);
    answer_.step = index_;
  }

  Visibility answer_;
  std::size_t index_{};
  bool root_is_tmpfs_{};
  bool on_root_{};
  bool on_dev_{};  // but not one of its devices
};

}  // namespace

Visibility look_up(const Plan& plan, std::string_view path) {
  Lookup lookup{path};
  for (std::size_t i = 0; i < plan.steps.size(); ++i) lookup.visit(i, plan.steps[i].step);
  return lookup.take();
}

}  // namespace snug::plan
