// Profiles on the disk, and a project's own.
#pragma once

#include <optional>
#include <string>

#include "host/real_host.h"
#include "spec/profile_chain.h"

namespace snug::cli {

class FileProfileSource : public spec::ProfileSource {
 public:
  explicit FileProfileSource(const host::RealHost& host);
  Result<std::string> read(const std::string& path) const override;
  Result<std::vector<std::string>> user_names() const override;

 private:
  std::string user_directory_;
};

spec::ProfilePlaces profile_places(const host::RealHost& host);

// "shipped", "user", "file".
const char* kind_name(spec::ProfileKind kind);

// The snug.toml of the project that the working directory is in: the nearest one from there upwards. The
// search ends at the home directory, at a mount boundary, and at a directory that is not the caller's own:
// beyond those, whoever put the file there need not be the project's owner.
std::optional<std::string> find_project_profile(const host::HostView& host);

}  // namespace snug::cli
