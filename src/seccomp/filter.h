// The filter for a request, ready to be handed to the kernel.
#pragma once

#include <linux/filter.h>

#include <span>
#include <vector>

#include "base/result.h"
#include "seccomp/request.h"

namespace snug::seccomp {

// `program` points into the binary, or into `owned` where the request was customised. Moving keeps it valid;
// copying would not.
struct Filter {
  std::span<const sock_filter> program{};
  std::vector<sock_filter> owned{};

  Filter() = default;
  explicit Filter(std::span<const sock_filter> embedded) : program{embedded} {}
  explicit Filter(std::vector<sock_filter> compiled) : owned{std::move(compiled)} { program = owned; }
  Filter(Filter&&) = default;
  Filter& operator=(Filter&&) = default;
  Filter(const Filter&) = delete;
  Filter& operator=(const Filter&) = delete;
};

// Fails only for a name in allow or deny that is no system call; the origin is left to the caller, who knows
// it.
Result<Filter> make_filter(const FilterRequest& request);

}  // namespace snug::seccomp
