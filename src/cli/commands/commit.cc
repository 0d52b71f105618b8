#include "image/commit.h"

#include <fmt/format.h>

#include <utility>

#include "base/text.h"
#include "base/try.h"
#include "cli/commands/shared_options.h"
#include "cli/show/report.h"
#include "client/opened.h"
#include "container/container_record.h"
#include "host/real_host.h"
#include "image/commit_change.h"
#include "spec/publish.h"

namespace snug::cli {
namespace {

struct CommitOptions : OptionValues {
  std::vector<std::string> change{};
  std::optional<std::string> message{};
  std::optional<std::string> author{};
};

constexpr OptionDef kCommitOptions[] = {
    {"change", 'c', "INSTRUCTION", "change the image's configuration: 'CMD [\"nginx\"]', 'ENV A=1'",
     kOptionsGroup, Complete::Nothing, &CommitOptions::change},
    {"message", 'm', "TEXT", "a remark, kept in the image", kOptionsGroup, Complete::Nothing,
     &CommitOptions::message},
    {"author", 'a', "TEXT", "who made it, kept in the image", kOptionsGroup, Complete::Nothing,
     &CommitOptions::author},
};

constexpr Elsewhere kCommitElsewhere[] = {
    {"--pause", "a running container is committed as it is; snug stop it first for one moment's files"},
    {"-p", "a running container is committed as it is; snug stop it first for one moment's files"},
};

bool is_typed(const Origin& origin) {
  return origin.text == "--env" || origin.text == "--env-file";
}

void add_ports(image::ImageConfig& config, const spec::Spec& spec) {
  for (const auto& publish : spec.publish)
    if (const auto ports = spec::parse_publish(publish.value, publish.origin.text))
      for (std::uint32_t i = 0; i < ports->count; ++i)
        (void)image::apply_change(config,
                                  fmt::format("EXPOSE {}/{}", ports->container + i,
                                              ports->protocol == spec::Protocol::Udp ? "udp" : "tcp"));
}

// The image gets the options with which the container was made, as docker's does. Variables that come from
// the profile or the terminal are not the container's own.
image::ImageConfig config_of(const client::OpenedContainer& opened) {
  const spec::Spec& spec = opened.record.spec;
  image::ImageConfig config = opened.image.config;
  if (spec.entrypoint) {
    config.entrypoint = spec.entrypoint->value;
    config.command.clear();
  }
  if (spec.command)
    config.command = spec.command->value;
  if (spec.workdir)
    config.workdir = spec.workdir->value;
  const spec::RunAs& user = spec.run_as.value;
  if (user.kind == spec::RunAs::Kind::Root)
    config.user = "0";
  if (user.kind == spec::RunAs::Kind::Named)
    config.user = user.group.empty() ? user.user : fmt::format("{}:{}", user.user, user.group);
  for (const spec::EnvVariable& variable : spec.env_set)
    if (is_typed(variable.origin))
      image::set_image_variable(config, variable.name, variable.value);
  add_ports(config, spec);
  return config;
}

Result<int> commit_container(const Invocation& invocation) {
  const auto& options = invocation.options<CommitOptions>();
  const std::string& name = invocation.words.at(0);
  const auto host = TRY(host::RealHost::look());
  TRY(image::check_image_name(invocation.words.at(1)));
  auto opened = TRY(client::open_container(host, name));
  if (opened.image.kind == image::ImageKind::Host)
    return fail({.step = fmt::format(
                     "{} is a container of the host's own files, which are no layer of an image", name),
                 .hint = fmt::format("snug diff {0} shows its changes, and snug cp {0}:PATH . takes them out",
                                     name)});
  // A container that does not run must not be started or removed meanwhile. One that runs may change while it
  // is copied, as docker's may with --pause=false.
  if (!opened.running)
    if (auto status = opened.container.lock(); !status && status.error().err != EBUSY)
      return tl::unexpected{status.error()};
  image::CommitJob job{.container = opened.container.dir(),
                       .images = host.store_dir() + "/images",
                       .name = invocation.words.at(1),
                       .layers = opened.image.layers,
                       .config = config_of(opened),
                       .comments = {fmt::format("made by snug commit of the container {}", name)},
                       .own = opened.own,
                       .range = opened.range,
                       .with_ids = [&](const auto& work) { return client::with_ids(opened, work); },
                       .skipped =
                           [&](const std::string& path, const char* why) {
                             print_note(fmt::format("/{} is not in the image: {}", path, why),
                                        invocation.common.color);
                           }};
  for (const std::string& change : options.change) TRY(image::apply_change(job.config, change));
  if (const auto& author = options.author)
    job.comments.push_back("author: " + *author);
  if (const auto& message = options.message)
    job.comments.push_back("message: " + *message);
  TRY(image::commit_image(job));
  return print_answer(job.name + "\n").map([] { return 0; });
}

}  // namespace

extern constexpr CommandDef kCommitCommand{
    .name = "commit",
    .group = kContainersGroup,
    .arity = {2, 2, "name a container and the new image"},
    .positional = Complete::ContainerName,
    .options = kOptionsOf<CommitOptions>,
    .own = kCommitOptions,
    .elsewhere = kCommitElsewhere,
    .run = commit_container,
};

}  // namespace snug::cli
