// std::visit with one lambda for each alternative, and no catch-all: a new alternative must be handled to
// compile.
#pragma once

namespace snug {

template<class... F>
struct overloaded : F... {
  using F::operator()...;
};
template<class... F>
overloaded(F...) -> overloaded<F...>;

}  // namespace snug
