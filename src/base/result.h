// Result<T>: a value, or the Error that says why there is none.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace snug {

// What the user is told. `step` says what was being tried, in the user's words; `err` keeps the errno (0
// where the kernel was not involved), for callers alone where `err_said`: then the step has said it in words;
// `origin` is the profile line or flag that asked for it; `hint` says what to do next. `status` is snug's
// exit status: 125 for everything except a command that is not executable (126) or not found (127).
struct Error {
  std::string step{};
  int err{};
  std::string origin{};
  std::string hint{};
  int status{125};
  bool err_said{};
  bool operator==(const Error&) const = default;
};

template<class T>
using Result = tl::expected<T, Error>;
using Status = Result<void>;

inline tl::unexpected<Error> fail(Error error) {
  return tl::unexpected<Error>{std::move(error)};
}

// "step: No such file or directory (ENOENT)", without origin and hint; see cli/report.h for the whole text.
std::string describe(const Error& error);

}  // namespace snug
