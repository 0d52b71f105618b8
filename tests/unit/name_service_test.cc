// What a sandbox's own /etc/hosts, /etc/resolv.conf and /etc/hostname say, and what is refused.
#include <catch2/catch.hpp>

#include "plan/plan.h"
#include "spec/merge.h"
#include "spec/network_names.h"
#include "spec/settings.h"
#include "support/fake_host.h"

namespace name_service_test {

using namespace snug;
using namespace snug::image;
using namespace snug::plan;
using namespace snug::spec;

namespace {

const Image kImage{.name = "debian",
                   .layers = {{.path = "/images/debian", .dev = 1, .ino = 2, .uid = 1000, .mode = 0755}},
                   .users = {{"root", 0, 0, "/root", "/bin/bash"}},
                   .groups = {{"root", 0, {}}}};

Spec in_network(NetworkMode mode) {
  Spec spec = merge_layers({});
  spec.command = {{"true"}, {"command line"}};
  spec.network = {mode, {"--network"}};
  return spec;
}

FakeHost host() {
  FakeHost host;
  host.file("/etc/resolv.conf",
            "# of the host\nnameserver 127.0.0.53\nnameserver 192.0.2.53\n nameserver 192.0.2.66\n"
            "options edns0  trust-ad \nsearch lan example.org\nnameserver fe80::1%eth0\n");
  host.file("/etc/hosts", "127.0.0.1 localhost\n192.0.2.1 printer");
  return host;
}

const BindText* file_of(const Plan& plan, std::string_view target) {
  for (const PlannedStep& planned : plan.steps)
    if (const auto* file = std::get_if<BindText>(&planned.step); file && file->target == target)
      return file;
  return nullptr;
}

std::string text_of(const Spec& spec, std::string_view target, FakeHost host) {
  host.programs.insert({"pasta", "/usr/bin/pasta"});
  const auto plan = make_plan(spec, kImage, host);
  INFO((plan ? "" : plan.error().step));
  REQUIRE(plan);
  const BindText* file = file_of(*plan, target);
  REQUIRE(file);
  return file->text;
}

std::string refusal(std::string_view entry) {
  const auto parsed = parse_host_entry(entry, "--add-host");
  REQUIRE_FALSE(parsed);
  CHECK_FALSE(parsed.error().hint.empty());
  return parsed.error().step;
}

}  // namespace

TEST_CASE("resolv.conf is made in every network, and never the image's") {
  const auto text = [](NetworkMode mode) { return text_of(in_network(mode), "/etc/resolv.conf", host()); };
  CHECK(text(NetworkMode::None) == "# Made by snug: without a network there is no name server.\n");
  CHECK(text(NetworkMode::Gate) == "nameserver 198.18.0.1\n");
  CHECK(text(NetworkMode::Host) == host().texts["/etc/resolv.conf"]);
  // A loopback or a zone of the host's is nothing in another network.
  CHECK(text(NetworkMode::Full) ==
        "nameserver 169.254.1.1\nnameserver 192.0.2.53\noptions edns0  trust-ad\nsearch lan example.org\n");
}

TEST_CASE("a machine without a resolv.conf has a resolver on its loopback") {
  CHECK(text_of(in_network(NetworkMode::Full), "/etc/resolv.conf", FakeHost{}) == "nameserver 169.254.1.1\n");
  CHECK(text_of(in_network(NetworkMode::Host), "/etc/resolv.conf", FakeHost{}).empty());
  FakeHost six;
  six.file("/etc/resolv.conf", "nameserver ::1\nnameserver 2001:db8::53\nnameserver 0.0.0.0");
  CHECK(text_of(in_network(NetworkMode::Full), "/etc/resolv.conf", six) ==
        "nameserver 169.254.1.1\nnameserver 2001:db8::53\n");
}

TEST_CASE("name servers and search domains that are asked for take the place of the host's") {
  for (const NetworkMode mode : {NetworkMode::Host, NetworkMode::Full}) {
    Spec spec = in_network(mode);
    spec.dns = {{"198.51.100.1", {"--dns"}}, {"2001:db8::1", {"--dns"}}};
    CHECK(text_of(spec, "/etc/resolv.conf", host()) ==
          "nameserver 198.51.100.1\nnameserver 2001:db8::1\noptions edns0  trust-ad\nsearch lan "
          "example.org\n");
    spec.dns_search = {{"corp.example", {"--dns-search"}}, {"b", {"--dns-search"}}};
    CHECK(text_of(spec, "/etc/resolv.conf", host()) ==
          "nameserver 198.51.100.1\nnameserver 2001:db8::1\noptions edns0  trust-ad\nsearch corp.example "
          "b\n");
  }
  Spec spec = in_network(NetworkMode::Host);
  spec.dns_search = {{"corp.example", {"--dns-search"}}};
  CHECK(text_of(spec, "/etc/resolv.conf", host()) ==
        "nameserver 127.0.0.53\nnameserver 192.0.2.53\nnameserver fe80::1%eth0\noptions edns0  "
        "trust-ad\nsearch corp.example\n");
}

TEST_CASE("hosts has the loopback, the sandbox's names, and what was added") {
  Spec spec = in_network(NetworkMode::None);
  spec.hostname = {"box", {"--hostname"}};
  spec.alias = {{"web", {"--network-alias"}}, {"www.example.org", {"--network-alias"}}};
  spec.hosts = {{"db:192.0.2.7", {"--add-host"}}, {"db=[2001:db8::7]", {"--add-host"}}};
  CHECK(text_of(spec, "/etc/hosts", host()) ==
        "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n"
        "127.0.1.1\tbox web www.example.org\n192.0.2.7\tdb\n2001:db8::7\tdb\n");
  CHECK(text_of(spec, "/etc/hostname", host()) == "box\n");
  // The host's file has no newline at its end, and the next line is one all the same.
  spec.network = {NetworkMode::Host, {}};
  CHECK(text_of(spec, "/etc/hosts", host()) ==
        "127.0.0.1 localhost\n192.0.2.1 printer\n127.0.1.1\tbox web www.example.org\n"
        "192.0.2.7\tdb\n2001:db8::7\tdb\n");
}

TEST_CASE("the made files come before what the user mounts, whose files are never touched") {
  Spec spec = in_network(NetworkMode::None);
  spec.mounts = {{.source = "/srv/etc", .target = "/etc", .access = Access::ReadWrite, .origin = {"-v"}}};
  FakeHost machine = host();
  machine.dir("/srv/etc");
  const auto plan = make_plan(spec, kImage, machine);
  REQUIRE(plan);
  CHECK(index_of<BindText>(*plan) < index_of<BindMount>(*plan));
  std::size_t after = 0;
  for (std::size_t i = index_of<BindMount>(*plan); i < plan->steps.size(); ++i)
    if (const auto* file = std::get_if<BindText>(&plan->steps[i].step))
      after += file->target.starts_with("/etc/");
  CHECK(after == 0);
  // What was asked for by name must not be hidden so.
  for (auto list : {&Spec::hosts, &Spec::alias, &Spec::dns, &Spec::dns_search}) {
    Spec asked = spec;
    asked.network = {NetworkMode::Host, {}};
    asked.*list = {{list == &Spec::hosts ? "a:192.0.2.1"
                    : list == &Spec::dns ? "192.0.2.1"
                                         : "a",
                    {"x.toml:1"}}};
    const auto refused = make_plan(asked, kImage, machine);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().step.find("is hidden by the mount on /etc") != std::string::npos);
    CHECK(refused.error().step.starts_with("x.toml:1"));
  }
}

