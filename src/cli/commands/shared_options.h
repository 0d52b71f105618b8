// What the definitions of several commands share.
#pragma once

#include "cli/grammar/definition.h"

namespace snug::cli {

constexpr std::string_view kContainersGroup = "Containers";
constexpr std::string_view kOptionsGroup = "Options";

constexpr Arity kOneContainer{1, 1, "name one container"};
constexpr Arity kSomeContainers{1, kAnyNumber, "name a container"};

// The details of these options are sections of the text of each command that takes them: "# --detach-keys".
constexpr OptionDef detach_keys_option(Store store) {
  return {"detach-keys", 0,
          "KEYS",        "keys that let go of the container; ctrl-p,ctrl-q unless said",
          kOptionsGroup, Complete::Nothing,
          store};
}

constexpr OptionDef stop_time_option(Store store) {
  return {"time",        't',
          "SECONDS",     "seconds from the stop signal to the end by force; 0: at once",
          kOptionsGroup, Complete::Nothing,
          store};
}

}  // namespace snug::cli
