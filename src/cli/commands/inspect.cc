#include <optional>
#include <string_view>

#include "base/json.h"
#include "base/path.h"
#include "base/try.h"
#include "cli/commands/shared_options.h"
#include "cli/show/container_list.h"
#include "cli/show/report.h"
#include "cli/show/spec_json.h"
#include "container/container_record.h"
#include "container/store.h"
#include "host/real_host.h"
#include "image/writable_layer.h"
#include "log/log_format.h"
#include "plan/step.h"

namespace snug::cli {
namespace {

Json member(const Json& json, std::string_view name) {
  if (const auto* object = std::get_if<Json::Object>(&json.value))
    for (const auto& [key, value] : *object)
      if (key == name)
        return value;
  return {};
}

Json strings(const std::vector<std::string>& texts) {
  return Json::Array{texts.begin(), texts.end()};
}

Json::Object paths_json(const container::Container& container) {
  const std::string path = container.path();
  return {
      {"directory", path}, {"upper", join_path(path, image::kRootUpper)}, {"log", join_path(path, "log")}};
}

Json::Object state_json(const container::ListedContainer& listed) {
  Json::Object object = run_json(listed);
  const container::RunState& state = listed.state;
  object.emplace_back("control", state.control);
  object.emplace_back("terminal", state.terminal);
  object.emplace_back("payload", Json::Object{{"workdir", state.payload.workdir},
                                              {"uid", std::uint64_t{state.payload.uid}},
                                              {"gid", std::uint64_t{state.payload.gid}}});
  return object;
}

// The image's own environment is known once the container has been started.
std::vector<std::string> environment_of(const container::ContainerRecord& record,
                                        const container::RunState& state) {
  if (!state.payload.env.empty())
    return state.payload.env;
  std::vector<std::string> env;
  for (const spec::EnvVariable& one : record.spec.env_set) env.push_back(one.name + "=" + one.value);
  return env;
}

Result<Json> inspect(const container::ContainerStore& store, const std::string& name) {
  const auto container = TRY(store.find(name));
  const auto record = TRY(container.record());
  auto state = TRY(container.state());
  const auto running = TRY(container.running());
  const Json record_json = container::to_json(record);
  const spec::Spec& spec = record.spec;
  const container::ListedContainer listed{
      .name = container.name(), .running = running, .state = std::move(state)};
  return Json::Object{{"name", listed.name},
                      {"id", record.id},
                      {"created", log::log_time(record.created_ns)},
                      {"state", state_json(listed)},
                      {"image", record.spec.image.value},
                      {"command", strings(listed.state.command)},
                      {"ports", strings(listed.state.ports)},
                      {"env", strings(environment_of(record, listed.state))},
                      {"mounts", member(member(record_json, "spec"), "mounts")},
                      {"user", values_of("user", spec)},
                      {"limits", values_of("limits", spec)},
                      {"network", values_of("network", spec)},
                      {"security", values_of("security", spec)},
                      {"rules", member(record_json, "rules")},
                      {"spec", settings_json(spec)},
                      {"paths", paths_json(container)}};
}

constexpr Elsewhere kInspectElsewhere[] = {
    {"--format", "the answer is JSON, for jq to take apart"},
    {"-f", "the answer is JSON, for jq to take apart"},
};

Result<int> inspect_containers(const Invocation& invocation) {
  const auto host = TRY(host::RealHost::look());
  const container::ContainerStore store{host.store_dir()};
  Json::Array array;
  std::optional<Error> last;
  // Every container that exists is shown, and an error names each that does not: main prints the last one.
  for (const std::string& name : invocation.words) {
    auto json = inspect(store, name);
    if (json) {
      array.push_back(std::move(*json));
      continue;
    }
    if (last)
      print_error(*last, invocation.common.color);
    last = std::move(json).error();
  }
  TRY(print_answer(pretty_json(array)));
  if (last)
    return fail(std::move(*last));
  return 0;
}

}  // namespace

extern constexpr CommandDef kInspectCommand{
    .name = "inspect",
    .group = kContainersGroup,
    .arity = kSomeContainers,
    .positional = Complete::ContainerName,
    .elsewhere = kInspectElsewhere,
    .run = inspect_containers,
};

}  // namespace snug::cli
