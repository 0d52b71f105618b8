#include "container/exec_request.h"

namespace snug::container {

plan::ExecRequest exec_request(const std::string& name, const PayloadFacts& payload) {
  plan::ExecRequest request{.container = name,
                            .workdir = payload.workdir,
                            .uid = payload.uid,
                            .gid = payload.gid,
                            .groups = payload.groups,
                            .range = payload.range};
  for (const std::string& line : payload.env) {
    const std::size_t equals = line.find('=');
    if (equals != std::string::npos)
      request.env.push_back({line.substr(0, equals), line.substr(equals + 1), {}});
  }
  return request;
}

}  // namespace snug::container
