#include "sys/process_identity.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/unique_fd.h"
#include "sys/file_io.h"
#include "sys/process_stat.h"

namespace snug::sys {

std::optional<std::uint64_t> start_time_of(pid_t pid) {
  const auto text = read_text_file(fmt::format("/proc/{}/stat", pid));
  const auto stat = text ? parse_process_stat(*text) : tl::unexpected{text.error()};
  return stat ? std::optional{stat->start} : std::nullopt;
}

std::string boot_id() {
  auto text = read_text_file("/proc/sys/kernel/random/boot_id");
  if (!text)
    return "";
  return text->substr(0, text->find('\n'));
}

bool is_still_there(pid_t init, std::uint64_t start, const std::string& boot) {
  return init > 0 && !boot.empty() && boot == boot_id() && start_time_of(init) == start;
}

bool await_end_of(pid_t init, std::uint64_t start, const std::string& boot, int patience_ms) {
  if (!is_still_there(init, start, boot))
    return true;
  const UniqueFd process{static_cast<int>(syscall(SYS_pidfd_open, init, 0))};
  // It may have ended, and the number been given to another, between the two questions.
  if (!process || start_time_of(init) != start)
    return true;
  pollfd ended{.fd = process.get(), .events = POLLIN, .revents = 0};
  return poll(&ended, 1, patience_ms) == 1;
}

}  // namespace snug::sys
