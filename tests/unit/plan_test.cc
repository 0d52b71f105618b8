#include "plan/plan.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "plan/views.h"
#include "spec/merge.h"
#include "spec/settings.h"
#include "support/fake_host.h"

namespace plan_test {

using namespace snug;
using namespace snug::host;
using namespace snug::image;
using namespace snug::plan;
using namespace snug::seccomp;
using namespace snug::spec;

namespace {

Image debian() {
  return {
      .name = "debian",
      .layers = {{.path = "/images/debian", .dev = 1, .ino = 2, .uid = 1000, .mode = 0755}},
      .users = {{"root", 0, 0, "/root", "/bin/bash"}, {"www-data", 33, 33, "/var/www", "/usr/sbin/nologin"}},
      .groups = {{"root", 0, {}}, {"www-data", 33, {}}, {"ssl-cert", 110, {"www-data"}}}};
}

Spec command(std::vector<std::string> words) {
  Spec spec = merge_layers({});
  spec.command = {std::move(words), {"command line"}};
  return spec;
}

template<class T>
std::size_t place_of(const Plan& plan, std::size_t nth = 0) {
  for (std::size_t i = 0; i < plan.steps.size(); ++i)
    if (std::holds_alternative<T>(plan.steps[i].step) && nth-- == 0)
      return i;
  return plan.steps.size();
}

std::string variable(const Plan& plan, std::string_view name) {
  for (const EnvVariable& v : find_step<SetEnvironment>(plan)->variables)
    if (v.name == name)
      return v.value;
  return "(absent)";
}

const BindMount* bind_on(const Plan& plan, std::string_view target) {
  for (const PlannedStep& planned : plan.steps)
    if (const auto* bind = std::get_if<BindMount>(&planned.step); bind && bind->target == target)
      return bind;
  return nullptr;
}

}  // namespace

TEST_CASE("the closed end of every choice is the default") {
  const auto plan = make_plan(command({"true"}), debian(), FakeHost{});
  REQUIRE(plan);
  CHECK(find_step<CreateNamespaces>(*plan)->network);
  CHECK(find_step<KeepCapabilities>(*plan)->names ==
        std::vector<std::string>{"cap_dac_override"});  // of a fake root
  CHECK(find_step<NoNewPrivileges>(*plan));
  CHECK(find_step<InstallSeccomp>(*plan)->request.tier == FilterTier::Default);
  CHECK(find_step<LimitResource>(*plan)->hard == 0);
  CHECK(find_step<JoinKeyring>(*plan));
  CHECK(find_step<ApplyLandlock>(*plan));
  CHECK_FALSE(bind_on(*plan, "/home/alice"));
}

TEST_CASE("phases come in the order in which the enum has them") {
  Spec spec = command({"true"});
  spec.mounts.push_back({.source = "/opt", .target = "/opt"});
  const auto plan = make_plan(spec, debian(), FakeHost{}.dir("/opt"));
  REQUIRE(plan);
  for (std::size_t i = 1; i < plan->steps.size(); ++i)
    CHECK(plan->steps[i - 1].phase <= plan->steps[i].phase);
  CHECK(place_of<BindMount>(*plan) < place_of<PivotRoot>(*plan));
  CHECK(place_of<KeepCapabilities>(*plan) > place_of<PivotRoot>(*plan));
  CHECK(place_of<Execute>(*plan) == plan->steps.size() - 1);
  CHECK(place_of<InstallSeccomp>(*plan) == plan->steps.size() - 2);
}

TEST_CASE("mounts are made parents first, whatever the order they were named in") {
  Spec spec = command({"true"});
  spec.mounts = {{.source = "/b", .target = "/a/b/c"},
                 {.source = "/a", .target = "/a"},
                 {.type = MountType::Tmpfs, .target = "/a/b"}};
  const auto plan = make_plan(spec, debian(), FakeHost{}.dir("/a").dir("/b"));
  REQUIRE(plan);
  const std::size_t first = place_of<BindMount>(*plan);
  CHECK(std::get<BindMount>(plan->steps[first].step).target == "/a");
  CHECK(std::get<MountTmpfs>(plan->steps[first + 1].step).target == "/a/b");
  CHECK(std::get<BindMount>(plan->steps[first + 2].step).target == "/a/b/c");
}

TEST_CASE("a source that is not there stops the run unless it is optional") {
  Spec spec = command({"true"});
  spec.mounts.push_back({.source = "/gone", .target = "/x", .origin = {"dev.toml:9"}});
  const auto plan = make_plan(spec, debian(), FakeHost{});
  REQUIRE_FALSE(plan);
  CHECK(plan.error().step == "mount /gone on /x");
  CHECK(plan.error().err == ENOENT);
  CHECK(plan.error().origin == "dev.toml:9");
  spec.mounts[0].missing = Missing::Skip;
  const auto skipped = make_plan(spec, debian(), FakeHost{});
  REQUIRE(skipped);
  CHECK_FALSE(bind_on(*skipped, "/x"));
  CHECK(skipped->notes.size() == 1);
}

TEST_CASE("the kernel's own directories and the root are no mount targets") {
  for (const char* target : {"/", "/proc", "/proc/sys", "/sys/fs", "/dev"}) {
    Spec spec = command({"true"});
    spec.mounts.push_back({.source = "/a", .target = target});
    CHECK_FALSE(make_plan(spec, debian(), FakeHost{}.dir("/a")));
  }
}

TEST_CASE("single ids map the payload's id to you, and nothing else") {
  Spec spec = command({"true"});
  spec.run_as = {{.kind = RunAs::Kind::Named, .user = "www-data"}, {"-u"}};
  const auto plan = make_plan(spec, debian(), FakeHost{});
  REQUIRE(plan);
  CHECK(*find_step<MapSelf>(*plan) == MapSelf{{33, 1000, 1}, {33, 1000, 1}});
  CHECK(find_step<BecomeUser>(*plan)->set == false);
  CHECK(variable(*plan, "HOME") == "/var/www");
}

TEST_CASE("a user named like a number does not become that user") {
  Image image = debian();
  image.users.push_back({"1000", 0, 0, "/root", "/bin/sh"});
  Spec spec = command({"true"});
  spec.run_as = {{.kind = RunAs::Kind::Named, .user = "1000"}, {"-u"}};
  const auto plan = make_plan(spec, image, FakeHost{});
  REQUIRE(plan);
  CHECK(find_step<MapSelf>(*plan)->uid == IdRange{1000, 1000, 1});
}

TEST_CASE("a user that the image does not have is refused with where it was asked for") {
  Spec spec = command({"true"});
  spec.run_as = {{.kind = RunAs::Kind::Named, .user = "nobody-here"}, {"dev.toml:3"}};
  const auto plan = make_plan(spec, debian(), FakeHost{});
  REQUIRE_FALSE(plan);
  CHECK(plan.error().step == "user nobody-here: not in the image's /etc/passwd");
  CHECK(plan.error().origin == "dev.toml:3");
}

TEST_CASE("a range of ids: you are root inside, the others are your subordinates") {
  FakeHost host;
  host.programs = {{"newuidmap", "/usr/bin/newuidmap"}, {"newgidmap", "/usr/bin/newgidmap"}};
  Spec spec = command({"true"});
  spec.ids.value = IdMode::Range;
  const auto plan = make_plan(spec, debian(), host);
  REQUIRE(plan);
  CHECK(find_step<MapRange>(*plan)->uids == std::vector<IdRange>{{0, 1000, 1}, {1, 100000, 65535}});
  CHECK(find_step<BecomeUser>(*plan)->set);
  CHECK(find_step<KeepCapabilities>(*plan)->keep != 0);

  spec.run_as.value.kind = RunAs::Kind::Self;
  const auto self = make_plan(spec, debian(), host);
  REQUIRE(self);
  CHECK(find_step<MapRange>(*self)->uids ==
        std::vector<IdRange>{{0, 100000, 1000}, {1000, 1000, 1}, {1001, 101000, 64535}});
  CHECK(find_step<KeepCapabilities>(*self)->keep == 0);

  host.subuids = {};
  CHECK_FALSE(make_plan(spec, debian(), host));
  host.programs.clear();
  const auto missing = make_plan(spec, debian(), host);
  REQUIRE_FALSE(missing);
  CHECK(missing.error().step.find("newuidmap") != std::string::npos);
}

TEST_CASE("several subordinate ranges are used one after the other") {
  FakeHost host;
  host.programs = {{"newuidmap", "/usr/bin/newuidmap"}, {"newgidmap", "/usr/bin/newgidmap"}};
  host.subuids = {{0, 200000, 500}, {0, 300000, 1000}};
  Spec spec = command({"true"});
  spec.ids.value = IdMode::Range;
  const auto plan = make_plan(spec, debian(), host);
  REQUIRE(plan);
  CHECK(find_step<MapRange>(*plan)->uids ==
        std::vector<IdRange>{{0, 1000, 1}, {1, 200000, 500}, {501, 300000, 1000}});
}

TEST_CASE("nothing of the caller's environment is passed unless it is named") {
  FakeHost host;
  host.variables = {{"AWS_SECRET_ACCESS_KEY", "x"},
                    {"LC_ALL", "C.UTF-8"},
                    {"LD_PRELOAD", "/evil.so"},
                    {"PATH", "/home/alice/bin"}};
  Spec spec = command({"true"});
  spec.env_pass = {{"LC_*", {"default.toml:4"}}};
  spec.env_set = {{"A", "1", {}}, {"A", "2", {}}};
  const auto plan = make_plan(spec, debian(), host);
  REQUIRE(plan);
  CHECK(variable(*plan, "AWS_SECRET_ACCESS_KEY") == "(absent)");
  CHECK(variable(*plan, "LD_PRELOAD") == "(absent)");
  CHECK(variable(*plan, "PATH") == "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
  CHECK(variable(*plan, "LC_ALL") == "C.UTF-8");
  CHECK(variable(*plan, "A") == "2");
}

TEST_CASE("entrypoint and command follow docker's rule") {
  Image image = debian();
  image.config.entrypoint = {"/entry"};
  image.config.command = {"default"};
  Spec spec = merge_layers({});
  const auto argv = [&] { return find_step<Execute>(*make_plan(spec, image, FakeHost{}))->argv; };
  CHECK(argv() == std::vector<std::string>{"/entry", "default"});
  spec.command = {{"typed"}, {}};
  CHECK(argv() == std::vector<std::string>{"/entry", "typed"});
  spec.entrypoint = {{"/other"}, {}};
  CHECK(argv() == std::vector<std::string>{"/other", "typed"});
  spec.command.reset();
  CHECK(argv() == std::vector<std::string>{"/other"});
  image.config = {};
  spec.entrypoint.reset();
  CHECK_FALSE(make_plan(spec, image, FakeHost{}));
}

TEST_CASE("a program is looked for in absolute directories of PATH only") {
  Spec spec = command({"make"});
  spec.env_set = {{"PATH", ".:/usr/bin::bin:/opt/bin", {}}};
  const auto plan = make_plan(spec, debian(), FakeHost{});
  REQUIRE(plan);
  CHECK(find_step<Execute>(*plan)->candidates == std::vector<std::string>{"/usr/bin/make", "/opt/bin/make"});
}

TEST_CASE("the overlay is the kernel's unless it cannot serve") {
  FakeHost host;
  host.overlay_problem = "Linux 5.10 has no overlay for user namespaces (5.11 has)";
  Spec spec = command({"true"});
  CHECK_FALSE(make_plan(spec, debian(), host));  // and fuse-overlayfs is not installed
  host.programs = {{"fuse-overlayfs", "/usr/bin/fuse-overlayfs"}};
  host.dir("/dev/fuse");
  const auto plan = make_plan(spec, debian(), host);
  REQUIRE(plan);
  CHECK(find_step<OverlayRoot>(*plan)->driver == OverlayDriver::Fuse);
  CHECK(plan->notes.at(0).text.find("5.10") != std::string::npos);
  spec.overlay.value = OverlayDriver::Native;
  CHECK_FALSE(make_plan(spec, debian(), host));
}

TEST_CASE("what an outer container withholds is done without, and told in one note") {
  FakeHost host;
  host.file("/proc/keys", "").file("/proc/sys", "").file("/sys/firmware", "");
  Spec spec = command({"true"});
  spec.require = {Isolation::NoProc, {"--require"}};
  auto plan = make_plan(spec, debian(), host);
  REQUIRE(plan);
  CHECK(plan->isolation == Isolation::Full);
  CHECK(plan->required == Isolation::NoProc);
  CHECK(plan->notes.empty());
  CHECK(find_step<SetHostname>(*plan));
  host.withheld = {Withheld::Proc, Withheld::Sys, Withheld::Sysctls, Withheld::Hostname};
  plan = make_plan(spec, debian(), host);
  REQUIRE(plan);
  CHECK(plan->isolation == Isolation::NoProc);
  // All of it is read-only, so that no part needs to be; what is hidden stays hidden.
  CHECK(*find_step<MountProc>(*plan) == MountProc{.own = false, .masked = {"keys"}});
  CHECK(*find_step<MountSys>(*plan) == MountSys{.own = false, .masked = {"firmware"}});
  CHECK_FALSE(find_step<SetHostname>(*plan));
  CHECK_FALSE(find_step<SetSysctl>(*plan));
  REQUIRE(plan->notes.size() == 1);
  CHECK(plan->notes[0].text.starts_with("isolation is no-proc: "));
  CHECK(plan->notes[0].origin.text == "--require");
  // Nothing but the filter closes user namespaces then.
  for (const bool off : {true, false}) {
    Spec opened = spec;
    if (off)
      opened.seccomp.value = Tier::Off;
    else
      opened.seccomp_allow = {{"unshare", {}}};
    CHECK_FALSE(make_plan(opened, debian(), host));
    opened.nested_userns.value = true;
    CHECK(make_plan(opened, debian(), host));
  }
}

TEST_CASE("a /proc shown whole has nothing hidden or closed, and /sys neither") {
  FakeHost host;
  host.file("/proc/keys", "").file("/proc/sys", "").file("/sys/firmware", "");
  Spec spec = command({"true"});
  spec.proc.value = ProcView::Full;
  const auto plan = make_plan(spec, debian(), host);
  REQUIRE(plan);
  CHECK(*find_step<MountProc>(*plan) == MountProc{});
  CHECK(*find_step<MountSys>(*plan) == MountSys{});
}

TEST_CASE("a tmpfs without user attributes holds no upper layer") {
  FakeHost host;
  host.xattrs = false;
  Spec spec = command({"true"});
  auto plan = make_plan(spec, debian(), host);
  REQUIRE(plan);
  CHECK(find_step<OverlayRoot>(*plan)->upper == UpperPlace::Disk);
  CHECK(place_of<PrepareDisk>(*plan) == 0);
  spec.writable.value = Writable::Tmpfs;
  CHECK_FALSE(make_plan(spec, debian(), host));
}

TEST_CASE("a mount below a layer is refused with its name") {
  FakeHost host;
  host.mounts["/images/debian"] = {"/images/debian/srv"};
  const auto plan = make_plan(command({"true"}), debian(), host);
  REQUIRE_FALSE(plan);
  CHECK(plan.error().step.find("/images/debian/srv") != std::string::npos);
}

TEST_CASE("an image of another owner is said to be read-only before the payload meets it") {
  Image image = debian();
  image.layers[0].uid = 0;
  const auto plan = make_plan(command({"true"}), image, FakeHost{});
  REQUIRE(plan);
  CHECK(plan->notes.size() == 1);
}

TEST_CASE("the host image shows programs and no person") {
  FakeHost host;
  host.dir("/usr", 0).dir("/opt", 0).dir("/etc/ssl", 0);
  host.links = {{"/bin", "usr/bin"}, {"/lib64", "usr/lib64"}};
  Image image{.name = "host",
              .kind = ImageKind::Host,
              .users = {{"root", 0, 0, "/root", "/bin/bash"}, {"bob", 1001, 1001, "/home/bob", "/bin/sh"}}};
  const auto plan = make_plan(command({"true"}), image, host);
  REQUIRE(plan);
  CHECK(bind_on(*plan, "/usr")->access == Access::ReadOnly);
  CHECK_FALSE(bind_on(*plan, "/home"));
  CHECK_FALSE(bind_on(*plan, "/etc"));
  CHECK(find_step<MapSelf>(*plan)->uid == IdRange{1000, 1000, 1});
  for (const PlannedStep& planned : plan->steps)
    if (const auto* file = std::get_if<BindText>(&planned.step); file && file->target == "/etc/passwd") {
      CHECK(file->text.find("alice") != std::string::npos);
      CHECK(file->text.find("bob") == std::string::npos);
    }
}

TEST_CASE("capabilities: names with or without cap_, unknown ones with a suggestion") {
  Spec spec = command({"true"});
  spec.cap_add = {{"NET_BIND_SERVICE", {"--cap-add"}}, {"cap_chown", {"--cap-add"}}};
  spec.cap_drop = {{"CHOWN", {"--cap-drop"}}};
  const auto plan = make_plan(spec, debian(), FakeHost{});
  REQUIRE(plan);
  CHECK(find_step<KeepCapabilities>(*plan)->names ==
        std::vector<std::string>{"cap_dac_override", "cap_net_bind_service"});
  spec.cap_add = {{"net_bind_servce", {"--cap-add"}}};
  const auto bad = make_plan(spec, debian(), FakeHost{});
  REQUIRE_FALSE(bad);
  CHECK(bad.error().hint == "did you mean cap_net_bind_service?");
}

TEST_CASE("a workdir is absolute and has no way up") {
  for (const char* dir : {"work", "../etc", "/a/../b", ""}) {
    Spec spec = command({"true"});
    spec.workdir = {dir, {"--workdir"}};
    const auto plan = make_plan(spec, debian(), FakeHost{});
    REQUIRE_FALSE(plan);
    CHECK(plan.error().origin == "--workdir");
  }
}

TEST_CASE("a cow mount is an overlay of the directory, in memory or on disk") {
  Spec spec = command({"true"});
  spec.mounts = {{.type = MountType::Cow, .source = "/src", .target = "/work", .access = Access::ReadWrite}};
  FakeHost host = FakeHost{}.dir("/src");
  auto plan = make_plan(spec, debian(), host);
  REQUIRE(plan);
  CHECK(find_step<CowMount>(*plan)->upper == UpperPlace::Tmpfs);
  CHECK_FALSE(find_step<PrepareDisk>(*plan));
  CHECK_FALSE(find_step<InstallSeccomp>(*plan)->request.host_paths_writable);

  host.xattrs = false;  // an older kernel
  spec.writable = {Writable::Disk, {"flag"}};
  plan = make_plan(spec, debian(), host);
  REQUIRE(plan);
  CHECK(find_step<CowMount>(*plan)->upper == UpperPlace::Disk);
  CHECK(find_step<PrepareDisk>(*plan));

  // A bound that could not be kept.
  spec.writable = {Writable::None, {"flag"}};
  spec.rootfs_size = Setting<std::uint64_t>{4 << 20, {"--size"}};
  plan = make_plan(spec, debian(), host);
  REQUIRE_FALSE(plan);
  CHECK(plan.error().origin == "--size");
}

TEST_CASE("a view's layer is its own, whichever other views are there") {
  // It was named by its place among the views once: where the first was missing, the second got its layer.
  Spec spec = command({"true"});
  spec.name = Setting<std::string>{"box", {"--name"}};
  spec.mounts = {{.type = MountType::Cow, .source = "/srv/a", .target = "/a", .missing = Missing::Skip},
                 {.type = MountType::Cow, .source = "/srv/b", .target = "/b"}};
  const auto layers = [&](const FakeHost& host) {
    const auto plan = make_plan(spec, debian(), host);
    REQUIRE(plan);
    std::map<std::string, std::string> layers;
    for (const PlannedStep& planned : plan->steps)
      if (const auto* view = std::get_if<CowMount>(&planned.step))
        layers[view->target] = view->layer;
    return layers;
  };
  const auto both = layers(FakeHost{}.dir("/srv/a").dir("/srv/b"));
  REQUIRE(both.size() == 2);
  CHECK(both.at("/a") != both.at("/b"));
  const auto one = layers(FakeHost{}.dir("/srv/b"));
  REQUIRE(one.size() == 1);
  CHECK(one.at("/b") == both.at("/b"));
  // In another order too.
  std::ranges::reverse(spec.mounts);
  CHECK(layers(FakeHost{}.dir("/srv/a").dir("/srv/b")) == both);
}

TEST_CASE("a view's layer is named by its source and its target") {
  // The names stand in the containers of released versions: they stay as they are.
  CHECK(view_layer("/srv/a", "/a") == "de6a691979f071b8f82b14388aea31ac");
  const std::set<std::string> names{view_layer("/srv/a", "/a"), view_layer("/srv/a", "/b"),
                                    view_layer("/srv/b", "/a"), view_layer("/srv/a/", "a"),
                                    view_layer("/srv/" + std::string(4000, 'x'), "/a")};
  CHECK(names.size() == 5);
}

TEST_CASE("a cow mount that the kernel cannot make is refused before anything is") {
  Spec spec = command({"true"});
  spec.mounts = {{.type = MountType::Cow, .source = "/src", .target = "/work", .origin = {"here"}}};
  FakeHost host = FakeHost{}.dir("/src");
  host.mounts["/src"] = {"/src/disk"};
  auto plan = make_plan(spec, debian(), host);
  REQUIRE_FALSE(plan);
  CHECK(plan.error().step ==
        "copy-on-write view of /src: /src/disk is mounted below it, and the kernel's overlay cannot include "
        "that");
  CHECK(plan.error().origin == "here");

  host.mounts.clear();
  host.overlay_problem = "no overlay";
  spec.overlay.value = OverlayDriver::Fuse;
  host.programs["fuse-overlayfs"] = "/usr/bin/fuse-overlayfs";
  host.file("/dev/fuse", "");
  plan = make_plan(spec, debian(), host);
  REQUIRE(plan);
  CHECK(find_step<CowMount>(*plan)->fuse_program == "/usr/bin/fuse-overlayfs");
  CHECK(find_step<CowMount>(*plan)->upper == UpperPlace::Disk);  // where its server can reach it

  host.programs.clear();
  plan = make_plan(spec, {.name = "host", .kind = ImageKind::Host}, host.dir("/usr", 0));
  REQUIRE_FALSE(plan);
  CHECK(plan.error().step ==
        "copy-on-write view of /src: no overlay can be mounted: no overlay, and fuse-overlayfs is not "
        "installed");
  CHECK(plan.error().origin == "here");

  plan = make_plan(spec, debian(), FakeHost{}.file("/src", "text"));
  REQUIRE_FALSE(plan);
}

TEST_CASE("under the strict filter a writable project keeps what the host's tools act upon") {
  Spec spec = command({"true"});
  spec.seccomp.value = Tier::Strict;
  spec.mounts = {{.source = "/src", .target = "/work", .access = Access::ReadWrite}};
  FakeHost host = FakeHost{}.dir("/src").dir("/src/.git");
  auto plan = make_plan(spec, debian(), host);
  REQUIRE(plan);
  REQUIRE(bind_on(*plan, "/work/.git"));
  CHECK(bind_on(*plan, "/work/.git")->access == Access::ReadOnly);
  CHECK(find_step<ReportNew>(*plan)->paths ==
        std::vector<std::string>{"/src/snug.toml", "/src/.envrc", "/src/.vscode", "/src/HEAD"});

  spec.mounts[0].access = Access::ReadOnly;
  plan = make_plan(spec, debian(), host);
  REQUIRE(plan);
  CHECK_FALSE(bind_on(*plan, "/work/.git"));
  CHECK_FALSE(find_step<ReportNew>(*plan));

  spec.mounts[0].access = Access::ReadWrite;
  host.links["/src/.git"] = "../elsewhere";
  plan = make_plan(spec, debian(), host);
  REQUIRE_FALSE(plan);
  CHECK(plan.error().step.starts_with("/src/.git is a link"));
}

TEST_CASE("a worktree's .git is a file, and closed itself") {
  Spec spec = command({"true"});
  spec.seccomp.value = Tier::Strict;
  spec.mounts = {{.source = "/src", .target = "/work", .access = Access::ReadWrite}};
  const auto plan = make_plan(spec, debian(), FakeHost{}.dir("/src").file("/src/.git", "gitdir: /x"));
  REQUIRE(plan);
  CHECK(bind_on(*plan, "/work/.git")->access == Access::ReadOnly);
}

TEST_CASE("Landlock's rules are what the plan leaves writable") {
  Spec spec = command({"true"});
  spec.mounts = {{.source = "/src", .target = "/work", .access = Access::ReadWrite},
                 {.source = "/src", .target = "/look"}};
  const FakeHost host = FakeHost{}.dir("/src");
  auto plan = make_plan(spec, debian(), host);
  REQUIRE(plan);
  CHECK(find_step<ApplyLandlock>(*plan)->writable == std::vector<std::string>{"/"});
  CHECK_FALSE(find_step<ApplyLandlock>(*plan)->refuse_tcp);  // a service on lo may be wanted

  spec.writable.value = Writable::None;
  spec.seccomp.value = Tier::Strict;
  plan = make_plan(spec, debian(), host);
  REQUIRE(plan);
  CHECK(find_step<ApplyLandlock>(*plan)->writable ==
        std::vector<std::string>{"/dev/shm", "/tmp", "/var/tmp", "/work"});
  CHECK(find_step<ApplyLandlock>(*plan)->refuse_tcp);
  CHECK(place_of<ApplyLandlock>(*plan) < place_of<InstallSeccomp>(*plan));
}

TEST_CASE("Landlock that is not to be had: a note by default, an error for who asked") {
  Spec spec = command({"true"});
  FakeHost host;
  host.landlock = 1;
  auto plan = make_plan(spec, debian(), host);
  REQUIRE(plan);
  CHECK_FALSE(find_step<ApplyLandlock>(*plan));
  CHECK(plan->notes.size() == 1);
  spec.landlock = {true, {"mine.toml:3"}};
  plan = make_plan(spec, debian(), host);
  REQUIRE_FALSE(plan);
  CHECK(plan.error().origin == "mine.toml:3");

  host.landlock = 7;
  spec.landlock.origin = {};
  spec.nested_userns.value = true;
  plan = make_plan(spec, debian(), host);
  REQUIRE(plan);
  CHECK_FALSE(find_step<ApplyLandlock>(*plan));
}

}  // namespace plan_test
