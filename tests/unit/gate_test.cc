// The parts of the egress gate that need no process: questions, names, openings, requests, packets, events.
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstring>

#include "base/unique_fd.h"
#include "gate/client_hello.h"
#include "gate/dns_message.h"
#include "gate/gate_event.h"
#include "gate/http_guard.h"
#include "gate/name_table.h"
#include "gate/opening.h"
#include "gate/watch_filter.h"
#include "spec/network_names.h"

namespace gate_test {

using namespace snug;
using namespace snug::gate;
using namespace snug::spec;

namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}
Bytes text(std::string_view t) {
  return {t.begin(), t.end()};
}
Bytes sized(unsigned width, const Bytes& body) {
  Bytes out;
  for (unsigned i = width; i-- > 0;) out.push_back(static_cast<std::uint8_t>(body.size() >> 8 * i));
  return out + body;
}

Bytes question(std::string_view wire_name, std::uint16_t type) {
  return Bytes{0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0} + text(wire_name) +
         Bytes{0, static_cast<std::uint8_t>(type >> 8), static_cast<std::uint8_t>(type), 0, 1};
}

Bytes server_name(std::string_view name) {
  return Bytes{0, 0} + sized(2, sized(2, Bytes{0} + sized(2, text(name))));
}
Bytes hello_message(const Bytes& extensions) {
  const Bytes body =
      Bytes{3, 3} + Bytes(32, 7) + sized(1, {}) + sized(2, {0x13, 1}) + sized(1, {0}) + sized(2, extensions);
  return Bytes{1} + sized(3, body);
}
Bytes record(const Bytes& body) {
  return Bytes{22, 3, 1} + sized(2, body);
}

// All of it at once; what passed, and what was wrong.
std::pair<std::size_t, std::string> guarded(std::string_view bytes, std::string host = "example.org") {
  HttpGuard guard{std::move(host), 80};
  std::size_t passed = 0;
  while (const std::size_t more = guard.pass(bytes.substr(passed))) passed += more;
  return {passed, guard.problem()};
}

}  // namespace

TEST_CASE("questions of the domain name system") {
  const auto query = dns::parse_query(question("\7example\3org", dns::kA));
  REQUIRE(query);
  CHECK(query->name == "example.org");
  CHECK(query->type == dns::kA);
  const IpAddress address = *parse_ip("198.18.0.16");
  const Bytes reply = dns::answer(*query, dns::Code::None, {&address, 1});
  CHECK(Bytes(reply.begin(), reply.begin() + 4) == Bytes{0x12, 0x34, 0x85, 0x80});
  CHECK(Bytes(reply.end() - 6, reply.end()) == Bytes{0, 4, 198, 18, 0, 16});
  Bytes response = question("\1a", 1);
  response[2] |= 0x80;
  Bytes two = question("\1a", 1);
  two[5] = 2;
  for (const Bytes& bad :
       {Bytes{}, Bytes(11, 0), response, two, question("\xc0\x0c", 1), question("\5abc", 1),
        question("\3a.b", 1), question(std::string_view{"\2a\0", 3}, 1), question("\1\x1b", 1)}) {
    CHECK_FALSE(dns::parse_query(bad));
  }
  Bytes cut = question("\1a", 1);
  cut.pop_back();
  CHECK_FALSE(dns::parse_query(cut));
}

TEST_CASE("resolv.conf names the address that the gate's name server has") {
  CHECK(NameTable::gate(IpAddress::Family::V4).text() == kGateResolver);
}

