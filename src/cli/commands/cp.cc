#include <fmt/format.h>
#include <unistd.h>

#include <utility>

#include "base/text.h"
#include "base/try.h"
#include "cli/commands/shared_options.h"
#include "cli/show/report.h"
#include "client/copy.h"
#include "client/opened.h"
#include "client/rootfs.h"
#include "host/real_host.h"

namespace snug::cli {
namespace {

struct CpOptions : OptionValues {
  std::optional<bool> archive{};
  std::optional<bool> follow_link{};
};

constexpr OptionDef kCpOptions[] = {
    {"archive", 'a', "", "keep owners and groups, as far as ids go", kOptionsGroup, Complete::Nothing,
     &CpOptions::archive},
    {"follow-link", 'L', "", "copy what SRC points at if it is a symlink, not the link", kOptionsGroup,
     Complete::Nothing, &CpOptions::follow_link},
};

Status check_places(const client::CopyPlace& source, const client::CopyPlace& target) {
  const char* hint =
      "one of the two is CONTAINER:PATH; a path of the host with a colon in it starts with ./ or /";
  if (source.container.empty() && target.container.empty())
    return fail({.step = "snug cp: neither the source nor the target is in a container", .hint = hint});
  if (!source.container.empty() && !target.container.empty())
    return fail(
        {.step = "snug cp: both the source and the target are in containers",
         .hint =
             "copy through a directory of the host, or through a pipe: snug cp A:PATH - | snug cp - B:PATH"});
  const bool empty = source.path.empty() || target.path.empty();
  return empty ? fail({.step = "snug cp: a path is empty", .hint = "the container's root is NAME:/"})
               : Status{};
}

// Runs with the container's ids.
Status copy(const client::OpenedContainer& opened, const client::Rootfs& root, const client::CopyPlace& from,
            const client::CopyPlace& to, const files::FileOwner& caller, const Invocation& invocation) {
  const auto& options = invocation.options<CpOptions>();
  const bool archive = options.archive.value_or(false);
  const bool out = to.container.empty();
  const auto end = [&](const client::CopyPlace& place) {
    const bool inside = !place.container.empty();
    return client::CopyEnd{.inside = inside,
                           .root = inside ? root.root() : -1,
                           .path = inside && !place.path.starts_with('/') ? "/" + place.path : place.path};
  };
  client::CopyOptions wishes{.follow = options.follow_link.value_or(false)};
  // What comes out may have been made by somebody hostile: no setuid program of the caller's, and no
  // attributes.
  wishes.rules.mode_bits = out ? 0777 : 07777;
  wishes.rules.attributes = false;
  wishes.rules.owner_may_fail = true;
  if (!archive)
    wishes.rules.owner = out            ? client::owner_here(caller.uid, caller.gid)
                         : opened.range ? files::FileOwner{0, 0}
                                        : files::FileOwner{geteuid(), getegid()};
  wishes.rules.skipped = [&](const std::string& path, const char* why) {
    print_note(fmt::format("{} is not copied: {}", path, why), invocation.common.color);
  };
  if (from.path == "-" && from.container.empty())
    return client::copy_from_stream(STDIN_FILENO, end(to), wishes);
  if (to.path == "-" && out)
    return client::copy_to_stream(end(from), STDOUT_FILENO, wishes);
  return client::copy_between(end(from), end(to), wishes);
}

Result<int> copy_files(const Invocation& invocation) {
  const client::CopyPlace from = client::parse_copy_place(invocation.words.at(0)),
                          to = client::parse_copy_place(invocation.words.at(1));
  TRY(check_places(from, to));
  if (to.path == "-" && to.container.empty() && isatty(STDOUT_FILENO) != 0)
    return fail(
        {.step = "an archive is not written to a terminal", .hint = "redirect it, or name a directory"});
  const auto host = TRY(host::RealHost::look());
  const std::string& name = from.container.empty() ? to.container : from.container;
  const auto opened = TRY(client::open_container(host, name));
  auto container = TRY(container::ContainerStore{host.store_dir()}.find(name));
  const auto root = TRY(client::Rootfs::open(std::move(container)));
  const files::FileOwner caller{geteuid(), getegid()};
  const auto status = root.as_its_user([&] { return copy(opened, root, from, to, caller, invocation); });
  return status.map([] { return 0; });
}

}  // namespace

extern constexpr CommandDef kCpCommand{
    .name = "cp",
    .group = kContainersGroup,
    .arity = {2, 2, "name what to copy and where to"},
    .positional = Complete::ContainerPath,
    .options = kOptionsOf<CpOptions>,
    .own = kCpOptions,
    .run = copy_files,
};

}  // namespace snug::cli
