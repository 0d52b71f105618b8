#include <unistd.h>

#include <ctime>

#include "base/text.h"
#include "base/try.h"
#include "cli/commands/shared_options.h"
#include "cli/show/container_list.h"
#include "cli/show/report.h"
#include "host/real_host.h"

namespace snug::cli {
namespace {

struct PsOptions : OptionValues {
  std::optional<bool> all{};
  std::vector<std::string> filter{};
  std::optional<bool> no_trunc{};
};

constexpr OptionDef kPsOptions[] = {
    {"all", 'a', "", "those that do not run, too", kOptionsGroup, Complete::Nothing, &PsOptions::all},
    {"filter", 'f', "KEY=VALUE", "only those that fit: name=, status=, id=, image=, exited=, health=",
     kOptionsGroup, Complete::Nothing, &PsOptions::filter},
    {"no-trunc", 0, "", "cut nothing short", kOptionsGroup, Complete::Nothing, &PsOptions::no_trunc},
};

constexpr Elsewhere kPsElsewhere[] = {
    {"--format", "--json is for programs to read"},
    {"--last", "snug ps -a lists them all"},
    {"-n", "snug ps -a lists them all"},
    {"--latest", "snug ps -a lists them all"},
    {"-l", "snug ps -a lists them all"},
    {"--size", "snug diff NAME lists what a container has written"},
    {"-s", "snug diff NAME lists what a container has written"},
};

std::string list_text(const std::vector<container::ListedContainer>& list, const Invocation& invocation) {
  if (invocation.common.json.value_or(false))
    return pretty_json(list_json(list));
  if (invocation.common.quiet.value_or(false)) {
    std::string text;
    for (const container::ListedContainer& one : list) text += escape_control(one.name) + "\n";
    return text;
  }
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  const bool no_trunc = invocation.options<PsOptions>().no_trunc.value_or(false);
  return table_text(list_table(list, now.tv_sec * 1'000'000'000LL + now.tv_nsec, no_trunc),
                    no_trunc ? 0 : terminal_width(STDOUT_FILENO),
                    colour_for(STDOUT_FILENO, invocation.common.color));
}

Result<int> list_containers(const Invocation& invocation) {
  const auto& options = invocation.options<PsOptions>();
  const auto filters = TRY(parse_list_filters(options.filter));
  const auto host = TRY(host::RealHost::look());
  auto list = TRY(container::ContainerStore{host.store_dir()}.list());
  const auto shown = selected(std::move(list), filters, options.all.value_or(false));
  return print_answer(list_text(shown, invocation)).map([] { return 0; });
}

}  // namespace

extern constexpr CommandDef kPsCommand{
    .name = "ps",
    .group = kContainersGroup,
    .options = kOptionsOf<PsOptions>,
    .own = kPsOptions,
    .elsewhere = kPsElsewhere,
    .run = list_containers,
};

}  // namespace snug::cli
