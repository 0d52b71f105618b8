#include "base/json.h"
#include "cli/grammar/definition.h"
#include "cli/show/report.h"

namespace snug {
namespace {

Result<int> print_version(const Invocation& invocation) {
  const std::string text = invocation.common.json.value_or(false)
                               ? pretty_json(Json::Object{{"version", SNUG_VERSION}})
                               : "snug " SNUG_VERSION "\n";
  return print_answer(text).map([] { return 0; });
}

}  // namespace

extern constexpr CommandDef kVersionCommand{
    .name = "version",
    .run = print_version,
};

}  // namespace snug
