// What snug says on standard error, and in which colours.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/grammar/options.h"
#include "plan/plan.h"

namespace snug::cli {

enum class Colour { Off, On };

// What the choice of colours depends on, so that a test can pretend.
struct ColourFacts {
  std::string choice{"auto"};  // of --color
  bool no_color{};             // NO_COLOR is not empty (no-color.org)
  bool force{};                // CLICOLOR_FORCE is neither empty nor 0
  bool dumb{};                 // TERM is dumb, empty or not there
  bool tty{};
};
Colour choose_colour(const ColourFacts& facts);

// For what goes to descriptor `fd`, by the environment of this process.
Colour colour_for(int fd, const std::optional<std::string>& choice = {});

// snug: step: cause (ERRNO)
//   from  origin
//   hint  what to do next
// Every part is one line whatever it holds: control bytes are escaped.
std::string error_text(const Error& error, Colour colour);

// "snug: note: …" for what the user should know although all goes well.
std::string note_text(std::string_view note, Colour colour);

// To standard error in one write. A standard error that is closed or full leaves nobody to tell.
void print_error(const Error& error, const std::optional<std::string>& color = {});
void print_note(std::string_view note, const std::optional<std::string>& color = {});

// Before a payload runs: what it will meet. Details with --verbose only, nothing with --quiet.
void print_notes(const std::vector<plan::Note>& notes, const CommonOptions& common);

// An answer, to standard output.
Status print_answer(std::string_view text);

enum class Style { Plain, Bold, Dim, Red, Yellow, Green, Cyan };
std::string paint(std::string_view text, Style style, Colour colour);

}  // namespace snug::cli
