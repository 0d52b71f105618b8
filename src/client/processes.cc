#include "client/processes.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>

#include "base/text.h"
#include "base/try.h"
#include "sys/directory_stream.h"
#include "sys/file_io.h"
#include "sys/process_stat.h"

namespace snug::client {
namespace {

constexpr std::uint32_t kNobody = 65534;
constexpr std::uint64_t kMostCommand = 1 << 16;

struct Seen {
  sys::ProcessStat stat;
  std::vector<std::int64_t> pids;  // NSpid: from the namespace of this /proc down to its own
  std::uint32_t host_uid{};
};

// The words behind "Name:" in /proc/PID/status.
std::vector<std::string_view> status_words(std::string_view text, std::string_view name) {
  for (const std::string_view line : split(text, '\n'))
    if (line.starts_with(name))
      return split_blanks(line.substr(name.size()));
  return {};
}

// Nothing of a process that has gone meanwhile.
std::optional<Seen> look(std::int64_t pid) {
  const auto stat_text = sys::read_text_file(fmt::format("/proc/{}/stat", pid));
  const auto status = sys::read_text_file(fmt::format("/proc/{}/status", pid));
  if (!stat_text || !status)
    return {};
  auto stat = sys::parse_process_stat(*stat_text);
  if (!stat)
    return {};
  Seen seen{.stat = std::move(*stat)};
  for (const std::string_view word : status_words(*status, "NSpid:"))
    seen.pids.push_back(to_number<std::int64_t>(word).value_or(0));
  const auto uids = status_words(*status, "Uid:");
  seen.host_uid = uids.size() > 1 ? to_number<std::uint32_t>(uids[1]).value_or(kNobody) : kNobody;
  return seen;
}

// "pid:[4026531836]", "" where we may not see it: init cannot be looked into, nor what has made itself so.
std::string pid_namespace(std::int64_t pid) {
  std::string text(64, '\0');
  const ssize_t n = readlink(fmt::format("/proc/{}/ns/pid", pid).c_str(), text.data(), text.size());
  text.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
  return text;
}

std::map<std::int64_t, Seen> look_at_all() {
  std::map<std::int64_t, Seen> all;
  const sys::DirectoryStream proc{opendir("/proc")};
  while (const dirent* entry = proc ? readdir(proc.get()) : nullptr)
    if (const auto pid = to_number<std::int64_t>(entry->d_name))
      if (auto seen = look(*pid))
        all.emplace(*pid, std::move(*seen));
  return all;
}

// Adds what has its parent in `members`, until there is no more.
void add_descendants(const std::map<std::int64_t, Seen>& all, std::set<std::int64_t>& members) {
  for (bool grown = true; grown;) {
    grown = false;
    for (const auto& [pid, seen] : all)
      if (members.contains(seen.stat.ppid) && members.insert(pid).second)
        grown = true;
  }
}

// init's pid namespace is that of its children whose link can be read and who are one level as deep as it: a
// process below may have made a pid namespace of its own.
std::set<std::int64_t> members_of(const std::map<std::int64_t, Seen>& all, std::int64_t init) {
  std::set<std::int64_t> members{init};
  add_descendants(all, members);
  const std::size_t depth = all.at(init).pids.size();
  std::string inside;
  for (const std::int64_t pid : members)
    if (inside.empty() && pid != init && all.at(pid).pids.size() == depth)
      inside = pid_namespace(pid);
  // What has joined has its parent outside. It is as deep as init is, which spares looking into all others.
  for (const auto& [pid, seen] : all)
    if (!inside.empty() && seen.pids.size() == depth && !members.contains(pid) &&
        pid_namespace(pid) == inside)
      members.insert(pid);
  add_descendants(all, members);
  return members;
}

struct UidRange {
  std::uint32_t inside, outside, count;
};

std::vector<UidRange> uid_map(std::int64_t pid) {
  std::vector<UidRange> map;
  const auto text = sys::read_text_file(fmt::format("/proc/{}/uid_map", pid));
  for (const std::string_view line : split(text ? std::string_view{*text} : std::string_view{}, '\n')) {
    const auto parts = split_blanks(line);
    if (parts.size() == 3)
      map.push_back({to_number<std::uint32_t>(parts[0]).value_or(0),
                     to_number<std::uint32_t>(parts[1]).value_or(0),
                     to_number<std::uint32_t>(parts[2]).value_or(0)});
  }
  return map;
}

std::uint32_t uid_inside(const std::vector<UidRange>& map, std::uint32_t uid) {
  for (const UidRange& range : map)
    if (uid >= range.outside && uid - range.outside < range.count)
      return range.inside + (uid - range.outside);
  return kNobody;
}

std::vector<std::string> command_of(std::int64_t pid) {
  const std::string path = fmt::format("/proc/{}/cmdline", pid);
  auto fd = sys::open_file(AT_FDCWD, path, O_RDONLY);
  std::string text(kMostCommand, '\0');
  const ssize_t n = fd ? read(fd->get(), text.data(), text.size()) : 0;
  text.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
  while (text.ends_with('\0')) text.pop_back();
  std::vector<std::string> command;
  if (!text.empty())
    for (const std::string_view word : split(text, '\0')) command.emplace_back(word);
  return command;
}

tl::unexpected<Error> not_the_init(std::string_view why) {
  return fail({.step = fmt::format("find the container's first process: {}", why),
               .hint = "the container has just ended, or its state.json was changed"});
}

Status check_init(const container::RunState& state) {
  const auto boot = sys::read_text_file("/proc/sys/kernel/random/boot_id");
  if (!boot || state.boot_id.empty() || !boot->starts_with(state.boot_id) ||
      boot->size() > state.boot_id.size() + 1)
    return not_the_init("it was started before this computer was");
  const auto seen = state.init_pid > 1 ? look(state.init_pid) : std::nullopt;
  if (!seen)
    return not_the_init("there is no process of its number");
  if (seen->stat.start != state.init_start)
    return not_the_init("a process of its number was started at another time");
  if (seen->pids.size() < 2 || seen->pids.back() != 1)
    return not_the_init("the process of its number is not the first one of any pid namespace");
  return {};
}

}  // namespace

Result<std::vector<ContainerProcess>> container_processes(const container::RunState& state) {
  TRY(check_init(state));
  const auto all = look_at_all();
  // And still: what was looked at is the same process as before.
  const auto init = all.find(state.init_pid);
  if (const Status good = check_init(state);
      !good || init == all.end() || init->second.stat.start != state.init_start)
    return tl::unexpected{good ? not_the_init("it has ended").value() : good.error()};
  const auto members = members_of(all, state.init_pid);
  const std::size_t level = init->second.pids.size() - 1;
  const auto map = uid_map(state.init_pid);
  const auto ticks = static_cast<std::uint64_t>(std::max(sysconf(_SC_CLK_TCK), 1L));
  const auto pid_inside = [&](std::int64_t pid) -> std::int64_t {
    if (!members.contains(pid))
      return 0;
    const auto& pids = all.at(pid).pids;
    return level < pids.size() ? pids[level] : 0;
  };
  std::vector<ContainerProcess> list;
  for (const std::int64_t pid : members) {
    const Seen& seen = all.at(pid);
    list.push_back({.uid = uid_inside(map, seen.host_uid),
                    .pid = pid_inside(pid),
                    .host_pid = pid,
                    .ppid = pid_inside(seen.stat.ppid),
                    .time_ms = seen.stat.ticks * 1000 / ticks,
                    .name = seen.stat.name,
                    .command = command_of(pid)});
  }
  return list;
}

}  // namespace snug::client
