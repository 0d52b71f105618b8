// The machine itself, as HostView's answers.
#pragma once

#include <map>

#include "host/host_view.h"

namespace snug::host {

class RealHost : public HostView {
 public:
  // Looks up who is calling. Fails where the working directory has been removed.
  static Result<RealHost> look();

  const Caller& caller() const override { return caller_; }
  Result<FileInfo> stat(const std::string& path) const override;
  Result<std::string> read_link(const std::string& path) const override;
  Result<std::string> read_file(const std::string& path) const override;
  std::vector<std::string> names_in(const std::string& dir) const override;
  std::optional<std::string> environment(const std::string& name) const override;
  std::vector<std::string> environment_names() const override;
  std::optional<std::string> find_program(std::string_view name) const override;
  std::vector<IdRange> subordinate_uids() const override;
  std::vector<IdRange> subordinate_gids() const override;
  std::vector<std::string> mounts_below(const std::string& path) const override;
  Result<std::uint64_t> file_system(const std::string& path) const override;
  std::optional<std::string> native_overlay_problem() const override;
  bool withholds(Withheld what) const override;
  bool tmpfs_has_user_xattrs() const override;
  Result<unsigned> landlock_abi() const override;
  cgroup::Delegation delegation() const override;
  std::string store_dir() const override;

  // $XDG_CONFIG_HOME/snug, by default ~/.config/snug.
  std::string config_dir() const;

  // This run has met a kernel that refuses the overlay: from now on native_overlay_problem() says so.
  void note_overlay_failure(std::string problem) { overlay_problem_ = std::move(problem); }
  // From now on withholds(what).
  void note_withheld(Withheld what) { withheld_.push_back(what); }

 private:
  Caller caller_;
  KernelVersion kernel_;
  std::optional<std::string> overlay_problem_;
  std::vector<Withheld> withheld_;
};

}  // namespace snug::host
