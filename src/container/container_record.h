// How a kept container was made. Apart from record.h because it holds a whole Spec: most of what has to do
// with containers is not compiled anew with every new setting.
#pragma once

#include <cstdint>
#include <string>

#include "container/record.h"
#include "spec/settings.h"

namespace snug::container {

// container.json
struct ContainerRecord {
  std::string id{};           // 16 hexadecimal digits; the name can change, this does not
  std::int64_t created_ns{};  // since 1970, CLOCK_REALTIME
  // Resolved: nothing in it is taken from the caller any more (env_pass is empty, its values are in env_set;
  // sources are absolute; tty is On or Off).
  spec::Spec spec{};
  KeepRules rules{};
  bool operator==(const ContainerRecord&) const = default;
};

}  // namespace snug::container
