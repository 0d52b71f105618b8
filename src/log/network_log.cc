#include "log/network_log.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

#include "base/try.h"

namespace snug::log {

Result<NetworkLog> NetworkLog::open(int container_dir, std::uint64_t most_bytes, std::uint64_t most_files) {
  if (mkdirat(container_dir, kNetworkLogDirectory, 0700) != 0 && errno != EEXIST)
    return fail({.step = "make the directory of the network log", .err = errno});
  UniqueFd dir = open_network_log(container_dir);
  if (!dir)
    return fail({.step = "open the directory of the network log", .err = errno});
  auto writer = TRY(LogWriter::open(dir.get(), most_bytes, most_files));
  return NetworkLog{std::move(dir), std::move(writer)};
}

void NetworkLog::append(const gate::GateEvent& event) {
  writer_.append(LogStream::Out, gate::gate_event_line(event) + "\n",
                 static_cast<std::int64_t>(event.time_ms) * 1'000'000);
}

UniqueFd open_network_log(int container_dir) {
  return UniqueFd{
      openat(container_dir, kNetworkLogDirectory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
}

}  // namespace snug::log
