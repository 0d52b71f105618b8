#include "spec/profile.h"

#include <catch2/catch.hpp>
#include <span>

#include "spec/schema.h"

namespace profile_test {

using namespace snug;
using namespace snug::spec;

namespace {

const ProfilePlace kPlace{.file = "p/dev.toml", .directory = "/proj/p", .home = "/home/me"};

Profile parse(std::string_view text) {
  auto file = parse_profile(text, kPlace);
  INFO(text);
  INFO((file ? "" : file.error().step));
  REQUIRE(file);
  return std::move(file->profile);
}

struct Bad {
  std::string_view text;
  std::string_view error;
  std::string_view hint{};
};

void check_bad(std::span<const Bad> table) {
  for (const Bad& one : table) {
    INFO(one.text);
    const auto file = parse_profile(one.text, kPlace);
    REQUIRE_FALSE(file);
    CHECK(file.error().step == one.error);
    CHECK(file.error().status == 125);
    if (!one.hint.empty())
      CHECK(file.error().hint == one.hint);
  }
}

constexpr std::string_view kWholeSchema = R"(# A profile with every key.
extends  = "base"
image    = "debian:12"
command  = ["make", "test"]
workdir  = "/work/"
hostname = "box"

[env]
pass = ["TERM", "LC_*"]
set  = { CC = "clang", A = "" }

[user]
run-as    = "1000:100"
ids       = "range"
fake-root = "on"

[rootfs]
overlay  = "fuse"
writable = "disk"
size     = "2G"

[[mount]]
type     = "bind"
source   = "."
target   = "/work"
access   = "rw"
optional = true

[[mount]]
type     = "tmpfs"
target   = "/scratch"
size     = "64M"
mode     = "0700"

[[mount]]
type     = "cow"
source   = "~/src"
target   = "/src"

[limits]
memory   = "2G"
swap     = "0"
cpus     = 1.5
pids     = 512
io-weight = 100
nofile   = 4096
timeout  = "10m"
required = false

[network]
mode    = "gate"
allow   = ["@apt", "*.example.org:80"]
deny    = ["bad.example.org"]
publish = ["127.0.0.1:8080:80"]
hosts   = ["db:192.0.2.7"]
dns     = ["192.0.2.53"]
dns-search = ["example.org"]
alias   = ["web"]

[security]
seccomp       = { base = "strict", allow = ["ptrace"], deny = ["mount"] }
caps          = ["NET_RAW"]
nested-userns = true
proc          = "full"
require       = "no-proc"
landlock      = true
[share]
wayland = true
x11 = true
audio = true
gpu = true
ssh-agent = true
)";

}  // namespace

