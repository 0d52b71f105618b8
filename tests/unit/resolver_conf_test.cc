#include "plan/resolver_conf.h"

#include <catch2/catch.hpp>

namespace resolver_conf_test {

using namespace snug;
using namespace snug::plan;

TEST_CASE(
    "a line of resolv.conf has a keyword at its very beginning, and a value without the blanks around") {
  const auto is = [](std::string_view line, std::string_view keyword, std::string_view value) {
    const auto [k, v] = parse_resolver_line(line);
    return k == keyword && v == value;
  };
  CHECK(is("nameserver 192.0.2.53", "nameserver", "192.0.2.53"));
  CHECK(is("search\t example.org corp \r", "search", "example.org corp"));
  CHECK(is("options ndots:2", "options", "ndots:2"));
  for (const char* none : {"", " ", " nameserver 192.0.2.53", "# nameserver 192.0.2.53", "; search x",
                           "nameserver", "nameserver  \t"}) {
    CAPTURE(none);
    CHECK(is(none, "", ""));
  }
}

TEST_CASE("name servers are those of resolv.conf in their order, without what stands behind them") {
  using Servers = std::vector<std::string_view>;
  CHECK(parse_name_servers("domain x\nnameserver 192.0.2.53 # office\nnameserver\t fe80::1%eth0\r\n") ==
        Servers{"192.0.2.53", "fe80::1%eth0"});
  CHECK(parse_name_servers("#nameserver 192.0.2.53\nnameserverx 192.0.2.53\n nameserver 192.0.2.53").empty());
  CHECK(parse_name_servers("").empty());
}

}  // namespace resolver_conf_test
