// Facts of a pretend machine for doctor's tests: one on which all is well, to be spoilt.
#pragma once

#include <algorithm>

#include "doctor/diagnose.h"

namespace snug::doctor {

inline Facts healthy() {
  Facts facts;
  facts.process = {.program = "/home/alice/.local/bin/snug",
                   .user = "alice",
                   .uid = 1000,
                   .ids = {{0, 0, UINT32_MAX}},
                   .ids_known = true};
  facts.kernel = {.version = {6, 12},
                  .release = "6.12.1",
                  .sysctls = {{"user/max_user_namespaces", "28633"},
                              {"net/ipv4/ping_group_range", "0 2147483647"},
                              {"net/ipv4/ip_unprivileged_port_start", "1024"}},
                  .landlock = 0,
                  .landlock_abi = 6,
                  .filter = 0,
                  .terminal = 0,
                  .tun = 0};
  facts.ids = {.newuidmap = {.path = "/usr/bin/newuidmap", .setuid = true},
               .newgidmap = {.path = "/usr/bin/newgidmap", .setuid = true},
               .uids = {{0, 100000, 65536}},
               .gids = {{0, 100000, 65536}},
               .range = {.tried = true}};
  facts.store = {.path = "/home/alice/.local/share/snug",
                 .dir = "/home/alice/.local/share/snug",
                 .magic = 0xef53,
                 .type = "ext4",
                 .makes_dir = 0,
                 .attribute = 0,
                 .whiteout = 0,
                 .rename = 0,
                 .temporary = 0};
  facts.layers = {.memory = {.tried = true},
                  .disk = {.tried = true},
                  .fuse = {.tried = true},
                  .fuse_program = {.path = "/usr/bin/fuse-overlayfs"},
                  .fuse_device = 0};
  facts.cgroup = {.v2 = true,
                  .own = "/user.slice/user-1000.slice/session-1.scope",
                  .present = {"cpuset", "cpu", "io", "memory", "hugetlb", "pids"},
                  .yours = {"cpuset", "cpu", "io", "memory", "pids"},
                  .runtime_dir = "/run/user/1000",
                  .runtime_owner = 1000,
                  .own_runtime_dir = true,
                  .bus = 0,
                  .systemd = true,
                  .lingers = true};
  facts.network = {.pasta = {.path = "/usr/bin/pasta"},
                   .gate = {.tried = true},
                   .curl = {.path = "/usr/bin/curl"},
                   .gid = 1000};
  facts.base = {.tried = true};
  facts.isolated = true;
  return facts;
}

// The same where a step of the trial run failed.
inline Facts failing(Stage stage, int err) {
  Facts facts = healthy();
  facts.base.failures = {{.stage = stage, .err = err, .words = "the words of the run", .hint = "its hint"}};
  facts.isolated = stage != Stage::Namespaces && stage != Stage::OneId;
  return facts;
}

inline Finding finding_of(const Facts& facts, std::string_view check) {
  const auto findings = diagnose(facts);
  const auto found = std::ranges::find(findings, check, &Finding::check);
  return found == findings.end() ? Finding{.consequence = "no such finding"} : *found;
}

inline bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

inline bool advises(const Finding& finding, std::string_view part) {
  return std::ranges::any_of(finding.fix, [&](const std::string& line) { return has(line, part); });
}

}  // namespace snug::doctor
