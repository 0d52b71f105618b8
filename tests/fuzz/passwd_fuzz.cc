// passwd(5), group(5) and subuid(5): the host's, and an image's, which anybody may have written. Ids are
// never the kernel's "no id"; names are safe to print; the entries written as a file are the same entries
// again.
#include "check.h"
#include "host/passwd.h"
#include "image/users.h"

using namespace snug;
using namespace snug::host;
using namespace snug::image;

namespace {

constexpr std::uint32_t kNoId = 4294967295;

void check_name(std::string_view name) {
  FUZZ_CHECK(!name.empty() && is_safe_to_print(name) && name.find(':') == std::string_view::npos, name);
}

void check_users(std::string_view text) {
  const auto users = parse_passwd(text);
  std::string written;
  for (const UserEntry& user : users) {
    check_name(user.name);
    FUZZ_CHECK(user.uid != kNoId && user.gid != kNoId, user.name);
    FUZZ_CHECK(!has_nul(user.home) && !has_nul(user.shell), user.name);
    written += fmt::format("{}:x:{}:{}::{}:{}\n", user.name, user.uid, user.gid, user.home, user.shell);
  }
  FUZZ_CHECK(parse_passwd(written) == users, written);
}

void check_groups(std::string_view text) {
  const auto groups = parse_group(text);
  std::string written;
  for (const GroupEntry& group : groups) {
    check_name(group.name);
    FUZZ_CHECK(group.gid != kNoId, group.name);
    written += fmt::format("{}:x:{}:{}\n", group.name, group.gid, join(group.members, ","));
  }
  FUZZ_CHECK(parse_group(written) == groups, written);
}

void check_caller(std::string_view text) {
  const PasswdLine line = find_passwd_line(text, 1000);
  for (const std::string_view field : {std::string_view{line.name}, std::string_view{line.home}})
    FUZZ_CHECK(field.find_first_of(":\n") == std::string_view::npos && text.find(field) < text.size() + 1,
               field);
}

void check_ranges(std::string_view text) {
  std::string written;
  const auto ranges = parse_subordinate_ids(text, "alice", 1000);
  for (const IdRange& range : ranges) {
    FUZZ_CHECK(range.count > 0 && range.inside == 0, text);
    // Neither beyond 32 bits nor over the kernel's "no id".
    FUZZ_CHECK(std::uint64_t{range.outside} + range.count <= kNoId, text);
    written += fmt::format("alice:{}:{}\n", range.outside, range.count);
  }
  FUZZ_CHECK(parse_subordinate_ids(written, "alice", 1000) == ranges, written);
}

}  // namespace

FUZZ_TARGET(text) {
  check_users(text);
  check_groups(text);
  check_caller(text);
  check_ranges(text);
}
