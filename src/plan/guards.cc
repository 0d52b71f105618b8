// Names in a project that programs of the host act upon without being asked: git runs hooks and what its
// configuration names, direnv and editors run what they find. A command that nobody vouches for (the strict
// filter) and that may write to the directory must not plant them for later.
#include <fmt/format.h>

#include "base/path.h"
#include "base/try.h"
#include "plan/builder.h"

namespace snug::plan {
namespace {

// The whole of .git: beside hooks and config there are commondir, modules/ and worktrees/, each of which can
// name another configuration, and a configuration can name commands (core.fsmonitor). In a worktree .git is a
// file that names the directory. HEAD makes a repository of a directory without .git.
constexpr std::string_view kGuarded[] = {".git", "snug.toml", ".envrc", ".vscode"};
constexpr std::string_view kWatched[] = {"HEAD"};

Status guard(Builder& builder, const BindMount& of, std::string_view name, const Origin& origin) {
  const std::string source = join_path(of.source, name);
  // A link could be replaced, whatever it leads to; and followed inside, it could lead elsewhere.
  if (builder.host.read_link(source))
    return fail(
        {.step = fmt::format("{} is a link: it cannot be kept read-only in a directory that the "
                             "command may write to",
                             source),
         .origin = origin.text,
         .hint = "mount the directory read-only or as cow, or choose another filter than \"strict\""});
  if (const auto seen = builder.host.stat(source))
    builder.init(Phase::Mounts,
                 BindMount{.source = source, .target = join_path(of.target, name), .seen = *seen}, origin);
  else
    builder.watch.paths.push_back(source);
  return {};
}

}  // namespace

Status plan_guards(Builder& builder, const BindMount& of, const Origin& origin) {
  if (builder.spec.seccomp.value != spec::Tier::Strict || of.access != spec::Access::ReadWrite ||
      of.seen.kind != FileKind::Directory)
    return {};
  builder.watch_origin = origin;
  for (const std::string_view name : kGuarded) TRY(guard(builder, of, name, origin));
  for (const std::string_view name : kWatched)
    if (std::string path = join_path(of.source, name); !builder.host.stat(path))
      builder.watch.paths.push_back(std::move(path));
  return {};
}

}  // namespace snug::plan
