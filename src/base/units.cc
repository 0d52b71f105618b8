#include "base/units.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "base/text.h"

namespace snug {
namespace {

tl::unexpected<Error> bad(std::string_view what, std::string_view text, std::string_view expected) {
  return fail({.step = fmt::format("{}: \"{}\" is not {}", what, escape_control(text), expected)});
}

// Digits with an optional fraction at the front of `text`; moves `text` past them.
bool take_decimal(std::string_view& text, double& value) {
  std::size_t n = text.find_first_not_of("0123456789.");
  if (n == std::string_view::npos)
    n = text.size();
  const auto [end, error] = std::from_chars(text.data(), text.data() + n, value, std::chars_format::fixed);
  if (n == 0 || error != std::errc{} || end != text.data() + n)
    return false;
  text.remove_prefix(n);
  return true;
}

}  // namespace

Result<std::uint64_t> parse_number(std::string_view text, std::string_view what, std::uint64_t max) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error == std::errc::invalid_argument || end != text.data() + text.size())
    return bad(what, text, "a whole number");
  if (error != std::errc{} || value > max)
    return fail({.step = fmt::format("{}: {} is more than {}", what, text, max)});
  return value;
}

Result<std::uint64_t> parse_size(std::string_view text, std::string_view what) {
  constexpr std::string_view kExpected = "a size such as 512M or 2G";
  std::string_view rest = text;
  double value = 0;
  if (!take_decimal(rest, value))
    return bad(what, text, kExpected);
  std::string suffix = to_lower(rest);
  if (suffix.size() > 1 && suffix.ends_with("ib"))
    suffix.resize(suffix.size() - 2);
  else if (suffix.size() > 1 && suffix.ends_with("b"))
    suffix.pop_back();
  constexpr std::string_view kUnits = "bkmgt";
  const std::size_t power = suffix.empty() ? 0 : kUnits.find(suffix[0]);
  if (suffix.size() > 1 || power == std::string_view::npos)
    return bad(what, text, kExpected);
  const double bytes = std::ldexp(value, static_cast<int>(power) * 10);
  if (bytes >= 9e18)
    return bad(what, text, "a size that a file can have");
  return static_cast<std::uint64_t>(bytes);
}

Result<std::uint64_t> parse_duration_ms(std::string_view text, std::string_view what) {
  constexpr std::string_view kExpected = "a duration such as 90s, 10m or 1h30m";
  std::string_view rest = text;
  double total = 0;
  if (rest.empty())
    return bad(what, text, kExpected);
  while (!rest.empty()) {
    double value = 0;
    if (!take_decimal(rest, value))
      return bad(what, text, kExpected);
    double unit = 1000;
    if (rest.starts_with("ms")) {
      unit = 1;
      rest.remove_prefix(2);
    } else if (!rest.empty()) {
      switch (rest[0]) {
        case 's':
          unit = 1000;
          break;
        case 'm':
          unit = 60e3;
          break;
        case 'h':
          unit = 3600e3;
          break;
        case 'd':
          unit = 86400e3;
          break;
        default:
          return bad(what, text, kExpected);
      }
      rest.remove_prefix(1);
    }
    total += value * unit;
  }
  if (total >= 9e15)
    return bad(what, text, kExpected);
  return static_cast<std::uint64_t>(total);
}

std::string format_size(std::uint64_t bytes) {
  constexpr const char* kNames[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  double value = static_cast<double>(bytes);
  unsigned unit = 0;
  while (value >= 1024 && unit < 4) {
    value /= 1024;
    ++unit;
  }
  return value == std::floor(value) ? fmt::format("{:.0f} {}", value, kNames[unit])
                                    : fmt::format("{:.1f} {}", value, kNames[unit]);
}

}  // namespace snug
