#include "files/maps_file.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>

#include "base/text.h"
#include "base/units.h"
#include "sys/file_io.h"

namespace snug {
namespace {

std::string maps_text(const MapRange& range) {
  std::string text = range.newuidmap + "\n" + range.newgidmap + "\n";
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

}  // namespace

Result<UniqueFd> write_maps_file(int dir, const MapRange& range) {
  auto file = open_file(dir, kMapsFile, O_WRONLY | O_CREAT | O_EXCL, 0600);
  if (!file)
    return file;
  if (auto status = write_all(file->get(), maps_text(range), kMapsFile); !status)
    return tl::unexpected{status.error()};
  return file;
}

std::optional<MapRange> read_maps_file(int dir) {
  const auto fd = open_file(dir, kMapsFile, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  if (!fd)
    return std::nullopt;
  const auto text = read_regular(fd->get(), kMapsFile);
  // A file that a crash has cut off ends in the middle of a line.
  if (!text || !text->ends_with('\n'))
    return std::nullopt;
  auto lines = split(*text, '\n');
  lines.pop_back();
  if (lines.size() < 2)
    return std::nullopt;
  MapRange range{std::string{lines[0]}, std::string{lines[1]}, {}, {}};
  for (std::size_t i = 2; i < lines.size(); ++i) {
    const auto fields = split(lines[i], ' ');
    const auto ids = fields.size() == 4 ? parse_range(fields) : std::nullopt;
    if (!ids || (fields[0] != "u" && fields[0] != "g"))
      return std::nullopt;
    (fields[0] == "u" ? range.uids : range.gids).push_back(*ids);
  }
  return range;
}

}  // namespace snug
