// Options as the last layer of settings.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>

#include "../support/fake_host.h"
#include "cli/grammar/definition.h"
#include "cli/grammar/parse.h"
#include "cli/input/explain_word.h"
#include "cli/input/flags_layer.h"
#include "cli/input/profile_files.h"

namespace cli_test {

using namespace snug;
using namespace snug::cli;
using namespace snug::host;
using namespace snug::spec;

namespace {

Result<Profile> layer_of(std::initializer_list<std::string_view> words, const FakeHost& host = {}) {
  const auto options = parse_command_line(std::span{words.begin(), words.size()});
  INFO((options ? "" : options.error().step));
  REQUIRE(options);
  return flags_layer(options->options<RunOptions>(), host);
}

std::string refusal(std::initializer_list<std::string_view> words) {
  const auto layer = layer_of(words);
  REQUIRE_FALSE(layer);
  CHECK(layer.error().status == 125);
  return layer.error().step;
}

}  // namespace

TEST_CASE("what is not typed is not in the layer") {
  CHECK(layer_of({"run"}) == Profile{});
}

TEST_CASE("each option goes where it belongs, with its name as the origin") {
  const auto layer = layer_of({"run",
                               "-w",
                               "/w",
                               "-u",
                               "bob:staff",
                               "-h",
                               "box",
                               "--timeout",
                               "1m",
                               "--read-only",
                               "--overlay",
                               "fuse",
                               "--writable",
                               "disk",
                               "--size",
                               "2G",
                               "--network",
                               "host",
                               "--ids",
                               "range",
                               "--fake-root",
                               "off",
                               "--seccomp",
                               "strict",
                               "--cap-add",
                               "NET_RAW",
                               "--cap-drop",
                               "ALL",
                               "-m",
                               "1G",
                               "--memory-swap",
                               "3G",
                               "--cpus",
                               "1.5",
                               "--pids-limit",
                               "64",
                               "-p",
                               "8080:80",
                               "--add-host",
                               "db:192.0.2.7",
                               "--dns",
                               "192.0.2.53",
                               "--dns-search",
                               "example.org",
                               "--network-alias",
                               "web",
                               "--allow",
                               "example.org",
                               "--gpu",
                               "--audio=false",
                               "--name",
                               "n",
                               "-t",
                               "--entrypoint",
                               "/e",
                               "img",
                               "a",
                               "b"});
  REQUIRE(layer);
  CHECK(layer->image == Setting<std::string>{"img", {"IMAGE"}});
  CHECK(layer->command == Setting<std::vector<std::string>>{{"a", "b"}, {"command line"}});
  CHECK(layer->entrypoint == Setting<std::vector<std::string>>{{"/e"}, {"--entrypoint"}});
  CHECK(layer->workdir == Setting<std::string>{"/w", {"--workdir"}});
  CHECK(layer->run_as == Setting<RunAs>{{RunAs::Kind::Named, "bob", "staff"}, {"--user"}});
  CHECK(layer->hostname == Setting<std::string>{"box", {"--hostname"}});
  CHECK(layer->timeout_ms == Setting<std::uint64_t>{60000, {"--timeout"}});
  CHECK(layer->read_only == Setting<bool>{true, {"--read-only"}});
  CHECK(layer->overlay == Setting<OverlayDriver>{OverlayDriver::Fuse, {"--overlay"}});
  CHECK(layer->writable == Setting<Writable>{Writable::Disk, {"--writable"}});
  CHECK(layer->rootfs_size == Setting<std::uint64_t>{std::uint64_t{2} << 30, {"--size"}});
  CHECK(layer->network == Setting<NetworkMode>{NetworkMode::Host, {"--network"}});
  CHECK(layer->ids == Setting<IdMode>{IdMode::Range, {"--ids"}});
  CHECK(layer->fake_root == Setting<Toggle>{Toggle::Off, {"--fake-root"}});
  CHECK(layer->seccomp == Setting<Tier>{Tier::Strict, {"--seccomp"}});
  CHECK(layer->cap_add == std::vector<Setting<std::string>>{{"NET_RAW", {"--cap-add"}}});
  CHECK(layer->cap_drop == std::vector<Setting<std::string>>{{"ALL", {"--cap-drop"}}});
  CHECK(layer->memory == Setting<std::uint64_t>{std::uint64_t{1} << 30, {"--memory"}});
  CHECK(layer->swap == Setting<std::uint64_t>{std::uint64_t{2} << 30, {"--memory-swap"}});
  CHECK(layer->cpus == Setting<double>{1.5, {"--cpus"}});
  CHECK(layer->pids == Setting<std::uint64_t>{64, {"--pids-limit"}});
  CHECK(layer->publish == std::vector<Setting<std::string>>{{"8080:80", {"--publish"}}});
  CHECK(layer->hosts == std::vector<Setting<std::string>>{{"db:192.0.2.7", {"--add-host"}}});
  CHECK(layer->dns == std::vector<Setting<std::string>>{{"192.0.2.53", {"--dns"}}});
  CHECK(layer->dns_search == std::vector<Setting<std::string>>{{"example.org", {"--dns-search"}}});
  CHECK(layer->alias == std::vector<Setting<std::string>>{{"web", {"--network-alias"}}});
  CHECK(layer->allow == std::vector<Setting<std::string>>{{"example.org", {"--allow"}}});
  CHECK(layer->gpu == Setting<bool>{true, {"--gpu"}});
  CHECK(layer->audio == Setting<bool>{false, {"--audio"}});
  CHECK(layer->wayland == std::nullopt);
  CHECK(layer->name == Setting<std::string>{"n", {"--name"}});
  CHECK(layer->tty == Setting<Toggle>{Toggle::On, {"--tty"}});
  CHECK(layer->shell == std::nullopt);
  CHECK(layer_of({"shell", "img"})->shell == Setting<bool>{true, {"snug shell"}});
  CHECK(layer_of({"run", "--entrypoint=", "img"})->entrypoint->value.empty());
}

TEST_CASE("mounts and variables in their order") {
  FakeHost host;
  host.variables = {{"MINE", "m"}};
  const auto layer = layer_of({"run", "-v", "./x:/x:ro", "--mount", "type=bind,source=/y,target=/y",
                               "--tmpfs", "/t", "-e", "A=1", "-e", "MINE", "-e", "GONE", "-e", "A=2", "img"},
                              host);
  REQUIRE(layer);
  REQUIRE(layer->mounts.size() == 3);
  CHECK(layer->mounts[0].source == "/home/alice/src/x");
  CHECK(layer->mounts[0].access == Access::ReadOnly);
  CHECK(layer->mounts[0].origin.text == "--volume");
  CHECK(layer->mounts[1].source == "/y");
  CHECK(layer->mounts[2].type == MountType::Tmpfs);
  CHECK(layer->env_set ==
        std::vector<EnvVariable>{{"A", "1", {"--env"}}, {"MINE", "m", {"--env"}}, {"A", "2", {"--env"}}});
}

TEST_CASE("variables of files come before those of the command line, wherever they are typed") {
  const std::string path =
      std::string{std::getenv("TMPDIR") ? std::getenv("TMPDIR") : "/tmp"} + "/snug-cli-test.env";
  std::ofstream{path} << "A=file\nB=file\n";
  const auto layer = layer_of({"run", "-e", "A=flag", "--env-file", path, "img"});
  std::remove(path.c_str());
  REQUIRE(layer);
  CHECK(layer->env_set.size() == 3);
  CHECK(layer->env_set.back() == EnvVariable{"A", "flag", {"--env"}});
  CHECK(refusal({"run", "--env-file", "/no/such.env", "img"}).find("/no/such.env") != std::string::npos);
}

TEST_CASE("nonsense is refused with the option that said it") {
  CHECK(refusal({"run", "--size", "2 bananas", "img"}).starts_with("--size: \"2 bananas\""));
  CHECK(refusal({"run", "--size", "0", "img"}).starts_with("--size: 0 leaves"));
  CHECK(refusal({"run", "--timeout", "soon", "img"}).starts_with("--timeout: \"soon\""));
  CHECK(refusal({"run", "--cpus", "many", "img"}).starts_with("--cpus: \"many\""));
  CHECK(refusal({"run", "--cpus", "-1", "img"}).starts_with("--cpus: \"-1\""));
  CHECK(refusal({"run", "--cpus", "nan", "img"}).starts_with("--cpus: \"nan\""));
  CHECK(refusal({"run", "--memory-swap", "1G", "img"}).starts_with("--memory-swap: there is no --memory"));
  CHECK(refusal({"run", "-m", "2G", "--memory-swap", "1G", "img"}) ==
        "--memory-swap: 1G is less than --memory");
  CHECK(refusal({"run", "-w", "rel", "img"}).starts_with("--workdir: \"rel\""));
  CHECK(refusal({"run", "-u", "0x0", "img"}).starts_with("--user: \"0x0\""));
  CHECK(refusal({"run", "-e", "=x", "img"}).starts_with("--env: "));
  CHECK(refusal({"run", "-p", "eighty", "img"}).starts_with("--publish"));
  CHECK(refusal({"run", "--add-host", "db", "img"}) == "--add-host: \"db\": the address is missing");
  CHECK(refusal({"run", "--dns", "dns.example.org", "img"}).starts_with("--dns: \"dns.example.org\" is not"));
  CHECK(refusal({"run", "--dns-search", "", "img"}).starts_with("--dns-search: \"\" is not"));
  CHECK(refusal({"run", "--network-alias", "a b", "img"}).starts_with("--network-alias: \"a b\" is not"));
  CHECK(refusal({"run", "-v", "/a:/x", "--tmpfs", "/x/", "img"}) ==
        "--tmpfs: /x is already a target, of --volume");
  CHECK(refusal({"run", "--name", "a/b", "img"}).starts_with("--name \"a/b\": "));
  CHECK(refusal({"run", "--rm=false", "img"}).starts_with("--rm=false: "));
}

TEST_CASE("the status descriptor") {
  CHECK(parse_status_fd({}) == -1);
  CHECK(parse_status_fd({.json_status_fd = "9"}) == 9);
  CHECK_FALSE(parse_status_fd({.json_status_fd = "-1"}));
  CHECK_FALSE(parse_status_fd({.json_status_fd = "99999999999"}));
}

TEST_CASE("a lone absolute path that explain is given") {
  RunOptions run{.image = "/etc/passwd", .image_may_be_path = true};
  settle_explain_word(run, "/nonexistent");
  CHECK(run.paths == std::vector<std::string>{"/etc/passwd"});
  CHECK(run.image == std::nullopt);
  for (const char* path : {"/", "/usr", "/usr/", "/no/such/place"}) {
    run = {.image = path, .image_may_be_path = true};
    settle_explain_word(run, "/nonexistent");
    CHECK(run.image == std::nullopt);
  }
  run = {.image = "/etc/passwd"};
  settle_explain_word(run, "/nonexistent");
  CHECK(run.image == "/etc/passwd");
}

TEST_CASE("a project's profile is searched for upwards, within what is the caller's own") {
  FakeHost host;
  host.who.cwd = "/home/alice/src/deep";
  host.dir("/home/alice").dir("/home/alice/src").dir("/home/alice/src/deep");
  CHECK(find_project_profile(host) == std::nullopt);
  const FileInfo file{.kind = FileKind::Regular, .dev = 1, .uid = 1000};
  host.files["/home/alice/snug.toml"] = file;  // of the home directory: of no project
  CHECK(find_project_profile(host) == std::nullopt);
  host.files["/home/alice/src/snug.toml"] = file;
  CHECK(find_project_profile(host) == "/home/alice/src/snug.toml");
  host.files["/home/alice/src"].dev = 2;  // a mount boundary between
  CHECK(find_project_profile(host) == std::nullopt);
  host.files["/home/alice/src"].dev = 1;
  host.dir("/home/alice/src", 0);  // another owner's
  CHECK(find_project_profile(host) == std::nullopt);
}

}  // namespace cli_test
