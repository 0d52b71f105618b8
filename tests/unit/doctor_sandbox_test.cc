// Why no sandbox can be made: each cause that is known, from facts. The numbers are those of the collection
// of failures that users have reported.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cerrno>

#include "../support/doctor_facts.h"
#include "doctor/stage.h"

namespace doctor_sandbox_test {

using namespace snug;
using namespace snug::plan;
using namespace snug::spec;
using namespace snug::doctor;

namespace {

constexpr const char* kNamespaces = "user namespaces";

Facts in_container(Facts facts, const char* name) {
  facts.process.container = name;
  return facts;
}

}  // namespace

TEST_CASE("a machine on which all is well") {
  const Facts facts = healthy();
  const auto findings = diagnose(facts);
  for (const Finding& finding : findings) {
    INFO(finding.check << ": " << finding.cause);
    CHECK(finding.level == Level::Ok);
  }
  CHECK(isolation_of(facts) == Isolation::Full);
  CHECK(exit_status(facts, findings) == 0);
}

TEST_CASE("a cgroup that cannot be mounted is a refused mount, and not the command's own affair") {
  CHECK(stage_of(MountCgroup{}) == Stage::Mount);
  CHECK(stage_of(MountTmpfs{}) == Stage::Mount);
  CHECK(stage_of(LimitResource{}) == Stage::Payload);
}

TEST_CASE("1: AppArmor of Ubuntu 23.10 and later, wherever it strikes first") {
  for (const Stage stage :
       {Stage::OneId, Stage::Settings, Stage::Loopback, Stage::PrivateMounts, Stage::Mount})
    for (const int err : {EPERM, EACCES}) {
      Facts facts = failing(stage, err);
      facts.kernel.sysctls["kernel/apparmor_restrict_unprivileged_userns"] = "1";
      const Finding finding = cause_of(facts, facts.base.failures[0]);
      CHECK(finding.level == Level::Broken);
      CHECK(has(finding.cause, "kernel.apparmor_restrict_unprivileged_userns=1"));
      CHECK(advises(finding, "snug doctor --apparmor"));
      CHECK(advises(finding, "/home/alice/.local/bin/snug"));
      CHECK(finding.who == Who::Root);
    }
  // The switch may not be readable: the label inside says it too.
  Facts facts = failing(Stage::OneId, EPERM);
  facts.process.inside_label = "unprivileged_userns (enforce)";
  CHECK(advises(finding_of(facts, "id map"), "--apparmor"));
  // A profile is bound to a path.
  facts.kernel.apparmor_profile = "profile snug /usr/bin/snug flags=(unconfined) {";
  CHECK(has(finding_of(facts, "id map").cause, "another path"));
  facts.process.open_to = "/srv/bin";
  CHECK(advises(finding_of(facts, "id map"), "/srv/bin"));
}

TEST_CASE("2: Debian's switch, only where it is there and is 0") {
  Facts facts = failing(Stage::Namespaces, EPERM);
  facts.kernel.sysctls["kernel/unprivileged_userns_clone"] = "0";
  CHECK(has(finding_of(facts, kNamespaces).cause, "kernel.unprivileged_userns_clone is 0"));
  CHECK(advises(finding_of(facts, kNamespaces), "kernel.unprivileged_userns_clone=1"));
  facts.kernel.sysctls["kernel/unprivileged_userns_clone"] = "1";
  CHECK_FALSE(advises(finding_of(facts, kNamespaces), "unprivileged_userns_clone"));
  facts.kernel.sysctls.erase("kernel/unprivileged_userns_clone");
  CHECK_FALSE(advises(finding_of(facts, kNamespaces), "unprivileged_userns_clone"));
  // In a container its root cannot change it.
  facts.kernel.sysctls["kernel/unprivileged_userns_clone"] = "0";
  CHECK(finding_of(in_container(facts, "docker"), kNamespaces).who == Who::OuterContainer);
}

TEST_CASE("3: a count of namespaces that is 0, or used up") {
  Facts facts = failing(Stage::Namespaces, ENOSPC);
  facts.kernel.sysctls["user/max_user_namespaces"] = "0";
  CHECK(has(finding_of(facts, kNamespaces).cause, "user.max_user_namespaces is 0"));
  CHECK(advises(finding_of(facts, kNamespaces), "user.max_user_namespaces=28633"));
  facts.kernel.sysctls["user/max_user_namespaces"] = "64";
  CHECK(has(finding_of(facts, kNamespaces).cause, "used up (user.max_user_namespaces is 64)"));
  facts.kernel.sysctls["user/max_net_namespaces"] = "0";
  CHECK(has(finding_of(facts, kNamespaces).cause, "user.max_net_namespaces is 0"));
  // A namespace around this one forbids it: no sysctl of the machine's would help.
  facts.process.ids = {{0, 1000, 1}};
  CHECK(finding_of(facts, kNamespaces).who == Who::You);
  CHECK_FALSE(advises(finding_of(facts, kNamespaces), "sysctl"));
}

TEST_CASE("4: a chroot") {
  Facts facts = failing(Stage::Namespaces, EPERM);
  facts.process.chrooted = true;
  // It comes before any switch: the switch would not help.
  facts.kernel.sysctls["kernel/unprivileged_userns_clone"] = "0";
  CHECK(has(finding_of(facts, kNamespaces).cause, "chroot"));
  CHECK(finding_of(facts, kNamespaces).who == Who::You);
}

TEST_CASE("5: a container's filter refuses the call") {
  Facts facts = in_container(failing(Stage::Namespaces, EPERM), "docker");
  facts.process.seccomp = 2;
  const Finding finding = finding_of(facts, kNamespaces);
  CHECK(has(finding.cause, "docker container"));
  CHECK(advises(finding, "--security-opt seccomp=unconfined"));
  CHECK(finding.who == Who::OuterContainer);
  // The same filter strikes at mount(2) where only clone is allowed.
  Facts later = in_container(failing(Stage::PrivateMounts, EPERM), "docker");
  later.process.seccomp = 2;
  CHECK(advises(finding_of(later, "mounts"), "seccomp=unconfined"));
  // Without a filter it is not blamed.
  facts.process.seccomp = 0;
  CHECK_FALSE(advises(finding_of(facts, kNamespaces), "seccomp"));
}

TEST_CASE("a filter outside of any container; a sandbox, from which nothing can be judged") {
  Facts facts = failing(Stage::Namespaces, EPERM);
  facts.process.seccomp = 2;
  CHECK(has(finding_of(facts, kNamespaces).cause, "whoever started this"));
  CHECK_FALSE(advises(finding_of(facts, kNamespaces), "--security-opt"));
  facts.process.ids = {{1000, 1000, 1}};
  CHECK(has(finding_of(facts, kNamespaces).cause, "cannot be judged from here"));
  CHECK(has(finding_of(facts, "this place").consequence, "cannot be judged from here"));
  facts.process.uid = 65534;
  facts.process.seccomp = 0;
  CHECK(has(finding_of(facts, kNamespaces).cause, "user 65534 has no id"));
}

TEST_CASE("6: a container has masked /proc") {
  Facts facts = in_container(failing(Stage::Proc, EPERM), "podman");
  facts.kernel.over_proc = {"/proc/kcore", "/proc/scsi", "/proc/keys", "/proc/acpi", "/proc/timer_list"};
  facts.process.seccomp = 2;  // every container has one: the mask is the nearer cause
  Finding finding = finding_of(facts, "/proc");
  CHECK(has(finding.cause, "masked by the outer container at /proc/kcore, /proc/scsi"));
  CHECK(advises(finding, "unmask=ALL"));
  CHECK(finding.who == Who::OuterContainer);
  CHECK(isolation_of(facts) == Isolation::NoProc);
  CHECK(exit_status(facts, diagnose(facts)) == 2);
  CHECK(advises(finding_of(in_container(facts, "docker"), "/proc"), "systempaths=unconfined"));
  // Elsewhere a container is not blamed.
  CHECK_FALSE(has(finding_of(in_container(facts, ""), "/proc").cause, "container"));
}

TEST_CASE("6: what a container withholds by default is no hindrance at the level no-proc") {
  Facts facts = in_container(failing(Stage::Settings, EROFS), "podman");
  facts.base.failures.push_back({.stage = Stage::Settings, .err = EROFS});
  facts.base.failures.push_back({.stage = Stage::Sys, .err = EPERM});
  CHECK(isolation_of(facts) == Isolation::NoProc);
  CHECK(advises(finding_of(facts, "kernel settings"), "unmask=ALL"));
  CHECK(advises(finding_of(facts, "kernel settings"), "--require no-proc"));
  // One cause is told once.
  CHECK(std::ranges::count(diagnose(facts), "kernel settings", &Finding::check) == 1);
}

TEST_CASE("6: snug in snug is told what the outer profile must say") {
  Facts facts = failing(Stage::Proc, EPERM);
  facts.process.ids = {{1000, 1000, 1}};
  facts.process.seccomp = 2;
  facts.kernel.over_proc = {"/proc/sys"};
  CHECK(advises(finding_of(facts, "/proc"), "proc = \"full\""));
  CHECK(finding_of(facts, "/proc").who == Who::You);
}

TEST_CASE("7: a security module refuses to make mounts private") {
  Facts facts = in_container(failing(Stage::PrivateMounts, EACCES), "docker");
  facts.process.label = "docker-default (enforce)";
  CHECK(has(finding_of(facts, "mounts").cause, "AppArmor"));
  CHECK(has(finding_of(facts, "mounts").cause, "docker-default"));
  CHECK(advises(finding_of(facts, "mounts"), "docker run --security-opt apparmor=unconfined"));
  // EPERM is not a module's errno.
  facts.base.failures[0].err = EPERM;
  CHECK_FALSE(advises(finding_of(facts, "mounts"), "apparmor"));
}

TEST_CASE("20: SELinux") {
  Facts facts = in_container(failing(Stage::Mount, EACCES), "podman");
  facts.kernel.selinux_enforcing = true;
  facts.process.label = "system_u:system_r:container_t:s0";
  CHECK(has(finding_of(facts, "mounts").cause, "SELinux"));
  CHECK(advises(finding_of(facts, "mounts"), "label=disable"));
  // It is no fault by itself, and snug never asks for a new label.
  facts = healthy();
  facts.kernel.selinux_enforcing = true;
  CHECK(finding_of(facts, "SELinux").level == Level::Ok);
  CHECK(has(finding_of(facts, "SELinux").consequence, "relabels nothing"));
  // Of a directory.
  facts.store.label = "unconfined_u:object_r:user_home_t:s0";
  const Finding finding = cause_of(facts, {.stage = Stage::Overlay, .err = EACCES});
  CHECK(has(finding.cause, "user_home_t"));
}

TEST_CASE("22: WSL 1 has no namespaces; the mounts of WSL 2 are no fault") {
  Facts facts = failing(Stage::Namespaces, EINVAL);
  facts.kernel.release = "4.4.0-19041-Microsoft";
  CHECK(has(finding_of(facts, kNamespaces).cause, "WSL 1"));
  CHECK(advises(finding_of(facts, kNamespaces), "wsl --set-version"));
  facts = healthy();
  facts.kernel.release = "6.6.87.2-microsoft-standard-WSL2";
  CHECK(exit_status(facts, diagnose(facts)) == 0);
}

TEST_CASE("26: file capabilities that were left on the binary") {
  Facts facts = failing(Stage::OneId, EPERM);
  facts.process.file_capabilities = facts.process.capabilities = true;
  CHECK(has(finding_of(facts, "id map").cause, "file capabilities"));
  CHECK(advises(finding_of(facts, "id map"), "setcap -r /home/alice/.local/bin/snug"));
  facts = healthy();
  facts.process.file_capabilities = true;
  CHECK(finding_of(facts, "snug itself").level == Level::Degraded);
}

TEST_CASE("what no cause is known of keeps the words of the run") {
  const Facts facts = failing(Stage::Namespaces, EPERM);
  const Finding finding = finding_of(facts, kNamespaces);
  CHECK(finding.cause == "the words of the run");
  CHECK(finding.fix == std::vector<std::string>{"its hint"});
  CHECK_FALSE(isolation_of(facts));
}

TEST_CASE("several faults are told at once, and what cannot be judged is left out") {
  Facts facts = in_container(failing(Stage::Proc, EPERM), "docker");
  facts.kernel.over_proc = {"/proc/kcore"};
  facts.base.failures.push_back({.stage = Stage::Loopback, .err = EPERM});
  CHECK(finding_of(facts, "/proc").level == Level::Broken);
  CHECK(finding_of(facts, "loopback").level == Level::Broken);
  CHECK(finding_of(facts, kNamespaces).level == Level::Ok);
  CHECK_FALSE(isolation_of(facts));
  CHECK(finding_of(failing(Stage::Namespaces, EPERM), "overlay").consequence == "no such finding");
}

TEST_CASE("a sandbox that does not hide what it should is none") {
  Facts facts = healthy();
  facts.isolated = false;
  CHECK_FALSE(isolation_of(facts));
  CHECK(finding_of(facts, "a run").level == Level::Broken);
}

}  // namespace doctor_sandbox_test
