// What the sub-planners share: the three inputs, what has been found out so far, and the plan that grows.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "plan/plan.h"

namespace snug {

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
  const Spec& spec;
  const Image& image;
  const HostView& host;
  Plan plan{};
  PayloadUser user{};
  std::string workdir{};
  bool fake_root{};

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
};

// The sub-planners, in the order in which they are called. Each appends the steps of its phases.
Status plan_user(Builder& builder);        // who the payload is; no steps
Status plan_identity(Builder& builder);    // Create, Identity
Status plan_kernel(Builder& builder);      // Kernel
Status plan_root(Builder& builder);        // Root
void plan_host_root(Builder& builder);     // Root, for the host image
Status plan_system(Builder& builder);      // System
Status plan_mounts(Builder& builder);      // Mounts
void plan_room(Builder& builder);          // what Mounts needs of Root, once it is known
Status plan_privileges(Builder& builder);  // Pivot, Privileges
Status plan_payload(Builder& builder);     // Payload, Supervise

}  // namespace snug
