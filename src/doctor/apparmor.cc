#include "doctor/apparmor.h"

#include <fmt/format.h>

#include <cerrno>

namespace snug::doctor {

Result<std::string> apparmor_profile(const std::string& program) {
  if (!program.starts_with('/'))
    return fail({.step = "find the path of the running binary", .hint = "/proc must be mounted"});
  // In a path of AppArmor's these are patterns; a quote or a newline would begin something new.
  if (program.find_first_of("\"\\\n*?[]{}^@") != std::string::npos)
    return fail(
        {.step = "an AppArmor profile for " + program + ": the path has characters that mean something there",
         .err = EINVAL,
         .hint = "copy snug to a path of plain letters, such as /usr/local/bin/snug"});
  return fmt::format(
      "# Lets this one binary use user namespaces where AppArmor keeps them from everybody\n"
      "# (kernel.apparmor_restrict_unprivileged_userns). It confines nothing; snug confines what it runs.\n"
      "abi <abi/4.0>,\n"
      "include <tunables/global>\n"
      "\n"
      "profile snug \"{}\" flags=(unconfined) {{\n"
      "  userns,\n"
      "\n"
      "  include if exists <local/snug>\n"
      "}}\n",
      program);
}

}  // namespace snug::doctor
