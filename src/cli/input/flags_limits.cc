// The flags of limits. Docker's names, units and meanings; the profile has the kernel's.
#include <charconv>

#include "base/units.h"
#include "cli/input/flags_layer.h"
#include "cli/input/flags_put.h"
#include "spec/limits.h"

namespace snug {
namespace {

Result<double> parse_cpus(std::string_view text, std::string_view flag) {
  double value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  // The kernel takes no quota below 1 ms of its 100 ms period (sched(7), cpu.max).
  if (error != std::errc{} || end != text.data() + text.size() || !(value >= 0.01 && value <= 65536))
    return fail({.step = fmt::format("{}: \"{}\" is not a number of processors from 0.01 to 65536", flag,
                                     escape_control(text))});
  return value;
}

// Docker counts memory and swap together; the profile and the kernel count swap alone.
Status put_swap(const RunOptions& run, const Profile& layer, Maybe<std::uint64_t>& to) {
  constexpr std::string_view kFlag = "--memory-swap";
  if (!run.memory_swap)
    return {};
  if (!layer.memory)
    return fail({.step = fmt::format("{}: there is no --memory that it could add to", kFlag),
                 .hint = "it is memory and swap together, as in docker"});
  if (*run.memory_swap == "-1")
    return keep(Result<std::uint64_t>{kUnlimited}, kFlag, to);
  const auto total = parse_size(*run.memory_swap, kFlag);
  if (total && *total < layer.memory->value)
    return fail({.step = fmt::format("{}: {} is less than --memory", kFlag, *run.memory_swap),
                 .hint = "it is memory and swap together, as in docker"});
  return keep(total.map([&](std::uint64_t bytes) { return bytes - layer.memory->value; }), kFlag, to);
}

// A weight in the units of cgroup version 1, as docker takes them.
Status put_weight(const Typed& typed, std::string_view flag, std::uint64_t min, std::uint64_t max,
                  std::uint64_t (*convert)(std::uint64_t), Maybe<std::uint64_t>& to) {
  if (!typed)
    return {};
  const auto number = parse_number(*typed, flag, max);
  if (number && *number < min)
    return fail({.step = fmt::format("{}: {} is not from {} to {}", flag, *number, min, max)});
  return keep(number.map(convert), flag, to);
}

Status put_devices(const RunOptions& run, Profile& layer) {
  const struct {
    const std::vector<std::string>& typed;
    std::string_view flag, key;
  } flags[] = {{run.device_read_bps, "--device-read-bps", "rbps"},
               {run.device_write_bps, "--device-write-bps", "wbps"},
               {run.device_read_iops, "--device-read-iops", "riops"},
               {run.device_write_iops, "--device-write-iops", "wiops"}};
  for (const auto& flag : flags)
    for (const std::string& typed : flag.typed) {
      auto text = io_max_of(flag.key, typed, flag.flag);
      if (!text)
        return tl::unexpected{text.error()};
      layer.io_max.push_back({.value = *std::move(text), .origin = {std::string{flag.flag}}});
    }
  return {};
}

// Docker's -1 is no limit, which is what a run has anyway; in `update` it takes one away.
Status put_pids(const Typed& typed, Maybe<std::uint64_t>& to) {
  constexpr std::string_view kFlag = "--pids-limit";
  if (typed && *typed == "-1")
    return keep(Result<std::uint64_t>{kUnlimited}, kFlag, to);
  const auto parse = [](std::string_view text, std::string_view flag) {
    return parse_number(text, flag, 4194304);
  };
  return put_amount(typed, kFlag, parse, to);
}

Status put_cpus(const RunOptions& run, Profile& layer) {
  if (run.cpus)
    if (auto status = keep(parse_cpus(*run.cpus, "--cpus"), "--cpus", layer.cpus); !status)
      return status;
  if (auto status = put_weight(run.cpu_shares, "--cpu-shares", 2, 262144, cpu_weight_of, layer.cpu_weight);
      !status)
    return status;
  if (!run.cpuset)
    return {};
  if (auto status = check_cpuset(*run.cpuset, "--cpuset-cpus"); !status)
    return status;
  return keep(Result<std::string>{*run.cpuset}, "--cpuset-cpus", layer.cpuset);
}

}  // namespace

Status put_limits(const RunOptions& run, Profile& layer) {
  const CheckText check_ulimit = [](std::string_view text, std::string_view what) -> Status {
    return parse_ulimit(text, what).map([](const Ulimit&) {});
  };
  if (auto status = put_amount(run.memory, "--memory", parse_size, layer.memory); !status)
    return status;
  if (auto status =
          put_amount(run.memory_reservation, "--memory-reservation", parse_size, layer.memory_reservation);
      !status)
    return status;
  if (auto status = put_swap(run, layer, layer.swap); !status)
    return status;
  if (auto status = put_cpus(run, layer); !status)
    return status;
  if (auto status = put_pids(run.pids_limit, layer.pids); !status)
    return status;
  if (auto status = put_weight(run.blkio_weight, "--blkio-weight", 10, 1000, io_weight_of, layer.io_weight);
      !status)
    return status;
  if (auto status = put_devices(run, layer); !status)
    return status;
  return put_list(run.ulimits, "--ulimit", check_ulimit, layer.ulimits);
}

}  // namespace snug
