#include "spec/validate.h"

#include <catch2/catch.hpp>
#include <functional>

#include "spec/merge.h"
#include "spec/settings.h"

namespace validate_test {

using namespace snug;
using namespace snug::spec;

namespace {

Spec good() {
  Spec spec = merge_layers({});
  spec.image = {"host", {"default.toml:3"}};
  return spec;
}

struct Case {
  std::function<void(Spec&)> change;
  std::string_view error;
};

void check_all(const std::vector<Case>& cases) {
  for (const Case& one : cases) {
    INFO(one.error);
    Spec spec = good();
    one.change(spec);
    const auto status = validate(spec);
    REQUIRE_FALSE(status);
    CHECK(status.error().step == one.error);
    CHECK(status.error().origin == "x.toml:7");
    CHECK(status.error().status == 125);
  }
}

const Origin kHere{"x.toml:7"};

}  // namespace

TEST_CASE("what nobody asked for is valid") {
  CHECK(validate(good()));
}

TEST_CASE("what is not built yet is told, never passed over") {
  const auto hinted = [](const std::function<void(Spec&)>& change) {
    Spec spec = good();
    change(spec);
    const auto status = validate(spec);
    REQUIRE_FALSE(status);
    CHECK_FALSE(status.error().hint.empty());
  };
  const std::vector<Case> cases = {
      {[](Spec& s) {
         s.wayland = {true, kHere};
       },
       "share.wayland: sharing of desktop services is not built yet in this version"},
      {[](Spec& s) {
         s.x11 = {true, kHere};
       },
       "share.x11: sharing of desktop services is not built yet in this version"},
      {[](Spec& s) {
         s.audio = {true, kHere};
       },
       "share.audio: sharing of desktop services is not built yet in this version"},
      {[](Spec& s) {
         s.gpu = {true, kHere};
       },
       "share.gpu: sharing of desktop services is not built yet in this version"},
      {[](Spec& s) {
         s.ssh_agent = {true, kHere};
       },
       "share.ssh-agent: sharing of desktop services is not built yet in this version"},
  };
  check_all(cases);
  for (const Case& one : cases) hinted(one.change);
}

TEST_CASE("a size without a writable root is for a view, where there is one") {
  Spec spec = good();
  spec.writable = {Writable::None, kHere};
  spec.rootfs_size = {1 << 20, kHere};
  CHECK_FALSE(validate(spec));
  spec.mounts = {{.type = MountType::Cow, .source = "/a", .target = "/b"}};
  CHECK(validate(spec));
}

TEST_CASE("what is switched off is no use of it") {
  Spec spec = good();
  spec.wayland = {false, kHere};
  spec.landlock = {false, kHere};
  spec.network = {NetworkMode::Host, kHere};
  spec.limits_required = {true, kHere};
  spec.nofile = {1024, kHere};
  spec.timeout_ms = {1000, kHere};
  CHECK(validate(spec));
}

TEST_CASE("combinations that make no sense are told") {
  check_all({
      {[](Spec& s) {
         s.image = {"", kHere};
       },
       "no image is named"},
      {[](Spec& s) {
         s.workdir = {"work", kHere};
       },
       "workdir: \"work\" is not an absolute path without \"..\""},
      {[](Spec& s) {
         s.workdir = {"/../x", kHere};
       },
       "workdir: \"/../x\" is not an absolute path without \"..\""},
      {[](Spec& s) {
         s.hostname = {"-x", kHere};
       },
       "hostname: \"-x\" is not a host name"},
      {[](Spec& s) {
         s.hostname = {std::string(65, 'a'), kHere};
       },
       "hostname: \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\" is not a host name"},
      {[](Spec& s) {
         s.command = {{""}, kHere};
       },
       "the command is empty text"},
      {[](Spec& s) {
         s.entrypoint = {{"", "x"}, kHere};
       },
       "the command is empty text"},
      {[](Spec& s) {
         s.env_set = {{"A=B", "1", kHere}};
       },
       "env: the variable name \"A=B\" has a \"=\" in it"},
      {[](Spec& s) { s.mounts = {{.source = "/a", .target = "b", .origin = kHere}}; },
       "mount: the target \"b\" is not an absolute path"},
      {[](Spec& s) { s.mounts = {{.source = "/a", .target = "/proc/1", .origin = kHere}}; },
       "mount: the target \"/proc/1\" is made by snug itself"},
      {[](Spec& s) { s.mounts = {{.source = "a", .target = "/b", .origin = kHere}}; },
       "mount: /b has no source"},
      {[](Spec& s) {
         s.read_only = {true, {"--read-only"}};
         s.writable = {Writable::Tmpfs, kHere};
       },
       "rootfs.writable: a writable layer is asked for, and --read-only forbids it"},
      {[](Spec& s) {
         s.writable = {Writable::None, {}};
         s.rootfs_size = {1, kHere};
       },
       "rootfs.size: there is no writable layer that it could bound"},
      {[](Spec& s) {
         s.fake_root = {Toggle::On, kHere};
         s.ids = {IdMode::Range, {}};
       },
       "user.fake-root: with a range of ids chown works, and faking it would undo that"},
      {[](Spec& s) {
         s.dns = {{"192.0.2.53", kHere}};
       },
       "network.dns: without a network there is no name server to ask"},
      {[](Spec& s) {
         s.dns_search = {{"example.org", kHere}};
       },
       "network.dns-search: without a network there is no name server to ask"},
      {[](Spec& s) {
         s.network = {NetworkMode::Host, {}};
         s.dns = {{"192.0.2.53\nsearch x", kHere}};
       },
       "network.dns: \"192.0.2.53\\nsearch x\" is not a numeric address"},
      {[](Spec& s) {
         s.network = {NetworkMode::Host, {}};
         s.dns_search = {{"a b", kHere}};
       },
       "network.dns-search: \"a b\" is not a host name"},
      {[](Spec& s) {
         s.hosts = {{"a", kHere}};
       },
       "network.hosts: \"a\": the address is missing"},
      {[](Spec& s) {
         s.alias = {{"a b", kHere}};
       },
       "network.alias: \"a b\" is not a host name"},
      {[](Spec& s) {
         s.seccomp = {Tier::Off, {}};
         s.seccomp_deny = {{"mount", kHere}};
       },
       "security.seccomp: allow, deny and abi change a filter, and the filter is off"},
      {[](Spec& s) {
         s.seccomp_allow = {{"mount", {}}};
         s.seccomp_deny = {{"mount", kHere}};
       },
       "security.seccomp: mount is both allowed and denied"},
  });
}

}  // namespace validate_test
