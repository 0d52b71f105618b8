#include "cli/input/flags_layer.h"

#include <fmt/format.h>

#include <charconv>
#include <climits>
#include <unordered_map>

#include "base/text.h"
#include "base/units.h"
#include "cli/input/flags_put.h"
#include "container/names.h"
#include "spec/env_file.h"
#include "spec/host_rule.h"
#include "spec/names.h"
#include "spec/network_names.h"
#include "spec/publish.h"
#include "spec/run_as.h"
#include "spec/target.h"
#include "spec/volume.h"
#include "spec/words.h"
#include "sys/file_io.h"

namespace snug {
namespace {

// A file of variables may well be more than execve(2) takes: that limit has an error of its own.
constexpr std::uint64_t kMaxEnvFile = 64 << 20;

Status put_environment(const RunOptions& run, const HostView& host, Profile& layer) {
  const auto caller = [&](const std::string& name) { return host.environment(name); };
  for (const std::string& file : run.env_files) {
    const auto with_origin = [](Error error) {
      error.origin = "--env-file";
      return fail(std::move(error));
    };
    const auto text = read_text_file(host_path(host.caller().cwd, file), kMaxEnvFile);
    if (!text)
      return with_origin(text.error());
    auto variables = parse_env_file(*text, file, caller);
    if (!variables)
      return with_origin(variables.error());
    for (EnvVariable& variable : *variables) layer.env_set.push_back(std::move(variable));
  }
  for (const std::string& typed : run.env) {
    auto variable = parse_env(typed, "--env", caller);
    if (!variable)
      return tl::unexpected{variable.error()};
    if (*variable)
      layer.env_set.push_back(std::move(**variable));
  }
  return {};
}

// A later layer's mount replaces an earlier one's of the same target; two of the same line are a mistake.
Status put_mounts(const RunOptions& run, const HostView& host, Profile& layer) {
  std::unordered_map<std::string, std::string> seen;
  const auto add = [&](Result<Mount> mount) -> Status {
    if (!mount)
      return tl::unexpected{mount.error()};
    const auto [at, fresh] = seen.try_emplace(mount->target, mount->origin.text);
    if (!fresh)
      return fail({.step = fmt::format("{}: {} is already a target, of {}", mount->origin.text,
                                       escape_control(mount->target), at->second),
                   .hint = "give every mount a target of its own"});
    layer.mounts.push_back(*std::move(mount));
    return {};
  };
  const std::string& cwd = host.caller().cwd;
  layer.mounts.reserve(run.volumes.size() + run.mounts.size() + run.tmpfs.size());
  for (const std::string& typed : run.volumes)
    if (auto status = add(parse_volume(typed, cwd)); !status)
      return status;
  for (const std::string& typed : run.mounts)
    if (auto status = add(parse_mount(typed, cwd)); !status)
      return status;
  for (const std::string& typed : run.tmpfs)
    if (auto status = add(parse_tmpfs(typed)); !status)
      return status;
  return {};
}

Status put_payload(const RunOptions& run, Profile& layer) {
  if (run.image)
    layer.image = {.value = *run.image, .origin = {"IMAGE"}};
  if (!run.command.empty())
    layer.command = {.value = run.command, .origin = {"command line"}};
  if (run.entrypoint)
    layer.entrypoint = {.value = run.entrypoint->empty() ? std::vector<std::string>{}
                                                         : std::vector<std::string>{*run.entrypoint},
                        .origin = {"--entrypoint"}};
  if (run.tty)
    layer.tty = {.value = *run.tty ? Toggle::On : Toggle::Off, .origin = {"--tty"}};
  if (run.shell)
    layer.shell = {.value = true, .origin = {"snug shell"}};
  if (run.name) {
    if (auto status = check_container_name(*run.name, "--name"); !status)
      return status;
    layer.name = {.value = *run.name, .origin = {run.name_made ? "--detach" : "--name"}};
    layer.remove_at_end = {.value = run.rm.value_or(run.name_made), .origin = {run.rm ? "--rm" : "--detach"}};
  }
  if (run.workdir)
    if (auto status = keep(parse_workdir(*run.workdir, "--workdir"), "--workdir", layer.workdir); !status)
      return status;
  if (run.user)
    if (auto status = keep(parse_run_as(*run.user, "--user"), "--user", layer.run_as); !status)
      return status;
  if (run.hostname) {
    if (auto status = check_hostname(*run.hostname, "--hostname"); !status)
      return status;
    layer.hostname = {.value = *run.hostname, .origin = {"--hostname"}};
  }
  return put_amount(run.timeout, "--timeout", parse_duration_ms, layer.timeout_ms);
}

Status put_rootfs(const RunOptions& run, Profile& layer) {
  put_switch(run.read_only, "--read-only", layer.read_only);
  if (auto status = put_word(run.overlay, "--overlay", layer.overlay); !status)
    return status;
  if (auto status = put_word(run.writable, "--writable", layer.writable); !status)
    return status;
  return put_amount(run.size, "--size", parse_size, layer.rootfs_size);
}

Status put_network(const RunOptions& run, Profile& layer) {
  if (run.network) {
    auto choice = parse_network(*run.network, "--network");
    if (!choice)
      return tl::unexpected{std::move(choice).error()};
    layer.network = {.value = choice->mode, .origin = {"--network"}};
    if (choice->mode == NetworkMode::Container)
      layer.network_of = {.value = std::move(choice->container), .origin = {"--network"}};
  }
  if (auto status = put_list(run.allow, "--allow", check_allow_rule, layer.allow); !status)
    return status;
  if (auto status = put_list(run.deny, "--deny", check_deny_rule, layer.deny); !status)
    return status;
  const CheckText check = [](std::string_view text, std::string_view what) -> Status {
    return parse_publish(text, what).map([](const PublishedPorts&) {});
  };
  if (auto status = put_list(run.add_hosts, "--add-host", check_host_entry, layer.hosts); !status)
    return status;
  if (auto status = put_list(run.dns, "--dns", check_name_server, layer.dns); !status)
    return status;
  if (auto status = put_list(run.dns_search, "--dns-search", check_host_name, layer.dns_search); !status)
    return status;
  if (auto status = put_list(run.network_aliases, "--network-alias", check_host_name, layer.alias); !status)
    return status;
  return put_list(run.publish, "--publish", check, layer.publish);
}

Status put_confinement(const RunOptions& run, Profile& layer) {
  if (auto status = put_word(run.ids, "--ids", layer.ids); !status)
    return status;
  if (auto status = put_word(run.fake_root, "--fake-root", layer.fake_root); !status)
    return status;
  if (auto status = put_word(run.require, "--require", layer.require); !status)
    return status;
  if (auto status = put_word(run.seccomp, "--seccomp", layer.seccomp); !status)
    return status;
  if (auto status = put_list(run.cap_add, "--cap-add", check_capability_name, layer.cap_add); !status)
    return status;
  put_switch(run.wayland, "--wayland", layer.wayland);
  put_switch(run.x11, "--x11", layer.x11);
  put_switch(run.audio, "--audio", layer.audio);
  put_switch(run.gpu, "--gpu", layer.gpu);
  put_switch(run.ssh_agent, "--ssh-agent", layer.ssh_agent);
  return put_list(run.cap_drop, "--cap-drop", check_capability_name, layer.cap_drop);
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

Result<Profile> flags_layer(const RunOptions& run, const HostView& host) {
  Profile layer;
  for (const Status& status : {
           check_manner(run),
           put_payload(run, layer),
           put_environment(run, host, layer),
           put_rootfs(run, layer),
           put_mounts(run, host, layer),
           put_limits(run, layer),
           put_network(run, layer),
           put_confinement(run, layer),
       })
    if (!status)
      return tl::unexpected{status.error()};
  return layer;
}

Result<int> parse_status_fd(const RunOptions& run) {
  if (!run.json_status_fd)
    return -1;
  return parse_number(*run.json_status_fd, "--json-status-fd", INT_MAX).map([](std::uint64_t fd) {
    return static_cast<int>(fd);
  });
}

}  // namespace snug
