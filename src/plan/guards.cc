// Names in a project that programs of the host act upon without being asked: git runs hooks and what its
// configuration names, direnv and editors run what they find. A command that nobody vouches for (the strict
// filter) and that may write to the directory must not plant them for later.
#include <fmt/format.h>

#include "base/path.h"
#include "plan/builder.h"

namespace snug {
namespace {

constexpr std::string_view kGuarded[] = {".git/hooks", ".git/config", "snug.toml", ".envrc", ".vscode"};

Status guard(Builder& builder, const BindMount& of, std::string_view name, Access access,
             const Origin& origin, bool& found) {
  const std::string source = join_path(of.source, name);
  const auto seen = builder.host.stat(source);
  found = seen.has_value();
  // A link could be replaced, whatever it leads to; and followed inside, it could lead elsewhere.
  if (builder.host.read_link(source))
    return fail(
        {.step = fmt::format("{} is a link: it cannot be kept read-only in a directory that the command may "
                             "write to",
                             source),
         .origin = origin.text,
         .hint = "mount the directory read-only or as cow, or choose another filter than \"strict\""});
  if (seen)
    builder.init(
        Phase::Mounts,
        BindMount{.source = source, .target = join_path(of.target, name), .access = access, .seen = *seen},
        origin);
  return {};
}

}  // namespace

Status plan_guards(Builder& builder, const BindMount& of, const Origin& origin) {
  if (builder.spec.seccomp.value != Tier::Strict || of.access != Access::ReadWrite ||
      of.seen.kind != FileKind::Directory)
    return {};
  // .git is mounted on itself, since a mount point cannot be renamed: else the whole of it could be moved
  // away and another one made. In a worktree it is a file that names the directory, and is closed itself.
  const auto git = builder.host.stat(join_path(of.source, ".git"));
  const bool repository = git && git->kind == FileKind::Directory;
  bool found = false;
  if (Status status =
          guard(builder, of, ".git", repository ? Access::ReadWrite : Access::ReadOnly, origin, found);
      !status)
    return status;
  if (!found)
    builder.watch.paths.push_back(join_path(of.source, ".git"));
  for (const std::string_view name : kGuarded) {
    const bool in_git = name.starts_with(".git/");
    if (in_git && !repository)
      continue;
    if (Status status = guard(builder, of, name, Access::ReadOnly, origin, found); !status)
      return status;
    if (!found)
      builder.watch.paths.push_back(join_path(of.source, name));
  }
  builder.watch_origin = origin;
  return {};
}

}  // namespace snug
