#include "cli/show/session_end.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/show/report.h"
#include "host/real_host.h"
#include "sys/file_io.h"

namespace snug::cli {
namespace {

bool is_there(const std::string& path) {
  struct stat info {};
  return stat(path.c_str(), &info) == 0;
}

// KillUserProcesses= of logind.conf(5), where the administrator has said it. Off by default in Debian and
// most others.
bool logind_kills() {
  const auto text = sys::read_text_file("/etc/systemd/logind.conf");
  if (!text)
    return false;
  for (const std::string_view line : split(*text, '\n'))
    if (line.starts_with("KillUserProcesses="))
      return line.ends_with("=yes") || line.ends_with("=true") || line.ends_with("=1");
  return false;
}

}  // namespace

void note_session_end(const CommonOptions& common) {
  if (common.quiet.value_or(false) || !is_there("/run/systemd/system"))
    return;
  const auto cgroup = sys::read_text_file("/proc/self/cgroup");
  const auto host = host::RealHost::look();
  if (!cgroup || !host || is_there("/var/lib/systemd/linger/" + host->caller().user))
    return;
  const bool manager = cgroup->find(fmt::format("/user@{}.service/", getuid())) != std::string::npos;
  const bool session = cgroup->find("/session-") != std::string::npos;
  if (manager || (session && logind_kills()))
    print_note(
        fmt::format("lingering is off for {}: the container ends when you log out (loginctl enable-linger "
                    "keeps it)",
                    escape_control(host->caller().user)),
        common.color);
}

}  // namespace snug::cli
