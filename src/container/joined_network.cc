#include "container/joined_network.h"

#include <fmt/format.h>

#include <cerrno>

#include "base/text.h"
#include "base/try.h"
#include "container/container_record.h"
#include "container/control.h"
#include "container/running_tree.h"

namespace snug::container {
namespace {

// A network may be shared on and on; whoever has made the chain longer than this has made a circle.
constexpr int kLongestChain = 32;

// The container that the namespaces were made for. Returns nullopt if it was removed or renamed
// since.
std::optional<spec::Spec> maker(const ContainerStore& store, spec::Spec spec) {
  for (int i = 0; i < kLongestChain; ++i) {
    if (spec.network.value != spec::NetworkMode::Container)
      return spec;
    const auto container = spec.network_of ? store.find(spec.network_of->value)
                                           : Result<Container>{fail({.step = "no name", .err = ENOENT})};
    if (!container)
      return std::nullopt;
    auto record = container->record();
    if (!record)
      return std::nullopt;
    spec = std::move(record->spec);
  }
  return std::nullopt;
}

}  // namespace

Result<plan::JoinedNetwork> joined_network(const ContainerStore& store, const std::string& name,
                                           const host::Caller& caller) {
  const auto container = TRY(store.find(name));
  const std::string safe = escape_control(container.name());
  const auto record = TRY(container.record());
  const auto state = TRY(running_state(container));
  const spec::Spec& spec = record.spec;
  if (spec.network.value == spec::NetworkMode::Host)
    return fail({.step = fmt::format("container {} has the host's network, and none of its own", safe),
                 .hint = "--network host is the same"});
  plan::JoinedNetwork joined{.name = container.name(), .id = record.id};
  if (spec.ids.value == spec::IdMode::Range) {
    const bool self = spec.run_as.value.kind == spec::RunAs::Kind::Self;
    joined.uid = self ? caller.uid : 0;
    joined.gid = self ? caller.gid : 0;
  } else {
    joined.uid = state.payload.uid;
    joined.gid = state.payload.gid;
  }
  if (const auto made = maker(store, spec)) {
    joined.mode = made->network.value;
    joined.dns = made->dns;
    joined.dns_search = made->dns_search;
    joined.nested_userns = made->nested_userns.value;
    // An outer container may have kept the setting from one that was allowed to do without.
    joined.closed = !made->nested_userns.value && made->require.value == spec::Isolation::Full;
  }
  return joined;
}

Result<launch::JoinedNamespaces> joined_namespaces(const ContainerStore& store, const std::string& name,
                                                   const std::string& id) {
  const auto container = TRY(store.find(name));
  const auto record = TRY(container.record());
  if (record.id != id)
    return fail({.step = fmt::format("container {} is another one by now", escape_control(name)),
                 .err = ESTALE,
                 .hint = "run it again",
                 .err_said = true});
  auto tree = TRY(running_tree(container));
  return launch::JoinedNamespaces{.user = std::move(tree.user_namespace),
                                  .network = std::move(tree.network_namespace)};
}

}  // namespace snug::container