TEST_CASE("every key of the schema is read, with the line that it came from") {
  const auto file = parse_profile(kWholeSchema, kPlace);
  INFO((file ? "" : file.error().step));
  REQUIRE(file);
  CHECK(file->description == "A profile with every key.");
  CHECK(file->extends == Setting<std::string>{"base", {"dev.toml:2"}});

  Profile want;
  want.image = {"debian:12", {"dev.toml:3"}};
  want.command = {{"make", "test"}, {"dev.toml:4"}};
  want.workdir = {"/work", {"dev.toml:5"}};
  want.hostname = {"box", {"dev.toml:6"}};
  want.env_pass = {{"TERM", {"dev.toml:9"}}, {"LC_*", {"dev.toml:9"}}};
  want.env_set = {{"CC", "clang", {"dev.toml:10"}}, {"A", "", {"dev.toml:10"}}};
  want.run_as = {{.kind = RunAs::Kind::Named, .user = "1000", .group = "100"}, {"dev.toml:13"}};
  want.ids = {IdMode::Range, {"dev.toml:14"}};
  want.fake_root = {Toggle::On, {"dev.toml:15"}};
  want.overlay = {OverlayDriver::Fuse, {"dev.toml:18"}};
  want.writable = {Writable::Disk, {"dev.toml:19"}};
  want.rootfs_size = {std::uint64_t{2} << 30, {"dev.toml:20"}};
  want.mounts = {{.source = "/proj/p",
                  .target = "/work",
                  .access = Access::ReadWrite,
                  .missing = Missing::Skip,
                  .origin = {"dev.toml:22"}},
                 {.type = MountType::Tmpfs,
                  .target = "/scratch",
                  .access = Access::ReadWrite,
                  .size = 64 << 20,
                  .mode = 0700,
                  .origin = {"dev.toml:29"}},
                 {.type = MountType::Cow,
                  .source = "/home/me/src",
                  .target = "/src",
                  .access = Access::ReadWrite,
                  .origin = {"dev.toml:35"}}};
  want.memory = {std::uint64_t{2} << 30, {"dev.toml:41"}};
  want.swap = {0, {"dev.toml:42"}};
  want.cpus = {1.5, {"dev.toml:43"}};
  want.pids = {512, {"dev.toml:44"}};
  want.io_weight = {100, {"dev.toml:45"}};
  want.nofile = {4096, {"dev.toml:46"}};
  want.timeout_ms = {600000, {"dev.toml:47"}};
  want.limits_required = {false, {"dev.toml:48"}};
  want.network = {NetworkMode::Gate, {"dev.toml:51"}};
  want.allow = {{"@apt", {"dev.toml:52"}}, {"*.example.org:80", {"dev.toml:52"}}};
  want.deny = {{"bad.example.org", {"dev.toml:53"}}};
  want.publish = {{"127.0.0.1:8080:80", {"dev.toml:54"}}};
  want.hosts = {{"db:192.0.2.7", {"dev.toml:55"}}};
  want.dns = {{"192.0.2.53", {"dev.toml:56"}}};
  want.dns_search = {{"example.org", {"dev.toml:57"}}};
  want.alias = {{"web", {"dev.toml:58"}}};
  want.seccomp = {Tier::Strict, {"dev.toml:61"}};
  want.seccomp_allow = {{"ptrace", {"dev.toml:61"}}};
  want.seccomp_deny = {{"mount", {"dev.toml:61"}}};
  want.cap_add = {{"NET_RAW", {"dev.toml:62"}}};
  want.nested_userns = {true, {"dev.toml:63"}};
  want.proc = {ProcView::Full, {"dev.toml:64"}};
  want.landlock = {true, {"dev.toml:66"}};
  want.require = {Isolation::NoProc, {"dev.toml:65"}};
  want.wayland = {true, {"dev.toml:68"}};
  want.x11 = {true, {"dev.toml:69"}};
  want.audio = {true, {"dev.toml:70"}};
  want.gpu = {true, {"dev.toml:71"}};
  want.ssh_agent = {true, {"dev.toml:72"}};

  // One by one first, so that a failure shows which.
  for_each_setting([](const auto& have, const auto& wanted) { CHECK((have == wanted)); }, file->profile,
                   want);
  CHECK((file->profile == want));
}

TEST_CASE("an empty profile wishes nothing") {
  const auto file = parse_profile("", kPlace);
  REQUIRE(file);
  CHECK((*file == ProfileFile{}));
}

TEST_CASE("the description is the first line, if that is a comment") {
  CHECK(parse_profile("## Two hashes. \r\n# more\n", kPlace)->description == "Two hashes.");
  CHECK(parse_profile("#", kPlace)->description.empty());
  CHECK(parse_profile("image = \"x\" # no\n# not this\n", kPlace)->description.empty());
}

TEST_CASE("images: names stay names, paths are relative to the file") {
  CHECK(parse("image = \"host\"").image->value == "host");
  CHECK(parse("image = \"debian:12\"").image->value == "debian:12");
  CHECK(parse("image = \"./rootfs\"").image->value == "/proj/p/rootfs");
  CHECK(parse("image = \"images/a\"").image->value == "/proj/p/images/a");
  CHECK(parse("image = \"..\"").image->value == "/proj/p/..");
  CHECK(parse("image = \"/srv/a\"").image->value == "/srv/a");
  CHECK(parse("image = \"~/a\"").image->value == "/home/me/a");
}