TEST_CASE("each name has an address of its own, and only given ones lead back") {
  NameTable table;
  const auto four = table.address_of("example.org", IpAddress::Family::V4);
  const auto six = table.address_of("example.org", IpAddress::Family::V6);
  REQUIRE((four && six));
  CHECK(four->text() == "198.18.0.16");
  CHECK(table.name_of(*four) == "example.org");
  CHECK(table.name_of(*six) == "example.org");
  CHECK(table.address_of("example.org", IpAddress::Family::V4) == four);
  const auto other = table.address_of("b.example", IpAddress::Family::V4);
  CHECK(table.name_of(*other) == "b.example");
  CHECK(table.name_of(*parse_ip("198.18.0.18")).empty());
  CHECK(table.name_of(*parse_ip("198.18.0.1")).empty());
  CHECK(table.name_of(*parse_ip("8.8.8.8")).empty());
  IpAddress odd = *six;
  odd.bytes[9] = 1;  // within the prefix, with the same end
  CHECK(table.name_of(odd).empty());
  for (std::size_t i = 2; i < NameTable::kMostNames; ++i)
    REQUIRE(table.address_of("n" + std::to_string(i), IpAddress::Family::V4));
  CHECK(table.name_of(*parse_ip("198.18.64.15")) == "n16383");
  CHECK_FALSE(table.address_of("one.more", IpAddress::Family::V4));
}

TEST_CASE("the name in a ClientHello") {
  using State = ClientHello::State;
  const Bytes message = hello_message(server_name("example.org"));
  CHECK(parse_client_hello(record(message)).server_name == "example.org");
  // In records of seven bytes, and one byte after the other.
  Bytes split;
  for (std::size_t i = 0; i < message.size(); i += 7)
    split = split + record({message.begin() + static_cast<long>(i),
                            message.begin() + static_cast<long>(std::min(i + 7, message.size()))});
  for (std::size_t size = 0; size < split.size(); ++size)
    REQUIRE(parse_client_hello(std::span{split}.first(size)).state == State::Incomplete);
  CHECK(parse_client_hello(split).server_name == "example.org");
  CHECK(parse_client_hello(record(hello_message({}))).state == State::Complete);
  CHECK(parse_client_hello(record(hello_message({}))).server_name.empty());
  // What follows in the same flight is of no interest (early data).
  CHECK(parse_client_hello(record(message) + Bytes{23, 3, 3, 0, 1, 9}).server_name == "example.org");
  const Bytes twice = hello_message(server_name("a.example") + server_name("b.example"));
  const Bytes list_of_two =
      Bytes{0, 0} + sized(2, sized(2, Bytes{0} + sized(2, text("a")) + Bytes{0} + sized(2, text("b"))));
  Bytes too_long = message;
  too_long[1] = 0xff;
  for (const Bytes& bad :
       {text("GET / HTTP/1.1\r\n"), text("SSH-2.0-x"), record(twice), record(hello_message(list_of_two)),
        record(too_long), record({2, 0, 0, 0}), Bytes{22, 2, 0, 0, 1, 1}, Bytes{22, 3, 1, 0, 0},
        Bytes{22, 3, 1, 0xff, 0xff}, record(message + Bytes{0}), record(hello_message({0, 0, 0, 9, 1}))})
    CHECK(parse_client_hello(bad).state == State::NotTls);
}

TEST_CASE("requests to one host pass, all of a connection") {
  const std::string get = "GET / HTTP/1.1\r\nHost: example.org\r\n\r\n";
  CHECK(guarded(get) == std::pair{get.size(), std::string{}});
  CHECK(guarded(get + get + get).first == 3 * get.size());
  const std::string post = "POST /x HTTP/1.1\r\nhost:\tEXAMPLE.org.:80 \r\nContent-Length: 5\r\n\r\nGET /";
  CHECK(guarded(post + get) == std::pair{post.size() + get.size(), std::string{}});
  const std::string chunks =
      "PUT / HTTP/1.1\r\nHost: example.org\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nHELLO\r\n0\r\nX: "
      "y\r\n\r\n";
  CHECK(guarded(chunks + get) == std::pair{chunks.size() + get.size(), std::string{}});
  CHECK(guarded("GET http://example.org/a HTTP/1.1\r\nHost: example.org\r\n\r\n").second.empty());
  // One byte after the other.
  HttpGuard guard{"example.org", 80};
  std::string held;
  std::size_t passed = 0;
  for (const char c : post + chunks + get) {
    held += c;
    while (const std::size_t more = guard.pass(held)) held.erase(0, more), passed += more;
  }
  CHECK(passed == post.size() + chunks.size() + get.size());
  CHECK(guard.problem().empty());
}

