// Sets of hosts that files name, and what the planner makes of rules.
#include <catch2/catch.hpp>

#include "plan/plan.h"
#include "plan/reach.h"
#include "spec/merge.h"
#include "spec/settings.h"
#include "support/fake_host.h"

namespace host_sets_test {

using namespace snug;
using namespace snug::image;
using namespace snug::plan;
using namespace snug::spec;

namespace {

Spec gate_spec(std::vector<std::string> allow) {
  Spec spec = merge_layers({});
  spec.image.value = "host";
  spec.network = {NetworkMode::Gate, {"--network"}};
  spec.command = {{"true"}, {}};
  for (std::string& text : allow) spec.allow.push_back({std::move(text), {"--allow"}});
  return spec;
}

std::vector<std::string> rules_of(const Spec& spec, const FakeHost& host) {
  const auto plan = make_plan(spec, Image{.name = "host", .kind = ImageKind::Host}, host);
  if (!plan)
    return {plan.error().step};
  std::vector<std::string> texts;
  for (const HostRule& rule : find_step<OpenGate>(*plan)->allow) texts.push_back(rule.text);
  return texts;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("@apt: both formats of sources, of the image alone") {
  FakeHost host;
  host.texts["/etc/apt/sources.list"] =
      "# deb http://no.example.org x\ndeb [signed-by=/x] http://deb.example.org/debian stable main\n"
      "deb-src https://src.example.org:8443/x y\ndeb cdrom:[x]/ y\ndeb http://10.0.0.1/ x\n";
  host.texts["/etc/apt/sources.list.d/a.sources"] =
      "Types: deb\nURIs: http://a.example.org/x\n https://user:pass@b.example.org\nSuites: ./\n";
  host.texts["/etc/apt/sources.list.d/b.list.save"] = "deb http://saved.example.org/ x\n";
  CHECK(rules_of(gate_spec({"@apt"}), host) ==
        Texts{"deb.example.org:80", "src.example.org:8443", "a.example.org:80", "b.example.org:443"});
}

TEST_CASE("@npm and @git: the project's configuration") {
  FakeHost host;
  const std::string cwd = host.caller().cwd;
  host.texts[cwd + "/.npmrc"] =
      "; registry=http://no.example.org\n@scope:registry = "
      "\"https://npm.example.org/x\"\n//x/:_authToken=y\n";
  host.texts[cwd + "/.git/config"] =
      "[remote \"a\"]\n\turl = git@git.example.org:x/y.git\n[remote \"b\"]\n\turl = "
      "https://user@c.example.org/z\n\tpushurl = ssh://git@d.example.org:2222/z\n"
      "[url \"https://mirror.example.org/\"]\n\tinsteadOf = https://e.example.org/\n[remote \"c\"]\n\turl = "
      "/srv/x\n";
  CHECK(rules_of(gate_spec({"@npm"}), host) == Texts{"registry.npmjs.org:443", "npm.example.org:443"});
  CHECK(rules_of(gate_spec({"@git"}), host) ==
        Texts{"git.example.org:22", "c.example.org:443", "d.example.org:2222", "mirror.example.org:443"});
}

TEST_CASE("sets of one's own count before those that are shipped; what is no set is said") {
  const FakeHost host;
  Spec spec = gate_spec({"@pypi", "@own"});
  spec.sets = {{"own", {"a.example"}, {}}, {"pypi", {"mirror.example:80"}, {}}, {"own", {"b.example"}, {}}};
  CHECK(rules_of(spec, host) == Texts{"mirror.example:80", "b.example"});
  CHECK(rules_of(gate_spec({"@pyip"}), host) == Texts{"there is no set @pyip"});
  CHECK(rules_of(gate_spec({"a.example:1-65535"}), host) ==
        Texts{"network.allow: 65535 ports are named, and the gate can have 1024"});
}

TEST_CASE("what of the network can be reached, read off the plan") {
  const FakeHost host;
  Spec spec = gate_spec({"*.example.org:22", "@pypi"});
  spec.deny = {{"no.example.org", {"--deny"}}};
  const Image image{.name = "host", .kind = ImageKind::Host};
  const auto plan = make_plan(spec, image, host);
  REQUIRE(plan);
  CHECK(look_up_host(*plan, "a.example.org:22")->open);
  CHECK_FALSE(look_up_host(*plan, "a.example.org")->open);
  CHECK(look_up_host(*plan, "no.example.org:22")->text == "blocked by no.example.org");
  CHECK(look_up_host(*plan, "pypi.org")->rule == "@pypi (pypi.org)");
  CHECK_FALSE(look_up_host(*plan, "8.8.8.8:53")->open);
  CHECK_FALSE(look_up_host(*plan, "*.example.org"));
  spec.network.value = NetworkMode::None;
  spec.allow.clear(), spec.deny.clear();
  CHECK(look_up_host(*make_plan(spec, image, host), "pypi.org")->text ==
        "blocked: the sandbox has no network");
}

}  // namespace host_sets_test
