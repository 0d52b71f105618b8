#include <array>
#include <optional>
#include <string_view>

#include "base/json.h"
#include "base/path.h"
#include "cli/commands/shared_options.h"
#include "cli/show/container_list.h"
#include "cli/show/report.h"
#include "container/store.h"
#include "host/real_host.h"
#include "image/writable_layer.h"
#include "log/log_format.h"
#include "plan/step.h"

namespace snug {
namespace {

Json member(const Json& json, std::string_view name) {
  if (const auto* object = std::get_if<Json::Object>(&json.value))
    for (const auto& [key, value] : *object)
      if (key == name)
        return value;
  return {};
}

// A setting without its origin, and a list of them.
Json plain(const Json& json) {
  if (const auto* array = std::get_if<Json::Array>(&json.value)) {
    Json::Array values;
    for (const Json& one : *array) values.push_back(plain(one));
    return values;
  }
  const auto* object = std::get_if<Json::Object>(&json.value);
  const bool setting =
      object && object->size() == 2 && (*object)[0].first == "value" && (*object)[1].first == "origin";
  return setting ? (*object)[0].second : json;
}

template<std::size_t N>
Json::Object group(const Json& spec, const std::array<std::string_view, N>& names) {
  Json::Object object;
  for (const std::string_view name : names) object.emplace_back(name, plain(member(spec, name)));
  return object;
}

constexpr std::array<std::string_view, 14> kLimits{
    "memory",     "memory_reservation", "swap",   "cpus",    "cpu_weight", "cpuset",
    "pids",       "io_weight",          "io_max", "hugetlb", "ulimits",    "nofile",
    "timeout_ms", "limits_required"};
constexpr std::array<std::string_view, 10> kNetwork{"network", "network_of", "allow", "deny",       "sets",
                                                    "publish", "hosts",      "dns",   "dns_search", "alias"};
constexpr std::array<std::string_view, 13> kSecurity{
    "run_as",  "ids",      "fake_root",     "seccomp", "seccomp_allow", "seccomp_deny", "seccomp_abi",
    "cap_add", "cap_drop", "nested_userns", "proc",    "landlock",      "require"};

Json strings(const std::vector<std::string>& texts) {
  return Json::Array{texts.begin(), texts.end()};
}

Json::Object paths_json(const Container& container) {
  const std::string path = container.path();
  return {{"directory", path}, {"upper", join_path(path, kRootUpper)}, {"log", join_path(path, "log")}};
}

Json::Object state_json(const ListedContainer& listed) {
  Json::Object object = run_json(listed);
  const RunState& state = listed.state;
  object.emplace_back("control", state.control);
  object.emplace_back("terminal", state.terminal);
  object.emplace_back("payload", Json::Object{{"workdir", state.payload.workdir},
                                              {"uid", std::uint64_t{state.payload.uid}},
                                              {"gid", std::uint64_t{state.payload.gid}}});
  return object;
}

// The image's own environment is known once the container has been started.
std::vector<std::string> environment_of(const ContainerRecord& record, const RunState& state) {
  if (!state.payload.env.empty())
    return state.payload.env;
  std::vector<std::string> env;
  for (const EnvVariable& one : record.spec.env_set) env.push_back(one.name + "=" + one.value);
  return env;
}

Result<Json> inspect(const ContainerStore& store, const std::string& name) {
  const auto container = store.find(name);
  if (!container)
    return tl::unexpected{container.error()};
  const auto record = container->record();
  if (!record)
    return tl::unexpected{record.error()};
  auto state = container->state();
  if (!state)
    return tl::unexpected{std::move(state).error()};
  const auto running = container->running();
  if (!running)
    return tl::unexpected{running.error()};
  const Json record_json = to_json(*record);
  const Json spec = member(record_json, "spec");
  const ListedContainer listed{.name = container->name(), .running = *running, .state = std::move(*state)};
  return Json::Object{{"name", listed.name},
                      {"id", record->id},
                      {"created", log_time(record->created_ns)},
                      {"state", state_json(listed)},
                      {"image", record->spec.image.value},
                      {"command", strings(listed.state.command)},
                      {"ports", strings(listed.state.ports)},
                      {"env", strings(environment_of(*record, listed.state))},
                      {"mounts", member(spec, "mounts")},
                      {"limits", group(spec, kLimits)},
                      {"network", group(spec, kNetwork)},
                      {"security", group(spec, kSecurity)},
                      {"rules", member(record_json, "rules")},
                      {"spec", spec},
                      {"paths", paths_json(*container)}};
}

constexpr Elsewhere kInspectElsewhere[] = {
    {"--format", "the answer is JSON, for jq to take apart"},
    {"-f", "the answer is JSON, for jq to take apart"},
};

Result<int> inspect_containers(const Invocation& invocation) {
  const auto host = RealHost::look();
  if (!host)
    return tl::unexpected{host.error()};
  const ContainerStore store{host->store_dir()};
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
  if (const auto status = print_answer(pretty_json(array)); !status)
    return tl::unexpected{status.error()};
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

}  // namespace snug
