#include "gate/watcher.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

#include "gate/watch_filter.h"

namespace snug::gate {
namespace {

constexpr int kPacketsPerTurn = 64;

std::string protocol_text(const Attempt& attempt) {
  switch (attempt.protocol) {
    case Attempt::Protocol::Tcp:
      return "tcp";
    case Attempt::Protocol::Udp:
      return "udp";
    case Attempt::Protocol::Icmp:
      return "icmp";
    case Attempt::Protocol::Other:
      break;
  }
  return std::to_string(attempt.number);
}

GateEvent event_of(const Attempt& attempt, const GateState& gate) {
  const bool tcp = attempt.protocol == Attempt::Protocol::Tcp;
  GateEvent event{.decision = GateEvent::Decision::Denied,
                  .protocol = protocol_text(attempt),
                  .host = std::string{gate.names.name_of(attempt.to)},
                  .port = attempt.port};
  const bool named = !event.host.empty();
  if (!named)
    event.host = attempt.to.text();
  const spec::HostRules::Verdict verdict =
      named ? gate.rules.decide(event.host, attempt.port) : gate.rules.decide(attempt.to, attempt.port);
  if (verdict.rule && !verdict.allowed)
    event.rule = verdict.rule->text;
  event.reason = !tcp           ? "only TCP goes through the gate"
                 : verdict.rule ? "it is denied"
                                : "no rule allows it";
  return event;
}

}  // namespace

void Watcher::on_events(std::uint32_t) {
  std::array<std::uint8_t, kWatchedBytes> bytes;
  for (int i = 0; i < kPacketsPerTurn; ++i) {
    const ssize_t n = recv(socket_.get(), bytes.data(), bytes.size(), 0);
    if (n < 0)
      return;
    const auto attempt = parse_attempt({bytes.data(), static_cast<std::size_t>(n)});
    if (!attempt || (attempt->protocol == Attempt::Protocol::Tcp && ports_.contains(attempt->port)) ||
        attempt->to == NameTable::gate(attempt->to.family))
      continue;
    gate_.reporter.report(event_of(*attempt, gate_));
  }
}

}  // namespace snug::gate
