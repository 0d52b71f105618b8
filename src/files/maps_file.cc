#include "files/maps_file.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>

#include "base/text.h"
#include "base/try.h"
#include "base/units.h"
#include "sys/file_io.h"

namespace snug::files {
namespace {

// No path of a program begins with it, as the first line of version 1 does.
constexpr std::string_view kVersion = "version ";

std::string maps_text(const MapRange& range) {
  std::string text = fmt::format("{}{} since {}\n{}\n{}\n", kVersion, kMapsFormat.version, kMapsFormat.since,
                                 range.newuidmap, range.newgidmap);
  const auto add = [&](char kind, const std::vector<IdRange>& map) {
    for (const IdRange& r : map) text += fmt::format("{} {} {} {}\n", kind, r.inside, r.outside, r.count);
  };
  add('u', range.uids);
  add('g', range.gids);
  return text;
}

std::optional<IdRange> parse_range(const std::vector<std::string_view>& fields) {
  std::uint32_t numbers[3];
  for (std::size_t i = 0; i < 3; ++i) {
    const auto number = parse_number(fields[i + 1], "id", UINT32_MAX);
    if (!number)
      return std::nullopt;
    numbers[i] = static_cast<std::uint32_t>(*number);
  }
  return IdRange{numbers[0], numbers[1], numbers[2]};
}

tl::unexpected<Error> damaged() {
  return fail({.step = fmt::format("{} is damaged", kMapsFile), .err = EBADMSG, .err_said = true});
}

// Takes the first line away if it says a version.
Status take_version(std::vector<std::string_view>& lines) {
  if (lines.empty() || !lines[0].starts_with(kVersion))
    return {};
  const auto words = split(lines[0], ' ');
  const auto version = words.size() == 4 && words[2] == "since"
                           ? parse_number(words[1], "version", UINT32_MAX).value_or(0)
                           : 0;
  if (version < 2)
    return damaged();
  if (version > kMapsFormat.version)
    return fail(newer_format(kMapsFile, words[3]));
  lines.erase(lines.begin());
  return {};
}

}  // namespace

Result<UniqueFd> write_maps_file(int dir, const MapRange& range) {
  auto file = sys::open_file(dir, kMapsFile, O_WRONLY | O_CREAT | O_EXCL, 0600);
  if (!file)
    return file;
  TRY(sys::write_all(file->get(), maps_text(range), kMapsFile));
  return file;
}

Result<std::optional<MapRange>> read_maps_file(int dir) {
  const auto fd = sys::open_file(dir, kMapsFile, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  if (!fd && fd.error().err == ENOENT)
    return std::nullopt;
  const auto text = TRY(fd ? sys::read_regular(fd->get(), kMapsFile) : tl::unexpected{fd.error()});
  // A file that a crash has cut off ends in the middle of a line.
  if (!text.ends_with('\n'))
    return damaged();
  auto lines = split(text, '\n');
  lines.pop_back();
  TRY(take_version(lines));
  if (lines.size() < 2)
    return damaged();
  MapRange range{std::string{lines[0]}, std::string{lines[1]}, {}, {}};
  for (std::size_t i = 2; i < lines.size(); ++i) {
    const auto fields = split(lines[i], ' ');
    const auto ids = fields.size() == 4 ? parse_range(fields) : std::nullopt;
    if (!ids || (fields[0] != "u" && fields[0] != "g"))
      return damaged();
    (fields[0] == "u" ? range.uids : range.gids).push_back(*ids);
  }
  return range;
}

Result<std::optional<MapRange>> maps_for_removal(int dir) {
  auto range = read_maps_file(dir);
  if (!range && range.error().err != kNewerFormat)
    return std::nullopt;
  return range;
}

}  // namespace snug::files
