// "-p [[ADDRESS:]HOST:]CONTAINER[/udp]".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace snug::spec {

enum class Protocol { Tcp, Udp };

// `count` ports starting at `host` are forwarded to as many starting at `container`. `host` 0: each is one
// that the kernel chooses.
struct PublishedPorts {
  std::string address{"127.0.0.1"};  // numeric; IPv6 without brackets
  std::uint16_t host{};
  std::uint16_t container{};
  std::uint32_t count{1};
  Protocol protocol{Protocol::Tcp};
  bool operator==(const PublishedPorts&) const = default;
};

// "80", ":80" and "0:80" leave the port on the host to the kernel. Ranges are "8000-8010:80-90", of equal
// length. Only this computer can reach a port unless ADDRESS says otherwise; IPv6 addresses are in brackets.
Result<PublishedPorts> parse_publish(std::string_view text, std::string_view what);

}  // namespace snug::spec
