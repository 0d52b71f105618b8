// The network of a running container, for another one that is to share it (--network container:NAME).
#pragma once

#include <string>

#include "base/result.h"
#include "container/store.h"
#include "launch/join.h"
#include "plan/plan.h"

namespace snug::container {

// What the plan has to know of it. Fails with ENOENT where there is no such container, and with a hint where
// it does not run, or has no network of its own.
Result<plan::JoinedNetwork> joined_network(const ContainerStore& store, const std::string& name,
                                           const host::Caller& caller);

// Its namespaces, from its supervisor. Fails with ESTALE where the name belongs to another container by now
// than the one with this id.
Result<launch::JoinedNamespaces> joined_namespaces(const ContainerStore& store, const std::string& name,
                                                   const std::string& id);

}  // namespace snug::container
