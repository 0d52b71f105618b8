#include "spec/network_names.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "spec/words.h"

namespace snug {
namespace {

// As inet_pton(3) has it: no brackets, no zone.
bool is_numeric(int family, std::string_view text) {
  unsigned char bytes[sizeof(in6_addr)];
  return text.find('\0') == std::string_view::npos &&
         inet_pton(family, std::string{text}.c_str(), bytes) == 1;
}

bool is_numeric(std::string_view text) {
  return is_numeric(AF_INET, text) || is_numeric(AF_INET6, text);
}

bool fits_a_label(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

// A numeric one would be taken for the address that it looks like.
bool is_name(std::string_view text) {
  const auto good = [](std::string_view label) {
    return !label.empty() && label.size() <= 63 && !label.starts_with('-') && !label.ends_with('-') &&
           std::ranges::all_of(label, fits_a_label);
  };
  return text.size() <= 253 && std::ranges::all_of(split(text, '.'), good) && !is_numeric(text);
}

}  // namespace

Result<NetworkChoice> parse_network(std::string_view text, std::string_view what) {
  constexpr std::string_view kContainer = "container:";
  if (text.starts_with(kContainer)) {
    const std::string_view name = text.substr(kContainer.size());
    // The store knows names better; here only what could not be shown or found.
    if (name.empty() || name.size() > 128 ||
        !std::ranges::all_of(name, [](char c) { return c == '.' || fits_a_label(c); }))
      return fail(
          {.step = fmt::format("{}: \"{}\" is not the name of a container", what, escape_control(name)),
           .hint = "snug ps lists those that run"});
    return NetworkChoice{NetworkMode::Container, std::string{name}};
  }
  if (const auto mode = from_word<NetworkMode>(text); mode && *mode != NetworkMode::Container)
    return NetworkChoice{*mode, {}};
  return fail({.step = fmt::format("{}: \"{}\" is not a choice", what, escape_control(text)),
               .hint = "none, gate, full, host, or container:NAME"});
}

Result<HostEntry> parse_host_entry(std::string_view text, std::string_view what) {
  const auto bad = [&](std::string_view problem, std::string_view hint) {
    return fail({.step = fmt::format("{}: \"{}\": {}", what, escape_control(text), problem),
                 .hint = std::string{hint}});
  };
  constexpr std::string_view kHint = "write NAME:ADDRESS, such as db:192.0.2.7 or db:2001:db8::7";
  const std::size_t end = text.find_first_of(":=");
  if (end == std::string_view::npos)
    return bad("the address is missing", kHint);
  const std::string_view name = text.substr(0, end);
  std::string_view address = text.substr(end + 1);
  if (!is_name(name))
    return bad(fmt::format("\"{}\" is not a host name", escape_control(name)), kHint);
  if (address == "host-gateway")
    return bad("no address inside leads to this machine",
               "for one port of it: --network gate --allow host:PORT");
  const bool brackets = address.starts_with('[') && address.ends_with(']');
  if (brackets)
    address = address.substr(1, address.size() - 2);
  if (!(brackets ? is_numeric(AF_INET6, address) : is_numeric(address)))
    return bad(fmt::format("\"{}\" is not a numeric address", escape_control(address)), kHint);
  return HostEntry{std::string{name}, std::string{address}};
}

Status check_host_entry(std::string_view text, std::string_view what) {
  const auto entry = parse_host_entry(text, what);
  return entry ? Status{} : tl::unexpected{entry.error()};
}

Status check_name_server(std::string_view text, std::string_view what) {
  if (is_numeric(text))
    return {};
  return fail({.step = fmt::format("{}: \"{}\" is not a numeric address", what, escape_control(text)),
               .hint = "a name server is an IPv4 or IPv6 address, such as 192.0.2.53"});
}

Status check_host_name(std::string_view text, std::string_view what) {
  if (is_name(text))
    return {};
  return fail({.step = fmt::format("{}: \"{}\" is not a host name", what, escape_control(text)),
               .hint = "a name has letters, digits, - and _, with dots between its parts"});
}

}  // namespace snug
