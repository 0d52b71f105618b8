#include "base/json.h"
#include "base/try.h"
#include "cli/commands/shared_options.h"
#include "cli/show/report.h"
#include "container/store.h"
#include "host/real_host.h"

namespace snug::cli {
namespace {

Result<int> check_store(const Invocation& invocation) {
  const auto host = TRY(host::RealHost::look());
  const auto problems = TRY(container::ContainerStore{host.store_dir()}.check());
  std::string text;
  if (invocation.common.json.value_or(false)) {
    Json::Array array;
    for (const std::string& problem : problems) array.emplace_back(problem);
    text = pretty_json(array);
  } else {
    for (const std::string& problem : problems) text += problem + "\n";
  }
  // 1 and not 125: the answer was found, and is a no.
  const int status = problems.empty() ? 0 : 1;
  return print_answer(text).map([&] { return status; });
}

}  // namespace

extern constexpr CommandDef kCheckCommand{
    .name = "check",
    .group = kContainersGroup,
    .run = check_store,
};

}  // namespace snug::cli
