#include "cli/show/network_log_text.h"

#include <fmt/format.h>
#include <unistd.h>

#include "base/json.h"
#include "base/text.h"
#include "base/units.h"
#include "log/log_format.h"
#include "log/network_log.h"
#include "sys/file_io.h"

namespace snug::cli {
namespace {

std::string event_json(const log::LogEntry& entry, const gate::GateEvent& event) {
  Json::Object members = gate::gate_event_json(event);
  members.emplace(members.begin(), "time", log::log_time(entry.time_ns));
  return compact_json(std::move(members)) + "\n";
}

std::string event_text(const log::LogEntry& entry, const gate::GateEvent& event) {
  std::string text =
      fmt::format("{}  {:<7}  {:<4}  {}", log::log_time(entry.time_ns), gate::decision_text(event.decision),
                  escape_control(event.protocol), escape_control(event.place()));
  if (event.count > 1)
    text += fmt::format("  {} times", event.count);
  if (event.decision == gate::GateEvent::Decision::Allowed)
    text += fmt::format("  {} B out, {} B in", event.sent, event.received);
  if (!event.rule.empty())
    text += "  by " + escape_control(event.rule);
  if (!event.reason.empty())
    text += "  (" + escape_control(event.reason) + ")";
  return text + "\n";
}

}  // namespace

Status print_network_log(const container::Container& container, const log::LogQuery& query, bool json) {
  const UniqueFd dir = log::open_network_log(container.dir());
  if (!dir)
    return {};
  Status written;
  const auto status = log::read_log(
      dir.get(), query,
      [&] {
        const auto running = container.running();
        return !written || !running || !*running;
      },
      [&](const log::LogEntry& entry) {
        // What a crash has cut off is passed over.
        if (const auto event = gate::parse_gate_event(entry.text))
          written = sys::write_all(
              STDOUT_FILENO, json ? event_json(entry, *event) : event_text(entry, *event), "standard output");
        return written.has_value();
      });
  return !written && written.error().err != EPIPE ? written : status;
}

}  // namespace snug::cli
