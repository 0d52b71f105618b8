// A container with all that diff, commit, export and cp want to know of it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/result.h"
#include "container/container_record.h"
#include "container/record.h"
#include "container/store.h"
#include "host/host_view.h"
#include "image/changes.h"
#include "image/image.h"

namespace snug::client {

struct OpenedContainer {
  container::Container container;
  container::ContainerRecord record{};
  container::RunState state{};
  bool running{};
  image::Image image{};
  image::OwnPlaces own{};           // what snug makes in its tree
  std::optional<MapRange> range{};  // of its ids
  std::uint32_t uid{}, gid{};       // its only ids inside, where there is no range
};

Result<OpenedContainer> open_container(const host::HostView& host, const std::string& name);

// Runs `work` with the container's ids over files of the store: with a range in a process of its own that has
// it, else in one whose only id is the caller's, called as it is inside. There its user has the right to
// every file that the container owns, whatever its mode says.
Status with_ids(const OpenedContainer& opened, const std::function<Status()>& work);

// In a process of its own: makes the caller `uid` and `gid` in a user namespace with all capabilities over
// what the caller owns. Nothing is done for root, who has those anyway and would lose the others.
Status enter_single_ids(std::uint32_t uid, std::uint32_t gid);

}  // namespace snug::client
