#include "cli/show/report.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "base/text.h"
#include "sys/file_io.h"

namespace snug::cli {
namespace {

std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

std::string_view code_of(Style style) {
  switch (style) {
    case Style::Plain:
      return "0";
    case Style::Bold:
      return "1";
    case Style::Dim:
      return "2";
    case Style::Red:
      return "31";
    case Style::Yellow:
      return "33";
    case Style::Green:
      return "32";
    case Style::Cyan:
      return "36";
  }
  return "0";
}

void print_talk(std::string_view text) {
  // Nobody is left to be told.
  (void)sys::write_all(STDERR_FILENO, text, "standard error");
}

}  // namespace

Colour choose_colour(const ColourFacts& facts) {
  if (facts.choice == "always")
    return Colour::On;
  if (facts.choice == "never" || facts.no_color)
    return Colour::Off;
  if (facts.force)
    return Colour::On;
  return facts.tty && !facts.dumb ? Colour::On : Colour::Off;
}

Colour colour_for(int fd, const std::optional<std::string>& choice) {
  const std::string_view force = variable("CLICOLOR_FORCE");
  const std::string_view term = variable("TERM");
  return choose_colour({.choice = choice.value_or("auto"),
                        .no_color = !variable("NO_COLOR").empty(),
                        .force = !force.empty() && force != "0",
                        .dumb = term.empty() || term == "dumb",
                        .tty = isatty(fd) == 1});
}

std::string paint(std::string_view text, Style style, Colour colour) {
  if (colour == Colour::Off || style == Style::Plain || text.empty())
    return std::string{text};
  return fmt::format("\x1b[{}m{}\x1b[0m", code_of(style), text);
}

std::string error_text(const Error& error, Colour colour) {
  std::string text =
      fmt::format("{} {}\n", paint("snug:", Style::Red, colour), escape_control(describe(error)));
  if (!error.origin.empty())
    text += fmt::format("  {}  {}\n", paint("from", Style::Dim, colour), escape_control(error.origin));
  if (!error.hint.empty())
    text += fmt::format("  {}  {}\n", paint("hint", Style::Cyan, colour), escape_control(error.hint));
  return text;
}

std::string note_text(std::string_view note, Colour colour) {
  return fmt::format("{} {}\n", paint("snug: note:", Style::Yellow, colour), escape_control(note));
}

void print_error(const Error& error, const std::optional<std::string>& color) {
  print_talk(error_text(error, colour_for(STDERR_FILENO, color)));
}

void print_note(std::string_view note, const std::optional<std::string>& color) {
  print_talk(note_text(note, colour_for(STDERR_FILENO, color)));
}

void print_notes(const std::vector<plan::Note>& notes, const CommonOptions& common) {
  for (const plan::Note& note : notes)
    if (common.verbose.value_or(false) || (!note.detail && !common.quiet.value_or(false)))
      print_note(note.text, common.color);
}

Status print_answer(std::string_view text) {
  return sys::write_all(STDOUT_FILENO, text, "standard output");
}

}  // namespace snug::cli
