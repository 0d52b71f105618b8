#include "spec/names.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/path.h"
#include "base/text.h"

namespace snug::spec {
namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

Status check_hostname(std::string_view text, std::string_view what) {
  const auto fits = [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '.'; };
  if (text.empty() || text.size() > 64 || text[0] == '-' || text[0] == '.' ||
      !std::ranges::all_of(text, fits))
    return fail({.step = fmt::format("{}: \"{}\" is not a host name", what, escape_control(text)),
                 .hint = "a host name has letters, digits, - and ., at most 64 in all"});
  return {};
}

Result<std::string> parse_workdir(std::string_view text, std::string_view what) {
  if (auto path = normalize_absolute(text))
    return *std::move(path);
  return fail(
      {.step = fmt::format("{}: \"{}\" is not an absolute path without \"..\"", what, escape_control(text)),
       .hint = "the working directory is a path inside the sandbox, such as /work"});
}

Status check_syscall_name(std::string_view text, std::string_view what) {
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || is_digit(c) || c == '_'; };
  if (text.empty() || !std::ranges::all_of(text, fits))
    return fail(
        {.step = fmt::format("{}: \"{}\" is not the name of a system call", what, escape_control(text)),
         .hint = "write the kernel's own name, such as \"ptrace\""});
  return {};
}

Status check_abi_name(std::string_view text, std::string_view what) {
  if (text == "x86")
    return {};
  return fail({.step = fmt::format("{}: there is no foreign table \"{}\"", what, escape_control(text)),
               .hint = "\"x86\" opens 32-bit programs on x86-64; the machine's own is always open"});
}

Status check_capability_name(std::string_view text, std::string_view what) {
  const auto fits = [](char c) { return is_letter(c) || is_digit(c) || c == '_'; };
  if (text.empty() || !is_letter(text[0]) || !std::ranges::all_of(text, fits))
    return fail(
        {.step = fmt::format("{}: \"{}\" is not the name of a capability", what, escape_control(text)),
         .hint = "write the name as in capabilities(7), such as \"NET_RAW\" or \"CAP_NET_RAW\""});
  return {};
}

}  // namespace snug::spec
