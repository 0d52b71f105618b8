#include "plan/describe.h"

#include <catch2/catch.hpp>
#include <set>
#include <utility>

namespace describe_test {

using namespace snug;
using namespace snug::plan;
using namespace snug::spec;

namespace {

template<std::size_t... I>
std::vector<Step> one_of_each(std::index_sequence<I...>) {
  return {Step{std::in_place_index<I>}...};
}

// Bytes that move a cursor, end a line, colour a terminal or turn a text around; and half a character.
const std::string kEvil = "/a\x1b[31m\n\r\t\x07\x7f\xc2\x9b\xe2\x80\xae\xff z";

// The kinds of which users, images and profiles choose a text.
std::vector<Step> evil_steps() {
  const std::string& e = kEvil;
  return {SweepDisk{e},
          PrepareDisk{e},
          SetHostname{e},
          OverlayRoot{.layers = {{.path = e}, {.path = e}}},
          MakeDir{e},
          MakeSymlink{e, e},
          BindText{e, e},
          BindText{.target = e, .copied = true},
          BindMount{.source = e, .target = e},
          MountTmpfs{.target = e},
          MountDev{{e}},
          MountProc{.read_only = {e}, .masked = {e}},
          MountSys{.masked = {e}},
          KeepCapabilities{1, {e}},
          EnterDir{e},
          SetEnvironment{{{e, e, {}}}},
          InstallSeccomp{{.allow = {e}, .deny = {e}}},
          Execute{{e, e}, {e}}};
}

}  // namespace

TEST_CASE("no step lets a control byte of a path or a name through") {
  for (const Step& step : evil_steps()) {
    const std::string text = describe(step);
    INFO(step.index() << ": " << text);
    for (const char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      CHECK_FALSE((byte < 0x20 || byte == 0x7f || byte == 0xff));
    }
    CHECK(text.find("\xc2\x9b") == std::string::npos);
    CHECK(text.find("\xe2\x80\xae") == std::string::npos);
  }
}

TEST_CASE("every kind of step has a sentence of its own") {
  std::set<std::string> sentences;
  for (const Step& step : one_of_each(std::make_index_sequence<std::variant_size_v<Step>>{})) {
    INFO(step.index());
    CHECK_FALSE(describe(step).empty());
    CHECK(sentences.insert(describe(step)).second);
  }
}

TEST_CASE("sentences say what matters about a step") {
  CHECK(describe(Step{BindMount{.source = "/home/alice/src", .target = "/work"}}) ==
        "mount /home/alice/src on /work, read-only");
  CHECK(describe(Step{BindMount{.source = "/a", .target = "/b", .access = Access::ReadWrite}}) ==
        "mount /a on /b, read-write");
  const CowMount view{.source = "/srv/a", .target = "/a", .upper = UpperPlace::Disk};
  CHECK(describe(Step{view}) == "mount a view of /srv/a on /a whose changes are thrown away, kept on disk");
  CowMount kept = view;
  kept.kept = true;
  CHECK(describe(Step{kept}) ==
        "mount a view of /srv/a on /a whose changes stay with the container, kept on disk");
  CHECK(describe(Step{MakeDir{"/tmp", 01777}}) == "make the directory /tmp (1777)");
  CHECK(describe(Step{TmpfsRoot{2147483648}}) == "mount the root: an empty tmpfs, at most 2 GiB");
  CHECK(describe(Step{LimitResource{"core", 0, 0}}) == "limit core to 0");
  CHECK(describe(Step{LimitResource{"nofile", 1, 2}}) == "limit nofile to 1, at most 2");
  CHECK(describe(Step{KeepCapabilities{}}) == "drop every capability");
  CHECK(describe(Step{MapRange{.uids = {{0, 1000, 1}, {1, 100000, 65535}}, .gids = {{0, 1000, 1}}}}) ==
        "map users 0=1000, 1-65535=100000-165534 and groups 0=1000 by newuidmap and newgidmap");
  CHECK(describe(Step{CreateNamespaces{.network = false}}).find("the network is the host's") !=
        std::string::npos);
  CHECK(describe(Step{MountSys{.own = false}}).find("(the outer one)") != std::string::npos);
}

TEST_CASE("layers are told bottom first, as they are stacked") {
  CHECK(describe(Step{OverlayRoot{.layers = {{.path = "/one"}, {.path = "/two"}}}}).find("/one + /two") !=
        std::string::npos);
}

TEST_CASE("a command is told as it would be typed") {
  CHECK(describe(Step{Execute{{"make", "-j4", "all in one", "", "it's", "$(id)"}, {}}}) ==
        "execute make -j4 'all in one' '' 'it'\\''s' '$(id)'");
}

TEST_CASE("the environment is told by name: values may be secret") {
  const std::string text = describe(Step{SetEnvironment{{{"TOKEN", "hunter2", {}}, {"A", "1", {}}}}});
  CHECK(text == "set the environment: TOKEN A");
}

}  // namespace describe_test
