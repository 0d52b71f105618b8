#include "spec/network_names.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/ip_address.h"
#include "base/text.h"
#include "base/try.h"
#include "spec/enum_names.h"
#include "spec/host_name.h"

namespace snug::spec {
namespace {

// A numeric one would be taken for the address that it looks like.
bool is_name(std::string_view text) {
  return text.size() <= 253 && std::ranges::all_of(split(text, '.'), is_host_label) && !parse_ip(text);
}

}  // namespace

Result<NetworkChoice> parse_network(std::string_view text, std::string_view what) {
  constexpr std::string_view kContainer = "container:";
  if (text.starts_with(kContainer)) {
    const std::string_view name = text.substr(kContainer.size());
    // The store knows names better; here only what could not be shown or found.
    if (name.empty() || name.size() > 128 ||
        !std::ranges::all_of(name, [](char c) { return c == '.' || fits_host_label(c); }))
      return fail(
          {.step = fmt::format("{}: \"{}\" is not the name of a container", what, escape_control(name)),
           .hint = "snug ps lists those that run"});
    return NetworkChoice{NetworkMode::Container, std::string{name}};
  }
  if (const auto mode = from_enum_name<NetworkMode>(text); mode && *mode != NetworkMode::Container)
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
  const auto parsed = parse_ip(address);
  if (!parsed || (brackets && parsed->family != IpAddress::Family::V6))
    return bad(fmt::format("\"{}\" is not a numeric address", escape_control(address)), kHint);
  return HostEntry{std::string{name}, std::string{address}};
}

Status check_host_entry(std::string_view text, std::string_view what) {
  TRY(parse_host_entry(text, what));
  return {};
}

Status check_name_server(std::string_view text, std::string_view what) {
  if (parse_ip(text))
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

}  // namespace snug::spec
