// What a gate has to tell: a name or a connection that it refused, one that failed outside, one that has
// ended. A line of JSON each, from the gate's process to the supervisor, and so in the log.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"

namespace snug::gate {

struct GateEvent {
  enum class Decision { Allowed, Denied, Failed };
  Decision decision{};
  std::string protocol{};    // "tcp", "udp", "icmp", "dns", or a number
  std::string host{};        // a name, or an address without brackets
  std::uint16_t port{};      // 0 where there is none
  std::string rule{};        // as it was written; "" where no rule speaks of it
  std::string reason{};      // why it was refused, or has failed; "" for what ended well
  std::uint64_t sent{};      // bytes to the host
  std::uint64_t received{};  // bytes from it
  std::uint64_t count{1};    // how often the same was refused since the last line of it
  std::uint64_t time_ms{};   // since 1970
  bool operator==(const GateEvent&) const = default;

  std::string place() const;  // "example.org:443", "[2001:db8::1]:22", or the host alone
};

// Its members but for the time, for whoever prints that in another way.
Json::Object gate_event_json(const GateEvent& event);
std::string gate_event_line(const GateEvent& event);  // without a newline
// Strict about what is there: the process that sends them reads bytes of strangers. What is missing, but for
// the decision, takes its default, and what is unknown is passed over: a log has lines of several versions.
Result<GateEvent> parse_gate_event(std::string_view line);

// How the reason ends where the rule lets a host through, and only its address is in the way.
inline constexpr std::string_view kNotPrivate = "the rule does not say private";

std::string_view decision_text(GateEvent::Decision decision);

// "snug: gate: example.org:443 is blocked …" with the option that would allow it, and how to keep it; without
// a newline. Safe to print.
std::string gate_note(const GateEvent& event);

}  // namespace snug::gate
