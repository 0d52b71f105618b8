// std::visit with one lambda for each alternative, and no catch-all: a new alternative must be handled to
// compile. A lambda that takes anything does not compile, and tests/support/check-visits refuses a visit
// without `overloaded`.
#pragma once

#include <type_traits>

namespace snug {

// Stands for an alternative that is added one day.
struct NewAlternative {};

template<class... F>
struct overloaded : F... {
  static_assert(!(std::is_invocable_v<F&, const NewAlternative&> || ...), "name every alternative");
  using F::operator()...;
};
template<class... F>
overloaded(F...) -> overloaded<F...>;

template<class T>
struct IgnoreOne {
  void operator()(const T&) const {}
};

// Does nothing for these alternatives: a part of an `overloaded` set.
template<class... T>
struct Ignore : IgnoreOne<T>... {
  using IgnoreOne<T>::operator()...;
};

}  // namespace snug
