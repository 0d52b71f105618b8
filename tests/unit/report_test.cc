#include "cli/show/report.h"

#include <catch2/catch.hpp>
#include <cerrno>

namespace report_test {

using namespace snug;
using namespace snug::cli;

TEST_CASE("an error is what, why, where from and what to do") {
  const Error error{.step = "open lower dir /srv/base",
                    .err = EACCES,
                    .origin = "profiles/dev.toml:9",
                    .hint = "the directory must be readable by your own user; snug has no extra rights"};
  CHECK(error_text(error, Colour::Off) ==
        "snug: open lower dir /srv/base: Permission denied (EACCES)\n"
        "  from  profiles/dev.toml:9\n"
        "  hint  the directory must be readable by your own user; snug has no extra rights\n");
  CHECK(error_text(error, Colour::On) ==
        "\x1b[31msnug:\x1b[0m open lower dir /srv/base: Permission denied (EACCES)\n"
        "  \x1b[2mfrom\x1b[0m  profiles/dev.toml:9\n"
        "  \x1b[36mhint\x1b[0m  the directory must be readable by your own user; snug has no extra rights\n");
}

TEST_CASE("parts that are not there leave no line") {
  CHECK(error_text({.step = "IMAGE is empty"}, Colour::Off) == "snug: IMAGE is empty\n");
}

TEST_CASE("nothing in an error reaches the terminal as control") {
  CHECK(error_text({.step = "a\nb\x1b[2J", .origin = "x\ry", .hint = "\xC2\x9B"}, Colour::Off) ==
        "snug: a\\nb\\x1b[2J\n  from  x\\x0dy\n  hint  \\u{009b}\n");
  CHECK(note_text("n\a", Colour::Off) == "snug: note: n\\x07\n");
}

TEST_CASE("who decides about colours") {
  struct Case {
    ColourFacts facts;
    Colour colour;
  };
  const Case cases[] = {
      {{.tty = true}, Colour::On},
      {{.tty = false}, Colour::Off},
      {{.dumb = true, .tty = true}, Colour::Off},
      {{.no_color = true, .tty = true}, Colour::Off},
      {{.force = true}, Colour::On},
      {{.force = true, .dumb = true}, Colour::On},
      {{.no_color = true, .force = true}, Colour::Off},
      {{.choice = "always", .no_color = true}, Colour::On},
      {{.choice = "never", .force = true, .tty = true}, Colour::Off},
  };
  for (const Case& c : cases) CHECK(choose_colour(c.facts) == c.colour);
}

}  // namespace report_test
