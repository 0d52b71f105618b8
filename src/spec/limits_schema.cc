// [limits]. Options have docker's names, units and meanings; the profile has the kernel's.
#include <charconv>
#include <cmath>

#include "base/try.h"
#include "spec/key_types.h"
#include "spec/limits.h"
#include "spec/schema.h"

namespace snug::spec {
namespace {

// The kernel takes no quota below 1 ms of its 100 ms period (sched(7), cpu.max).
bool is_cpu_count(double cpus) {
  return std::isfinite(cpus) && cpus >= 0.01 && cpus <= 65536;
}

struct Processors {
  static Result<double> read(const TomlValue& value, const ProfilePlace&) {
    const auto cpus = value.as_number("a number such as 1.5");
    if (cpus && !is_cpu_count(*cpus))
      return value.error("expected a number of processors from 0.01 to 65536");
    return cpus;
  }
  static Result<double> parse(const std::string& text, std::string_view flag) {
    double value = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
    if (error != std::errc{} || end != text.data() + text.size() || !is_cpu_count(value))
      return fail({.step = fmt::format("{}: \"{}\" is not a number of processors from 0.01 to 65536", flag,
                                       escape_control(text))});
    return value;
  }
  static Json show(double cpus) { return cpus; }
};

struct Cpuset {
  static Result<std::string> read(const TomlValue& value, const ProfilePlace&) {
    const auto text = TRY(value.as_string("a list of processors such as \"0-3\""));
    return parse(std::string{text}, value.where());
  }
  static Result<std::string> parse(const std::string& text, std::string_view what) {
    return check(text, what).map([&] { return text; });
  }
  static Status check(const std::string& text, std::string_view what) { return check_cpuset(text, what); }
  static Json show(const std::string& text) { return text; }
};

// Docker counts memory and swap together; the profile and the kernel count swap alone.
Status put_swap(const TypedFlag& typed, Profile& layer) {
  constexpr std::string_view kHint = "it is memory and swap together, as in docker";
  if (!layer.memory)
    return fail({.step = fmt::format("{}: there is no --memory that it could add to", typed.name),
                 .hint = std::string{kHint}});
  if (typed.last() == "-1")
    return assign(typed, layer.swap, Result<std::uint64_t>{kUnlimited});
  const auto total = parse_size(typed.last(), typed.name);
  if (total && *total < layer.memory->value)
    return fail({.step = fmt::format("{}: {} is less than --memory", typed.name, typed.last()),
                 .hint = std::string{kHint}});
  return assign(typed, layer.swap,
                total.map([&](std::uint64_t bytes) { return bytes - layer.memory->value; }));
}

// Docker's -1 is no limit, which is what a run has anyway; in `update` it takes one away.
Status put_pids(const TypedFlag& typed, Profile& layer) {
  if (typed.last() == "-1")
    return assign(typed, layer.pids, Result<std::uint64_t>{kUnlimited});
  return assign(typed, layer.pids, not_zero(parse_number(typed.last(), typed.name, 4194304), typed.name));
}

// A weight in the units of cgroup version 1, as docker takes them.
template<std::uint64_t least, std::uint64_t most, std::uint64_t (*convert)(std::uint64_t), auto InProfile>
Status put_weight(const TypedFlag& typed, Profile& layer) {
  const auto number = parse_number(typed.last(), typed.name, most);
  if (number && *number < least)
    return fail({.step = fmt::format("{}: {} is not from {} to {}", typed.name, *number, least, most)});
  return assign(typed, layer.*InProfile, number.map(convert));
}

Status put_device(const TypedFlag& typed, Profile& layer, std::string_view io_key) {
  for (const std::string& device : typed.texts) {
    auto text = TRY(io_max_of(io_key, device, typed.name));
    layer.io_max.push_back({.value = std::move(text), .origin = {typed.name}});
  }
  return {};
}

constexpr Flag kDeviceFlags[] = {
    {.name = "device-read-bps",
     .argument = "DEVICE:SIZE",
     .says = "most bytes a second read from a block device",
     .put = [](const TypedFlag& typed, Profile& layer) { return put_device(typed, layer, "rbps"); }},
    {.name = "device-write-bps",
     .argument = "DEVICE:SIZE",
     .says = "most bytes a second written to a block device",
     .put = [](const TypedFlag& typed, Profile& layer) { return put_device(typed, layer, "wbps"); }},
    {.name = "device-read-iops",
     .argument = "DEVICE:N",
     .says = "most reads a second from a block device",
     .put = [](const TypedFlag& typed, Profile& layer) { return put_device(typed, layer, "riops"); }},
    {.name = "device-write-iops",
     .argument = "DEVICE:N",
     .says = "most writes a second to a block device",
     .put = [](const TypedFlag& typed, Profile& layer) { return put_device(typed, layer, "wiops"); }},
};

constexpr Key kLimitKeys[] = {
    {.name = "memory",
     .value = held<Size<>, &Profile::memory, &Spec::memory>(),
     .flag = {.name = "memory",
              .letter = 'm',
              .argument = "SIZE",
              .says = "most memory; what needs more is killed"}},
    {.name = "memory-reservation",
     .stored = "memory_reservation",
     .value = held<Size<>, &Profile::memory_reservation, &Spec::memory_reservation>(),
     .flag = {.name = "memory-reservation",
              .argument = "SIZE",
              .says = "memory that is taken away only when all else is in use"}},
    {.name = "swap",
     .value = held<Size<Zero::Allowed>, &Profile::swap, &Spec::swap>(),
     .flag = {.name = "memory-swap",
              .argument = "SIZE",
              .says = "most memory and swap together; needs --memory",
              .detail =
                  "As docker counts it: the same as --memory means no swap, -1 as much as there is, and "
                  "without it as much as --memory once more.",
              .put = put_swap}},
    {.name = "cpus",
     .value = held<Processors, &Profile::cpus, &Spec::cpus>(),
     .flag = {.name = "cpus", .argument = "N", .says = "most processors, with a fraction: 1.5"}},
    {.name = "cpu-weight",
     .stored = "cpu_weight",
     .value = held<Count<1, 10000>, &Profile::cpu_weight, &Spec::cpu_weight>(),
     .flag = {.name = "cpu-shares",
              .argument = "N",
              .says = "weight against others where processors are short, 1024 in the middle",
              .put = put_weight<2, 262144, cpu_weight_of, &Profile::cpu_weight>}},
    {.name = "cpuset",
     .value = held<Cpuset, &Profile::cpuset, &Spec::cpuset>(),
     .flag = {.name = "cpuset-cpus", .argument = "LIST", .says = "the processors that may be used: 0-3,6"}},
    // PID_MAX_LIMIT of a 64-bit kernel; above it the limit limits nothing.
    {.name = "pids",
     .value = held<Count<1, 4194304>, &Profile::pids, &Spec::pids>(),
     .flag = {.name = "pids-limit",
              .argument = "N",
              .says = "most processes and threads; -1: no limit",
              .put = put_pids}},
    {.name = "io-weight",
     .stored = "io_weight",
     .value = held<Count<1, 10000>, &Profile::io_weight, &Spec::io_weight>(),
     .flag = {.name = "blkio-weight",
              .argument = "N",
              .says = "weight against others where the disk is busy, 10 to 1000",
              .put = put_weight<10, 1000, io_weight_of, &Profile::io_weight>}},
    {.name = "io-max",
     .stored = "io_max",
     .value = listed<check_by<parse_io_max>, &Profile::io_max, &Spec::io_max>(),
     .flags = kDeviceFlags},
    {.name = "hugetlb", .value = listed<check_by<parse_hugetlb>, &Profile::hugetlb, &Spec::hugetlb>()},
    {.name = "ulimits",
     .value = listed<check_by<parse_ulimit>, &Profile::ulimits, &Spec::ulimits>(),
     .flag = {.name = "ulimit",
              .argument = "NAME=SOFT[:HARD]",
              .says = "a limit of each process, such as nofile, nproc or fsize",
              .detail = "As getrlimit(2) has them, in its units; -1 is none."}},
    {.name = "nofile", .value = held<Count<3, 1073741816>, &Profile::nofile, &Spec::nofile>()},
    {.name = "timeout",
     .stored = "timeout_ms",
     .value = held<Duration, &Profile::timeout_ms, &Spec::timeout_ms>(),
     .flag = {.name = "timeout",
              .argument = "TIME",
              .says = "end the command after 90, 90s, 10m, 1h30m; by force 5 s later"}},
    {.name = "required",
     .stored = "limits_required",
     .value = held<Switch, &Profile::limits_required, &Spec::limits_required>()},
};

}  // namespace

std::span<const Key> limit_keys() {
  return kLimitKeys;
}

}  // namespace snug::spec
