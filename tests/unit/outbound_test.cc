// The way out of a network of the sandbox's own: how it is planned, and how the tool's process is started.
#include "network/outbound.h"

#include <fcntl.h>
#include <poll.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "plan/plan.h"
#include "spec/merge.h"
#include "spec/settings.h"
#include "support/fake_host.h"

namespace outbound_test {

using namespace snug;
using namespace snug::image;
using namespace snug::network;
using namespace snug::plan;
using namespace snug::spec;

namespace {

Image image() {
  return {.name = "debian",
          .layers = {{.path = "/images/debian", .dev = 1, .ino = 2, .uid = 1000, .mode = 0755}},
          .users = {{"root", 0, 0, "/root", "/bin/bash"}},
          .groups = {{"root", 0, {}}}};
}

Spec with(NetworkMode mode) {
  Spec spec = merge_layers({});
  spec.command = {{"true"}, {"command line"}};
  spec.network = {mode, {"--network"}};
  return spec;
}

FakeHost having(std::map<std::string, std::string, std::less<>> programs) {
  FakeHost host;
  host.programs = std::move(programs);
  return host;
}

const std::pair<const std::string, std::string> kPasta{"pasta", "/usr/bin/pasta"};
const std::pair<const std::string, std::string> kSlirp{"slirp4netns", "/usr/bin/slirp4netns"};

ConnectNetwork connected(const FakeHost& host) {
  const auto plan = make_plan(with(NetworkMode::Full), image(), host);
  REQUIRE(plan);
  REQUIRE(find_step<ConnectNetwork>(*plan));
  CHECK(find_step<CreateNamespaces>(*plan)->network);
  return *find_step<ConnectNetwork>(*plan);
}

bool has(const ConnectNetwork& step, std::string_view argument, std::string_view value = "") {
  const auto at = std::ranges::find(step.argv, argument);
  return at != step.argv.end() && (value.empty() || (at + 1 != step.argv.end() && at[1] == value));
}

Error refusal(const Spec& spec, const FakeHost& host) {
  const auto plan = make_plan(spec, image(), host);
  REQUIRE_FALSE(plan);
  CHECK_FALSE(plan.error().origin.empty());
  return plan.error();
}

bool says(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

// Waits for news until there are some to tell.
Result<bool> news_of(Outbound& outbound) {
  for (;;) {
    pollfd waits{.fd = outbound.news(), .events = POLLIN, .revents = 0};
    REQUIRE(poll(&waits, 1, 10'000) == 1);
    auto news = outbound.take_news();
    if (!news || *news)
      return news;
  }
}

// What is said of a script in the tool's place, or of one that has ended by then.
enum class Look { Soon, AtItsEnd };
std::string said(OutboundTool tool, const std::string& script, Look look = Look::Soon) {
  Outbound outbound;
  REQUIRE(outbound.start(tool, {"/bin/sh", "-c", script}, UniqueFd{open("/proc/self/ns/user", O_RDONLY)},
                         UniqueFd{open("/proc/self/ns/net", O_RDONLY)}));
  pollfd ends{.fd = outbound.news(), .events = 0, .revents = 0};
  if (look == Look::AtItsEnd)
    REQUIRE(poll(&ends, 1, 10'000) == 1);
  const auto news = news_of(outbound);
  CHECK(outbound.news() == -1);
  return news ? "ready" : news.error().step;
}

}  // namespace

TEST_CASE("full: pasta before slirp4netns, both without a way to the host's loopback") {
  const ConnectNetwork pasta = connected(having({kPasta, kSlirp}));
  CHECK(pasta.tool == OutboundTool::Pasta);
  CHECK(pasta.argv[0] == "/usr/bin/pasta");
  CHECK(has(pasta, "--no-map-gw"));
  for (const char* forwarding : {"--tcp-ports", "--udp-ports", "--tcp-ns", "--udp-ns"})
    CHECK(has(pasta, forwarding, "none"));
  CHECK(has(pasta, "--dns-forward", outbound_dns(OutboundTool::Pasta)));
  const ConnectNetwork slirp = connected(having({kSlirp}));
  CHECK(slirp.tool == OutboundTool::Slirp4netns);
  CHECK(slirp.argv[0] == "/usr/bin/slirp4netns");
  CHECK(has(slirp, "--disable-host-loopback"));
  CHECK(has(slirp, "--enable-sandbox"));
  CHECK(has(slirp, "--enable-seccomp"));
}

TEST_CASE("full: no other mode has a way out, and none is planned twice") {
  for (const NetworkMode mode : {NetworkMode::None, NetworkMode::Host}) {
    const auto plan = make_plan(with(mode), image(), having({kPasta}));
    REQUIRE(plan);
    CHECK_FALSE(find_step<ConnectNetwork>(*plan));
  }
}

TEST_CASE("full without either tool names the package, and what does without") {
  const Error error = refusal(with(NetworkMode::Full), having({}));
  CHECK(says(error.step, "neither pasta nor slirp4netns is installed"));
  CHECK(says(error.hint, "passt"));
  CHECK(says(error.hint, "slirp4netns"));
  CHECK(says(error.hint, "--network gate --allow HOST needs neither"));
}

TEST_CASE("slirp4netns would open every port of a nameserver on the loopback") {
  for (const char* text : {"nameserver 127.0.0.53\n", "nameserver 192.0.2.1\nnameserver\t127.0.0.1 # here\n",
                           "nameserver ::1", "nameserver 0.0.0.0\n", "nameserver 127.1"}) {
    INFO(text);
    FakeHost host = having({kSlirp});
    host.file("/etc/resolv.conf", text);
    const Error error = refusal(with(NetworkMode::Full), host);
    CHECK(says(error.step, "slirp4netns"));
    CHECK(says(error.hint, "passt"));
    host.programs.insert(kPasta);
    CHECK(connected(host).tool == OutboundTool::Pasta);
  }
  for (const char* text : {"", "nameserver", "# nameserver 127.0.0.1\nnameserver 192.0.2.1\n"}) {
    FakeHost host = having({kSlirp});
    host.file("/etc/resolv.conf", text);
    CHECK(connected(host).tool == OutboundTool::Slirp4netns);
  }
}

TEST_CASE("slirp4netns is run as root of the sandbox, or not at all") {
  Spec spec = with(NetworkMode::Full);
  spec.run_as.value = {.kind = RunAs::Kind::Self};
  const Error error = refusal(spec, having({kSlirp}));
  CHECK(says(error.step, "root inside"));
  CHECK(says(error.hint, "passt"));
  CHECK(says(error.hint, "-u root"));
  CHECK(make_plan(spec, image(), having({kPasta, kSlirp})));
  FakeHost range = having({kSlirp, {"newuidmap", "/n"}, {"newgidmap", "/n"}});
  spec.ids.value = IdMode::Range;
  CHECK(says(refusal(spec, range).step, "root inside"));
  spec.run_as.value = {};
  CHECK(make_plan(spec, image(), range));
}

TEST_CASE("full with a capability that makes packets for the host's loopback is refused") {
  for (const char* name : {"NET_ADMIN", "NET_RAW", "ALL"}) {
    Spec spec = with(NetworkMode::Full);
    spec.cap_add = {{name, {"--cap-add"}}};
    CHECK(says(refusal(spec, having({kPasta})).step, "loopback"));
    spec.network.value = NetworkMode::None;
    CHECK(make_plan(spec, image(), having({kPasta})));
  }
  Spec spec = with(NetworkMode::Full);
  spec.cap_add = {{"ALL", {"--cap-add"}}};
  spec.cap_drop = {{"NET_ADMIN", {"--cap-drop"}}, {"NET_RAW", {"--cap-drop"}}};
  CHECK(make_plan(spec, image(), having({kPasta})));
}

TEST_CASE("host: what can be reached is told; strict refuses it") {
  FakeHost host;
  const auto note = [&] {
    const auto plan = make_plan(with(NetworkMode::Host), image(), host);
    REQUIRE(plan);
    REQUIRE(plan->notes.size() == 1);
    CHECK_FALSE(plan->notes[0].detail);
    CHECK(says(plan->notes[0].text, "services on its loopback"));
    return plan->notes[0].text;
  };
  CHECK(says(note(), "abstract sockets cannot"));
  host.landlock = 5;
  CHECK(says(note(), "abstract sockets (X11, D-Bus) can be reached"));
  Spec spec = with(NetworkMode::Host);
  spec.seccomp = {Tier::Strict, {"--seccomp"}};
  const Error error = refusal(spec, host);
  CHECK(says(error.step, "security.seccomp = \"strict\""));
  CHECK(says(error.hint, "--network gate"));
  spec.network.value = NetworkMode::Full;
  CHECK(make_plan(spec, image(), having({kPasta})));
}

TEST_CASE("the tool's process: nothing of ours but what it works with") {
  const UniqueFd ours{open("/", O_RDONLY | O_DIRECTORY)};  // not close-on-exec
  (void)fcntl(ours.get(), F_SETFD, 0);
  const std::string text =
      said(OutboundTool::Pasta,
           "echo $(readlink /proc/$$/fd/0 /proc/$$/fd/1 | cut -d: -f1) at $(readlink /proc/$$/cwd) >&2\n"
           "n=3; while [ $n -lt 64 ]; do [ ! -e /proc/$$/fd/$n ] || echo open $n >&2; n=$((n + 1)); done\n"
           "echo $(/usr/bin/env | cut -d= -f1) >&2; echo privs $(grep NoNewPrivs /proc/self/status | cut "
           "-f2) >&2\n"
           "echo core $(ulimit -Hc) >&2");
  INFO(text);
  CHECK(says(text, "user net at /;"));
  CHECK_FALSE(says(text, "open"));
  CHECK(says(text, "privs 1"));
  CHECK(says(text, "core 0"));
  CHECK_FALSE(says(text, "HOME"));
  CHECK_FALSE(says(text, "PATH"));
}

TEST_CASE("a tool that ends is no network, whatever it has said; its words are the cause") {
  CHECK(said(OutboundTool::Pasta, "echo 'no \033[31m device' >&2; echo 12 >&2", Look::AtItsEnd) ==
        "connect the network through pasta: no \\x1b[31m device");
  CHECK(said(OutboundTool::Pasta, "exit 3") == "connect the network through pasta: it has ended");
  CHECK(says(said(OutboundTool::Pasta, "head -c 20000 /dev/zero | tr '\\0' x >&2"), "xxx..."));
}

TEST_CASE("a tool that cannot be executed says so") {
  Outbound outbound;
  REQUIRE(outbound.start(OutboundTool::Pasta, {"/nonexistent/pasta"},
                         UniqueFd{open("/proc/self/ns/user", O_RDONLY)},
                         UniqueFd{open("/proc/self/ns/net", O_RDONLY)}));
  const auto news = news_of(outbound);
  REQUIRE_FALSE(news);
  CHECK(news.error().step ==
        "connect the network through pasta: it cannot be executed: No such file or directory");
}

TEST_CASE("ready is what the tool's own way says, and then the loopback must be closed") {
  // Its own user namespace cannot be joined: the way that must be closed cannot be.
  CHECK(says(said(OutboundTool::Pasta, "echo a warning >&2; echo 4711 >&2; exec sleep 60"), "loopback"));
}

}  // namespace outbound_test
