#include "plan/visibility.h"

#include <catch2/catch.hpp>

namespace visibility_test {

using namespace snug;
using namespace snug::plan;
using namespace snug::spec;

namespace {

Plan plan_of(std::vector<Step> steps) {
  Plan plan;
  for (Step& step : steps) plan.steps.push_back({Phase::Root, Actor::Init, std::move(step), {}});
  return plan;
}

BindMount bind(std::string source, std::string target, Access access = Access::ReadOnly) {
  return {.source = std::move(source), .target = std::move(target), .access = access};
}

}  // namespace

TEST_CASE("the last step that covers a path decides how it is seen") {
  const Plan plan = plan_of({TmpfsRoot{}, bind("/srv/a", "/a", Access::ReadWrite),
                             MountTmpfs{.target = "/a/b"}, bind("/srv/c", "/a/b/c")});
  const Visibility a = look_up(plan, "/a/x/y");
  CHECK(a.text == "/srv/a/x/y on the host, read-write");
  CHECK(a.writable);
  CHECK(a.step == 1);
  CHECK(look_up(plan, "/a").text == "/srv/a on the host, read-write");
  CHECK(look_up(plan, "/a/b/x").step == 2);
  CHECK(look_up(plan, "/a/b/c/x").text == "/srv/c/x on the host, read-only");
  CHECK_FALSE(look_up(plan, "/a/b/c").writable);
  CHECK(look_up(plan, "/elsewhere").step == 0);
}

TEST_CASE("a name that only begins like a target is not below it") {
  const Plan plan = plan_of({TmpfsRoot{}, bind("/srv/a", "/a")});
  CHECK(look_up(plan, "/ab").step == 0);
  CHECK(look_up(plan, "/ab").writable);
  CHECK(look_up(plan, "/").step == 0);
}

TEST_CASE("a file on the root of the source is named with one slash") {
  CHECK(
      look_up(plan_of({TmpfsRoot{}, bind("/srv", "/mnt")}), "/mnt/x").text.starts_with("/srv/x on the host"));
}

TEST_CASE("a mount that comes later hides what was below its target") {
  const Plan plan = plan_of({TmpfsRoot{}, bind("/srv/c", "/a/b/c"), MountTmpfs{.target = "/a"}});
  CHECK(look_up(plan, "/a/b/c").step == 2);
}

TEST_CASE("an image's path is named in each layer, the topmost first") {
  const Plan plan = plan_of({OverlayRoot{.layers = {{.path = "/i/bottom"}, {.path = "/i/top"}}}});
  const Visibility seen = look_up(plan, "/etc/os-release");
  CHECK(seen.writable);
  CHECK(seen.text.find("/i/top/etc/os-release, else /i/bottom/etc/os-release") != std::string::npos);
  CHECK(look_up(plan, "/").text.find("(/i/top, else /i/bottom)") != std::string::npos);
}

TEST_CASE("a read-only root takes the right to write from what is on the root, and from nothing else") {
  const Plan plan =
      plan_of({TmpfsRoot{}, MountTmpfs{.target = "/tmp"}, bind("/srv", "/rw", Access::ReadWrite),
               BindText{"/etc/hosts", "x"}, RootReadOnly{}});
  CHECK_FALSE(look_up(plan, "/usr").writable);
  CHECK_FALSE(look_up(plan, "/").writable);
  CHECK(look_up(plan, "/tmp/x").writable);
  CHECK(look_up(plan, "/rw/x").writable);
}

TEST_CASE("what is made on a read-only root cannot be written to") {
  const Plan plan =
      plan_of({TmpfsRoot{}, MakeDir{"/root"}, MakeSymlink{"/bin", "usr/bin"}, BindText{"/etc/passwd", "x"},
               MountTmpfs{.target = "/tmp"}, MakeDir{"/tmp/made"}, RootReadOnly{}});
  CHECK_FALSE(look_up(plan, "/root").writable);
  CHECK_FALSE(look_up(plan, "/root/x").writable);
  CHECK_FALSE(look_up(plan, "/bin").writable);
  CHECK_FALSE(look_up(plan, "/etc/passwd").writable);
  CHECK(look_up(plan, "/tmp/made").writable);
}

TEST_CASE("a made file is a mount of its own on an image's root, and ends at the second wall") {
  std::vector<Step> steps{OverlayRoot{.layers = {{.path = "/i"}}},
                          MountDev{{"/dev/null"}},
                          MountProc{},
                          MountTmpfs{.target = "/tmp"},
                          BindText{"/etc/hosts", "x"},
                          RootReadOnly{}};
  CHECK(look_up(plan_of(steps), "/etc/hosts").writable);
  steps.push_back(ApplyLandlock{.abi = 2, .writable = {"/tmp"}});
  const Plan plan = plan_of(steps);
  CHECK_FALSE(look_up(plan, "/etc/hosts").writable);
  CHECK(look_up(plan, "/tmp/x").writable);
  CHECK(look_up(plan, "/dev/null").writable);
  CHECK(look_up(plan, "/proc/self/oom_score_adj").writable);
}

TEST_CASE("/proc, /sys and /dev: what is hidden, what is read-only, what is a device") {
  const Plan plan = plan_of(
      {TmpfsRoot{}, MountDev{{"/dev/null"}}, MountDevpts{}, MountTmpfs{.target = "/dev/shm"},
       MountProc{.read_only = {"sys"}, .masked = {"keys", "acpi"}}, MountSys{.masked = {"firmware"}}});
  CHECK(look_up(plan, "/proc/keys").text == "hidden: empty");
  CHECK_FALSE(look_up(plan, "/proc/acpi/x").writable);
  CHECK(look_up(plan, "/proc/keys2").text != "hidden: empty");
  CHECK_FALSE(look_up(plan, "/proc/sys/kernel/core_pattern").writable);
  CHECK(look_up(plan, "/proc/self/oom_score_adj").writable);
  CHECK(look_up(plan, "/sys/firmware/efi").text == "hidden: empty");
  CHECK_FALSE(look_up(plan, "/sys/class").writable);
  CHECK(look_up(plan, "/dev/null").text == "the host's device");
  CHECK(look_up(plan, "/dev/fd").text == "in the sandbox's own /dev");
  CHECK(look_up(plan, "/dev/pts/0").step == 2);
  CHECK(look_up(plan, "/dev/shm/x").step == 3);
}

TEST_CASE("an outer /proc can be looked at only") {
  const Plan plan = plan_of({TmpfsRoot{}, MountProc{.own = false, .masked = {"keys"}}});
  CHECK_FALSE(look_up(plan, "/proc/self/oom_score_adj").writable);
  CHECK(look_up(plan, "/proc/1").text.find("of outside") != std::string::npos);
  CHECK(look_up(plan, "/proc/keys").text == "hidden: empty");
}

TEST_CASE("a directory that snug makes is what it was before where something is there already") {
  const Plan plan = plan_of({TmpfsRoot{}, bind("/srv", "/work"), MakeDir{"/work"}, MakeDir{"/new"}});
  CHECK(look_up(plan, "/work").text == "/srv on the host, read-only");
  CHECK_FALSE(look_up(plan, "/work").writable);
  CHECK_FALSE(look_up(plan, "/work/x").writable);
  CHECK(look_up(plan, "/new").writable);
}

TEST_CASE("links and made files are said to be such") {
  const Plan plan = plan_of({TmpfsRoot{}, MakeSymlink{"/bin", "usr/bin"}, BindText{"/etc/hosts", "x"},
                             BindText{.target = "/etc/services", .text = "x", .copied = true}});
  CHECK(look_up(plan, "/bin").text == "a link to usr/bin");
  CHECK(look_up(plan, "/etc/hosts").text == "a file made by snug for this sandbox");
  CHECK(look_up(plan, "/etc/services").text == "a copy of the host's");
}

TEST_CASE("a source's control bytes are escaped in the answer") {
  const Plan plan = plan_of({TmpfsRoot{}, bind("/srv/\x1b[31m", "/mnt")});
  CHECK(look_up(plan, "/mnt/\n").text.find_first_of("\x1b\n") == std::string::npos);
}

}  // namespace visibility_test
