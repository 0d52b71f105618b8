#include "base/error_wire.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/text.h"

namespace snug {
namespace {

constexpr std::size_t kNumbers = 64;

// "errno status said lengths…\n", then the three texts, one behind the other: they may hold any byte.
constexpr std::size_t kWords = 6;

Error damaged() {
  return {.step = "read the error of a process of snug's own", .err = EBADMSG};
}

}  // namespace

std::string pack_error(const Error& error, std::size_t most) {
  std::size_t room = most > kNumbers ? most - kNumbers : 0;
  // The hint first: cut, it would be a line that cannot be copied.
  const auto take = [&](std::string_view text) {
    text = text.substr(0, room);
    room -= text.size();
    return text;
  };
  const auto hint = take(error.hint);
  const auto origin = take(error.origin);
  const auto step = take(error.step);
  return fmt::format("{} {} {} {} {} {}\n{}{}{}", error.err, error.status, int{error.err_said}, step.size(),
                     origin.size(), hint.size(), step, origin, hint);
}

Error unpack_error(std::string_view bytes) {
  const std::size_t end = bytes.find('\n');
  if (end == std::string_view::npos)
    return damaged();
  const auto words = split(bytes.substr(0, end), ' ');
  if (words.size() != kWords)
    return damaged();
  const auto err = to_number<int>(words[0]);
  const auto status = to_number<int>(words[1]);
  const auto said = to_number<int>(words[2]);
  if (!err || !status || !said || (*said != 0 && *said != 1))
    return damaged();
  std::string_view rest = bytes.substr(end + 1);
  std::array<std::string, 3> texts;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const auto size = to_number<std::size_t>(words[3 + i]);
    if (!size || *size > rest.size())
      return damaged();
    texts[i] = rest.substr(0, *size);
    rest.remove_prefix(*size);
  }
  if (!rest.empty())
    return damaged();
  return {.step = std::move(texts[0]),
          .err = *err,
          .origin = std::move(texts[1]),
          .hint = std::move(texts[2]),
          .status = *status,
          .err_said = *said == 1};
}

}  // namespace snug