TEST_CASE("a bind is read-only where nothing is said; a tmpfs is for writing") {
  const auto mounts =
      parse("[[mount]]\nsource = \"/a\"\ntarget = \"/b\"\n[[mount]]\ntype = \"tmpfs\"\ntarget = \"/c\"\n")
          .mounts;
  CHECK(mounts[0] == Mount{.source = "/a", .target = "/b", .origin = {"dev.toml:1"}});
  CHECK(mounts[1].access == Access::ReadWrite);
}

TEST_CASE("seccomp is a word or a table") {
  CHECK(parse("[security]\nseccomp = \"off\"").seccomp->value == Tier::Off);
  const Profile table = parse("[security.seccomp]\nallow = [\"ptrace\"]");
  CHECK_FALSE(table.seccomp);  // the base stays what the layers below say
  CHECK(table.seccomp_allow.size() == 1);
  CHECK(parse("[security.seccomp]\nabi = [\"x86\"]").seccomp_abi.size() == 1);
}

TEST_CASE("small liberties") {
  CHECK(parse("[user]\nfake-root = true").fake_root->value == Toggle::On);
  CHECK(parse("[limits]\ncpus = 2").cpus->value == 2.0);
  CHECK(parse("command = []").command->value.empty());
}

TEST_CASE("unknown keys are told with file, line, column and the nearest key") {
  const Bad bad[] = {
      {"imag = \"x\"", "p/dev.toml:1:1: unknown key \"imag\"", "did you mean \"image\"?"},
      {"\n[limits]\n  memroy = \"2G\"", "p/dev.toml:3:3: unknown key \"limits.memroy\"",
       "did you mean \"memory\"?"},
      {"[network]\nmodes = \"none\"", "p/dev.toml:2:1: unknown key \"network.modes\"",
       "did you mean \"mode\"?"},
      {"[[mount]]\ntarget = \"/a\"\nsorce = \"/b\"", "p/dev.toml:3:1: unknown key \"mount[1].sorce\"",
       "did you mean \"source\"?"},
      {"[security.seccomp]\nbase = \"strict\"\nallows = []",
       "p/dev.toml:3:1: unknown key \"security.seccomp.allows\"", "did you mean \"allow\"?"},
      {"[mounts]\nx = 1", "p/dev.toml:1:2: unknown key \"mounts\"", "did you mean \"mount\"?"},
      {"[env]\nFOO = \"1\"", "p/dev.toml:2:1: unknown key \"env.FOO\"", "the keys here are pass, set"},
      {"\"\\u001b[2J\" = 1", "p/dev.toml:1:1: unknown key \"\\x1b[2J\""},
  };
  check_bad(bad);
}

TEST_CASE("wrong types are told with what was expected and what was found") {
  const Bad bad[] = {
      {"[limits]\nmemory = 2",
       "p/dev.toml:2:10: limits.memory: expected a size such as \"2G\", found an integer"},
      {"[limits]\npids = \"512\"", "p/dev.toml:2:8: limits.pids: expected a whole number, found text"},
      {"[limits]\npids = 1.5",
       "p/dev.toml:2:8: limits.pids: expected a whole number, found a number with a fraction"},
      {"[limits]\ncpus = \"2\"", "p/dev.toml:2:8: limits.cpus: expected a number such as 1.5, found text"},
      {"[limits]\ntimeout = 10",
       "p/dev.toml:2:11: limits.timeout: expected a duration such as \"10m\", found an integer"},
      {"image = true", "p/dev.toml:1:9: image: expected the name or directory of an image, found a boolean"},
      {"command = \"make\"", "p/dev.toml:1:11: command: expected an array of texts, found text"},
      {"command = [\"make\", 1]", "p/dev.toml:1:20: command[2]: expected text in quotes, found an integer"},
      {"limits = 1", "p/dev.toml:1:10: limits: expected a table, found an integer"},
      {"[mount]\ntarget = \"/a\"", "p/dev.toml:1:1: mount: expected [[mount]], found a table"},
      {"mount = [1]", "p/dev.toml:1:10: mount[1]: expected a table, found an integer"},
      {"[env]\npass = \"TERM\"", "p/dev.toml:2:8: env.pass: expected an array of texts, found text"},
      {"[env]\nset = [\"A=1\"]",
       "p/dev.toml:2:7: env.set: expected a table such as { CC = \"clang\" }, found an array"},
      {"[env]\nset = { N = 1 }", "p/dev.toml:2:13: env.set.N: expected text in quotes, found an integer"},
      {"[share]\ngpu = \"yes\"", "p/dev.toml:2:7: share.gpu: expected true or false, found text"},
      {"extends = [\"dev\"]", "p/dev.toml:1:11: extends: expected the name of a profile, found an array"},
      {"[security]\ncaps = \"ALL\"", "p/dev.toml:2:8: security.caps: expected an array of texts, found text"},
  };
  check_bad(bad);
}

