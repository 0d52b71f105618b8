// Ids, images and their layers: each cause that is known, from facts.
#include <catch2/catch.hpp>
#include <cerrno>

#include "../support/doctor_facts.h"

namespace doctor_store_test {

using namespace snug;
using namespace snug::doctor;

namespace {

Trial failed(Stage stage, int err) {
  return {.tried = true, .failures = {{.stage = stage, .err = err, .words = "the words of the run"}}};
}

Facts store_on(std::uint64_t magic, const char* type) {
  Facts facts = healthy();
  facts.store.magic = magic;
  facts.store.type = type;
  facts.layers.disk = failed(Stage::Overlay, EINVAL);
  return facts;
}

}  // namespace

TEST_CASE("8: newuidmap is missing, or has lost its rights") {
  Facts facts = healthy();
  facts.ids.range = failed(Stage::IdRange, EPERM);
  facts.ids.newuidmap.setuid = false;
  CHECK(has(finding_of(facts, "id range").cause, "neither setuid root nor has file capabilities"));
  CHECK(finding_of(facts, "id range").level == Level::Degraded);
  facts.ids.newuidmap = {.path = "/usr/bin/newuidmap", .file_capabilities = true, .nosuid = true};
  CHECK(has(finding_of(facts, "id range").cause, "nosuid"));
  facts.process.no_new_privs = true;
  CHECK(has(finding_of(facts, "id range").cause, "no_new_privs"));
  CHECK_FALSE(advises(finding_of(facts, "id range"), "chmod"));
  facts.ids = {.uids = facts.ids.uids, .gids = facts.ids.gids};
  CHECK(has(finding_of(facts, "id range").cause, "newuidmap is not installed"));
  CHECK(has(finding_of(facts, "id range").consequence, "--ids single"));
  CHECK(exit_status(facts, diagnose(facts)) == 1);
}

TEST_CASE("9: no subordinate ids, one only, or somebody else's") {
  Facts facts = healthy();
  facts.ids.range = {};
  facts.ids.uids.clear();
  CHECK(has(finding_of(facts, "id range").cause, "/etc/subuid gives alice no subordinate ids"));
  CHECK(advises(finding_of(facts, "id range"), "usermod --add-subuids"));
  facts.ids.uids = {{0, 100000, 1}};
  CHECK(has(finding_of(facts, "id range").cause, "a single id only"));
  facts = healthy();
  facts.ids.overlaps = {"bob"};
  const auto findings = diagnose(facts);
  CHECK(std::ranges::any_of(findings,
                            [](const Finding& f) { return has(f.cause, "overlap with those of bob"); }));
  // In a user namespace of one id the ranges of the file are not there.
  facts = healthy();
  facts.process.ids = {{0, 1000, 1}};
  facts.ids.range = failed(Stage::IdRange, EPERM);
  CHECK(has(finding_of(facts, "id range").cause, "not there in the user namespace"));
}

TEST_CASE("10: the store is on NFS") {
  Facts facts = store_on(0x6969, "nfs4");
  facts.layers.disk = failed(Stage::Plan, 0);
  CHECK(has(finding_of(facts, "store").cause, "NFS"));
  CHECK(advises(finding_of(facts, "store"), "XDG_DATA_HOME=/var/tmp/snug-1000"));
  CHECK(finding_of(facts, "store").level == Level::Degraded);
}

TEST_CASE("11: the store's file system lacks what an upper layer needs") {
  Facts facts = store_on(0xf15f, "ecryptfs");
  facts.store.attribute = EOPNOTSUPP;
  facts.store.rename = EINVAL;
  const Finding finding = finding_of(facts, "store");
  CHECK(has(finding.cause, "ecryptfs"));
  CHECK(has(finding.cause, "user attributes (EOPNOTSUPP)"));
  CHECK(has(finding.cause, "RENAME_WHITEOUT (EINVAL)"));
  // ZFS is not blamed for its name: 2.2 has all of it.
  facts = healthy();
  facts.store.type = "zfs";
  CHECK(finding_of(facts, "store").level == Level::Ok);
}

TEST_CASE("12: the store is on an overlay itself") {
  Facts facts = store_on(0x794c7630, "overlay");
  facts.process.container = "docker";
  const Finding finding = finding_of(facts, "store");
  CHECK(has(finding.cause, "itself on an overlay (the container's root)"));
  CHECK(advises(finding, "volume"));
  CHECK(finding.who == Who::OuterContainer);
  CHECK(finding_of(facts, "overlay").level == Level::Ok);
}

TEST_CASE("13: a mount below a lower directory") {
  Facts facts = healthy();
  facts.store.below = {"debian-12: /home/alice/.local/share/snug/images/debian-12/srv"};
  CHECK(finding_of(facts, "image").level == Level::Degraded);
  CHECK(has(finding_of(facts, "image").cause, "debian-12/srv"));
  const Finding finding = cause_of(facts, {.stage = Stage::View, .err = EINVAL});
  CHECK(has(finding.cause, "mounted below"));
  CHECK(advises(finding, "read-only"));
}

TEST_CASE("14: no /dev/fuse matters only where the kernel's overlay does not work") {
  Facts facts = healthy();
  facts.layers.fuse = {};
  facts.layers.fuse_device = ENOENT;
  CHECK(finding_of(facts, "fuse-overlayfs").level == Level::Ok);
  CHECK(has(finding_of(facts, "fuse-overlayfs").consequence, "not needed"));
  facts.layers.memory = facts.layers.disk = failed(Stage::Overlay, ENODEV);
  CHECK(finding_of(facts, "fuse-overlayfs").level == Level::Broken);
  CHECK(advises(finding_of(facts, "fuse-overlayfs"), "modprobe fuse"));
  CHECK(advises(finding_of(facts, "overlay"), "modprobe overlay"));
  facts.process.container = "docker";
  CHECK(advises(finding_of(facts, "fuse-overlayfs"), "--device /dev/fuse"));
  facts.layers.fuse_program = {};
  CHECK(has(finding_of(facts, "fuse-overlayfs").cause, "not installed"));
}

TEST_CASE("15: a directory of the image cannot be renamed") {
  const Finding finding = finding_of(healthy(), "overlay");
  CHECK(finding.level == Level::Ok);
  CHECK(has(finding.cause, "EXDEV"));
  CHECK(advises(finding, "--overlay fuse"));
}

TEST_CASE("a kernel that is older than overlays of ordinary users") {
  Facts facts = healthy();
  facts.kernel.version = {5, 10};
  facts.kernel.release = "5.10.0-30-amd64";
  facts.layers.memory = facts.layers.disk = failed(Stage::Plan, 0);
  CHECK(finding_of(facts, "overlay").level == Level::Degraded);
  CHECK(has(finding_of(facts, "overlay").cause, "5.11"));
  facts.layers.fuse = {};
  facts.layers.fuse_program = {};
  CHECK(finding_of(facts, "overlay").level == Level::Broken);
  CHECK(exit_status(facts, diagnose(facts)) == 1);  // host still runs
}

TEST_CASE("a store that cannot be written to") {
  Facts facts = healthy();
  facts.layers = {.fuse_program = facts.layers.fuse_program, .fuse_device = 0};
  facts.store.makes_dir = EACCES;
  CHECK(has(finding_of(facts, "store").cause, "may not write"));
  facts.store.makes_dir = ENOSPC;
  CHECK(has(finding_of(facts, "store").cause, "no room"));
  CHECK(advises(finding_of(facts, "store"), "snug prune"));
  facts.store.read_only = true;
  CHECK(has(finding_of(facts, "store").cause, "read-only"));
}

}  // namespace doctor_store_test
