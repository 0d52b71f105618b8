#include "host/passwd.h"

#include <catch2/catch.hpp>

namespace passwd_test {

using namespace snug;
using namespace snug::host;

namespace {

constexpr std::string_view kPasswd =
    "root:x:0:0:root:/root:/bin/bash\n"
    "alice:x:1000:1000:Alice,,,:/home/alice:/bin/bash\n"
    "again:x:1000:1000::/home/again:/bin/sh\n";

std::vector<IdRange> ranges(std::string_view text, std::string_view user = "alice", uid_t uid = 1000) {
  return parse_subordinate_ids(text, user, uid);
}

}  // namespace

TEST_CASE("the first passwd line with the uid is the caller's") {
  const PasswdLine alice = find_passwd_line(kPasswd, 1000);
  CHECK(alice.name == "alice");
  CHECK(alice.home == "/home/alice");
  CHECK(find_passwd_line(kPasswd, 0).home == "/root");
}

TEST_CASE("a uid without a passwd line has neither name nor home") {
  for (const std::string_view text : {std::string_view{""}, std::string_view{"\n\n"}, kPasswd}) {
    const PasswdLine none = find_passwd_line(text, 4242);
    CHECK(none.name.empty());
    CHECK(none.home.empty());
  }
}

TEST_CASE("passwd lines that are none are passed over") {
  // Too few fields; a comment; what NIS puts in; numbers that are none, or would be 1000 were they cut.
  for (const char* line : {"alice:x:1000:1000", "# alice:x:1000", "+::::::", "alice:x::1000::/h:/s",
                           "alice:x: 1000:0::/h:/s", "alice:x:-1:0::/h:/s", "alice:x:0x3e8:0::/h:/s",
                           "alice:x:4294968296:0::/h:/s", "alice:x:1e3:0::/h:/s"}) {
    INFO(line);
    CHECK(find_passwd_line(line, 1000).name.empty());
    CHECK(find_passwd_line(std::string{line} + "\nbob:x:1000:0::/home/bob:/bin/sh", 1000).name == "bob");
  }
  CHECK(find_passwd_line("+::::::", 0).name.empty());  // an empty number is not root's
}

TEST_CASE("a passwd line needs no shell, no end of line and no small uid") {
  CHECK(find_passwd_line("bob:x:4294967294:0::/home/bob", 4294967294).home == "/home/bob");
}

TEST_CASE("subordinate ranges are the user's by name or by number, in the order of the file") {
  CHECK(ranges("bob:1:1\nalice:100000:65536\n1000:300000:10\nalice:200000:5") ==
        std::vector<IdRange>{{0, 100000, 65536}, {0, 300000, 10}, {0, 200000, 5}});
  CHECK(ranges("alice2:1:1\nalic:2:2\n10000:3:3\n100:4:4").empty());
}

TEST_CASE("subordinate lines that are none are passed over") {
  for (const char* line : {"", "alice", "alice:1", "alice:1:2:3", "alice:a:1", "alice:1:b", "alice::1",
                           "alice:1:", "alice:-1:1", "alice:1:-1", "alice: 1:1", " alice:1:1", "#alice:1:1",
                           "alice:1:65536\r", "alice:0x10:1", "alice:99999999999999999999:1"}) {
    INFO(line);
    CHECK(ranges(line).empty());
    CHECK(ranges(std::string{line} + "\nalice:7:8\n") == std::vector<IdRange>{{0, 7, 8}});
  }
}

TEST_CASE("empty ranges and those beyond 32 bits are no ranges") {
  CHECK(ranges("alice:100000:0").empty());
  CHECK(ranges("alice:4294967295:1").empty());
  CHECK(ranges("alice:4294901760:65536").empty());
  CHECK(ranges("alice:1:4294967295").empty());
  // The last id is 4294967294: -1 means "no change" to the kernel.
  CHECK(ranges("alice:4294901760:65535") == std::vector<IdRange>{{0, 4294901760, 65535}});
}

}  // namespace passwd_test
