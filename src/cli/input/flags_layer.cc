#include "cli/input/flags_layer.h"

#include <climits>

#include "base/try.h"
#include "base/units.h"
#include "container/names.h"
#include "spec/schema.h"
#include "spec/settings.h"
#include "sys/file_io.h"

namespace snug::cli {
namespace {

// A file of variables may well be more than execve(2) takes: that limit has an error of its own.
constexpr std::uint64_t kMaxEnvFile = 64 << 20;

// The options of some keys, in the order of the schema and not in that of the command line: files of
// variables come before variables, and the memory before what it and the swap are together.
Status put_keys(std::span<const spec::Key> keys, const RunOptions& run, const spec::FlagCaller& caller,
                spec::Profile& layer) {
  for (const spec::Key& key : keys)
    for (const spec::Flag& flag : key.options()) {
      const auto texts = run.texts_of(flag.name);
      if (texts.empty())
        continue;
      const spec::TypedFlag typed{.name = "--" + std::string{flag.name}, .texts = texts, .caller = caller};
      TRY((flag.put ? flag.put : key.value.put)(typed, layer));
    }
  return {};
}

Status put_schema(const RunOptions& run, const host::HostView& host, spec::Profile& layer) {
  const spec::FlagCaller caller{
      .cwd = host.caller().cwd,
      .environment = [&](const std::string& name) { return host.environment(name); },
      .read_file = [](const std::string& path) { return sys::read_text_file(path, kMaxEnvFile); }};
  for (const spec::Section& section : spec::schema()) TRY(put_keys(section.keys, run, caller, layer));
  return {};
}

// What is no key of the schema's to read.
Status put_payload(const RunOptions& run, spec::Profile& layer) {
  if (run.image)
    layer.image = {.value = *run.image, .origin = {"IMAGE"}};
  if (!run.command.empty())
    layer.command = {.value = run.command, .origin = {"command line"}};
  if (run.tty)
    layer.tty = {.value = *run.tty ? spec::Toggle::On : spec::Toggle::Off, .origin = {"--tty"}};
  if (run.shell)
    layer.shell = {.value = true, .origin = {"snug shell"}};
  if (!run.name)
    return {};
  TRY(container::check_container_name(*run.name, "--name"));
  layer.name = {.value = *run.name, .origin = {run.name_made ? "--detach" : "--name"}};
  layer.remove_at_end = {.value = run.rm.value_or(run.name_made), .origin = {run.rm ? "--rm" : "--detach"}};
  return {};
}

// What docker can do and this version cannot is refused, never passed over.
Status check_manner(const RunOptions& run) {
  if (!run.rm.value_or(true) && !run.name)
    return fail(
        {.step = "--rm=false: a container without a name is always removed", .hint = "--name keeps it"});
  if (!run.init.value_or(true))
    return fail({.step = "--init=false: snug's own init builds the sandbox, and stays"});
  return {};
}

}  // namespace

Result<spec::Profile> flags_layer(const RunOptions& run, const host::HostView& host) {
  spec::Profile layer;
  for (const Status& status : {
           check_manner(run),
           put_payload(run, layer),
           put_schema(run, host, layer),
       })
    if (!status)
      return tl::unexpected{status.error()};
  return layer;
}

Status put_limits(const RunOptions& run, spec::Profile& layer) {
  return put_keys(spec::limit_keys(), run, {}, layer);
}

Result<int> parse_status_fd(const RunOptions& run) {
  if (!run.json_status_fd)
    return -1;
  return parse_number(*run.json_status_fd, "--json-status-fd", INT_MAX).map([](std::uint64_t fd) {
    return static_cast<int>(fd);
  });
}

}  // namespace snug::cli
