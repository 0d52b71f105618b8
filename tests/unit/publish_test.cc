#include "spec/publish.h"

#include <catch2/catch.hpp>

namespace publish_test {

using namespace snug;
using namespace snug::spec;

namespace {

std::string publish_error(std::string_view text) {
  const auto ports = parse_publish(text, "-p");
  return ports ? "no error" : ports.error().step;
}

}  // namespace

TEST_CASE("published ports: docker's syntax") {
  CHECK(parse_publish("8080:80", "-p") == PublishedPorts{.host = 8080, .container = 80});
  CHECK(parse_publish("8080:80/tcp", "-p") == PublishedPorts{.host = 8080, .container = 80});
  CHECK(parse_publish("5353:53/udp", "-p") ==
        PublishedPorts{.host = 5353, .container = 53, .protocol = Protocol::Udp});
  CHECK(parse_publish("0.0.0.0:1:65535", "-p") ==
        PublishedPorts{.address = "0.0.0.0", .host = 1, .container = 65535});
  CHECK(parse_publish("[::1]:8080:80", "-p") ==
        PublishedPorts{.address = "::1", .host = 8080, .container = 80});
  CHECK(parse_publish("8000-8010:80-90", "-p") == PublishedPorts{.host = 8000, .container = 80, .count = 11});
}

TEST_CASE("published ports: one that the kernel chooses") {
  for (const char* text : {"80", ":80", "0:80", "127.0.0.1::80", "127.0.0.1:0:80"}) {
    INFO(text);
    CHECK(parse_publish(text, "-p") == PublishedPorts{.host = 0, .container = 80});
  }
  CHECK(parse_publish("[::1]::80-81/udp", "-p") ==
        PublishedPorts{.address = "::1", .host = 0, .container = 80, .count = 2, .protocol = Protocol::Udp});
}

TEST_CASE("published ports: what is refused, and why") {
  CHECK(publish_error("") == "-p: \"\": the port inside is missing");
  CHECK(publish_error("80:") == "-p: \"80:\": the port inside is missing");
  CHECK(publish_error("80:0") == "-p: \"80:0\": 0 is not a port");
  CHECK(publish_error("65536:80") == "-p: \"65536:80\": 65536 is more than 65535");
  CHECK(publish_error("8080:80/sctp") == "-p: \"8080:80/sctp\": \"sctp\" is neither tcp nor udp");
  CHECK(publish_error("localhost:8080:80") == "-p: \"localhost:8080:80\": \"localhost\" is not an address");
  CHECK(publish_error("::1:8080:80") == "-p: \"::1:8080:80\": too many colons");
  CHECK(publish_error("[::1:8080:80") == "-p: \"[::1:8080:80\": no IPv6 address in the brackets");
  CHECK(publish_error("[127.0.0.1]:8080:80") ==
        "-p: \"[127.0.0.1]:8080:80\": no IPv6 address in the brackets");
  CHECK(publish_error("8000-8010:80-91") == "-p: \"8000-8010:80-91\": 11 ports outside and 12 inside");
  CHECK(publish_error("8010-8000:80-90") ==
        "-p: \"8010-8000:80-90\": the range 8010-8000 ends before it begins");
  for (const char* text :
       {" 80:80", "80: 80", "0x50:80", "-1:80", "80-:80", "80:80/", "/udp", "1:2:3:4", "256.0.0.1:1:1"}) {
    INFO(text);
    CHECK_FALSE(parse_publish(text, "-p"));
  }
}

}  // namespace publish_test
