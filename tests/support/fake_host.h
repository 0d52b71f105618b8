// A pretend machine for the planner's tests.
#pragma once

#include <map>
#include <set>

#include "host/host_view.h"

namespace snug {

class FakeHost : public host::HostView {
 public:
  host::Caller who{
      .uid = 1000, .gid = 1000, .user = "alice", .home = "/home/alice", .cwd = "/home/alice/src"};
  std::map<std::string, host::FileInfo> files{};
  std::map<std::string, std::string> links{};
  std::map<std::string, std::string> texts{};
  std::map<std::string, std::string> variables{};
  std::map<std::string, std::string, std::less<>> programs{};
  std::vector<IdRange> subuids{{0, 100000, 65536}};
  std::vector<IdRange> subgids{{0, 100000, 65536}};
  std::map<std::string, std::vector<std::string>> mounts{};
  std::optional<std::string> overlay_problem{};
  std::set<host::Withheld> withheld{};
  bool xattrs{true};
  unsigned landlock{6};
  cgroup::Delegation delegated{.by = cgroup::Delegator::Systemd,
                               .dir = "/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service",
                               .controllers = {"cpu", "memory", "pids"},
                               .hint = "add a drop-in"};

  // Adds a directory with an inode of its own.
  FakeHost& dir(const std::string& path, uid_t uid = 1000) {
    files[path] = {.kind = FileKind::Directory,
                   .dev = 1,
                   .ino = files.size() + 100,
                   .uid = uid,
                   .gid = uid,
                   .mode = 0755};
    return *this;
  }

  // Adds a regular file with an inode of its own and a text.
  FakeHost& file(const std::string& path, const std::string& text, uid_t uid = 0) {
    files[path] = {
        .kind = FileKind::Regular, .dev = 1, .ino = files.size() + 100, .uid = uid, .gid = uid, .mode = 0644};
    texts[path] = text;
    return *this;
  }

  const host::Caller& caller() const override { return who; }
  Result<host::FileInfo> stat(const std::string& path) const override {
    const auto found = files.find(path);
    if (found == files.end())
      return fail({.step = "look at " + path, .err = ENOENT});
    return found->second;
  }
  Result<std::string> read_link(const std::string& path) const override {
    const auto found = links.find(path);
    if (found == links.end())
      return fail({.step = "read the link " + path, .err = EINVAL});
    return found->second;
  }
  Result<std::string> read_file(const std::string& path) const override {
    const auto found = texts.find(path);
    if (found == texts.end())
      return fail({.step = "read " + path, .err = ENOENT});
    return found->second;
  }
  std::vector<std::string> names_in(const std::string& dir) const override {
    std::vector<std::string> names;
    for (const auto& [path, text] : texts)
      if (path.starts_with(dir + "/") && path.find('/', dir.size() + 1) == std::string::npos)
        names.push_back(path.substr(dir.size() + 1));
    return names;
  }
  std::optional<std::string> environment(const std::string& name) const override {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional{found->second};
  }
  std::vector<std::string> environment_names() const override {
    std::vector<std::string> names;
    for (const auto& [name, value] : variables) names.push_back(name);
    return names;
  }
  std::optional<std::string> find_program(std::string_view name) const override {
    const auto found = programs.find(name);
    return found == programs.end() ? std::nullopt : std::optional{found->second};
  }
  Result<unsigned> landlock_abi() const override { return landlock; }
  std::vector<IdRange> subordinate_uids() const override { return subuids; }
  std::vector<IdRange> subordinate_gids() const override { return subgids; }
  std::vector<std::string> mounts_below(const std::string& path) const override {
    const auto found = mounts.find(path);
    return found == mounts.end() ? std::vector<std::string>{} : found->second;
  }
  Result<std::uint64_t> file_system(const std::string&) const override { return 0xEF53; }
  std::optional<std::string> native_overlay_problem() const override { return overlay_problem; }
  bool withholds(host::Withheld what) const override { return withheld.contains(what); }
  bool tmpfs_has_user_xattrs() const override { return xattrs; }
  cgroup::Delegation delegation() const override { return delegated; }
  std::string store_dir() const override { return "/home/alice/.local/share/snug"; }
};

}  // namespace snug
