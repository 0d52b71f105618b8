// Sizes, durations, numbers and modes. Whatever is taken is in bounds, and is the same when it is written in
// the smallest unit; a number is exactly its digits.
#include <algorithm>

#include "base/units.h"
#include "check.h"
#include "spec/volume.h"

using namespace snug;
using namespace snug::spec;

namespace {

void check_size(std::string_view text) {
  const auto size = parse_size(text, "--memory");
  if (!size)
    return check_error(size.error(), "--memory: ");
  FUZZ_CHECK(*size <= INT64_MAX && text[0] >= '.' && text[0] <= '9', text);
  FUZZ_CHECK(parse_size(std::to_string(*size), "") == *size, text);
  FUZZ_CHECK(parse_size(fmt::format("{}B", *size), "") == *size, text);
  FUZZ_CHECK(is_safe_to_print(format_size(*size)), text);
}

void check_duration(std::string_view text) {
  const auto duration = parse_duration_ms(text, "--timeout");
  if (!duration)
    return check_error(duration.error(), "--timeout: ");
  FUZZ_CHECK(parse_duration_ms(fmt::format("{}ms", *duration), "") == *duration, text);
  // Longer than it is without its end, a part of which may still be a duration.
  FUZZ_CHECK(*duration <= 9'000'000'000'000'000, text);
}

void check_number(std::string_view text) {
  constexpr std::uint64_t kMax = 4294967294;
  const auto number = parse_number(text, "--pids-limit", kMax);
  if (!number)
    return check_error(number.error(), "--pids-limit: ");
  FUZZ_CHECK(*number <= kMax, text);
  const std::size_t zeros = std::min(text.find_first_not_of('0'), text.size() - 1);
  FUZZ_CHECK(std::to_string(*number) == text.substr(zeros), text);
}

void check_mode(std::string_view text) {
  const auto mode = parse_mode(text, "mode");
  if (!mode)
    return check_error(mode.error(), "mode: ");
  FUZZ_CHECK(*mode <= 07777 && parse_mode(fmt::format("{:o}", *mode), "") == *mode, text);
}

}  // namespace

FUZZ_TARGET(text) {
  check_size(text);
  check_duration(text);
  check_number(text);
  check_mode(text);
}
