// What tells a process from a later one with its pid.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

namespace snug::sys {

// The start time in clock ticks since boot: field 22 of /proc/PID/stat, proc(5). Returns nullopt if there is
// no such process.
std::optional<std::uint64_t> start_time_of(pid_t pid);

// /proc/sys/kernel/random/boot_id; "" where it cannot be read.
std::string boot_id();

// Is the init that a state file speaks of there, and still that very process?
bool is_still_there(pid_t init, std::uint64_t start, const std::string& boot);

// Waits until the init that a state file speaks of is gone, if it still is that very process; for at most
// `patience_ms`. False where it is still there. Nothing is ever signalled by such a number.
bool await_end_of(pid_t init, std::uint64_t start, const std::string& boot, int patience_ms);

}  // namespace snug::sys
