#include <fmt/format.h>

#include "base/try.h"
#include "cli/commands/shared_options.h"
#include "cli/show/report.h"
#include "cli/show/systemd_unit.h"
#include "container/container_record.h"
#include "container/store.h"
#include "host/real_host.h"

namespace snug::cli {
namespace {

constexpr Elsewhere kGenerateSystemdElsewhere[] = {
    {"--name", "NAME is a word: snug generate systemd NAME"},
    {"-n", "NAME is a word: snug generate systemd NAME"},
};

Result<int> generate_systemd(const Invocation& invocation) {
  const auto host = TRY(host::RealHost::look());
  const auto container = TRY(container::ContainerStore{host.store_dir()}.find(invocation.words.at(0)));
  const auto record = TRY(container.record());
  if (record.rules.remove_at_end)
    return fail(
        {.step = fmt::format("generate systemd {}: the container is removed when it ends", container.name()),
         .hint = "a container that is run with --name and without --rm is kept"});
  auto program = TRY(host.read_link("/proc/self/exe"));
  if (program.ends_with(" (deleted)"))
    return fail({.step = "generate systemd: snug's own file has been replaced", .hint = "call it again"});
  const auto data_home = host.environment("XDG_DATA_HOME");
  // systemd accepts no relative one either: basedir-spec.
  const bool own = data_home && data_home->starts_with('/');
  return print_answer(systemd_unit_text({.name = container.name(),
                                         .program = std::move(program),
                                         .data_home = own ? *data_home : "",
                                         .rules = record.rules}))
      .map([] { return 0; });
}

}  // namespace

extern constexpr CommandDef kGenerateSystemdCommand{
    .name = "generate systemd",
    .group = kContainersGroup,
    .arity = kOneContainer,
    .positional = Complete::ContainerName,
    .elsewhere = kGenerateSystemdElsewhere,
    .run = generate_systemd,
};

}  // namespace snug::cli
