// The text of a log: its entries and their times.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "log/log.h"

namespace snug::log {

// The most bytes of text in one entry; longer lines become several entries (the kubelet's and docker's rule).
constexpr std::size_t kLogEntryText = 16384;

// "2026-01-02T03:04:05.678901234Z stdout F ": the same length for every entry.
constexpr std::size_t kLogTimeLength = 30;
constexpr std::size_t kLogHeaderLength = kLogTimeLength + 10;

// Without an allocation, for the supervisor. Years 1970 to 9999; what lies beyond is moved to the nearest.
void put_log_header(std::array<char, kLogHeaderLength>& out, std::int64_t time_ns, LogStream stream,
                    bool partial);

// "2026-01-02T03:04:05.678901234Z"
std::string log_time(std::int64_t time_ns);

// Parses a line without its newline. Returns nullopt if it is not of the format. The text is a part of
// `line`.
std::optional<LogEntry> parse_log_entry(std::string_view line);

// What --since and --until take: "2026-01-02", "2026-01-02T03:04:05.5+01:00" (UTC where no zone is said, the
// seconds may be left out, a blank may stand for the T), seconds since 1970 with a fraction or without, or a
// duration back from `now_ns` ("10m", "1h30m").
Result<std::int64_t> parse_log_moment(std::string_view text, std::string_view what, std::int64_t now_ns);

}  // namespace snug::log
