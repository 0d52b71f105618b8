// The plan of a sandbox in another container's network.
#include <catch2/catch.hpp>

#include "plan/describe.h"
#include "plan/plan.h"
#include "spec/merge.h"
#include "spec/network_names.h"
#include "spec/profile.h"
#include "spec/settings.h"
#include "spec/validate.h"
#include "support/fake_host.h"

namespace joined_network_test {

using namespace snug;
using namespace snug::image;
using namespace snug::plan;
using namespace snug::spec;

namespace {

const Image kImage{.name = "debian",
                   .layers = {{.path = "/images/debian", .dev = 1, .ino = 2, .uid = 1000, .mode = 0755}},
                   .users = {{"root", 0, 0, "/root", "/bin/bash"}},
                   .groups = {{"root", 0, {}}}};

Spec in_web() {
  Spec spec = merge_layers({});
  spec.image = {"debian", {"IMAGE"}};
  spec.command = {{"true"}, {"command line"}};
  spec.network = {NetworkMode::Container, {"--network"}};
  spec.network_of = {"web", {"--network"}};
  return spec;
}

const JoinedNetwork kWeb{.name = "web", .id = "0123456789abcdef", .closed = true};

Plan planned(const Spec& spec, const JoinedNetwork& joined = kWeb) {
  const auto plan = make_plan(spec, kImage, FakeHost{}, &joined);
  INFO((plan ? "" : plan.error().step));
  REQUIRE(plan);
  return *plan;
}

std::string refused(const Spec& spec, const JoinedNetwork& joined) {
  const auto plan = make_plan(spec, kImage, FakeHost{}, &joined);
  REQUIRE_FALSE(plan);
  CHECK_FALSE(plan.error().hint.empty());
  return plan.error().step;
}

bool sets(const Plan& plan, std::string_view name) {
  for (const PlannedStep& step : plan.steps)
    if (const auto* sysctl = std::get_if<SetSysctl>(&step.step); sysctl && sysctl->name == name)
      return true;
  return false;
}

std::string resolver(const Plan& plan) {
  for (const PlannedStep& step : plan.steps)
    if (const auto* file = std::get_if<BindText>(&step.step); file && file->target == "/etc/resolv.conf")
      return file->text;
  return "(absent)";
}

}  // namespace

TEST_CASE("another container's namespaces are joined, and nothing of its network is touched") {
  const Plan plan = planned(in_web());
  CHECK(*find_step<JoinNetwork>(plan) == JoinNetwork{"web", "0123456789abcdef"});
  CHECK(index_of<JoinNetwork>(plan) + 1 == index_of<CreateNamespaces>(plan));
  const CreateNamespaces& create = *find_step<CreateNamespaces>(plan);
  CHECK_FALSE(create.user);
  CHECK_FALSE(create.network);
  CHECK(describe(Step{create}) == "create mount, pid, ipc, uts and cgroup namespaces in them");
  CHECK(*find_step<SharedMap>(plan) == SharedMap{{0, 1000, 1}, {0, 1000, 1}});
  CHECK_FALSE(find_step<MapSelf>(plan));
  CHECK_FALSE(find_step<LoopbackUp>(plan));
  CHECK_FALSE(sets(plan, "net/ipv4/ip_unprivileged_port_start"));
  CHECK_FALSE(sets(plan, "user/max_user_namespaces"));
  CHECK(find_step<MountSys>(plan)->own);
  CHECK(find_step<SetHostname>(plan));
  CHECK(find_step<InstallSeccomp>(plan)->request.network);
}

TEST_CASE("the only user is the other container's") {
  JoinedNetwork web = kWeb;
  web.uid = web.gid = 1000;
  CHECK(refused(in_web(), web) == "user 0:0: with the network of container web it can be 1000:1000 only");
  Spec spec = in_web();
  spec.run_as = {{.kind = RunAs::Kind::Named, .user = "1000", .group = "1000"}, {"--user"}};
  CHECK(planned(spec, web).steps.size() > 10);
  web.gid = 0;
  CHECK(refused(spec, web).find("1000:0 only") != std::string::npos);
}

TEST_CASE("user namespaces are as open as in the other container, and never more") {
  Spec spec = in_web();
  spec.nested_userns = {true, {"x.toml:1"}};
  CHECK(refused(spec, kWeb).starts_with("security.nested-userns: container web"));
  JoinedNetwork open = kWeb;
  open.nested_userns = true;
  open.closed = false;
  CHECK(planned(spec, open).steps.size() > 10);
  // Where the kernel does not refuse them the filter must.
  CHECK(planned(in_web(), open).steps.size() > 10);
  spec = in_web();
  spec.seccomp = {Tier::Off, {"--seccomp"}};
  CHECK(refused(spec, open).find("they are open in the container whose network it is") != std::string::npos);
  CHECK(planned(spec, kWeb).steps.size() > 10);
  spec = in_web();
  spec.seccomp_allow = {{"unshare", {"x.toml:2"}}};
  CHECK(refused(spec, open).starts_with("user namespaces inside cannot be closed"));
}

TEST_CASE("names are asked where the other container asks") {
  JoinedNetwork web = kWeb;
  CHECK(resolver(planned(in_web(), web)) == "# Made by snug: without a network there is no name server.\n");
  web.mode = NetworkMode::Gate;
  CHECK(resolver(planned(in_web(), web)) == "nameserver 198.18.0.1\n");
  web.mode = NetworkMode::Full;
  web.dns = {{"192.0.2.53", {"--dns"}}};
  web.dns_search = {{"corp.example", {"--dns-search"}}};
  CHECK(resolver(planned(in_web(), web)) == "nameserver 192.0.2.53\nsearch corp.example\n");
}

TEST_CASE("a container that was not looked up is an error, and none is wanted for its files alone") {
  CHECK_FALSE(make_plan(in_web(), kImage, FakeHost{}));
  const auto plan = make_plan(without_joined(in_web()), kImage, FakeHost{});
  REQUIRE(plan);
  CHECK(find_step<MapSelf>(*plan));
  Spec host = in_web();
  host.network.value = NetworkMode::Host;
  CHECK(without_joined(host) == host);
}

TEST_CASE("what belongs to the other container is refused") {
  const auto problem = [](auto change) {
    Spec spec = in_web();
    change(spec);
    const auto status = validate(spec);
    return status ? std::string{} : status.error().step;
  };
  CHECK(problem([](Spec&) {}).empty());
  CHECK(problem([](Spec& s) { s.hosts = {{"a:192.0.2.1", {}}}; }).empty());
  CHECK(problem([](Spec& s) { s.network_of = {}; }) == "network.mode: container: names no container");
  CHECK(problem([](Spec& s) { s.publish = {{"80", {}}}; }).starts_with("network.publish: "));
  CHECK(problem([](Spec& s) { s.dns = {{"192.0.2.1", {}}}; }).starts_with("network.dns: name servers are"));
  CHECK(problem([](Spec& s) { s.dns_search = {{"a", {}}}; }).starts_with("network.dns-search: "));
  CHECK(problem([](Spec& s) { s.ids.value = IdMode::Range; }).starts_with("user.ids: "));
  CHECK_FALSE(problem([](Spec& s) { s.allow = {{"a", {}}}; }).empty());
}

TEST_CASE("a network is a word, or container and a name") {
  CHECK(parse_network("none", "x") == NetworkChoice{NetworkMode::None, ""});
  CHECK(parse_network("host", "x") == NetworkChoice{NetworkMode::Host, ""});
  CHECK(parse_network("container:web-1.x_y", "x") == NetworkChoice{NetworkMode::Container, "web-1.x_y"});
  for (const char* text :
       {"container", "container:", "container:a b", "container:a/b", "container:a\n", "hos", ""})
    CHECK_FALSE(parse_network(text, "x"));
  const auto file =
      parse_profile("[network]\nmode = \"container:web\"", {.file = "p.toml", .directory = "/"});
  REQUIRE(file);
  CHECK(file->profile.network == Setting<NetworkMode>{NetworkMode::Container, {"p.toml:2"}});
  CHECK(file->profile.network_of == Setting<std::string>{"web", {"p.toml:2"}});
  CHECK_FALSE(parse_profile("[network]\nmode = \"container\"", {.file = "p.toml", .directory = "/"}));
}

}  // namespace joined_network_test