TEST_CASE("a host entry is a name and a numeric address") {
  const auto entry = [](std::string_view text) { return parse_host_entry(text, "x").value(); };
  CHECK(entry("db:192.0.2.7") == HostEntry{"db", "192.0.2.7"});
  CHECK(entry("db=192.0.2.7") == HostEntry{"db", "192.0.2.7"});
  CHECK(entry("a.b_c-d.org:2001:db8::7") == HostEntry{"a.b_c-d.org", "2001:db8::7"});
  CHECK(entry("db:[2001:db8::7]") == HostEntry{"db", "2001:db8::7"});
  CHECK(entry("db=::ffff:192.0.2.7") == HostEntry{"db", "::ffff:192.0.2.7"});
  CHECK(refusal("db") == "--add-host: \"db\": the address is missing");
  CHECK(refusal("db:") == "--add-host: \"db:\": \"\" is not a numeric address");
  CHECK(refusal(":192.0.2.7") == "--add-host: \":192.0.2.7\": \"\" is not a host name");
  CHECK(refusal("192.0.2.7:db").find("\"192.0.2.7\" is not a host name") != std::string::npos);
  CHECK(refusal("db:[192.0.2.7]").find("\"192.0.2.7\" is not a numeric") != std::string::npos);
  CHECK(refusal("db:[2001:db8::7").find("is not a numeric") != std::string::npos);
  CHECK(refusal("db:192.0.2").find("is not a numeric") != std::string::npos);
  CHECK(refusal("db:192.0.2.256").find("is not a numeric") != std::string::npos);
  CHECK(refusal("db:fe80::1%eth0").find("is not a numeric") != std::string::npos);
  CHECK(refusal("db:192.0.2.7 evil").find("is not a numeric") != std::string::npos);
  CHECK(refusal("db:192.0.2.7\n192.0.2.8").find("7\\n192") != std::string::npos);
  CHECK(refusal("d\tb:192.0.2.7").find("d\\x09b") != std::string::npos);
  CHECK(refusal(std::string("db:192.0.2.7\0", 13)).find("is not a numeric") != std::string::npos);
  CHECK(refusal("-db:192.0.2.7").find("is not a host name") != std::string::npos);
  CHECK(refusal(std::string(64, 'a') + ":192.0.2.7").find("is not a host name") != std::string::npos);
  const auto gateway = parse_host_entry("host.docker.internal:host-gateway", "--add-host");
  REQUIRE_FALSE(gateway);
  CHECK(gateway.error().hint.find("--allow host:PORT") != std::string::npos);
}

TEST_CASE("no line can be smuggled into a made file") {
  for (const char* text :
       {"a\nnameserver 192.0.2.1", "a b", "a\t", "", "a..b", ".", "a#", "192.0.2.1", "\x1b[m"}) {
    INFO(text);
    CHECK_FALSE(check_host_name(text, "x"));
    CHECK((std::string_view{text} == "192.0.2.1" || !check_name_server(text, "x")));
  }
  CHECK(check_name_server("::1", "x"));
  CHECK_FALSE(check_name_server("[::1]", "x"));
  CHECK_FALSE(check_name_server("192.0.2.1\n", "x"));
  CHECK(check_host_name("a.example", "x"));
}

}  // namespace name_service_test
