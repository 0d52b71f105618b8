// Texts of procfs as values.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "host/host_view.h"
#include "sys/mountinfo.h"

namespace snug::doctor {

// The mount that a path lies on: of those at the longest target above it the last. Null where there is none.
const sys::MountLine* mount_of(const std::vector<sys::MountLine>& mounts, std::string_view path);

// Is the word in a comma-separated list?
bool has_option(std::string_view options, std::string_view option);

// What stands behind "NAME:" in /proc/PID/status; "" where it is not there.
std::string_view status_field(std::string_view text, std::string_view name);

// /proc/PID/uid_map.
std::vector<IdRange> parse_id_map(std::string_view text);

// Users of a subuid(5) text, besides `user`, with a range that has an id of `own` in it.
std::vector<std::string> overlapping_users(std::string_view text, std::string_view user,
                                           const std::vector<IdRange>& own);

// Words between blanks, tabs and newlines.
std::vector<std::string> words_of(std::string_view text);

// Mounts below /proc or /sys that hide a part of it. The kernel gives a user namespace a fresh one only where
// there is none; it does not mind those on directories that were made to be mounted on (fs/namespace.c,
// mount_too_revealing).
std::vector<std::string> hiding_mounts(const std::vector<sys::MountLine>& mounts, std::string_view below);

}  // namespace snug::doctor
