// Where a setting came from: "dev.toml:14", "--volume", "image.toml", "default". Kept with every value up to
// the plan.
#pragma once

#include <string>

namespace snug {

struct Origin {
  std::string text{"default"};
  bool operator==(const Origin&) const = default;
};

}  // namespace snug
