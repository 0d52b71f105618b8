// The payload: user, environment, filter, command.
#include <fmt/format.h>

#include <algorithm>

#include "base/path.h"
#include "base/text.h"
#include "base/try.h"
#include "plan/builder.h"

namespace snug::plan {
namespace {

constexpr std::string_view kDefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

class Environment {
 public:
  void set(std::string name, std::string value, Origin origin) {
    const auto same = std::ranges::find(variables_, name, &spec::EnvVariable::name);
    if (same != variables_.end())
      *same = {std::move(name), std::move(value), std::move(origin)};
    else
      variables_.push_back({std::move(name), std::move(value), std::move(origin)});
  }
  std::string get(std::string_view name) const {
    const auto found = std::ranges::find(variables_, name, &spec::EnvVariable::name);
    return found == variables_.end() ? "" : found->value;
  }
  std::vector<spec::EnvVariable> take() { return std::move(variables_); }

 private:
  std::vector<spec::EnvVariable> variables_;
};

// Later wins: what snug sets, the image's, what is passed from the caller, what is set by profile and flag.
Environment make_environment(const Builder& builder) {
  const spec::Spec& spec = builder.spec;
  const PayloadUser& user = builder.user;
  Environment env;
  env.set("PATH", std::string{kDefaultPath}, {});
  env.set("HOME", user.home, {});
  if (!user.name.empty()) {
    env.set("USER", user.name, {});
    env.set("LOGNAME", user.name, {});
  }
  // systemd's convention for "this is a container", and by what.
  env.set("container", "snug", {});
  env.set("SNUG", spec.name ? spec.name->value : builder.image.name, {});
  if (builder.fake_root)
    env.set("APT_CONFIG", "/run/snug/apt.conf", spec.fake_root.origin);
  for (const std::string& line : builder.image.config.env) {
    const std::size_t equals = line.find('=');
    if (equals != std::string::npos && equals > 0)
      env.set(line.substr(0, equals), line.substr(equals + 1), {"image.toml"});
  }
  const auto names = builder.host.environment_names();
  for (const auto& pass : spec.env_pass)
    for (const std::string& name : names)
      if (matches_glob(pass.value, name))
        if (auto value = builder.host.environment(name))
          env.set(name, std::move(*value), pass.origin);
  for (const spec::EnvVariable& variable : spec.env_set)
    env.set(variable.name, variable.value, variable.origin);
  return env;
}

struct Command {
  std::vector<std::string> argv;
  std::vector<std::string> candidates;  // set for a shell only
  Origin origin;
};

Command choose_shell(const Builder& builder) {
  Command command{.origin = builder.spec.shell.origin};
  for (const std::string& shell : {builder.user.shell, std::string{"/bin/bash"}, std::string{"/bin/sh"}})
    if (normalize_absolute(shell) && !shell.ends_with("/nologin") && !shell.ends_with("/false"))
      command.candidates.push_back(shell);
  command.argv = {std::string{file_name(command.candidates.front())}};
  return command;
}

// Docker's rule: entrypoint, then the command; an entrypoint by flag drops the image's command with the
// image's entrypoint.
Result<Command> choose_command(const Builder& builder) {
  const spec::Spec& spec = builder.spec;
  const image::ImageConfig& config = builder.image.config;
  if (spec.shell.value)
    return choose_shell(builder);
  Command command{.argv = spec.entrypoint ? spec.entrypoint->value : config.entrypoint,
                  .origin = spec.command      ? spec.command->origin
                            : spec.entrypoint ? spec.entrypoint->origin
                                              : Origin{"image.toml"}};
  const std::vector<std::string> none;
  const auto& rest = spec.command ? spec.command->value : spec.entrypoint ? none : config.command;
  command.argv.insert(command.argv.end(), rest.begin(), rest.end());
  if (command.argv.empty() || command.argv[0].empty())
    return fail({.step = command.argv.empty()
                             ? fmt::format("no command: image {} has none of its own", builder.image.name)
                             : "the command is an empty word",
                 .origin = command.argv.empty() ? "" : command.origin.text,
                 .hint = "name one after the image, as in snug run " + shell_quote(builder.image.name) +
                         " CMD, or open a shell: snug shell " + shell_quote(builder.image.name)});
  return command;
}

Status plan_filter(Builder& builder) {
  const spec::Spec& spec = builder.spec;
  if (spec.seccomp.value == spec::Tier::Off) {
    builder.note("no system call filter: the whole of the kernel's interface can be reached from inside",
                 spec.seccomp.origin);
    return {};
  }
  const auto names = [](const std::vector<spec::Setting<std::string>>& settings) {
    std::vector<std::string> values;
    for (const auto& setting : settings) values.push_back(setting.value);
    return values;
  };
  seccomp::FilterRequest request{.tier =
                                     spec.seccomp.value == spec::Tier::Strict ? seccomp::FilterTier::Strict
                                     : spec.seccomp.value == spec::Tier::Dev  ? seccomp::FilterTier::Dev
                                                                              : seccomp::FilterTier::Default};
  request.fake_root = builder.fake_root;
  request.nested_userns = spec.nested_userns.value;
  // Published ports are for somebody to serve.
  request.network = spec.network.value != spec::NetworkMode::None || !spec.publish.empty();
  request.host_paths_writable = std::ranges::any_of(spec.mounts, [](const spec::Mount& mount) {
    return mount.type == spec::MountType::Bind && mount.access == spec::Access::ReadWrite;
  });
  request.allow = names(spec.seccomp_allow);
  request.deny = names(spec.seccomp_deny);
  request.x86_abi = !spec.seccomp_abi.empty();
  builder.add(Phase::Payload, Actor::Payload, InstallSeccomp{std::move(request)}, spec.seccomp.origin);
  return {};
}

}  // namespace

std::vector<std::string> find_candidates(const std::string& program, const std::string& path) {
  if (program.find('/') != std::string::npos)
    return {program};
  std::vector<std::string> candidates;
  // A relative or empty entry would mean the working directory, which is often somebody else's project:
  // passed over.
  for (const std::string_view dir : split(path, ':'))
    if (dir.starts_with('/'))
      candidates.push_back(join_path(dir, program));
  return candidates;
}

Status plan_payload(Builder& builder) {
  const spec::Spec& spec = builder.spec;
  const PayloadUser& user = builder.user;
  const bool range = spec.ids.value == spec::IdMode::Range;
  auto command = TRY(choose_command(builder));
  Environment env = make_environment(builder);
  if (command.candidates.empty())
    command.candidates = find_candidates(command.argv[0], env.get("PATH"));
  else
    env.set("SHELL", command.candidates.front(), spec.shell.origin);

  builder.add(Phase::Payload, Actor::Payload,
              BecomeUser{user.uid, user.gid, range ? user.groups : std::vector<std::uint32_t>{}, range},
              spec.run_as.origin);
  builder.add(Phase::Payload, Actor::Payload, CloseDescriptors{});
  builder.add(Phase::Payload, Actor::Payload, EnterDir{builder.workdir},
              spec.workdir ? spec.workdir->origin : Origin{});
  builder.add(Phase::Payload, Actor::Payload, SetEnvironment{env.take()});
  for (const auto sub_planner : {plan_landlock, plan_filter}) TRY(sub_planner(builder));
  builder.add(Phase::Payload, Actor::Payload, Execute{std::move(command.argv), std::move(command.candidates)},
              command.origin);
  if (!builder.watch.paths.empty())
    builder.add(Phase::Supervise, Actor::Supervisor, std::move(builder.watch), builder.watch_origin);
  if (builder.kept())
    builder.add(Phase::Supervise, Actor::Supervisor, ServeContainer{spec.name->value}, spec.name->origin);
  if (spec.timeout_ms)
    builder.add(Phase::Supervise, Actor::Supervisor,
                Timeout{.after_ms = spec.timeout_ms->value, .grace_ms = 5000}, spec.timeout_ms->origin);
  return {};
}

}  // namespace snug::plan
