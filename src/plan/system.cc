// /dev, /proc, /sys and the payload's terminal.
#include <cerrno>
#include <span>
#include <string_view>

#include "plan/builder.h"

namespace snug::plan {
namespace {

constexpr std::string_view kDevices[] = {"/dev/null",   "/dev/zero",    "/dev/full",
                                         "/dev/random", "/dev/urandom", "/dev/tty"};

// Written through these, a process changes the machine and not the sandbox (isolation F7: bubblewrap leaves
// some writable).
constexpr std::string_view kProcReadOnly[] = {"sys", "irq", "bus", "fs"};

// What tells of the host, of its other users, or of its memory. moby's list, with keys (isolation F5) and
// page tables.
constexpr std::string_view kProcMasked[] = {
    "acpi",      "asound",      "interrupts",  "kallsyms",      "kcore",      "keys",
    "key-users", "kmsg",        "kpagecgroup", "kpagecount",    "kpageflags", "latency_stats",
    "pressure",  "sched_debug", "scsi",        "sysrq-trigger", "timer_list", "timer_stats"};

constexpr std::string_view kOwnSys[] = {"firmware", "devices/virtual/powercap"};
// Mount points of other file systems, which only the outer /sys has on it.
constexpr std::string_view kOuterSys[] = {"firmware", "devices/virtual/powercap", "kernel/security",
                                          "kernel/debug", "kernel/tracing"};

// What cannot be looked at is there: init passes over what turns out not to be.
bool absent(const Error& error) {
  return error.err == ENOENT || error.err == ENOTDIR;
}

// The names that exist and that the payload could open. What belongs to another user and is closed to the
// rest needs no mask: its owner has no id inside, so that no capability inside counts for it
// (user_namespaces(7)); a mask would cost a mount.
std::vector<std::string> openable(const host::HostView& host, std::string_view base,
                                  std::span<const std::string_view> names) {
  std::vector<std::string> found;
  for (const std::string_view name : names)
    if (const auto info = host.stat(std::string{base} + std::string{name});
        info ? (info->uid == host.caller().uid || info->gid == host.caller().gid || (info->mode & 07) != 0)
             : !absent(info.error()))
      found.emplace_back(name);
  return found;
}

std::vector<std::string> existing(const host::HostView& host, std::string_view base,
                                  std::span<const std::string_view> names) {
  std::vector<std::string> found;
  for (const std::string_view name : names)
    if (const auto info = host.stat(std::string{base} + std::string{name}); info || !absent(info.error()))
      found.emplace_back(name);
  return found;
}

void plan_proc(Builder& builder) {
  MountProc proc{.own = !builder.host.withholds(host::Withheld::Proc)};
  if (!proc.own)
    builder.lower_level("/proc is the outer one, with the processes and command lines out there");
  if (builder.spec.proc.value == spec::ProcView::Masked) {
    if (proc.own)
      proc.read_only = existing(builder.host, "/proc/", kProcReadOnly);
    proc.masked = openable(builder.host, "/proc/", kProcMasked);
  }
  builder.init(Phase::System, std::move(proc), builder.spec.proc.origin);
}

void plan_sys(Builder& builder) {
  const bool own_network = builder.spec.network.value != spec::NetworkMode::Host;
  const bool refused = builder.host.withholds(host::Withheld::Sys);
  if (own_network && refused)
    builder.lower_level("/sys is the outer one");
  MountSys sys{.own = own_network && !refused};
  if (builder.spec.proc.value == spec::ProcView::Masked)
    sys.masked =
        sys.own ? openable(builder.host, "/sys/", kOwnSys) : openable(builder.host, "/sys/", kOuterSys);
  builder.init(Phase::System, std::move(sys), builder.spec.proc.origin);
}

}  // namespace

Status plan_system(Builder& builder) {
  builder.init(Phase::System, MountDev{{std::begin(kDevices), std::end(kDevices)}});
  builder.init(Phase::System, MountDevpts{});
  builder.init(Phase::System, MountTmpfs{.target = "/dev/shm"});
  plan_proc(builder);
  plan_sys(builder);
  if (builder.grouped)
    builder.init(Phase::System, MountCgroup{});
  if (builder.spec.tty.value != spec::Toggle::Off)
    builder.init(Phase::System, OpenTerminal{.always = builder.spec.tty.value == spec::Toggle::On},
                 builder.spec.tty.origin);
  return {};
}

}  // namespace snug::plan
