// What the sub-planners share: the three inputs, what has been found out so far, and the plan that grows.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "plan/plan.h"
#include "spec/settings.h"

namespace snug::plan {

// Who the payload is, after the image's /etc/passwd and /etc/group have been asked.
struct PayloadUser {
  std::uint32_t uid{};
  std::uint32_t gid{};
  std::vector<std::uint32_t> groups{};  // supplementary
  std::string name{};                   // "" where no passwd entry has this uid
  std::string home{"/"};
  std::string shell{};
};

struct Builder {
  const spec::Spec& spec;
  const image::Image& image;
  const host::HostView& host;
  const JoinedNetwork* joined{};  // or null
  Plan plan{};
  PayloadUser user{};
  std::string workdir{};
  bool fake_root{};
  bool disk_wanted{};  // some writable layer is on disk
  ReportNew watch{};   // guarded names that are not there yet
  Origin watch_origin{};
  bool grouped{};                    // the sandbox has a cgroup of its own
  std::vector<std::string> costs{};  // of a lower level than full

  // A container of a name has a directory in the store; what it writes is there.
  bool kept() const { return spec.name.has_value(); }

  void add(Phase phase, Actor actor, Step step, Origin origin = {}) {
    plan.steps.push_back({phase, actor, std::move(step), std::move(origin)});
  }
  // Most steps are init's.
  void init(Phase phase, Step step, Origin origin = {}) {
    add(phase, Actor::Init, std::move(step), std::move(origin));
  }
  void note(std::string text, Origin origin = {}) {
    plan.notes.push_back({.text = std::move(text), .origin = std::move(origin)});
  }
  // What an outer container withholds costs this, in a user's words.
  void lower_level(std::string cost) {
    plan.isolation = spec::Isolation::NoProc;
    costs.push_back(std::move(cost));
  }
};

// The sub-planners, in the order in which they are called. Each appends the steps of its phases.
Status plan_user(Builder& builder);               // who the payload is; no steps
Status plan_limits(Builder& builder);             // Create: the cgroup; plan/limits.cc
Status plan_ports(Builder& builder);              // Create: the sockets
Status plan_gate(Builder& builder);               // Create: the hosts that can be reached
Status plan_outbound(Builder& builder);           // Create: the way out of a network of its own
Status plan_identity(Builder& builder);           // Create, Identity
Status plan_kernel(Builder& builder);             // Kernel
Status plan_root(Builder& builder);               // Root
Status plan_host_root(Builder& builder);          // Root, for the host image
Status plan_system(Builder& builder);             // System
Status plan_mounts(Builder& builder);             // Mounts
void plan_mount_point_parents(Builder& builder);  // what Mounts needs of Root, once it is known
void plan_disk(Builder& builder);  // Create: the throwaway layer on disk, where one is wanted; plan/disk.cc
Status plan_privileges(Builder& builder);  // Pivot, Privileges
Status plan_payload(Builder& builder);     // Payload, Supervise
Status check_outbound(Builder& builder);   // what the network opens together with the rest of the plan

// Their parts, each in a file of its own.
// The program of fuse-overlayfs, noted where nobody asked for it, or "" for the kernel's overlay. `what` is
// to be served
// ("the root"), as asked for at `origin`; plan/overlay.cc
Result<std::string> choose_overlay(Builder& builder, const std::string& what, const Origin& origin);
Status plan_name_service(Builder& builder);  // /etc/hosts and the like; plan/name_service.cc
Status plan_share(Builder& builder, const spec::Mount& mount);  // a bind or cow mount; plan/share.cc
Status plan_guards(Builder& builder, const BindMount& of, const Origin& origin);  // plan/guards.cc
// The hosts of a set, by its name without the @; plan/host_sets.cc
Result<std::vector<spec::HostRule>> expand_set(const Builder& builder, const std::string& name,
                                               const Origin& origin);
// Those that are read from an image's or a project's own files; plan/host_sets_read.cc
std::vector<std::string> apt_hosts(const Builder& builder);
std::vector<std::string> npm_hosts(const Builder& builder);
std::vector<std::string> git_hosts(const Builder& builder);
Status plan_landlock(Builder& builder);  // plan/landlock.cc

// The paths that execvp(3) would try along PATH; but never the working directory's.
std::vector<std::string> find_candidates(const std::string& program, const std::string& path);

// Why the store cannot hold an upper layer; nothing where it can. The kernel takes neither an overlay nor NFS
// as one.
std::optional<std::string> store_problem(const host::HostView& host);

}  // namespace snug::plan