TEST_CASE("requests that are for another host, or could be, do not pass") {
  const std::string get = "GET / HTTP/1.1\r\nHost: example.org\r\n\r\n";
  const auto refused = [](const std::string& bytes, std::size_t passed = 0) {
    INFO(bytes);
    const auto [count, problem] = guarded(bytes);
    CHECK(count == passed);
    CHECK_FALSE(problem.empty());
  };
  refused("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n");
  refused(get + "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", get.size());
  refused("GET / HTTP/1.1\r\n\r\n");
  refused("GET / HTTP/1.0\r\n\r\n");
  refused("GET / HTTP/1.1\r\nHost: example.org\r\nHost: evil.example\r\n\r\n");
  refused("GET / HTTP/1.1\r\nHost: example.org:8080\r\n\r\n");
  refused("GET / HTTP/1.1\r\nHost : example.org\r\n\r\n");
  refused("GET / HTTP/1.1\r\nX: y\r\n Host: evil\r\nHost: example.org\r\n\r\n");
  refused("GET http://evil.example/ HTTP/1.1\r\nHost: example.org\r\n\r\n");
  refused("GET http://example.org@evil.example/ HTTP/1.1\r\nHost: example.org\r\n\r\n");
  refused("CONNECT example.org:80 HTTP/1.1\r\nHost: example.org\r\n\r\n");
  refused("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  refused("GET / HTTP/1.1\nHost: example.org\n\n");
  refused("GET / HTTP/1.1\r\nHost: example.org\rHost: evil\r\n\r\n");
  refused("POST / HTTP/1.1\r\nHost: example.org\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n");
  refused("POST / HTTP/1.1\r\nHost: example.org\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n");
  refused("POST / HTTP/1.1\r\nHost: example.org\r\nContent-Length: +5\r\n\r\n");
  refused("POST / HTTP/1.1\r\nHost: example.org\r\nTransfer-Encoding: chunked, gzip\r\n\r\n");
  refused("GET / HTTP/1.1\r\nHost: example.org\r\nUpgrade: h2\r\n\r\n");
  refused("GET / HTTP/1.1\r\nHost: example.org\r\nUpgrade: h2c, websocket\r\n\r\n");
  refused("GET / HTTP/1.1\r\nHost: example.org\r\nUpgrade: h2c\r\nUpgrade: h2c\r\n\r\n");
  refused("GET / HTTP/1.1\r\nHost: example.org\r\nUpgrade: websocket\r\nUpgrade: h2c\r\n\r\n");
  const std::string head = "PUT / HTTP/1.1\r\nHost: example.org\r\nTransfer-Encoding: chunked\r\n\r\n";
  refused(head + "5;x=y\r\n", head.size());
  refused(head + "2\r\nabc\r\n", head.size() + 5);
  refused("GET /" + std::string(HttpGuard::kMostHead, 'a'));
}

TEST_CASE("a wish for HTTP/2 is passed on as a request that has none") {
  const std::string get = "GET / HTTP/1.1\r\nHost: example.org\r\n\r\n";
  const std::string before = "GET / HTTP/1.1\r\nConnection: Upgrade, HTTP2-Settings\r\nHost: example.org\r\n";
  const std::string wish = get + before + "Upgrade: h2c\r\nX: Upgrade\r\n\r\n" + get;
  int ends[2];
  REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
  const UniqueFd client{ends[0]};
  const UniqueFd gate{ends[1]};
  Opening opening{OpeningKind::Http, "example.org", 80};
  for (const std::string& part : {wish.substr(0, 150), wish.substr(150)}) {
    REQUIRE(write(client.get(), part.data(), part.size()) == static_cast<ssize_t>(part.size()));
    REQUIRE(opening.read_from(gate.get()) == Opening::Read::Some);
  }
  CHECK(opening.problem().empty());
  CHECK(opening.passed() == wish.size());
  CHECK(opening.bytes() == get + before + "x-asked: h2c\r\nX: Upgrade\r\n\r\n" + get);
}

TEST_CASE("another protocol only after the server agrees") {
  const std::string wish =
      "GET / HTTP/1.1\r\nHost: example.org\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
  const std::string evil = "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n";
  HttpGuard guard{"example.org", 80};
  CHECK(guard.pass(wish + evil) == wish.size());
  CHECK(guard.asks_to_switch());
  CHECK(guard.pass(evil) == 0);
  HttpGuard refused = guard;
  guard.answered(true);
  CHECK(guard.pass(evil) == evil.size());
  refused.answered(false);
  CHECK(refused.pass(evil) == 0);
  CHECK_FALSE(refused.problem().empty());
}

TEST_CASE("packets that are attempts") {
  Bytes syn(40, 0);
  syn[0] = 0x45;
  syn[9] = 6;
  syn[16] = 8, syn[17] = 8, syn[18] = 4, syn[19] = 4;
  syn[22] = 0x01, syn[23] = 0xbb;
  syn[33] = 2;
  auto attempt = parse_attempt(syn);
  REQUIRE(attempt);
  CHECK(attempt->to.text() == "8.8.4.4");
  CHECK(attempt->port == 443);
  syn[33] = 0x12;
  CHECK_FALSE(parse_attempt(syn));
  for (std::size_t size = 0; size < 34; ++size) CHECK_FALSE(parse_attempt(std::span{syn}.first(size)));
}

TEST_CASE("events of the gate come back as they went") {
  const GateEvent event{.decision = GateEvent::Decision::Denied,
                        .protocol = "tcp",
                        .host = "a\x1b.example",
                        .port = 22,
                        .rule = "*.example",
                        .reason = "it is denied",
                        .sent = 1,
                        .received = 2,
                        .count = 3,
                        .time_ms = 4};
  CHECK(parse_gate_event(gate_event_line(event)) == event);
  for (const char* bad :
       {"", "{}", "[]", "{\"decision\": 1}", "{\"decision\": \"denied\", \"port\": \"22\"}"})
    CHECK_FALSE(parse_gate_event(bad));
  // A line of another version: what it lacks takes its default, what is not known is passed over.
  CHECK(parse_gate_event("{\"decision\": \"denied\", \"port\": 22, \"colour\": 1}") ==
        GateEvent{.decision = GateEvent::Decision::Denied, .port = 22});
  const auto denied = [](const char* host, std::uint16_t port, const char* rule, const char* reason) {
    return gate_note({.decision = GateEvent::Decision::Denied,
                      .protocol = "tcp",
                      .host = host,
                      .port = port,
                      .rule = rule,
                      .reason = reason});
  };
  CHECK(denied("example.org", 443, "", "no rule allows it") ==
        "example.org:443 is blocked: no rule allows it; to allow it: --allow example.org");
  CHECK(denied("2606:4700::1", 22, "", "no rule allows it") ==
        "[2606:4700::1]:22 is blocked: no rule allows it; to allow it: --allow '[2606:4700::1]:22'");
  CHECK(denied("deb.example", 80, "*.example:80",
               "its address 203.0.113.80 is reserved, and the rule does not say private") ==
        "deb.example:80 is blocked: its address 203.0.113.80 is reserved, and the rule does not say private "
        "(rule *.example:80); to allow it: --allow deb.example:80,private");
  CHECK(denied("deb.example", 80, "*.example", "it is denied") ==
        "deb.example:80 is blocked: it is denied (rule *.example)");
  CHECK(gate_note(event).find('\x1b') == std::string::npos);
}

}  // namespace gate_test
