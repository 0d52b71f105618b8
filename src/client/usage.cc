#include "client/usage.h"

#include <fmt/format.h>
#include <unistd.h>

#include "base/text.h"
#include "base/try.h"
#include "base/units.h"
#include "cgroup/group.h"
#include "client/processes.h"
#include "sys/file_io.h"

namespace snug::client {
namespace {

std::optional<std::uint64_t> number(std::string_view text) {
  if (text.ends_with('\n'))
    text.remove_suffix(1);
  const auto value = parse_number(text, "");
  return value ? std::optional{*value} : std::nullopt;
}

// A file of one number; nothing for "max", and where the controller is off.
std::optional<std::uint64_t> single(int dir, const char* file) {
  const auto text = cgroup::read_from(dir, file);
  return text ? number(*text) : std::nullopt;
}

}  // namespace

std::uint64_t io_sum(std::string_view io_stat, std::string_view key) {
  std::uint64_t sum = 0;
  for (const std::string_view line : split(io_stat, '\n'))
    for (const std::string_view word : split(line, ' '))
      if (word.starts_with(key) && word.size() > key.size() && word[key.size()] == '=')
        sum += number(word.substr(key.size() + 1)).value_or(0);
  return sum;
}

Usage group_usage(int dir) {
  Usage usage{.by_group = true};
  usage.cpu_us = cgroup::number_of(dir, "cpu.stat", "usage_usec").value_or(0);
  const std::uint64_t current = single(dir, "memory.current").value_or(0);
  const std::uint64_t cache = cgroup::number_of(dir, "memory.stat", "inactive_file").value_or(0);
  usage.memory = current > cache ? current - cache : 0;
  usage.memory_limit = single(dir, "memory.max");
  // Threads where the controller is on, else processes.
  const auto procs = cgroup::read_from(dir, "cgroup.procs");
  usage.pids = single(dir, "pids.current").value_or(procs ? split(*procs, '\n').size() - 1 : 0);
  usage.pids_limit = single(dir, "pids.max");
  if (const auto io = cgroup::read_from(dir, "io.stat")) {
    usage.read_bytes = io_sum(*io, "rbytes");
    usage.written_bytes = io_sum(*io, "wbytes");
  }
  return usage;
}

Result<Usage> process_usage(const container::RunState& state) {
  const auto processes = TRY(container_processes(state));
  Usage usage{.pids = processes.size()};
  const auto page = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  for (const ContainerProcess& process : processes) {
    usage.cpu_us += process.time_ms * 1000;
    // The second number is the resident pages: proc(5). A process may have gone meanwhile.
    const auto statm = sys::read_text_file(fmt::format("/proc/{}/statm", process.host_pid));
    const auto words = statm ? split(*statm, ' ') : std::vector<std::string_view>{};
    if (words.size() > 1)
      usage.memory += number(words[1]).value_or(0) * page;
  }
  return usage;
}

}  // namespace snug::client
