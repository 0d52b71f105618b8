#include "spec/limits.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>

#include "base/text.h"
#include "base/try.h"
#include "base/units.h"

namespace snug::spec {
namespace {

tl::unexpected<Error> bad(std::string_view what, std::string_view text, std::string_view why,
                          std::string_view hint) {
  return fail(
      {.step = fmt::format("{}: \"{}\": {}", what, escape_control(text), why), .hint = std::string{hint}});
}

struct UlimitName {
  std::string_view name;
  int number;
};
constexpr UlimitName kUlimits[] = {
    {"as", RLIMIT_AS},           {"core", RLIMIT_CORE},         {"cpu", RLIMIT_CPU},
    {"data", RLIMIT_DATA},       {"fsize", RLIMIT_FSIZE},       {"locks", RLIMIT_LOCKS},
    {"memlock", RLIMIT_MEMLOCK}, {"msgqueue", RLIMIT_MSGQUEUE}, {"nice", RLIMIT_NICE},
    {"nofile", RLIMIT_NOFILE},   {"nproc", RLIMIT_NPROC},       {"rss", RLIMIT_RSS},
    {"rtprio", RLIMIT_RTPRIO},   {"rttime", RLIMIT_RTTIME},     {"sigpending", RLIMIT_SIGPENDING},
    {"stack", RLIMIT_STACK}};
constexpr std::string_view kIoKeys[] = {"rbps", "wbps", "riops", "wiops"};

Result<std::uint64_t> parse_ulimit_number(std::string_view text, std::string_view what) {
  if (text == "-1" || text == "unlimited")
    return kUnlimited;
  return parse_number(text, what);
}

bool is_device_number(std::string_view text) {
  const std::size_t colon = text.find(':');
  const auto digits = [](std::string_view part) {
    return !part.empty() && part.find_first_not_of("0123456789") == std::string_view::npos;
  };
  return colon != std::string_view::npos && digits(text.substr(0, colon)) && digits(text.substr(colon + 1));
}

}  // namespace

Status check_cpuset(std::string_view text, std::string_view what) {
  constexpr std::string_view kHint = "a list of processors and ranges of them, from 0: \"0-3,6\"";
  for (const std::string_view part : split(text, ',')) {
    const std::size_t dash = part.find('-');
    const auto first = parse_number(part.substr(0, dash), what, 65535);
    const auto last =
        dash == std::string_view::npos ? first : parse_number(part.substr(dash + 1), what, 65535);
    if (!first || !last)
      return bad(what, text, "not a list of processors", kHint);
    if (*last < *first)
      return bad(what, text, "a range ends before it begins", kHint);
  }
  return {};
}

std::optional<int> ulimit_number(std::string_view name) {
  const auto found = std::ranges::find(kUlimits, name, &UlimitName::name);
  return found == std::end(kUlimits) ? std::nullopt : std::optional{found->number};
}

Result<Ulimit> parse_ulimit(std::string_view text, std::string_view what) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos)
    return bad(what, text, "no \"=\"", "as in nproc=512, or nofile=1024:2048 for a soft and a hard limit");
  Ulimit limit{.name = to_lower(text.substr(0, equals))};
  if (!ulimit_number(limit.name)) {
    std::vector<std::string_view> names;
    for (const UlimitName& known : kUlimits) names.push_back(known.name);
    const std::string_view near = nearest(limit.name, names);
    return bad(what, text, "no limit of that name",
               near.empty() ? "getrlimit(2) lists them: nofile, nproc, core, ..."
                            : fmt::format("did you mean {}?", near));
  }
  const std::string_view values = text.substr(equals + 1);
  const std::size_t colon = values.find(':');
  const auto soft = parse_ulimit_number(values.substr(0, colon), what);
  const auto hard =
      colon == std::string_view::npos ? soft : parse_ulimit_number(values.substr(colon + 1), what);
  if (!soft)
    return tl::unexpected{soft.error()};
  if (!hard)
    return tl::unexpected{hard.error()};
  if (*soft > *hard)
    return bad(what, text, "the soft limit is above the hard one", "the soft one is the first of the two");
  limit.soft = *soft;
  limit.hard = *hard;
  return limit;
}

Result<std::vector<IoLimit>> parse_io_max(std::string_view text, std::string_view what) {
  constexpr std::string_view kHint = "as in \"/dev/vda rbps=10M wbps=10M riops=500 wiops=500\"";
  const auto words = split(text, ' ');
  const std::string device{words.front()};
  if (!device.starts_with('/') && !is_device_number(device))
    return bad(what, text, "no device in front", kHint);
  std::vector<IoLimit> limits;
  for (const std::string_view word : std::span{words}.subspan(1)) {
    const std::size_t equals = std::min(word.find('='), word.size());
    const std::string_view key = word.substr(0, equals);
    if (std::ranges::find(kIoKeys, key) == std::end(kIoKeys) || equals == word.size())
      return bad(what, text, "rbps, wbps, riops and wiops are what there is", kHint);
    const std::string_view value = word.substr(equals + 1);
    const auto number = TRY(key.ends_with("bps") ? parse_size(value, what) : parse_number(value, what));
    if (number == 0)
      return bad(what, text, "0 leaves nothing at all", "leave it out for no limit of this kind");
    limits.push_back({device, std::string{key}, number});
  }
  if (limits.empty())
    return bad(what, text, "no limit behind the device", kHint);
  return limits;
}

Result<std::string> io_max_of(std::string_view key, std::string_view typed, std::string_view what) {
  const std::size_t colon = typed.rfind(':');
  if (colon == std::string_view::npos)
    return bad(what, typed, "no \":\"", "as in /dev/vda:10mb");
  std::string text = fmt::format("{} {}={}", typed.substr(0, colon), key, typed.substr(colon + 1));
  TRY(parse_io_max(text, what));
  return text;
}

Result<HugetlbLimit> parse_hugetlb(std::string_view text, std::string_view what) {
  constexpr std::string_view kHint = "the size of a page and a bound, as in \"2MB=64M\"";
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos)
    return bad(what, text, "no \"=\"", kHint);
  const std::string_view page = text.substr(0, equals);
  if (!page.ends_with("KB") && !page.ends_with("MB") && !page.ends_with("GB"))
    return bad(what, text, "the size of a page ends in KB, MB or GB", kHint);
  if (const auto number = parse_number(page.substr(0, page.size() - 2), what); !number)
    return bad(what, text, "not the size of a page", kHint);
  const auto bytes = TRY(parse_size(text.substr(equals + 1), what));
  return HugetlbLimit{std::string{page}, bytes};
}

std::uint64_t cpu_weight_of(std::uint64_t shares) {
  return 1 + (std::clamp<std::uint64_t>(shares, 2, 262144) - 2) * 9999 / 262142;
}

std::uint64_t io_weight_of(std::uint64_t blkio_weight) {
  return 1 + (std::clamp<std::uint64_t>(blkio_weight, 10, 1000) - 10) * 9999 / 990;
}

}  // namespace snug::spec