TEST_CASE("bad values are told with their place") {
  const Bad bad[] = {
      {"[rootfs]\nsize = \"2 bananas\"",
       "p/dev.toml:2:8: rootfs.size: \"2 bananas\" is not a size such as 512M or 2G"},
      {"[rootfs]\nsize = \"0\"",
       "p/dev.toml:2:8: rootfs.size: 0 leaves no room at all; leave the key out for no limit"},
      {"[limits]\nmemory = \"0\"",
       "p/dev.toml:2:10: limits.memory: 0 leaves no room at all; leave the key out for no limit"},
      {"[limits]\ncpus = 0",
       "p/dev.toml:2:8: limits.cpus: expected a number of processors from 0.01 to 65536"},
      {"[limits]\ncpus = nan",
       "p/dev.toml:2:8: limits.cpus: expected a number of processors from 0.01 to 65536"},
      {"[limits]\npids = 0", "p/dev.toml:2:8: limits.pids: 0 is not between 1 and 4194304"},
      {"[limits]\npids = -1", "p/dev.toml:2:8: limits.pids: -1 is not between 1 and 4194304"},
      {"[limits]\nio-weight = 10001", "p/dev.toml:2:13: limits.io-weight: 10001 is not between 1 and 10000"},
      {"[limits]\ntimeout = \"soon\"",
       "p/dev.toml:2:11: limits.timeout: \"soon\" is not a duration such as 90s, 10m or 1h30m"},
      {"[network]\nmode = \"ful\"", "p/dev.toml:2:8: network.mode: \"ful\" is not none, gate, full or host",
       "did you mean \"full\"?"},
      {"[user]\nids = \"many\"", "p/dev.toml:2:7: user.ids: \"many\" is not single or range"},
      {"[user]\nrun-as = \"0x0\"",
       "p/dev.toml:2:10: user.run-as: \"0x0\" is neither a user name nor a user number"},
      {"workdir = \"work\"", "p/dev.toml:1:11: workdir: \"work\" is not an absolute path without \"..\""},
      {"workdir = \"/a/../b\"",
       "p/dev.toml:1:11: workdir: \"/a/../b\" is not an absolute path without \"..\""},
      {"hostname = \"a b\"", "p/dev.toml:1:12: hostname: \"a b\" is not a host name"},
      {"hostname = \"\\u001b]0;x\\u0007\"",
       "p/dev.toml:1:12: hostname: \"\\x1b]0;x\\x07\" is not a host name"},
      {"image = \"\"", "p/dev.toml:1:9: image: expected the name or directory of an image, found nothing"},
      {"image = \"a\\u0000b\"", "p/dev.toml:1:9: image: has a NUL character in it"},
      {"extends = \"\"", "p/dev.toml:1:11: extends: expected the name of a profile, found nothing"},
      {"command = [\"\"]", "p/dev.toml:1:12: command[1]: a command cannot be empty"},
      {"[env]\npass = [\"A=B\"]", "p/dev.toml:2:9: env.pass[1]: the variable name \"A=B\" has a \"=\" in it"},
      {"[env]\npass = [\"\"]", "p/dev.toml:2:9: env.pass[1]: the variable name \"\" is empty"},
      {"[env]\nset = { \"A B\" = \"1\" }",
       "p/dev.toml:2:17: env.set.A B: the variable name \"A B\" has a blank in it"},
      {"[network]\nallow = [\"http://a\"]",
       "p/dev.toml:2:10: network.allow[1]: \"http://a\": \"//a\" is not a port"},
      {"[network]\npublish = [\"80:\"]",
       "p/dev.toml:2:12: network.publish[1]: \"80:\": the port inside is missing"},
      {"[security]\nseccomp = \"tight\"",
       "p/dev.toml:2:11: security.seccomp: \"tight\" is not strict, default, dev or off"},
      {"[security.seccomp]\nallow = [\"PTRACE\"]",
       "p/dev.toml:2:10: security.seccomp.allow[1]: \"PTRACE\" is not the name of a system call"},
      {"[security]\ncaps = [\"NET RAW\"]",
       "p/dev.toml:2:9: security.caps[1]: \"NET RAW\" is not the name of a capability"},
  };
  check_bad(bad);
}

