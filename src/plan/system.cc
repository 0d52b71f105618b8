// /dev, /proc, /sys and the payload's terminal.
#include <string_view>

#include "plan/builder.h"

namespace snug {
namespace {

constexpr std::string_view kDevices[] = {"/dev/null",   "/dev/zero",    "/dev/full",
                                         "/dev/random", "/dev/urandom", "/dev/tty"};

// Written through these, a process changes the machine and not the sandbox (isolation F7: bubblewrap leaves
// some writable).
constexpr std::string_view kProcReadOnly[] = {"sys", "irq", "bus", "fs"};

// What tells of the host, of its other users, or of its memory. moby's list, with keys (isolation F5) and
// config.gz.
constexpr std::string_view kProcMasked[] = {"acpi",       "asound",        "interrupts",    "kallsyms",
                                            "kcore",      "keys",          "key-users",     "kmsg",
                                            "kpagecount", "kpageflags",    "latency_stats", "sched_debug",
                                            "scsi",       "sysrq-trigger", "timer_list",    "timer_stats"};

constexpr std::string_view kSysMasked[] = {"firmware", "devices/virtual/powercap", "kernel/security",
                                           "kernel/debug", "kernel/tracing"};

template<std::size_t N>
std::vector<std::string> existing(const HostView& host, std::string_view base,
                                  const std::string_view (&names)[N]) {
  std::vector<std::string> found;
  for (const std::string_view name : names)
    if (host.stat(std::string{base} + std::string{name}))
      found.emplace_back(name);
  return found;
}

}  // namespace

Status plan_system(Builder& builder) {
  const HostView& host = builder.host;
  builder.init(Phase::System, MountDev{{std::begin(kDevices), std::end(kDevices)}});
  builder.init(Phase::System, MountDevpts{});
  builder.init(Phase::System, MountTmpfs{.target = "/dev/shm"});
  MountProc proc;
  if (builder.spec.proc.value == ProcView::Masked) {
    proc.read_only = existing(host, "/proc/", kProcReadOnly);
    proc.masked = existing(host, "/proc/", kProcMasked);
  }
  builder.init(Phase::System, std::move(proc), builder.spec.proc.origin);
  const bool own_network = builder.spec.network.value != NetworkMode::Host;
  builder.init(Phase::System, MountSys{.own = own_network, .masked = existing(host, "/sys/", kSysMasked)},
               builder.spec.proc.origin);
  if (builder.spec.tty.value != Toggle::Off)
    builder.init(Phase::System, OpenTerminal{.always = builder.spec.tty.value == Toggle::On},
                 builder.spec.tty.origin);
  return {};
}

}  // namespace snug
