#include <unistd.h>

#include <ctime>

#include "base/text.h"
#include "cli/commands/commands.h"
#include "cli/show/container_list.h"
#include "cli/show/report.h"
#include "host/real_host.h"

namespace snug {
namespace {

std::string list_text(const std::vector<ListedContainer>& list, const Options& options) {
  if (options.common.json.value_or(false))
    return pretty_json(list_json(list));
  if (options.common.quiet.value_or(false)) {
    std::string text;
    for (const ListedContainer& one : list) text += escape_control(one.name) + "\n";
    return text;
  }
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  const bool no_trunc = options.container.no_trunc.value_or(false);
  return table_text(list_table(list, now.tv_sec * 1'000'000'000LL + now.tv_nsec, no_trunc),
                    no_trunc ? 0 : terminal_width(STDOUT_FILENO),
                    colour_for(STDOUT_FILENO, options.common.color));
}

}  // namespace

Result<int> ps_command(const Options& options) {
  const auto filters = parse_list_filters(options.container.filter);
  if (!filters)
    return tl::unexpected{filters.error()};
  const auto host = RealHost::look();
  if (!host)
    return tl::unexpected{host.error()};
  auto list = ContainerStore{host->store_dir()}.list();
  if (!list)
    return tl::unexpected{std::move(list).error()};
  const auto shown = selected(std::move(*list), *filters, options.container.all.value_or(false));
  return print_answer(list_text(shown, options)).map([] { return 0; });
}

}  // namespace snug
