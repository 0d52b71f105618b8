#include "gate/reporter.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <chrono>

namespace snug::gate {
namespace {

// What is told apart. After so many all others are one.
constexpr std::size_t kMostKinds = 512;
constexpr std::chrono::seconds kBetween{1};

std::uint64_t now_ms() {
  using namespace std::chrono;
  return static_cast<std::uint64_t>(
      duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count());
}

}  // namespace

bool Reporter::send(GateEvent event) {
  event.time_ms = now_ms();
  const std::string line = gate_event_line(event);
  return ::send(channel_, line.data(), line.size(), MSG_DONTWAIT | MSG_NOSIGNAL) >= 0;
}

void Reporter::report(GateEvent event) {
  if (event.decision == GateEvent::Decision::Allowed) {
    (void)send(std::move(event));
    return;
  }
  std::string key = fmt::format("{}\n{}\n{}\n{}", event.protocol, event.place(), event.rule, event.reason);
  if (refused_.size() >= kMostKinds && !refused_.contains(key)) {
    key.clear();
    event.host = "(others)";
    event.port = 0;
  }
  const auto [at, is_new] = refused_.try_emplace(key);
  if (is_new)
    at->second.event = event;
  if (!is_new || !send(std::move(event)))
    ++at->second.more;
  if (at->second.more > 0 && !std::exchange(timed_, true))
    poller_.wake_at(network::EpollLoop::Clock::now() + kBetween, *this);
}

void Reporter::on_events(std::uint32_t) {
  timed_ = false;
  bool all = true;
  for (auto& [key, waiting] : refused_) {
    if (waiting.more == 0)
      continue;
    GateEvent event = waiting.event;
    event.count = waiting.more;
    if (send(std::move(event)))
      waiting.more = 0;
    else
      all = false;
  }
  if (!all && !std::exchange(timed_, true))
    poller_.wake_at(network::EpollLoop::Clock::now() + kBetween, *this);
}

}  // namespace snug::gate
