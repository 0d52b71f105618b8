// /etc/passwd and /etc/subuid, read as text: a static binary has no NSS.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include "host/host_view.h"

namespace snug::host {

// The caller's line of a passwd(5) text: name and home. Empty where there is none.
struct PasswdLine {
  std::string name{};
  std::string home{};
};
PasswdLine find_passwd_line(std::string_view text, uid_t uid);

// The ranges of a subuid(5) text that belong to a user, by name or by number. Lines that are not
// "name:start:count" are passed over, as are empty ranges and those beyond 32 bits.
std::vector<IdRange> parse_subordinate_ids(std::string_view text, std::string_view user, uid_t uid);

}  // namespace snug::host
