// Aligned columns for listings.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cli/show/report.h"

namespace snug::cli {

struct Table {
  std::vector<std::string> header{};
  std::vector<std::vector<std::string>> rows{};
};

// Columns two blanks apart, cells escaped. Where lines would be wider than `width`, the last column is cut
// and ends in "…"; 0 cuts nothing, which is right for a pipe.
std::string table_text(const Table& table, std::size_t width, Colour colour);

// Columns that a text takes on a terminal: wide characters (CJK, emoji) two, combining marks none.
std::size_t display_width(std::string_view text);

// Columns of the terminal behind `fd`, 0 where it is none.
std::size_t terminal_width(int fd);

}  // namespace snug::cli
