// What a container has written, made fit for where it goes.
#pragma once

#include <string>
#include <string_view>

namespace snug::cli {

// For a terminal. A program inside could otherwise tell the terminal of whoever reads its log what to do:
// change its title, its keys, its answers. Colours may pass ("ESC [ … m"), tabs may, and carriage returns
// where the container has a terminal of its own; everything else is escaped.
class TerminalText {
 public:
  explicit TerminalText(bool carriage_returns) : carriage_returns_{carriage_returns} {}

  // The text that follows; `whole` where its line ends with it. A sequence or a character that was cut in two
  // is kept until its rest comes.
  std::string pass(std::string_view text, bool whole);

  // What was kept, and the end of every colour.
  std::string end();

 private:
  bool carriage_returns_;
  bool coloured_{};
  std::string kept_;
};

}  // namespace snug::cli