TEST_CASE("bad mounts are told with their place") {
  const Bad bad[] = {
      {"[[mount]]\nsource = \"/a\"", "p/dev.toml:1:1: mount[1]: there is no target"},
      {"[[mount]]\ntarget = \"/a\"", "p/dev.toml:1:1: mount[1]: there is no source"},
      {"[[mount]]\nsource = \"\"\ntarget = \"/a\"",
       "p/dev.toml:2:10: mount[1].source: expected a path on the host, found nothing"},
      {"[[mount]]\nsource = \"/a\"\ntarget = \"a\"",
       "p/dev.toml:3:10: mount[1].target: the target \"a\" is not an absolute path"},
      {"[[mount]]\nsource = \"/a\"\ntarget = \"/a/../b\"",
       "p/dev.toml:3:10: mount[1].target: the target \"/a/../b\" has \"..\" in it"},
      {"[[mount]]\nsource = \"/a\"\ntarget = \"/proc/sys\"",
       "p/dev.toml:3:10: mount[1].target: the target \"/proc/sys\" is made by snug itself"},
      {"[[mount]]\ntype = \"volume\"\ntarget = \"/a\"",
       "p/dev.toml:2:8: mount[1].type: \"volume\" is not bind, cow or tmpfs"},
      {"[[mount]]\naccess = \"wr\"\ntarget = \"/a\"",
       "p/dev.toml:2:10: mount[1].access: \"wr\" is not ro or rw"},
      {"[[mount]]\ntype = \"tmpfs\"\ntarget = \"/a\"\nsource = \"/b\"",
       "p/dev.toml:4:10: mount[1].source: a tmpfs has no source"},
      {"[[mount]]\ntarget = \"/a\"\nsource = \"/b\"\nsize = \"1M\"",
       "p/dev.toml:4:8: mount[1].size: is for type = \"tmpfs\""},
      {"[[mount]]\ntype = \"tmpfs\"\ntarget = \"/a\"\nsize = \"2 bananas\"",
       "p/dev.toml:4:8: mount[1].size: \"2 bananas\" is not a size such as 512M or 2G"},
      {"[[mount]]\ntype = \"tmpfs\"\ntarget = \"/a\"\nmode = 1777",
       "p/dev.toml:4:8: mount[1].mode: expected an octal mode in quotes such as \"1777\", found an integer"},
      {"[[mount]]\ntype = \"cow\"\nsource = \"/b\"\ntarget = \"/a\"\naccess = \"ro\"",
       "p/dev.toml:5:10: mount[1].access: a cow mount is always writable; use type = \"bind\" to share "
       "read-only"},
      {"[[mount]]\nsource = \"/a\"\ntarget = \"/t\"\n[[mount]]\nsource = \"/b\"\ntarget = \"/t/\"",
       "p/dev.toml:6:10: mount[2].target: \"/t/\" is already a target, at dev.toml:1"},
  };
  check_bad(bad);
}

}  // namespace profile_test
