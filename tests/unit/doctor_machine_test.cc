// Limits, network and what else a machine may lack, from facts; and the hint that an error of a run gets.
#include <catch2/catch.hpp>
#include <cerrno>

#include "../support/doctor_facts.h"
#include "../support/fake_host.h"
#include "doctor/explain.h"

namespace doctor_machine_test {

using namespace snug;
using namespace snug::plan;
using namespace snug::spec;
using namespace snug::doctor;

TEST_CASE("16: a controller is not delegated") {
  Facts facts = healthy();
  facts.cgroup.yours = {"memory", "pids"};
  const Finding finding = finding_of(facts, "limits");
  CHECK(finding.level == Level::Degraded);
  CHECK(has(finding.consequence, "only memory, pids"));
  CHECK(has(finding.cause, "cpu, io, cpuset are not delegated to user@1000.service (it has: memory pids)"));
  CHECK(advises(finding, "Delegate=cpu cpuset io memory pids"));
  CHECK(finding.who == Who::Root);
  // A controller that the kernel does not have is not missed.
  facts.cgroup.present = {"memory", "pids"};
  CHECK(finding_of(facts, "limits").level == Level::Ok);
}

TEST_CASE("17: no systemd of the user's") {
  Facts facts = healthy();
  facts.cgroup.bus = EACCES;
  facts.cgroup.runtime_dir = "/run/user/0";
  facts.cgroup.runtime_owner = 0;
  Finding finding = finding_of(facts, "limits");
  CHECK(has(finding.cause, "belongs to user 0: you came in by su"));
  CHECK(advises(finding, "machinectl shell alice@"));
  CHECK(advises(finding, "XDG_RUNTIME_DIR=/run/user/1000"));
  facts.cgroup.own_runtime_dir = false;
  CHECK_FALSE(advises(finding_of(facts, "limits"), "XDG_RUNTIME_DIR=/run/user/1000"));
  facts.cgroup.runtime_owner = {};
  facts.cgroup.runtime_dir = "";
  facts.cgroup.bus = ENOENT;
  CHECK(advises(finding_of(facts, "limits"), "enable-linger alice"));
  facts.cgroup.own_runtime_dir = true;
  CHECK(advises(finding_of(facts, "limits"), "export XDG_RUNTIME_DIR"));
  CHECK(finding_of(facts, "limits").who == Who::You);
  facts.cgroup.systemd = facts.cgroup.own_runtime_dir = false;
  CHECK(has(finding_of(facts, "limits").cause, "no systemd to ask"));
  facts.process.container = "docker";
  CHECK(finding_of(facts, "limits").who == Who::OuterContainer);
  // A cgroup that may be written to needs no systemd.
  facts.cgroup.writable = true;
  CHECK(finding_of(facts, "limits").level == Level::Ok);
  // Nothing of it keeps a plain run from working.
  CHECK(isolation_of(facts) == Isolation::Full);
}

TEST_CASE("18: a line 0:: in /proc/self/cgroup does not make version 2") {
  Facts facts = healthy();
  facts.cgroup = {.v1 = true, .own = "/"};
  CHECK(has(finding_of(facts, "limits").cause, "version 1"));
  facts.cgroup.hybrid = true;
  CHECK(has(finding_of(facts, "limits").cause, "hybrid"));
  CHECK(advises(finding_of(facts, "limits"), "unified_cgroup_hierarchy=1"));
}

TEST_CASE("19: no tun, or no pasta: of --network full only") {
  Facts facts = healthy();
  for (const auto& [err, fix] :
       {std::pair{ENOENT, "modprobe tun"}, std::pair{ENODEV, "reboot"}, std::pair{EACCES, "chmod"}}) {
    facts.kernel.tun = err;
    CHECK(finding_of(facts, "pasta").level == Level::Degraded);
    CHECK(advises(finding_of(facts, "pasta"), fix));
    CHECK(has(finding_of(facts, "pasta").consequence, "--network full"));
  }
  facts.process.container = "docker";
  CHECK(advises(finding_of(facts, "pasta"), "--device /dev/net/tun"));
  facts.network.pasta = {};
  CHECK(has(finding_of(facts, "pasta").cause, "not installed"));
  CHECK(advises(finding_of(facts, "pasta"), "passt"));
}

TEST_CASE("--network full: by either tool, and what a run with it says") {
  Facts facts = healthy();
  CHECK(finding_of(facts, "pasta").consequence == "--network full works");
  facts.network.pasta = {};
  facts.network.slirp = {.path = "/usr/bin/slirp4netns"};
  CHECK(finding_of(facts, "pasta").level == Level::Ok);
  CHECK(has(finding_of(facts, "pasta").consequence, "slirp4netns"));
  facts.network.full = {.tried = true, .failures = {{.words = "connect: it has ended", .hint = "?"}}};
  CHECK(finding_of(facts, "pasta").level == Level::Degraded);
  CHECK(finding_of(facts, "pasta").cause == "connect: it has ended");
  CHECK(advises(finding_of(facts, "pasta"), "--network gate"));
  facts.network.full.failures[0].words = "pasta: External interface not usable";
  CHECK(advises(finding_of(facts, "pasta"), "default route"));
}

TEST_CASE("--network gate: no veth, no network namespace left, a filter, anything else that a run says") {
  const auto failed = [](int err) {
    Facts facts = healthy();
    facts.network.gate.failures = {
        {.stage = Stage::Gate, .err = err, .words = "the words of the run", .hint = "its hint"}};
    return facts;
  };
  Facts facts = failed(EOPNOTSUPP);
  CHECK(finding_of(facts, "gate").level == Level::Degraded);
  CHECK(has(finding_of(facts, "gate").consequence, "--network gate does not work"));
  CHECK(has(finding_of(facts, "gate").cause, "veth"));
  CHECK(advises(finding_of(facts, "gate"), "sudo modprobe veth"));
  CHECK(advises(finding_of(facts, "gate"), "CONFIG_VETH"));
  CHECK(finding_of(facts, "gate").who == Who::Root);
  CHECK(exit_status(facts, diagnose(facts)) == 1);
  // A container's root loads no modules.
  facts.process.container = "docker";
  CHECK(finding_of(facts, "gate").who == Who::OuterContainer);
  CHECK_FALSE(advises(finding_of(facts, "gate"), "sudo"));

  facts = failed(ENOSPC);
  facts.kernel.sysctls["user/max_net_namespaces"] = "1";
  CHECK(has(finding_of(facts, "gate").cause, "user.max_net_namespaces is 1"));
  CHECK(advises(finding_of(facts, "gate"), "user.max_net_namespaces="));

  facts = failed(EPERM);
  CHECK(finding_of(facts, "gate").cause == "the words of the run");
  CHECK(finding_of(facts, "gate").fix == std::vector<std::string>{"its hint"});
  facts.process.seccomp = 2;
  CHECK(has(finding_of(facts, "gate").cause, "system call filter"));
  CHECK(finding_of(facts, "gate").level == Level::Degraded);
  CHECK(isolation_of(facts) == Isolation::Full);
}

TEST_CASE("--network gate: the error of a run gets the hint where the machine is to blame") {
  const auto found = explain_step(OpenGate{}, EOPNOTSUPP, FakeHost{});
  REQUIRE(found);
  CHECK(has(hint_of(*found), "as root: sudo modprobe veth"));
  CHECK_FALSE(explain_step(OpenGate{}, EMFILE, FakeHost{}));
}

TEST_CASE("--network gate: without packet sockets it works, and tells less") {
  Facts facts = healthy();
  CHECK(finding_of(facts, "gate").level == Level::Ok);
  CHECK(has(finding_of(facts, "gate").consequence, "--network gate works"));
  facts.network.gate_blind = true;
  CHECK(finding_of(facts, "gate").level == Level::Degraded);
  CHECK(has(finding_of(facts, "gate").cause, "CONFIG_PACKET"));
  CHECK(advises(finding_of(facts, "gate"), "modprobe af_packet"));
  facts.process.seccomp = 2;
  CHECK(has(finding_of(facts, "gate").cause, "system call filter"));
  CHECK_FALSE(advises(finding_of(facts, "gate"), "modprobe"));
  // Where no sandbox can be made, nothing was tried.
  facts.network.gate = {};
  CHECK(finding_of(facts, "gate").consequence == "no such finding");
}

TEST_CASE("21: ports below 1024") {
  Facts facts = healthy();
  CHECK(finding_of(facts, "ports").level == Level::Ok);
  const Finding finding = port_refused(facts, 80);
  CHECK(has(finding.consequence, "port 80"));
  CHECK(has(finding.cause, "ip_unprivileged_port_start is 1024"));
  CHECK(advises(finding, "1024 or above"));
  CHECK(advises(finding, "ip_unprivileged_port_start=80"));
  CHECK_FALSE(explain_port(8080, EACCES, FakeHost{}));
  CHECK(explain_port(80, EACCES, FakeHost{}));
}

TEST_CASE("23: a kernel without Landlock") {
  Facts facts = healthy();
  facts.kernel.landlock_abi = 0;
  facts.kernel.version = {5, 10};
  CHECK(finding_of(facts, "landlock").level == Level::Degraded);
  CHECK(has(finding_of(facts, "landlock").cause, "5.13"));
  CHECK(finding_of(facts, "landlock").fix.empty());
  facts.kernel.version = {6, 1};
  CHECK(advises(finding_of(facts, "landlock"), "lsm="));
  CHECK(has(finding_of(healthy(), "landlock").consequence, "ABI 6"));
}

TEST_CASE("24: containers end when their user logs out") {
  Facts facts = healthy();
  facts.cgroup.lingers = false;
  CHECK(finding_of(facts, "logging out").level == Level::Ok);
  CHECK(advises(finding_of(facts, "logging out"), "loginctl enable-linger"));
  CHECK(finding_of(healthy(), "logging out").consequence == "no such finding");
}

TEST_CASE("25: ping") {
  Facts facts = healthy();
  facts.kernel.sysctls["net/ipv4/ping_group_range"] = "1 0";
  CHECK(has(finding_of(facts, "ping").cause, "ping_group_range (1 0)"));
  facts.kernel.sysctls["net/ipv4/ping_group_range"] = "0 2147483647";
  CHECK(finding_of(facts, "ping").cause.empty());
}

TEST_CASE("filter, terminal and curl") {
  Facts facts = healthy();
  facts.kernel.filter = EINVAL;
  facts.kernel.terminal = ENOSPC;
  facts.network.curl = {};
  CHECK(has(finding_of(facts, "system call filter").cause, "EINVAL"));
  CHECK(has(finding_of(facts, "terminal").cause, "ENOSPC"));
  CHECK(has(finding_of(facts, "curl").cause, "not installed"));
}

TEST_CASE("a hint is one line, with who must do it") {
  const Finding finding{.cause = "it is so", .fix = {"first", "second"}, .who = Who::Root};
  CHECK(hint_of(finding) == "it is so; as root: first; second");
  CHECK(hint_of({.cause = "it is so"}) == "it is so");
}

TEST_CASE("an error of a run gets the cause that doctor would find") {
  FakeHost host;
  host.file("/proc/sys/kernel/unprivileged_userns_clone", "0\n");
  const auto finding = explain_step(CreateNamespaces{}, EPERM, host);
  REQUIRE(finding);
  CHECK(has(hint_of(*finding), "kernel.unprivileged_userns_clone is 0"));
  host.file("/proc/sys/user/max_user_namespaces", "0\n");
  CHECK(
      has(hint_of(explain_step(CreateNamespaces{}, ENOSPC, host).value()), "user.max_user_namespaces is 0"));
}

TEST_CASE("an error of a run without a known cause, or of the image, gets none") {
  const FakeHost host;
  CHECK_FALSE(explain_step(CreateNamespaces{}, EPERM, host));
  CHECK_FALSE(explain_step(Execute{.argv = {"nope"}}, ENOENT, host));
  CHECK_FALSE(explain_step(MountProc{}, ELOOP, host));
  CHECK_FALSE(explain_step(BindMount{}, ENOENT, host));
}

TEST_CASE("a view over a mount is explained by the mount") {
  FakeHost host;
  host.mounts["/home/alice/src"] = {"/home/alice/src/cache"};
  const auto finding = explain_step(CowMount{.source = "/home/alice/src"}, EINVAL, host);
  REQUIRE(finding);
  CHECK(has(finding->cause, "/home/alice/src/cache"));
}

}  // namespace doctor_machine_test
