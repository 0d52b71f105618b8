#include "log/log_format.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "base/units.h"

namespace snug::log {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kDay = 86'400;
constexpr std::int64_t kLastSecond = 253'402'300'799;  // 9999-12-31T23:59:59

struct Date {
  std::int64_t year;
  unsigned month;  // 1–12
  unsigned day;    // 1–31
};

// The proleptic Gregorian calendar in eras of 400 years that begin with March, so that the leap day is the
// last of its year. gmtime(3) would do, but it reads the time zone's file first.
constexpr std::int64_t days_since_1970(Date date) {
  const std::int64_t year = date.year - (date.month <= 2);
  const std::int64_t era = year / 400;
  const std::int64_t of_era = year - era * 400;
  const std::int64_t of_year = (153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1;
  return era * 146'097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719'468;
}

constexpr Date date_of(std::int64_t days) {
  days += 719'468;
  const std::int64_t era = days / 146'097;
  const std::int64_t of_era = days - era * 146'097;
  const std::int64_t year = (of_era - of_era / 1460 + of_era / 36'524 - of_era / 146'096) / 365;
  const std::int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
  const auto month = static_cast<unsigned>((5 * of_year + 2) / 153);
  const auto day = static_cast<unsigned>(of_year - (153 * month + 2) / 5 + 1);
  return {year + era * 400 + (month >= 10), month < 10 ? month + 3 : month - 9, day};
}

static_assert(days_since_1970({1970, 1, 1}) == 0 && days_since_1970({2024, 2, 29}) == 19'782);
static_assert(date_of(19'782).month == 2 && date_of(19'782).day == 29 && date_of(19'783).month == 3);

void put_digits(char* out, std::uint64_t value, std::size_t digits) {
  for (std::size_t i = digits; i > 0; --i, value /= 10) out[i - 1] = static_cast<char>('0' + value % 10);
}

void put_time(char* out, std::int64_t time_ns) {
  time_ns = std::max<std::int64_t>(time_ns, 0);
  const std::int64_t seconds = std::min(time_ns / kSecond, kLastSecond);
  const Date date = date_of(seconds / kDay);
  const auto of_day = static_cast<std::uint64_t>(seconds % kDay);
  constexpr std::string_view kShape = "0000-00-00T00:00:00.000000000Z";
  static_assert(kShape.size() == kLogTimeLength);
  std::ranges::copy(kShape, out);
  put_digits(out, static_cast<std::uint64_t>(date.year), 4);
  put_digits(out + 5, date.month, 2);
  put_digits(out + 8, date.day, 2);
  put_digits(out + 11, of_day / 3600, 2);
  put_digits(out + 14, of_day / 60 % 60, 2);
  put_digits(out + 17, of_day % 60, 2);
  put_digits(out + 20, static_cast<std::uint64_t>(time_ns % kSecond), 9);
}

// Exactly so many digits at the front of `text`, which moves past them.
bool take_digits(std::string_view& text, std::size_t digits, std::int64_t& value) {
  if (text.size() < digits)
    return false;
  value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (text[i] < '0' || text[i] > '9')
      return false;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(digits);
  return true;
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c))
    return false;
  text.remove_prefix(1);
  return true;
}

// ".5": up to nine digits count, more are passed over.
bool take_fraction(std::string_view& text, std::int64_t& ns) {
  ns = 0;
  if (!take(text, '.'))
    return true;
  std::int64_t unit = kSecond;
  std::int64_t digit = 0;
  if (!take_digits(text, 1, digit))
    return false;
  do {
    unit /= 10;
    ns += digit * unit;
  } while (take_digits(text, 1, digit));
  return true;
}

bool take_date(std::string_view& text, std::int64_t& seconds) {
  std::int64_t year = 0, month = 0, day = 0;
  if (!take_digits(text, 4, year) || !take(text, '-') || !take_digits(text, 2, month) || !take(text, '-') ||
      !take_digits(text, 2, day) || year < 1970 || month < 1 || month > 12 || day < 1 || day > 31)
    return false;
  const Date date{year, static_cast<unsigned>(month), static_cast<unsigned>(day)};
  const std::int64_t days = days_since_1970(date);
  seconds = days * kDay;
  return date_of(days).day == date.day;  // else there is no such day in that month
}

bool take_clock(std::string_view& text, std::int64_t& seconds, std::int64_t& ns) {
  std::int64_t hour = 0, minute = 0, second = 0;
  ns = 0;
  if (!take_digits(text, 2, hour) || !take(text, ':') || !take_digits(text, 2, minute) || hour > 23 ||
      minute > 59)
    return false;
  if (take(text, ':') && (!take_digits(text, 2, second) || second > 60 || !take_fraction(text, ns)))
    return false;
  seconds += hour * 3600 + minute * 60 + second;
  return true;
}

bool take_zone(std::string_view& text, std::int64_t& seconds) {
  if (text.empty() || take(text, 'Z') || take(text, 'z'))
    return true;
  const bool east = text.starts_with('+');
  std::int64_t hours = 0, minutes = 0;
  if ((!take(text, '+') && !take(text, '-')) || !take_digits(text, 2, hours) || !take(text, ':') ||
      !take_digits(text, 2, minutes) || hours > 23 || minutes > 59)
    return false;
  seconds -= (east ? 1 : -1) * (hours * 3600 + minutes * 60);
  return true;
}

std::optional<std::int64_t> nanoseconds(std::int64_t seconds, std::int64_t ns) {
  // 2262 is the end of what 64 bits of nanoseconds can say.
  if (seconds < 0 || seconds >= INT64_MAX / kSecond)
    return {};
  return seconds * kSecond + ns;
}

std::optional<std::int64_t> parse_time(std::string_view text) {
  std::int64_t seconds = 0, ns = 0;
  if (!take_date(text, seconds))
    return {};
  if (text.empty())
    return nanoseconds(seconds, 0);
  if (!take(text, 'T') && !take(text, 't') && !take(text, ' '))
    return {};
  if (!take_clock(text, seconds, ns) || !take_zone(text, seconds) || !text.empty())
    return {};
  return nanoseconds(seconds, ns);
}

// "1767323045.25". 18 digits would be beyond every clock.
std::optional<std::int64_t> parse_seconds(std::string_view text) {
  std::int64_t seconds = 0, ns = 0, digit = 0;
  std::size_t digits = 0;
  while (digits < 12 && take_digits(text, 1, digit)) {
    seconds = seconds * 10 + digit;
    ++digits;
  }
  if (digits == 0 || !take_fraction(text, ns) || !text.empty())
    return {};
  return nanoseconds(seconds, ns);
}

constexpr std::string_view stream_name(LogStream stream) {
  return stream == LogStream::Out ? "stdout" : "stderr";
}

}  // namespace

void put_log_header(std::array<char, kLogHeaderLength>& out, std::int64_t time_ns, LogStream stream,
                    bool partial) {
  put_time(out.data(), time_ns);
  char* at = out.data() + kLogTimeLength;
  *at++ = ' ';
  at = std::ranges::copy(stream_name(stream), at).out;
  *at++ = ' ';
  *at++ = partial ? 'P' : 'F';
  *at = ' ';
}

std::string log_time(std::int64_t time_ns) {
  std::string text(kLogTimeLength, ' ');
  put_time(text.data(), time_ns);
  return text;
}

std::optional<LogEntry> parse_log_entry(std::string_view line) {
  const std::size_t end = line.find(' ');
  // The kubelet's own logs may have a zone and fewer digits.
  const auto time = end == std::string_view::npos ? std::nullopt : parse_time(line.substr(0, end));
  if (!time)
    return {};
  line.remove_prefix(end + 1);
  LogEntry entry{.time_ns = *time};
  if (line.starts_with(stream_name(LogStream::Err)))
    entry.stream = LogStream::Err;
  else if (!line.starts_with(stream_name(LogStream::Out)))
    return {};
  line.remove_prefix(stream_name(LogStream::Out).size());
  if (line.size() < 3 || line[0] != ' ' || (line[1] != 'P' && line[1] != 'F') || line[2] != ' ')
    return {};
  entry.partial = line[1] == 'P';
  entry.text = line.substr(3);
  return entry;
}

Result<std::int64_t> parse_log_moment(std::string_view text, std::string_view what, std::int64_t now_ns) {
  if (const auto time = parse_time(text))
    return *time;
  if (const auto time = parse_seconds(text))
    return *time;
  const bool starts_right = !text.empty() && text[0] >= '0' && text[0] <= '9';
  if (const auto back = parse_duration_ms(text, what); starts_right && back) {
    const auto ns =
        static_cast<std::int64_t>(std::min<std::uint64_t>(*back, INT64_MAX / 1'000'000)) * 1'000'000;
    return std::max<std::int64_t>(now_ns - ns, 0);
  }
  return fail({.step = fmt::format("{}: \"{}\" is not a time", what, escape_control(text)),
               .hint = "such as 2026-01-02T03:04:05Z, 2026-01-02 (UTC), 1767323045 (seconds since 1970) or "
                       "10m (before now)"});
}

}  // namespace snug::log
