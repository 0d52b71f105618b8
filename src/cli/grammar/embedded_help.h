// The files of help/, embedded when snug is built (cmake/Embed.cmake). help_text.h says what is in them.
#pragma once

#include <span>
#include <string_view>

namespace snug::cli {

struct EmbeddedText {
  std::string_view name{};  // the path without ".txt": "commands/profile-ls"
  std::string_view text{};
};

// In the order of their names.
std::span<const EmbeddedText> embedded_help();

}  // namespace snug::cli
