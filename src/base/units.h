// Sizes, durations and plain numbers as people type them. Every function takes the whole text or fails;
// `what` names the thing in the error ("rootfs.size", "--memory").
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace snug {

// "512", "64k", "1.5G", "2GiB" in bytes. Suffixes b k m g t, with or without B or iB, any case, powers of
// 1024 (docker's rule).
Result<std::uint64_t> parse_size(std::string_view text, std::string_view what);

// "90", "90s", "10m", "1h30m", "500ms" in milliseconds; a bare number counts seconds (timeout(1)'s rule).
Result<std::uint64_t> parse_duration_ms(std::string_view text, std::string_view what);

// Decimal digits only: no sign, no blanks, no 0x. Fails above `max`.
Result<std::uint64_t> parse_number(std::string_view text, std::string_view what,
                                   std::uint64_t max = UINT64_MAX);

// 1536 -> "1.5 KiB", 2147483648 -> "2 GiB".
std::string format_size(std::uint64_t bytes);

}  // namespace snug
