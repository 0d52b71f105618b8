// Ids of a user namespace: user_namespaces(7).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace snug {

// `count` ids starting at `inside` in the sandbox are `outside`… on the host (user_namespaces(7)).
struct IdRange {
  std::uint32_t inside{};
  std::uint32_t outside{};
  std::uint32_t count{1};
  bool operator==(const IdRange&) const = default;
};

// Several ids, and the absolute paths of the setuid helpers newuidmap(1) and newgidmap(1) that write such a
// map.
struct MapRange {
  std::string newuidmap{};
  std::string newgidmap{};
  std::vector<IdRange> uids{};
  std::vector<IdRange> gids{};
  bool operator==(const MapRange&) const = default;
};

}  // namespace snug
