// The plan of a command that joins a running container: the payload's part of a plan, and nothing before it.
#pragma once

#include <string>
#include <vector>

#include "image/image.h"
#include "plan/plan.h"
#include "spec/values.h"

namespace snug::plan {

struct ExecRequest {
  std::string container{};
  std::vector<std::string> argv{};
  std::vector<std::string> candidates{};  // absolute paths to try instead of argv[0] along PATH
  std::vector<spec::EnvVariable> env{};   // the payload's, with what was added
  std::string workdir{};
  std::uint32_t uid{};
  std::uint32_t gid{};
  std::vector<std::uint32_t> groups{};
  bool range{};   // several ids are mapped
  bool strict{};  // nobody vouches for the container: files are relayed through pipes
};

// Another user than the payload's, by the container's own passwd and group files (the users and groups of
// `inside`): who it is, and its HOME, USER and LOGNAME. Fails where there is no such user, or the container
// has one id only and this is another.
Status choose_enter_user(ExecRequest& request, const spec::Setting<spec::RunAs>& user,
                         const image::Image& inside, const host::HostView& host);

// The user's own shell, or one that is there.
void choose_enter_shell(ExecRequest& request, const image::Image& inside);

Plan plan_enter(ExecRequest request);

}  // namespace snug::plan
