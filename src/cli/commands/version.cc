#include "base/json.h"
#include "cli/commands/commands.h"
#include "cli/show/report.h"

namespace snug {

Result<int> version_command(const Options& options) {
  const std::string text = options.common.json.value_or(false)
                               ? pretty_json(Json::Object{{"version", SNUG_VERSION}})
                               : "snug " SNUG_VERSION "\n";
  return print_answer(text).map([] { return 0; });
}

}  // namespace snug
