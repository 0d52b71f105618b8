// Texts of procfs as values.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "host/host_view.h"

namespace snug::doctor {

// A line of /proc/PID/mountinfo.
struct MountLine {
  std::string root{};
  std::string target{};
  std::string options{};  // of the mount: "rw,nosuid"
  std::string type{};
  std::string super{};  // of the file system
  bool operator==(const MountLine&) const = default;
};
std::vector<MountLine> parse_mountinfo(std::string_view text);

// The mount that a path lies on: of those at the longest target above it the last. Null where there is none.
const MountLine* mount_of(const std::vector<MountLine>& mounts, std::string_view path);

// Is the word in a comma-separated list?
bool has_option(std::string_view options, std::string_view option);

// What stands behind "NAME:" in /proc/PID/status; "" where it is not there.
std::string_view status_field(std::string_view text, std::string_view name);

// /proc/PID/uid_map.
std::vector<IdRange> parse_id_map(std::string_view text);

// The group of version 2 in /proc/PID/cgroup: its path, and nothing where there is no such line.
std::string_view own_cgroup(std::string_view text);

// "6.1.0-18-amd64".
KernelVersion parse_kernel_version(std::string_view release);

// Users of a subuid(5) text, besides `user`, with a range that has an id of `own` in it.
std::vector<std::string> overlapping_users(std::string_view text, std::string_view user,
                                           const std::vector<IdRange>& own);

// Words between blanks, tabs and newlines.
std::vector<std::string> words_of(std::string_view text);

// Mounts below /proc or /sys that hide a part of it. The kernel gives a user namespace a fresh one only where
// there is none; it does not mind those on directories that were made to be mounted on (fs/namespace.c,
// mount_too_revealing).
std::vector<std::string> hiding_mounts(const std::vector<MountLine>& mounts, std::string_view below);

}  // namespace snug::doctor
