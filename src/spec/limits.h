// The texts of [limits] and of docker's flags for them: cpuset, ulimits, io-max, hugetlb. `what` names the
// thing in the error ("limits.cpuset", "--ulimit").
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace snug::spec {

// "0-3,6", as cpuset(7) writes lists.
Status check_cpuset(std::string_view text, std::string_view what);

inline constexpr std::uint64_t kUnlimited = UINT64_MAX;

// A limit of setrlimit(2), in the units of the system call.
struct Ulimit {
  std::string name{};  // in lower case, without RLIMIT_
  std::uint64_t soft{};
  std::uint64_t hard{};
  bool operator==(const Ulimit&) const = default;
};

// The number of setrlimit(2) for a name; nothing where there is none of that name.
std::optional<int> ulimit_number(std::string_view name);

// "nofile=1024", "nofile=1024:2048"; -1 and "unlimited" are no limit.
Result<Ulimit> parse_ulimit(std::string_view text, std::string_view what);

// What a block device may be used for, in bytes or operations a second.
struct IoLimit {
  std::string device{};  // an absolute path, or MAJOR:MINOR
  std::string key{};     // rbps, wbps, riops, wiops: cgroup-v2.rst, io.max
  std::uint64_t value{};
  bool operator==(const IoLimit&) const = default;
};

// "/dev/vda rbps=10M wiops=100".
Result<std::vector<IoLimit>> parse_io_max(std::string_view text, std::string_view what);

// Docker's "/dev/vda:10mb" for one key, as a text that parse_io_max() takes.
Result<std::string> io_max_of(std::string_view key, std::string_view typed, std::string_view what);

struct HugetlbLimit {
  std::string page{};  // "2MB", as the kernel's file is named
  std::uint64_t bytes{};
  bool operator==(const HugetlbLimit&) const = default;
};

// "2MB=64M".
Result<HugetlbLimit> parse_hugetlb(std::string_view text, std::string_view what);

// The weights of cgroup v1 that docker's --cpu-shares (2–262144) and --blkio-weight (10–1000) count in, as
// version 2's of 1–10000: the formulas of runc and crun (crun(1), "CGROUP v2").
std::uint64_t cpu_weight_of(std::uint64_t shares);
std::uint64_t io_weight_of(std::uint64_t blkio_weight);

}  // namespace snug::spec
