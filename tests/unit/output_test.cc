#include <catch2/catch.hpp>

#include "base/json.h"
#include "cli/show/spec_json.h"
#include "cli/show/table.h"
#include "spec/merge.h"
#include "spec/profile.h"
#include "spec/settings.h"

namespace output_test {

using namespace snug;
using namespace snug::cli;
using namespace snug::spec;

TEST_CASE("columns are as wide as their widest cell on a terminal") {
  const Table table{.header = {"NAME", "KIND", "TEXT"},
                    .rows = {{"a", "user", "x"}, {"日本", "u", ""}, {"long-name", "u", "e\x1b[0m"}}};
  CHECK(table_text(table, 0, Colour::Off) ==
        "NAME       KIND  TEXT\n"
        "a          user  x\n"
        "日本       u\n"
        "long-name  u     e\\x1b[0m\n");
}

TEST_CASE("the last column is cut to the terminal's width") {
  const Table table{.header = {"NAME", "DESCRIPTION"}, .rows = {{"a", "one two three four"}}};
  CHECK(table_text(table, 16, Colour::Off) == "NAME  DESCRIPTI…\na     one two t…\n");
  CHECK(table_text(table, 8, Colour::Off) == "NAME  DESCRIPTION\na     one two three four\n");  // hopeless
  CHECK(display_width("a\xCC\x81") == 1);
}

TEST_CASE("JSON keeps its order, and has no bytes that are not UTF-8") {
  const Json json =
      Json::Object{{"z", 1.5}, {"a", Json::Array{true, Json{}, std::uint64_t{7}}}, {"s", "\xff\n"}};
  CHECK(compact_json(json) == "{\"z\":1.5,\"a\":[true,null,7],\"s\":\"\xEF\xBF\xBD\\n\"}");
  CHECK(pretty_json(Json::Object{{"a", "b"}}) == "{\n  \"a\": \"b\"\n}\n");
}

TEST_CASE("a profile that is shown can be used again and comes to the same") {
  constexpr std::string_view kText = R"(
image = "host"
command = ["sh", "-c", "echo \"hi\" 'there' \\ \u001b"]
workdir = "/work"
hostname = "box"
[env]
pass = ["TERM", "LC_*"]
set = { CC = "clang", "ODD.NAME" = "x" }
[user]
run-as = "bob:staff"
ids = "range"
fake-root = "off"
[rootfs]
overlay = "fuse"
writable = "disk"
size = "1536M"
[limits]
memory = "2G"
swap = "0"
cpus = 1.5
pids = 512
io-weight = 100
nofile = 4096
timeout = "1h30m"
required = false
[network]
mode = "gate"
allow = ["@apt", "example.org:80"]
deny = ["bad.example.org"]
publish = ["127.0.0.1:8080:80"]
hosts = ["db:192.0.2.7", "six=[2001:db8::7]"]
dns = ["192.0.2.53"]
dns-search = ["example.org"]
alias = ["web"]
[security]
seccomp = { base = "dev", allow = ["ptrace"], deny = ["bpf"] }
caps = ["NET_RAW"]
nested-userns = true
proc = "full"
landlock = false
require = "no-proc"
[share]
wayland = true
x11 = true
audio = true
gpu = true
ssh-agent = true
[[mount]]
source = "/src"
target = "/a"
access = "rw"
optional = true
[[mount]]
type = "tmpfs"
target = "/b"
size = "64M"
mode = "0700"
[[mount]]
type = "cow"
source = "/c"
target = "/c"
)";
  const ProfilePlace place{.file = "p.toml", .directory = "/d", .home = "/home/u"};
  const auto shown = [&](std::string_view text) {
    const auto file = parse_profile(text, place);
    INFO((file ? "" : file.error().step));
    REQUIRE(file);
    const Profile layers[] = {file->profile};
    return merge_layers(layers);
  };
  const Spec once = shown(kText);
  const std::string text = spec_toml(once, Colour::Off);
  const Spec twice = shown(text);
  // The origins are other lines now; values are the same.
  const auto values = [](const Spec& spec) {
    std::string out;
    for (const ShownKey& key : shown_keys(spec))
      out += std::string{key.table} + "." + std::string{key.key} + " = " + compact_json(key.value) + "\n";
    for (const Mount& mount : spec.mounts)
      out += mount.source + mount.target + std::to_string(mount.size) + "\n";
    return out;
  };
  INFO(text);
  CHECK(values(once) == values(twice));
  CHECK(text.find("workdir = \"/work\"                        # p.toml:4\n") != std::string::npos);
  CHECK(text.find('\x1b') == std::string::npos);
}

TEST_CASE("defaults are shown, and stay unsaid") {
  const std::string text = spec_toml(merge_layers({}), Colour::Off);
  CHECK(text.find("\n[network]\n# mode = \"none\"\n") != std::string::npos);
  CHECK(text.find("\nlandlock") == std::string::npos);
}

}  // namespace output_test
