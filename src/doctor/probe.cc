#include "doctor/probe.h"

namespace snug::doctor {

Facts read_facts(const host::HostView& host) {
  Facts facts;
  read_process(host, facts.process);
  read_kernel(host, facts.kernel);
  read_ids(host, facts.ids);
  facts.layers.fuse_program = read_helper(host, "fuse-overlayfs");
  facts.network = {.pasta = read_helper(host, "pasta"),
                   .slirp = read_helper(host, "slirp4netns"),
                   .curl = read_helper(host, "curl"),
                   .gid = host.caller().gid};
  return facts;
}

Facts gather(const host::RealHost& host) {
  Facts facts = read_facts(host);
  read_store(host, facts.store);
  read_cgroup(host, facts.cgroup);
  try_kernel(facts);
  try_plans(host, facts);
  return facts;
}

}  // namespace snug::doctor
