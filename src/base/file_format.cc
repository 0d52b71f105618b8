#include "base/file_format.h"

#include <fmt/format.h>

#include "base/text.h"

namespace snug {

Error newer_format(std::string_view file, std::string_view since) {
  const std::string shown = escape_control(since);
  return {.step = fmt::format("{} was written by snug {} or later", escape_control(file), shown),
          .err = kNewerFormat,
          .hint = fmt::format("take snug {} or later for it; snug --version says which this is", shown),
          .err_said = true};
}

}  // namespace snug
