#include "spec/publish.h"

#include <catch2/catch.hpp>

using namespace snug;

namespace {

std::string publish_error(std::string_view text) {
  const auto ports = parse_publish(text, "-p");
  return ports ? "no error" : ports.error().step;
}

std::string rule_error(std::string_view text) {
  const auto status = check_host_rule(text, "allow");
  return status ? "no error" : status.error().step;
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

TEST_CASE("rules of the gate") {
  for (const char* text : {"@apt", "example.org", "*.example.org:80", "host:5432", "10.0.0.1", "[::1]",
                           "[::1]:443", "*", "a_b.example", "xn--bcher-kva.example"}) {
    INFO(text);
    CHECK(rule_error(text) == "no error");
  }
  for (const char* text : {"",    "@",    "@a b",   "@a.b", "*.",      "a.*.b", "a..b",  ".a",
                           "a.",  "-a",   "a:",     "a:0",  "a:65536", "a:b",   "a:1:2", "http://a",
                           "a/b", "[::1", "[::1]x", "[x]",  "a b",     "a\x1b"}) {
    INFO(text);
    CHECK(rule_error(text) != "no error");
  }
  CHECK(rule_error("a b") == "allow: \"a b\": not a host name");
  CHECK(rule_error("a:99999") == "allow: \"a:99999\": 99999 is more than 65535");
}
