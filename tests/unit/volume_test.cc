#include "spec/volume.h"

#include <catch2/catch.hpp>

#include "spec/target.h"

namespace volume_test {

using namespace snug;
using namespace snug::spec;

namespace {

template<class T>
std::string text_of(const Result<T>& result) {
  return result ? "no error" : result.error().step;
}

struct Bad {
  std::string_view text;
  std::string_view error;
  std::string_view hint{};
};

}  // namespace

TEST_CASE("-v: docker's syntax") {
  const Mount plain{.source = "/src", .target = "/dst", .access = Access::ReadWrite, .origin = {"--volume"}};
  CHECK(parse_volume("/src:/dst", "/cwd") == plain);
  CHECK(parse_volume("/src/:/dst/", "/cwd") == plain);
  CHECK(parse_volume("/src:/dst:rw", "/cwd") == plain);
  CHECK(parse_volume("/src:/dst:ro", "/cwd")->access == Access::ReadOnly);
  CHECK(parse_volume("/src:/dst:cow", "/cwd")->type == MountType::Cow);
  CHECK(parse_volume("./a:/dst", "/cwd")->source == "/cwd/a");
  CHECK(parse_volume(".:/dst", "/cwd")->source == "/cwd");
  CHECK(parse_volume("../a:/dst", "/cwd")->source == "/cwd/../a");
  CHECK(parse_volume(".//a/./b/:/dst", "/cwd")->source == "/cwd/a/b");
  CHECK(parse_volume("/src:/dst", "/cwd")->missing == Missing::Fail);
}

TEST_CASE("-v: what is refused, and why") {
  const Bad bad[] = {
      {"", "--volume \"\": there is no target"},
      {"/data", "--volume \"/data\": there is no target",
       "write -v SOURCE:TARGET; a volume without a source is not kept anywhere, use --tmpfs TARGET"},
      {":", "--volume \":\": the source is empty"},
      {":/dst", "--volume \":/dst\": the source is empty"},
      {"/src:", "--volume \"/src:\": the target is empty"},
      {"/src:/a/../b", "--volume \"/src:/a/../b\": the target \"/a/../b\" has \"..\" in it"},
      {"/src:dst", "--volume \"/src:dst\": the target \"dst\" is not an absolute path"},
      {"/src:/", "--volume \"/src:/\": the target \"/\" is the image's own place"},
      {"/src://.", "--volume \"/src://.\": the target \"/\" is the image's own place"},
      {"/src:/proc", "--volume \"/src:/proc\": the target \"/proc\" is made by snug itself"},
      {"/src:/proc/kcore",
       "--volume \"/src:/proc/kcore\": the target \"/proc/kcore\" is made by snug itself"},
      {"/src:/dev", "--volume \"/src:/dev\": the target \"/dev\" is made by snug itself"},
      {"data:/dst",
       "--volume \"data:/dst\": \"data\" would be a named volume, which this version does not have",
       "for a directory here write ./data"},
      {"a/b:/dst", "--volume \"a/b:/dst\": the source \"a/b\" is neither absolute nor starts with ./ or ../",
       "for a directory here write ./a/b"},
      {"~/a:/dst", "--volume \"~/a:/dst\": the source \"~/a\" is neither absolute nor starts with ./ or ../",
       "write $HOME for ~"},
      {"/src:/dst:ro:rw", "--volume \"/src:/dst:ro:rw\": too many colons"},
      {"/src:/dst:ro,rw", "--volume \"/src:/dst:ro,rw\": ro, rw and cow exclude each other"},
      {"/src:/dst:r0", "--volume \"/src:/dst:r0\": unknown option \"r0\"", "did you mean \"ro\"?"},
      {"/src:/dst:", "--volume \"/src:/dst:\": unknown option \"\"", "the options here are ro, rw, cow"},
      {"/src:/dst:z", "--volume \"/src:/dst:z\": \"z\" (SELinux relabelling) changes files on the host"},
      {"/src:\x1b[2J", "--volume \"/src:\\x1b[2J\": the target \"\\x1b[2J\" is not an absolute path"},
  };
  for (const Bad& one : bad) {
    const auto mount = parse_volume(one.text, "/cwd");
    CHECK(text_of(mount) == one.error);
    if (!mount && !one.hint.empty())
      CHECK(mount.error().hint == one.hint);
  }
  CHECK_FALSE(parse_volume(std::string_view{"/a:/b\0c", 7}, "/cwd"));
}

TEST_CASE("--mount: docker's keys and spellings") {
  CHECK(parse_mount("type=bind,source=/s,target=/t", "/cwd") ==
        Mount{.source = "/s", .target = "/t", .access = Access::ReadWrite, .origin = {"--mount"}});
  for (const char* text : {"type=bind,src=./s,dst=/t,readonly", "type=bind,src=s,destination=/t,ro",
                           "ro=1,target=/t,source=/cwd/s,type=bind", "type=bind,src=s,dst=/t,readonly=true"})
    CHECK(parse_mount(text, "/cwd") == Mount{.source = "/cwd/s", .target = "/t", .origin = {"--mount"}});
  CHECK(parse_mount("type=tmpfs,dst=/t,tmpfs-size=64m,tmpfs-mode=755", "/cwd") ==
        Mount{.type = MountType::Tmpfs,
              .target = "/t",
              .access = Access::ReadWrite,
              .size = 64 << 20,
              .mode = 0755,
              .origin = {"--mount"}});
  CHECK(parse_mount("type=cow,src=/s,dst=/t", "/cwd")->type == MountType::Cow);
  CHECK(parse_mount("type=bind,src=/s,dst=/t,readonly=false", "/cwd")->access == Access::ReadWrite);
  CHECK(parse_mount("type=bind,\"src=/a,b:c\",dst=/t", "/cwd")->source == "/a,b:c");
  CHECK(parse_mount("type=bind,\"src=/a\"\"b\",dst=/t", "/cwd")->source == "/a\"b");
}

TEST_CASE("--mount: what is refused, and why") {
  const Bad bad[] = {
      {"", "--mount \"\": unknown key \"\""},
      {"source=/s,target=/t", "--mount \"source=/s,target=/t\": there is no type"},
      {"type=bind,target=/t", "--mount \"type=bind,target=/t\": there is no source"},
      {"type=bind,source=,target=/t", "--mount \"type=bind,source=,target=/t\": there is no source"},
      {"type=bind,source=/s", "--mount \"type=bind,source=/s\": there is no target"},
      {"type=tmpfs,src=/s,dst=/t", "--mount \"type=tmpfs,src=/s,dst=/t\": a tmpfs has no source"},
      {"type=volume,src=s,dst=/t", "--mount \"type=volume,src=s,dst=/t\": unknown type \"volume\""},
      {"type=bind,src=/s,dst=/t,dst=/u", "--mount \"type=bind,src=/s,dst=/t,dst=/u\": dst is given twice"},
      {"type=bind,src=/s,dst=/t,target=/u",
       "--mount \"type=bind,src=/s,dst=/t,target=/u\": target is given twice"},
      {"type=bind,src=/s,dst", "--mount \"type=bind,src=/s,dst\": dst has no value"},
      {"type=bind,src=/s,dst=../t",
       "--mount \"type=bind,src=/s,dst=../t\": the target \"../t\" is not an absolute path"},
      {"type=bind,src=/s,dst=/t,tmpfs-size=1m",
       "--mount \"type=bind,src=/s,dst=/t,tmpfs-size=1m\": tmpfs-size and tmpfs-mode are for type=tmpfs"},
      {"type=tmpfs,dst=/t,tmpfs-mode=888",
       "--mount \"type=tmpfs,dst=/t,tmpfs-mode=888\": tmpfs-mode: \"888\" is not a mode"},
      {"type=tmpfs,dst=/t,tmpfs-size=0",
       "--mount \"type=tmpfs,dst=/t,tmpfs-size=0\": tmpfs-size=0 leaves no room at all"},
      {"type=cow,src=/s,dst=/t,ro", "--mount \"type=cow,src=/s,dst=/t,ro\": a cow mount is always writable"},
      {"type=bind,src=/s,dst=/t,ro=maybe",
       "--mount \"type=bind,src=/s,dst=/t,ro=maybe\": readonly: \"maybe\" is neither true nor false"},
      {"type=bind,\"src=/s", "--mount \"type=bind,\"src=/s\": a double quote is not closed before the comma"},
      {"typ=bind,src=/s,dst=/t", "--mount \"typ=bind,src=/s,dst=/t\": unknown key \"typ\"",
       "did you mean \"type\"?"},
  };
  for (const Bad& one : bad) {
    const auto mount = parse_mount(one.text, "/cwd");
    CHECK(text_of(mount) == one.error);
    if (!mount && !one.hint.empty())
      CHECK(mount.error().hint == one.hint);
  }
}

TEST_CASE("--tmpfs: docker's syntax, and what is refused") {
  CHECK(parse_tmpfs("/t") ==
        Mount{.type = MountType::Tmpfs, .target = "/t", .access = Access::ReadWrite, .origin = {"--tmpfs"}});
  const auto full = parse_tmpfs("/t:size=64m,mode=1777,ro,nosuid");
  REQUIRE(full);
  CHECK(full->size == 64 << 20);
  CHECK(full->mode == 01777);
  CHECK(full->access == Access::ReadOnly);
  const Bad bad[] = {
      {"", "--tmpfs \"\": the target is empty"},
      {"t", "--tmpfs \"t\": the target \"t\" is not an absolute path"},
      {"/t:size=2 bananas",
       "--tmpfs \"/t:size=2 bananas\": size: \"2 bananas\" is not a size such as 512M or 2G"},
      {"/t:size=0", "--tmpfs \"/t:size=0\": size: 0 would leave no room at all"},
      {"/t:mode=9", "--tmpfs \"/t:mode=9\": mode: \"9\" is not a mode"},
      {"/t:mode=17777", "--tmpfs \"/t:mode=17777\": mode: \"17777\" is not a mode"},
      {"/t:mode=", "--tmpfs \"/t:mode=\": mode: \"\" is not a mode"},
      {"/t:sizes=1m", "--tmpfs \"/t:sizes=1m\": unknown option \"sizes\"", "did you mean \"size\"?"},
      {"/t:noexec", "--tmpfs \"/t:noexec\": unknown option \"noexec\""},
  };
  for (const Bad& one : bad) {
    const auto mount = parse_tmpfs(one.text);
    CHECK(text_of(mount) == one.error);
    if (!mount && !one.hint.empty())
      CHECK(mount.error().hint == one.hint);
  }
}

TEST_CASE("host paths keep what only the disk can fold") {
  CHECK(host_path("/a/b", "c") == "/a/b/c");
  CHECK(host_path("/a/b", "../c") == "/a/b/../c");
  CHECK(host_path("/a/b/", ".") == "/a/b");
  CHECK(host_path("/a", "//x//y/.") == "/x/y");
  CHECK(host_path("/", ".") == "/");
}

}  // namespace volume_test
