#include "launch/lower.h"

#include <linux/mount.h>
#include <sys/resource.h>

#include <catch2/catch.hpp>
#include <cstring>

namespace lower_test {

using namespace snug;
using namespace snug::launch;
using namespace snug::plan;
using namespace snug::spec;
using child::Op;
using child::OpCode;

namespace {

Plan plan_of(std::vector<Step> steps) {
  Plan plan;
  for (Step& step : steps) plan.steps.push_back({Phase::Root, Actor::Init, std::move(step), {}});
  return plan;
}

// The program with all that it points into.
struct Lowered {
  explicit Lowered(std::vector<Step> steps, LaunchFacts given = {})
      : plan{plan_of(std::move(steps))}, facts{std::move(given)}, lowered{plan, facts} {
    REQUIRE(lowered.lower());
  }
  Plan plan;
  LaunchFacts facts;
  LoweredProgram lowered;

  const child::Program& program() const { return lowered.program(); }
  const child::Payload& payload() const { return program().payload; }
  const Op& op(std::size_t i) const {
    REQUIRE(i < program().count);
    return program().ops[i];
  }
};

std::vector<std::string> list(const char* const* items) {
  std::vector<std::string> texts;
  for (; *items; ++items) texts.emplace_back(*items);
  return texts;
}

// The count, and the null behind it, which execve(2) goes by.
std::vector<std::string> list(const child::TextList& texts) {
  CHECK(texts.items[texts.count] == nullptr);
  const auto found = list(texts.items);
  CHECK(found.size() == texts.count);
  return found;
}

std::uint64_t attributes_of(const BindMount& step) {
  return Lowered{{step}}.op(0).bind.attributes;
}

}  // namespace

TEST_CASE("an operation carries the index of its step, and the supervisor's steps have none") {
  const Lowered l{{PrepareDisk{"/store"}, CreateNamespaces{}, JoinKeyring{}, Timeout{}, PivotRoot{}}};
  REQUIRE(l.program().count == 2);
  CHECK(l.op(0).code == OpCode::JoinKeyring);
  CHECK(l.op(0).step == 2);
  CHECK(l.op(1).code == OpCode::PivotRoot);
  CHECK(l.op(1).step == 4);
  CHECK(l.program().create_step == 1);
}

TEST_CASE("overlay layers are lowered top first, with what was seen of each") {
  const OverlayRoot root{.layers = {{.path = "/bottom", .dev = 1, .ino = 10, .mode = 0700},
                                    {.path = "/middle", .dev = 2, .ino = 20, .mode = 0711},
                                    {.path = "/top", .dev = 3, .ino = 30, .mode = 0755}}};
  const Lowered l{{root}};
  const auto& overlay = l.op(0).overlay;
  REQUIRE(overlay.count == 3);
  CHECK(std::string{overlay.layers[0].path} == "/top");
  CHECK(std::string{overlay.layers[1].path} == "/middle");
  CHECK(std::string{overlay.layers[2].path} == "/bottom");
  CHECK(overlay.layers[0].seen.dev == 3);
  CHECK(overlay.layers[2].seen.ino == 10);
  CHECK(overlay.mode == 0755);  // the topmost layer's
  CHECK(overlay.size == nullptr);
  CHECK(overlay.disk == nullptr);
  CHECK_FALSE(overlay.fuse);
}

TEST_CASE("an upper layer on disk is the directory that was made for this run") {
  const OverlayRoot root{
      .layers = {{.path = "/l"}}, .driver = OverlayDriver::Fuse, .upper = UpperPlace::Disk};
  const Lowered l{{root}, {.disk_upper = "/store/run-1"}};
  CHECK(std::string{l.op(0).overlay.disk} == "/store/run-1/root");
  CHECK(l.op(0).overlay.fuse);
  // Without one on disk the directory is not used, whatever the launcher has.
  OverlayRoot memory = root;
  memory.upper = UpperPlace::Tmpfs;
  memory.size = 4096;
  const Lowered m{{memory}, {.disk_upper = "/store/run-1"}};
  CHECK(m.op(0).overlay.disk == nullptr);
  CHECK(std::string{m.op(0).overlay.size} == "4096");
}

TEST_CASE("a bind mount is nosuid and nodev, and read-only unless it is to be written to") {
  constexpr std::uint64_t kBase = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;
  CHECK(attributes_of({.source = "/s", .target = "/t"}) == (kBase | MOUNT_ATTR_RDONLY));
  CHECK(attributes_of({.source = "/s", .target = "/t", .access = Access::ReadWrite}) == kBase);
  CHECK(attributes_of({.source = "/s", .target = "/t", .access = Access::ReadWrite, .devices = true}) ==
        MOUNT_ATTR_NOSUID);
}

TEST_CASE("a bind mount takes along what was seen of its source") {
  const Lowered l{{BindMount{.source = "/s",
                             .target = "/t",
                             .missing = Missing::Skip,
                             .seen = {.kind = FileKind::Directory, .dev = 7, .ino = 9}},
                   BindMount{.source = "/f", .target = "/g"}}};
  CHECK(std::string{l.op(0).bind.source.path} == "/s");
  CHECK(std::string{l.op(0).bind.target} == "/t");
  CHECK(l.op(0).bind.source.seen.dev == 7);
  CHECK(l.op(0).bind.source.seen.ino == 9);
  CHECK(l.op(0).bind.directory);
  CHECK(l.op(0).bind.optional);
  CHECK_FALSE(l.op(1).bind.directory);
  CHECK_FALSE(l.op(1).bind.optional);
}

TEST_CASE("a tmpfs has its mode in octal, and no size where none was asked for") {
  const Lowered l{{MountTmpfs{.target = "/a", .mode = 0750},
                   MountTmpfs{.target = "/b", .size = 1048576, .access = Access::ReadOnly}, TmpfsRoot{},
                   TmpfsRoot{512}}};
  CHECK(std::string{l.op(0).tmpfs.mode} == "750");
  CHECK(l.op(0).tmpfs.size == nullptr);
  CHECK(l.op(0).tmpfs.attributes == 0);
  CHECK(std::string{l.op(1).tmpfs.mode} == "1777");
  CHECK(std::string{l.op(1).tmpfs.size} == "1048576");
  CHECK(l.op(1).tmpfs.attributes == MOUNT_ATTR_RDONLY);
  CHECK(l.op(2).tmpfs_root.size == nullptr);
  CHECK(std::string{l.op(3).tmpfs_root.size} == "512");
}

TEST_CASE("id maps are lines as the kernel reads them") {
  const Lowered l{{MapSelf{.uid = {33, 1000, 1}, .gid = {34, 1001, 1}}, MapRange{}}};
  CHECK(std::string{l.op(0).maps.uid_map} == "33 1000 1\n");
  CHECK(std::string{l.op(0).maps.gid_map} == "34 1001 1\n");
  CHECK(l.op(1).code == OpCode::AwaitMaps);
}

TEST_CASE("a made file may hold any bytes") {
  const std::string bytes{"a\0b", 3};
  const Lowered l{{BindText{"/f", bytes, 0600}}};
  CHECK(std::string(l.op(0).file.text, l.op(0).file.size) == bytes);
  CHECK(l.op(0).file.mode == 0600);
}

TEST_CASE("kernel settings are paths below /proc/sys, limits are numbers") {
  const Lowered l{{SetSysctl{"net/ipv4/x", "0"}, SetHostname{"box"}, LimitResource{"nofile", 1, 2},
                   LimitResource{"core", 0, 0}}};
  CHECK(std::string{l.op(0).sysctl.path} == "/proc/sys/net/ipv4/x");
  CHECK(std::string{l.op(0).sysctl.value} == "0");
  CHECK(std::string(l.op(1).hostname.name, l.op(1).hostname.size) == "box");
  CHECK(l.op(2).limit.resource == RLIMIT_NOFILE);
  CHECK(l.op(2).limit.soft == 1);
  CHECK(l.op(2).limit.hard == 2);
  CHECK(l.op(3).limit.resource == RLIMIT_CORE);
}

TEST_CASE("lists end with a null, empty ones too") {
  const Lowered l{{MountDev{{"/dev/null", "/dev/zero"}}, MountProc{.read_only = {"sys"}},
                   MountSys{.masked = {"firmware"}}, Execute{{"sh", "-c", ""}, {"/bin/sh", "/usr/bin/sh"}},
                   SetEnvironment{}}};
  CHECK(list(l.op(0).dev.devices) == std::vector<std::string>{"/dev/null", "/dev/zero"});
  CHECK(list(l.op(1).proc.read_only) == std::vector<std::string>{"sys"});
  CHECK(list(l.op(1).proc.masked).empty());
  CHECK(list(l.op(2).sys.masked) == std::vector<std::string>{"firmware"});
  CHECK(list(l.payload().argv) == std::vector<std::string>{"sh", "-c", ""});
  CHECK(list(l.payload().candidates) == std::vector<std::string>{"/bin/sh", "/usr/bin/sh"});
  CHECK(list(l.payload().envp).empty());
}

TEST_CASE("the environment is NAME=value in order, and stays in place however large it is") {
  SetEnvironment step{{{"A", "1", {}}, {"EMPTY", "", {}}, {"EQUALS", "x=y", {}}}};
  for (int i = 0; i < 2000; ++i) step.variables.push_back({"V" + std::to_string(i), "short", {}});
  const Lowered l{{step, MountDev{std::vector<std::string>(100, "/dev/null")}}};
  const auto environment = list(l.payload().envp);
  REQUIRE(environment.size() == 2003);
  CHECK(environment[0] == "A=1");
  CHECK(environment[1] == "EMPTY=");
  CHECK(environment[2] == "EQUALS=x=y");
  CHECK(environment[2002] == "V1999=short");
}

TEST_CASE("the payload's steps are reported as their own") {
  const Lowered l{{KeepCapabilities{.keep = 5},
                   BecomeUser{.uid = 33, .gid = 34, .groups = {4, 5}, .set = true}, EnterDir{"/work"},
                   SetEnvironment{}, InstallSeccomp{}, Execute{{"x"}, {"/x"}}}};
  const child::Payload& payload = l.payload();
  CHECK(payload.user_step == 1);
  CHECK(payload.dir_step == 2);
  CHECK(payload.filter_step == 4);
  CHECK(payload.execute_step == 5);
  CHECK(payload.set_user);
  CHECK(payload.uid == 33);
  CHECK(payload.gid == 34);
  CHECK(std::vector<gid_t>(payload.groups, payload.groups + payload.group_count) == std::vector<gid_t>{4, 5});
  CHECK(std::string{payload.workdir} == "/work");
  CHECK(payload.filter_size > 0);
  CHECK(l.op(0).capabilities.keep == 5);
}

TEST_CASE("only a payload that is not root needs its capabilities to be ambient") {
  CHECK(Lowered{{KeepCapabilities{.keep = 5}, BecomeUser{.uid = 0}}}.payload().ambient == 0);
  CHECK(Lowered{{KeepCapabilities{.keep = 5}, BecomeUser{.uid = 7}}}.payload().ambient == 5);
}

TEST_CASE("init confines itself first only where it is the payload's equal") {
  CHECK(Lowered{{BecomeUser{}, InstallSeccomp{}}}.payload().confine_early);
  CHECK_FALSE(Lowered{{BecomeUser{.set = true}, InstallSeccomp{}}}.payload().confine_early);
  // The profile may have denied what init itself has still to call.
  CHECK_FALSE(Lowered{{BecomeUser{}, InstallSeccomp{{.deny = {"wait4"}}}}}.payload().confine_early);
}

TEST_CASE("a terminal is opened where a standard descriptor is to be one, and else not") {
  CHECK(Lowered{{OpenTerminal{.always = true}}}.program().count == 0);
  const Lowered l{{OpenTerminal{}}, {.terminal_fds = 5, .rows = 24, .columns = 80}};
  CHECK(l.op(0).terminal.rows == 24);
  CHECK(l.op(0).terminal.columns == 80);
  CHECK(l.payload().has_terminal);
  CHECK(l.payload().terminal_fds == 5);
}

TEST_CASE("a filter with a call that is none cannot be lowered") {
  const Plan plan = plan_of({InstallSeccomp{{.allow = {"no_such_call"}}}});
  const LaunchFacts facts;
  LoweredProgram lowered{plan, facts};
  CHECK_FALSE(lowered.lower());
}

TEST_CASE("a trial is marked as one") {
  CHECK(Lowered{{}, {.setup_only = true}}.program().setup_only);
  CHECK_FALSE(Lowered{{}}.program().setup_only);
}

}  // namespace lower_test
