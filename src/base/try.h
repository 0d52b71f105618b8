// TRY(expression): the value of a Result, or a return of its error from the function around it.
#pragma once

#include <tl/expected.hpp>
#include <type_traits>
#include <utility>

namespace snug {

template<class T, class E>
T value_of(tl::expected<T, E>&& result) {
  if constexpr (!std::is_void_v<T>)
    return *std::move(result);
}

// Not inline, since TRY stands in hundreds of places: it makes the binary smaller.
template<class E>
[[gnu::noinline, gnu::cold]] tl::unexpected<E> take_error(E& error) {
  return tl::unexpected<E>{std::move(error)};
}

}  // namespace snug

// The value is moved out; a Status has none. The function must return a Result, a Status or another expected
// with the same error; a lambda must say so (`-> Status`).
//
// It is a macro, since no function can return from its caller, and a statement expression, which gcc and
// clang both have. So it stands alone, as a whole statement or as the whole of an initialiser or assignment:
// within a larger expression it is not specified what is destroyed when it returns. It is not for code that
// jumps (goto), nor for src/child/, where an error is a number.
#define TRY(...) SNUG_TRY_AS(SNUG_TRY_JOIN(try_result_, __COUNTER__), __VA_ARGS__)
#define SNUG_TRY_JOIN(a, b) SNUG_TRY_JOIN_EXPANDED(a, b)
#define SNUG_TRY_JOIN_EXPANDED(a, b) a##b
// A name of its own for each: TRY may have a lambda in it that has a TRY.
#define SNUG_TRY_AS(result, ...)                 \
  __extension__({                                \
    auto result = (__VA_ARGS__);                 \
    if (!result)                                 \
      return ::snug::take_error(result.error()); \
    ::snug::value_of(std::move(result));         \
  })
