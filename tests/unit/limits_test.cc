// Limits: their texts, what a plan makes of them, and where a process is among the cgroups.
#include "plan/limits.h"

#include <catch2/catch.hpp>
#include <functional>

#include "cgroup/where.h"
#include "client/usage.h"
#include "plan/plan.h"
#include "spec/limits.h"
#include "spec/merge.h"
#include "spec/settings.h"
#include "support/fake_host.h"

namespace limits_test {

using namespace snug;
using namespace snug::client;
using namespace snug::image;
using namespace snug::plan;
using namespace snug::spec;

namespace {

constexpr std::string_view kUnifiedMount =
    "24 1 0:22 / /sys rw - sysfs sysfs rw\n"
    "30 24 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n";

Spec spec_with(const std::function<void(Spec&)>& change) {
  Spec spec = merge_layers({});
  spec.command = {{"true"}, {"command line"}};
  change(spec);
  return spec;
}

Result<Plan> plan_of(const Spec& spec, const FakeHost& host) {
  const Image image{.name = "debian",
                    .layers = {{.path = "/images/debian", .dev = 1, .ino = 2, .uid = 1000, .mode = 0755}},
                    .users = {{"root", 0, 0, "/root", "/bin/sh"}}};
  return make_plan(spec, image, host);
}

TEST_CASE("cpusets, ulimits, io-max and hugetlb are read as their manuals write them") {
  for (const char* good : {"0", "0-3", "0-3,6", "1,2,9-10"}) CHECK(check_cpuset(good, "x"));
  for (const char* bad : {"", "a", "3-1", "1,", "-1", "1-", "0-3;6", "70000"})
    CHECK_FALSE(check_cpuset(bad, "x"));
  CHECK(parse_ulimit("nofile=64", "x") == Ulimit{"nofile", 64, 64});
  CHECK(parse_ulimit("NPROC=1:2", "x") == Ulimit{"nproc", 1, 2});
  CHECK(parse_ulimit("core=0:-1", "x") == Ulimit{"core", 0, kUnlimited});
  for (const char* bad : {"", "nofile", "nofile=", "nofile=2:1", "files=1", "nofile=1:x", "nofile=-2"})
    CHECK_FALSE(parse_ulimit(bad, "x"));
  CHECK(parse_ulimit("nofil=1", "x").error().hint == "did you mean nofile?");
  const auto io = parse_io_max("/dev/vda rbps=1M wiops=5", "x");
  REQUIRE(io);
  CHECK(*io == std::vector<IoLimit>{{"/dev/vda", "rbps", 1 << 20}, {"/dev/vda", "wiops", 5}});
  CHECK(parse_io_max("8:16 wbps=1", "x"));
  for (const char* bad : {"", "/dev/vda", "vda rbps=1", "/dev/vda rbps", "/dev/vda bps=1", "/dev/vda rbps=0",
                          "/dev/vda  rbps=1"})
    CHECK_FALSE(parse_io_max(bad, "x"));
  CHECK(io_max_of("rbps", "/dev/vda:10mb", "x") == "/dev/vda rbps=10mb");
  CHECK_FALSE(io_max_of("rbps", "/dev/vda", "x"));
  CHECK(parse_hugetlb("2MB=64M", "x") == HugetlbLimit{"2MB", 64 << 20});
  for (const char* bad : {"2MB", "2=64M", "../MB=1", "MB=1", "2MB=x"}) CHECK_FALSE(parse_hugetlb(bad, "x"));
}

TEST_CASE("docker's weights become those of version 2") {
  CHECK(cpu_weight_of(2) == 1);
  CHECK(cpu_weight_of(1024) == 39);
  CHECK(cpu_weight_of(262144) == 10000);
  CHECK(io_weight_of(10) == 1);
  CHECK(io_weight_of(1000) == 10000);
}

TEST_CASE("limits become the kernel's files, in the order of writing") {
  FakeHost host;
  const Spec spec = spec_with([](Spec& s) {
    s.memory = Setting<std::uint64_t>{64 << 20, {"--memory"}};
    s.cpus = Setting<double>{1.5, {}};
    s.pids = Setting<std::uint64_t>{50, {}};
  });
  const auto limits = wanted_limits(spec, host);
  REQUIRE(limits);
  std::vector<std::string> lines;
  for (const WantedLimit& wanted : *limits) lines.push_back(wanted.limit.file + "=" + wanted.limit.value);
  CHECK(lines == std::vector<std::string>{"memory.oom.group=1", "memory.max=67108864",
                                          "memory.swap.max=67108864", "cpu.max=150000 100000",
                                          "pids.max=50"});
  // Nobody asked for the swap: a kernel without the file is as good.
  CHECK(limits->at(2).limit.optional);
}

TEST_CASE("a plan with limits has a cgroup of its own, and one without has none") {
  FakeHost host;
  const auto plain = plan_of(spec_with([](Spec&) {}), host);
  REQUIRE(plain);
  CHECK_FALSE(find_step<LimitGroup>(*plain));
  CHECK(find_step<CreateNamespaces>(*plain)->cgroup);
  const auto plan = plan_of(spec_with([](Spec& s) { s.pids = Setting<std::uint64_t>{50, {}}; }), host);
  REQUIRE(plan);
  REQUIRE(find_step<LimitGroup>(*plan));
  CHECK(find_step<LimitGroup>(*plan)->controllers == std::vector<std::string>{"pids"});
  CHECK_FALSE(find_step<CreateNamespaces>(*plan)->cgroup);
  CHECK(find_step<NewCgroupNamespace>(*plan));
  CHECK(find_step<MountCgroup>(*plan));
}

TEST_CASE("a controller that is not delegated stops the run, or is told where limits are not required") {
  FakeHost host;
  const auto io = [](bool required) {
    return spec_with([&](Spec& s) {
      s.io_weight = Setting<std::uint64_t>{100, {"dev.toml:3"}};
      s.pids = Setting<std::uint64_t>{50, {}};
      s.limits_required.value = required;
    });
  };
  const auto refused = plan_of(io(true), host);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().step.find(
            "limits.io-weight cannot be enforced: the io controller is not delegated") == 0);
  CHECK(refused.error().origin == "dev.toml:3");
  const auto soft = plan_of(io(false), host);
  REQUIRE(soft);
  CHECK(find_step<LimitGroup>(*soft)->limits.size() == 1);
  CHECK(soft->notes.back().text.find("without these limits: io-weight") == 0);
  host.delegated = {.problem = "no systemd", .hint = "log in"};
  const auto nobody = plan_of(io(true), host);
  REQUIRE_FALSE(nobody);
  CHECK(nobody.error().hint.find("log in") == 0);
  const auto nothing = plan_of(io(false), host);
  REQUIRE(nothing);
  CHECK_FALSE(find_step<LimitGroup>(*nothing));
  CHECK(find_step<CreateNamespaces>(*nothing)->cgroup);
}

TEST_CASE("a later ulimit of the same name wins, also over the one that is always there") {
  FakeHost host;
  const auto plan = plan_of(spec_with([](Spec& s) {
                              s.ulimits = {{"nproc=5", {}}, {"core=7", {}}, {"nproc=6:8", {}}};
                            }),
                            host);
  REQUIRE(plan);
  std::vector<LimitResource> limits;
  for (const PlannedStep& planned : plan->steps)
    if (const auto* limit = std::get_if<LimitResource>(&planned.step))
      limits.push_back(*limit);
  CHECK(limits == std::vector<LimitResource>{{"core", 7, 7}, {"nproc", 6, 8}});
}

TEST_CASE("a process's own cgroup is found below the mount that shows it") {
  using cgroup::locate;
  using cgroup::Place;
  CHECK(locate("0::/user.slice/a.scope\n", kUnifiedMount) ==
        Place{"/sys/fs/cgroup", "/sys/fs/cgroup/user.slice/a.scope"});
  CHECK(locate("0::/\n", kUnifiedMount) == Place{"/sys/fs/cgroup", "/sys/fs/cgroup"});
  // A hybrid hierarchy, and a container's mount of a part.
  CHECK(
      locate("1:name=systemd:/x\n0::/a\n", "31 24 0:27 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n") ==
      Place{"/sys/fs/cgroup/unified", "/sys/fs/cgroup/unified/a"});
  CHECK(locate("0::/docker/7/b\n", "31 24 0:27 /docker/7 /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n") ==
        Place{"/sys/fs/cgroup", "/sys/fs/cgroup/b"});
  CHECK_FALSE(locate("0::/docker/77/b\n", "31 24 0:27 /docker/7 /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n"));
  CHECK_FALSE(locate("0::/../other\n", kUnifiedMount));
  CHECK_FALSE(locate("4:memory:/x\n", "33 24 0:29 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"));
  CHECK(cgroup::below_user_manager(
      "/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/app.slice/a.scope"));
  CHECK_FALSE(cgroup::below_user_manager("/sys/fs/cgroup/user.slice/user-1000.slice/session-2.scope"));
}

TEST_CASE("io.stat is summed over the devices") {
  constexpr std::string_view kText = "253:0 rbytes=100 wbytes=7 rios=1\n253:16 rbytes=11 wbytes=3 rios=1\n";
  CHECK(io_sum(kText, "rbytes") == 111);
  CHECK(io_sum(kText, "wbytes") == 10);
  CHECK(io_sum("", "rbytes") == 0);
}

}  // namespace
}  // namespace limits_test
