#include "cli/commands/commands.h"
#include "cli/show/report.h"
#include "cli/show/version_text.h"

namespace snug {

Result<int> version_command(const Options& options) {
  const bool json = options.common.json.value_or(false);
  return print_answer(json ? pretty_json(version_json(look_at_kernel())) : version_text()).map([] {
    return 0;
  });
}

}  // namespace snug
