// Which filter is wanted. A plain value: the planner fills it in, explain prints it, filter.h answers it.
#pragma once

#include <string>
#include <vector>

namespace snug::seccomp {

// Strict is for a command that nobody vouches for, Default for images, Dev for debuggers and 32-bit programs.
enum class FilterTier { Strict, Default, Dev };

struct FilterRequest {
  FilterTier tier{FilterTier::Default};
  bool fake_root{};                  // changes of owners and ids, and device nodes, are answered with success
  bool nested_userns{};              // namespaces and mounts inside are the sandbox's own affair
  bool network{};                    // strict only: IP sockets, and netlink to ask for routes
  bool host_paths_writable{};        // setuid bits could reach the host's users (table.h: minds_setid)
  bool x86_abi{};                    // 32-bit calls on x86-64; the dev tier has them always
  std::vector<std::string> allow{};  // names of system calls; opened whatever their arguments are
  std::vector<std::string> deny{};   // closed, also where `allow` names the same
  bool operator==(const FilterRequest&) const = default;
};

}  // namespace snug::seccomp
