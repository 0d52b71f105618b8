// Texts of procfs as facts, and the AppArmor profile.
#include <catch2/catch.hpp>

#include "cgroup/where.h"
#include "doctor/apparmor.h"
#include "doctor/proc_text.h"
#include "host/kernel_version.h"

namespace doctor_text_test {

using namespace snug;
using namespace snug::host;
using namespace snug::sys;
using namespace snug::doctor;

namespace {

constexpr const char* kMounts =
    "21 1 254:0 / / rw,relatime shared:1 - ext4 /dev/root rw\n"
    "22 21 0:20 / /proc rw,nosuid - proc proc rw\n"
    "23 22 0:21 / /proc/sys/fs/binfmt_misc rw - autofs systemd-1 rw\n"
    "24 22 0:22 /null /proc/kcore rw,nosuid - tmpfs tmpfs rw\n"
    "25 22 0:23 / /proc/scsi ro - tmpfs tmpfs ro\n"
    "26 21 0:24 / /home/a\\040b rw - ext4 /dev/b rw\n"
    "27 21 0:25 / /sys rw - sysfs sysfs rw\n"
    "28 27 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n"
    "29 27 0:27 / /sys/firmware ro - tmpfs tmpfs ro\n"
    "no line at all\n";

}  // namespace

TEST_CASE("mountinfo") {
  const auto mounts = parse_mountinfo(kMounts);
  REQUIRE(mounts.size() == 9);
  CHECK(mounts[5] == MountLine{"/", "/home/a b", "rw", "ext4", "rw"});
  CHECK(mount_of(mounts, "/home/a b/c")->target == "/home/a b");
  CHECK(mount_of(mounts, "/home/a")->target == "/");
  CHECK(mount_of({}, "/") == nullptr);
}

TEST_CASE("only what hides a part of /proc or /sys counts") {
  const auto mounts = parse_mountinfo(kMounts);
  CHECK(hiding_mounts(mounts, "/proc") == std::vector<std::string>{"/proc/kcore", "/proc/scsi"});
  CHECK(hiding_mounts(mounts, "/sys") == std::vector<std::string>{"/sys/firmware"});
}

TEST_CASE("status, maps, cgroup, versions") {
  CHECK(status_field("Name:\tx\nSeccomp:\t2\nSeccomp_filters:\t1\n", "Seccomp") == "2");
  CHECK(status_field("Name:\tx\n", "Seccomp").empty());
  CHECK(parse_id_map("         0          0 4294967295\n") == std::vector<IdRange>{{0, 0, UINT32_MAX}});
  CHECK(parse_id_map("0 1000\n-1 2 3\n").empty());
  CHECK(cgroup::own_path("4:memory:/x\n0::/user.slice\n") == "/user.slice");
  CHECK(cgroup::own_path("4:memory:/x\n").empty());
  CHECK(parse_kernel_version("6.1.0-18-amd64") == KernelVersion{6, 1});
  CHECK(words_of(" 1\t0\n") == std::vector<std::string>{"1", "0"});
}

TEST_CASE("whose subordinate ids overlap") {
  const std::string text = "alice:100000:65536\nbob:165535:10\ncarol:165536:10\nmallory:x:1\n";
  CHECK(overlapping_users(text, "alice", {{0, 100000, 65536}}) == std::vector<std::string>{"bob"});
}

TEST_CASE("an AppArmor profile is bound to one path, and cannot be broken out of") {
  const auto profile = apparmor_profile("/home/alice/.local/bin/snug");
  REQUIRE(profile);
  CHECK(profile->find("profile snug \"/home/alice/.local/bin/snug\" flags=(unconfined)") !=
        std::string::npos);
  CHECK(profile->find("\n  userns,\n") != std::string::npos);
  CHECK(apparmor_profile("/a b/snug"));
  for (const char* path : {"", "snug", "/a\"/snug", "/*/snug", "/a\n/snug", "/{a,b}/snug"})
    CHECK_FALSE(apparmor_profile(path));
}

}  // namespace doctor_text_test
