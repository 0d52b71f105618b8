#include "base/try.h"
#include "cli/commands/container_ask.h"
#include "cli/commands/run_kept.h"
#include "cli/commands/shared_options.h"

namespace snug::cli {
namespace {

struct AttachOptions : OptionValues {
  std::optional<bool> no_stdin{};
  std::optional<bool> sig_proxy{};
  std::optional<std::string> detach_keys{};
};

constexpr OptionDef kAttachOptions[] = {
    {"no-stdin", 0, "", "pass no input on", kOptionsGroup, Complete::Nothing, &AttachOptions::no_stdin},
    {"sig-proxy", 0, "", "pass signals on, as is the rule; --sig-proxy=false keeps them", kOptionsGroup,
     Complete::Nothing, &AttachOptions::sig_proxy},
    detach_keys_option(&AttachOptions::detach_keys),
};

Result<int> attach_to_container(const Invocation& invocation) {
  const auto& options = invocation.options<AttachOptions>();
  const auto keys = TRY(detach_keys(options.detach_keys));
  const auto container = TRY(named_container(invocation));
  return attach_container(invocation, container,
                          {.attached = true,
                           .input = !options.no_stdin.value_or(false),
                           .sig_proxy = options.sig_proxy.value_or(true),
                           .detach_keys = keys});
}

}  // namespace

extern constexpr CommandDef kAttachCommand{
    .name = "attach",
    .group = kContainersGroup,
    .arity = kOneContainer,
    .positional = Complete::ContainerName,
    .options = kOptionsOf<AttachOptions>,
    .own = kAttachOptions,
    .run = attach_to_container,
};

}  // namespace snug::cli
