#include "cli/grammar/definition.h"
#include "cli/show/report.h"
#include "cli/show/version_text.h"

namespace snug::cli {
namespace {

Result<int> print_version(const Invocation& invocation) {
  const bool json = invocation.common.json.value_or(false);
  return print_answer(json ? pretty_json(version_json(host::look_at_kernel())) : version_text()).map([] {
    return 0;
  });
}

}  // namespace

extern constexpr CommandDef kVersionCommand{
    .name = "version",
    .run = print_version,
};

}  // namespace snug::cli
