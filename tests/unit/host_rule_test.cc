#include "spec/host_rule.h"

#include <catch2/catch.hpp>

#include "spec/host_name.h"

namespace host_rule_test {

using namespace snug;
using namespace snug::spec;

namespace {

std::string allow_error(std::string_view text) {
  const auto rule = parse_host_rule(text, "allow", RuleUse::Allow);
  return rule ? "no error" : rule.error().step;
}

HostRule allow(std::string_view text) {
  const auto rule = parse_host_rule(text, "allow", RuleUse::Allow);
  INFO(text << ": " << (rule ? "" : rule.error().step));
  REQUIRE(rule);
  return *rule;
}

HostRules rules(std::vector<std::string_view> allowed, std::vector<std::string_view> denied = {}) {
  std::vector<HostRule> all;
  for (const auto text : allowed) all.push_back(allow(text));
  std::vector<HostRule> none;
  for (const auto text : denied) none.push_back(*parse_host_rule(text, "deny", RuleUse::Deny));
  return {std::move(all), std::move(none)};
}

}  // namespace

TEST_CASE("rules of the gate: what is taken") {
  CHECK(allow("Example.ORG.").name == "example.org");
  CHECK(allow("example.org").covers(443));
  CHECK_FALSE(allow("example.org").covers(80));
  CHECK(allow("example.org:8000-8010").covers(8010));
  CHECK_FALSE(allow("example.org:8000-8010").covers(8011));
  CHECK(allow("b\u00fccher.example").name == "xn--bcher-kva.example");
  CHECK(allow("bu\u0308cher.example").name == "xn--bcher-kva.example");  // the accent apart
  CHECK(allow("host:5432").kind == HostRule::Kind::Self);
  CHECK(allow("@pypi").kind == HostRule::Kind::Set);
  CHECK(allow("8.8.8.8").kind == HostRule::Kind::Address);
  CHECK(allow("[2606:4700::1]:22").covers(22));
  CHECK(allow("8.8.0.0/16:53").matches(*parse_ip("8.8.4.4")));
  CHECK(allow("10.0.0.1:5432,private").allow_private);
  CHECK(allow("ssh.example.org:443,tls=off").check == OpeningCheck::Off);
  CHECK(allow("*.example.org:80,private,tls=off").kind == HostRule::Kind::Wildcard);
  CHECK(allow("*.internal,private").name == "internal");
}

TEST_CASE("rules of the gate: what is refused, and why") {
  for (const char* text : {"",
                           "@",
                           "@a b",
                           "@A",
                           "*.",
                           "a.*.b",
                           "a..b",
                           ".a",
                           "-a",
                           "a:",
                           "a:0",
                           "a:65536",
                           "a:b",
                           "a:1:2",
                           "http://a",
                           "a/b",
                           "[::1",
                           "[::1]x",
                           "[x]",
                           "a b",
                           "a\x1b",
                           "*",
                           "*:80",
                           "*.com",
                           "*.co.uk",
                           "*.github.io",
                           "localhost",
                           "a.localhost",
                           "host",
                           "127.0.0.1",
                           "[::1]",
                           "10.0.0.1",
                           "169.254.169.254",
                           "127.1",
                           "0x7f000001",
                           "1.2.3",
                           "224.0.0.1",
                           "a:9-8",
                           "a,b",
                           "a,tls=on",
                           "[::ffff:10.0.0.1]",
                           "[8.8.8.8]"}) {
    INFO(text);
    CHECK(allow_error(text) != "no error");
  }
  CHECK(allow_error("*") == "allow: \"*\": a bare * would let everything through");
  CHECK(allow_error("*.co.uk") == "allow: \"*.co.uk\": anybody can have a name below co.uk");
  CHECK(allow_error("192.168.1.2:80") ==
        "allow: \"192.168.1.2:80\": that is no public address, but one that is private");
  CHECK(allow_error("169.254.169.254") ==
        "allow: \"169.254.169.254\": that is no public address, but one that is a metadata service's");
  CHECK(allow_error("a:99999") == "allow: \"a:99999\": \"99999\" is not a port");
}

TEST_CASE("rules of the gate: a wildcard is for one or more labels, and never for the name itself") {
  const HostRules gate = rules({"*.example.org"});
  CHECK(gate.decide("a.example.org", 443).allowed);
  CHECK(gate.decide("b.a.example.org", 443).allowed);
  CHECK_FALSE(gate.decide("example.org", 443).allowed);
  CHECK_FALSE(gate.decide("aexample.org", 443).allowed);
  CHECK_FALSE(gate.decide("a.example.org.evil.net", 443).allowed);
  CHECK_FALSE(gate.decide("a.example.org", 80).allowed);
}

TEST_CASE("rules of the gate: what is denied is denied whatever is allowed") {
  const HostRules gate =
      rules({"*.example.org:1-65535", "example.org:80"}, {"secret.example.org", "*.x.example.org:80"});
  const auto verdict = gate.decide("secret.example.org", 443);
  CHECK_FALSE(verdict.allowed);
  REQUIRE(verdict.rule);
  CHECK(verdict.rule->text == "secret.example.org");
  CHECK_FALSE(gate.decide("secret.example.org", 8080).allowed);
  CHECK_FALSE(gate.opens("secret.example.org"));
  CHECK_FALSE(gate.decide("a.x.example.org", 80).allowed);
  CHECK(gate.decide("a.x.example.org", 443).allowed);
  CHECK(gate.opens("a.x.example.org"));
  CHECK_FALSE(rules({}).opens("example.org"));
  CHECK(rules({}).ports().empty());
  HostRules wider = gate;
  wider.widen({allow("secret.example.org")});
  CHECK_FALSE(wider.decide("secret.example.org", 443).allowed);
}

TEST_CASE("addresses that are not public") {
  const auto purpose = [](std::string_view text) { return special_purpose(*parse_ip(text)); };
  for (const char* text :
       {"8.8.8.8", "93.184.216.34", "2606:4700::1", "2a00:1450::1", "64:ff9b::808:808", "2002:808:808::1"}) {
    INFO(text);
    CHECK(purpose(text).empty());
  }
  CHECK(purpose("127.9.9.9") == "loopback");
  CHECK(purpose("::1") == "loopback");
  CHECK(purpose("::ffff:127.0.0.1") == "loopback");
  CHECK(purpose("64:ff9b::7f00:1") == "loopback");
  CHECK(purpose("2002:7f00:1::") == "loopback");
  CHECK(purpose("169.254.169.254") == "metadata");
  CHECK(purpose("fd00:ec2::254") == "metadata");
  CHECK(purpose("::ffff:169.254.169.254") == "metadata");
  CHECK(purpose("169.254.1.1") == "link-local");
  CHECK(purpose("172.31.255.255") == "private");
  CHECK(purpose("172.32.0.0").empty());
  CHECK(purpose("100.127.255.255") == "private");
  CHECK(purpose("fdff::1") == "private");
  CHECK(purpose("ff02::1") == "multicast");
  CHECK(purpose("239.0.0.1") == "multicast");
  for (const char* text :
       {"0.0.0.0", "::", "198.18.0.1", "255.255.255.255", "2001:db8::1", "::8.8.8.8", "1::"}) {
    INFO(text);
    CHECK(purpose(text) == "reserved");
  }
}

}  // namespace host_rule_test
