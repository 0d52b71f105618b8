// [limits].
#include <cmath>

#include "base/units.h"
#include "spec/limits.h"
#include "spec/profile_reader.h"

namespace snug {
namespace {

Status read_cpus(Draft& draft, const TomlValue& value) {
  const auto cpus = value.as_number("a number such as 1.5");
  if (!cpus)
    return tl::unexpected{cpus.error()};
  // The kernel takes no quota below 1 ms of its 100 ms period (sched(7), cpu.max).
  if (!std::isfinite(*cpus) || *cpus < 0.01 || *cpus > 65536)
    return value.error("expected a number of processors from 0.01 to 65536");
  return keep(draft, value, draft.profile().cpus, cpus);
}

Status read_timeout(Draft& draft, const TomlValue& value) {
  const auto text = value.as_string("a duration such as \"10m\"");
  if (!text)
    return tl::unexpected{text.error()};
  const auto timeout = parse_duration_ms(*text, value.where());
  if (timeout && *timeout == 0)
    return value.error("0 leaves no time at all; leave the key out for no timeout");
  return keep(draft, value, draft.profile().timeout_ms, timeout);
}

Status read_cpuset(Draft& draft, const TomlValue& value) {
  const auto text = value.as_string("a list of processors such as \"0-3\"");
  if (!text)
    return tl::unexpected{text.error()};
  if (Status status = check_cpuset(*text, value.where()); !status)
    return status;
  return keep(draft, value, draft.profile().cpuset, text);
}

template<auto Parse>
Status check_by(std::string_view text, std::string_view where) {
  return Parse(text, where).map([](const auto&) {});
}

constexpr ProfileKey kLimits[] = {
    {"memory",
     [](Draft& d, const TomlValue& v) { return read_size(d, v, d.profile().memory, Zero::Refused); }},
    {"memory-reservation",
     [](Draft& d, const TomlValue& v) {
       return read_size(d, v, d.profile().memory_reservation, Zero::Refused);
     }},
    {"swap", [](Draft& d, const TomlValue& v) { return read_size(d, v, d.profile().swap, Zero::Allowed); }},
    {"cpus", read_cpus},
    {"cpu-weight",
     [](Draft& d, const TomlValue& v) { return read_integer(d, v, d.profile().cpu_weight, 1, 10000); }},
    {"cpuset", read_cpuset},
    // PID_MAX_LIMIT of a 64-bit kernel; above it the limit limits nothing.
    {"pids", [](Draft& d, const TomlValue& v) { return read_integer(d, v, d.profile().pids, 1, 4194304); }},
    {"io-weight",
     [](Draft& d, const TomlValue& v) { return read_integer(d, v, d.profile().io_weight, 1, 10000); }},
    {"io-max",
     [](Draft& d, const TomlValue& v) {
       return read_list(d, v, d.profile().io_max, check_by<parse_io_max>);
     }},
    {"hugetlb",
     [](Draft& d, const TomlValue& v) {
       return read_list(d, v, d.profile().hugetlb, check_by<parse_hugetlb>);
     }},
    {"ulimits",
     [](Draft& d, const TomlValue& v) {
       return read_list(d, v, d.profile().ulimits, check_by<parse_ulimit>);
     }},
    {"nofile",
     [](Draft& d, const TomlValue& v) { return read_integer(d, v, d.profile().nofile, 3, 1073741816); }},
    {"timeout", read_timeout},
    {"required",
     [](Draft& d, const TomlValue& v) { return read_boolean(d, v, d.profile().limits_required); }},
};

}  // namespace

Status read_limits(Draft& draft, const TomlValue& value) {
  return read_toml_table(value, kLimits, draft);
}

}  // namespace snug
