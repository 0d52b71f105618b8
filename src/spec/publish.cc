#include "spec/publish.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/ip_address.h"
#include "base/text.h"
#include "base/try.h"
#include "base/units.h"

namespace snug::spec {
namespace {

struct PortRange {
  std::uint16_t first{};
  std::uint32_t count{};
};

tl::unexpected<Error> bad(std::string_view what, std::string_view text, std::string_view problem,
                          std::string_view hint) {
  return fail({.step = fmt::format("{}: \"{}\": {}", what, escape_control(text), problem),
               .hint = std::string{hint}});
}

Result<std::uint16_t> parse_port(std::string_view text, std::string_view what) {
  const auto port = TRY(parse_number(text, what, 65535));
  if (port == 0)
    return fail({.step = fmt::format("{}: 0 is not a port", what), .hint = "ports are 1 to 65535"});
  return static_cast<std::uint16_t>(port);
}

Result<PortRange> parse_range(std::string_view text, std::string_view what) {
  const std::size_t dash = text.find('-');
  const auto first = TRY(parse_port(text.substr(0, dash), what));
  if (dash == std::string_view::npos)
    return PortRange{first, 1};
  const auto last = TRY(parse_port(text.substr(dash + 1), what));
  if (last < first)
    return fail({.step = fmt::format("{}: the range {} ends before it begins", what, text)});
  return PortRange{first, std::uint32_t{last} - first + 1};
}

bool is_address(IpAddress::Family family, std::string_view text) {
  const auto address = parse_ip(text);
  return address && address->family == family;
}

// Takes "ADDRESS:" off the front of `rest`. Without one the default stays.
Status take_address(std::string_view& rest, std::string& address, std::string_view text,
                    std::string_view what) {
  if (rest.starts_with('[')) {
    const std::size_t end = rest.find("]:");
    if (end == std::string_view::npos || !is_address(IpAddress::Family::V6, rest.substr(1, end - 1)))
      return bad(what, text, "no IPv6 address in the brackets", "write [::1]:8080:80");
    address = rest.substr(1, end - 1);
    rest.remove_prefix(end + 2);
    return {};
  }
  const auto colons = std::ranges::count(rest, ':');
  if (colons > 2)
    return bad(what, text, "too many colons", "an IPv6 address goes in brackets: [::1]:8080:80");
  if (colons < 2)
    return {};
  const std::size_t end = rest.find(':');
  if (!is_address(IpAddress::Family::V4, rest.substr(0, end)))
    return bad(what, text, fmt::format("\"{}\" is not an address", escape_control(rest.substr(0, end))),
               "the address is numeric: 127.0.0.1:8080:80");
  address = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return {};
}

}  // namespace

Result<PublishedPorts> parse_publish(std::string_view text, std::string_view what) {
  constexpr std::string_view kHint = "write HOST:CONTAINER, such as 8080:80 or 127.0.0.1:5353:53/udp";
  PublishedPorts ports;
  std::string_view rest = text;
  if (const std::size_t slash = rest.rfind('/'); slash != std::string_view::npos) {
    const std::string_view protocol = rest.substr(slash + 1);
    if (protocol != "tcp" && protocol != "udp")
      return bad(what, text, fmt::format("\"{}\" is neither tcp nor udp", escape_control(protocol)), kHint);
    ports.protocol = protocol == "udp" ? Protocol::Udp : Protocol::Tcp;
    rest = rest.substr(0, slash);
  }
  TRY(take_address(rest, ports.address, text, what));
  // Without a port on the host, or with 0, the kernel chooses one for each.
  const auto sides = split(rest, ':');
  const std::string_view inside = sides.back();
  const std::string_view outside = sides.size() == 2 ? sides[0] : "";
  if (sides.size() > 2 || inside.empty())
    return bad(what, text, "the port inside is missing", kHint);
  const std::string where = fmt::format("{}: \"{}\"", what, escape_control(text));
  const auto container = TRY(parse_range(inside, where));
  const bool chosen = outside.empty() || outside.find_first_not_of('0') == std::string_view::npos;
  const auto host =
      TRY(chosen ? Result<PortRange>{PortRange{0, container.count}} : parse_range(outside, where));
  if (host.count != container.count)
    return bad(what, text, fmt::format("{} ports outside and {} inside", host.count, container.count),
               "both ranges have the same length");
  ports.host = host.first;
  ports.container = container.first;
  ports.count = host.count;
  return ports;
}

}  // namespace snug::spec
