#include "container/enter_wish.h"

namespace snug {

EnterWish enter_wish(const std::string& name, const PayloadFacts& payload) {
  EnterWish wish{.container = name,
                 .workdir = payload.workdir,
                 .uid = payload.uid,
                 .gid = payload.gid,
                 .groups = payload.groups,
                 .range = payload.range};
  for (const std::string& line : payload.env) {
    const std::size_t equals = line.find('=');
    if (equals != std::string::npos)
      wish.env.push_back({line.substr(0, equals), line.substr(equals + 1), {}});
  }
  return wish;
}

}  // namespace snug
