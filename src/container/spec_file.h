// A Spec in a container's record: every member with its origin, exactly.
#pragma once

#include "base/fields.h"
#include "base/json.h"
#include "base/result.h"
#include "spec/settings.h"
#include "spec/words.h"

namespace snug {

template<class T>
struct Fields<Setting<T>> {
  static void visit(auto& field, auto& s) { field("value", s.value), field("origin", s.origin.text); }
};
template<>
struct Fields<EnvVariable> {
  static void visit(auto& field, auto& s) {
    field("name", s.name), field("value", s.value), field("origin", s.origin.text);
  }
};
template<>
struct Fields<RunAs> {
  static void visit(auto& field, auto& s) {
    field("kind", s.kind), field("user", s.user), field("group", s.group);
  }
};
template<>
struct Fields<Mount> {
  static void visit(auto& field, auto& s) {
    field("type", s.type), field("source", s.source), field("target", s.target);
    field("access", s.access), field("missing", s.missing), field("size", s.size), field("mode", s.mode);
    field("origin", s.origin.text);
  }
};
template<>
struct Fields<HostSet> {
  static void visit(auto& field, auto& s) {
    field("name", s.name), field("rules", s.rules), field("origin", s.origin.text);
  }
};
// In the order of the schema. The test container_record counts them against spec/settings.h.
template<>
struct Fields<Spec> {
  static void visit(auto& field, auto& s) {
    field("image", s.image), field("command", s.command), field("entrypoint", s.entrypoint);
    field("workdir", s.workdir), field("hostname", s.hostname), field("name", s.name);
    field("remove_at_end", s.remove_at_end);
    field("env_pass", s.env_pass), field("env_set", s.env_set);
    field("run_as", s.run_as), field("ids", s.ids), field("fake_root", s.fake_root);
    field("overlay", s.overlay), field("writable", s.writable), field("read_only", s.read_only);
    field("rootfs_size", s.rootfs_size), field("mounts", s.mounts);
    field("memory", s.memory), field("memory_reservation", s.memory_reservation), field("swap", s.swap);
    field("cpus", s.cpus), field("cpu_weight", s.cpu_weight), field("cpuset", s.cpuset);
    field("pids", s.pids), field("io_weight", s.io_weight), field("io_max", s.io_max);
    field("hugetlb", s.hugetlb), field("ulimits", s.ulimits);
    field("nofile", s.nofile), field("timeout_ms", s.timeout_ms);
    field("limits_required", s.limits_required);
    field("network", s.network), field("network_of", s.network_of);
    field("allow", s.allow), field("deny", s.deny), field("sets", s.sets);
    field("publish", s.publish);
    field("hosts", s.hosts), field("dns", s.dns), field("dns_search", s.dns_search);
    field("alias", s.alias);
    field("seccomp", s.seccomp), field("seccomp_allow", s.seccomp_allow);
    field("seccomp_deny", s.seccomp_deny), field("seccomp_abi", s.seccomp_abi);
    field("cap_add", s.cap_add), field("cap_drop", s.cap_drop), field("nested_userns", s.nested_userns);
    field("proc", s.proc), field("landlock", s.landlock), field("require", s.require);
    field("wayland", s.wayland), field("x11", s.x11), field("audio", s.audio), field("gpu", s.gpu);
    field("ssh_agent", s.ssh_agent), field("tty", s.tty), field("shell", s.shell);
  }
};

Json to_json(const Spec& spec);

// Strict: a member that is missing, unknown, of another kind or out of range is an error that names it.
Result<Spec> spec_from_json(const Json& json);

}  // namespace snug
