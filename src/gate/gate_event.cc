#include "gate/gate_event.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <variant>

#include "base/ip_address.h"
#include "base/text.h"

namespace snug::gate {
namespace {

using Decision = GateEvent::Decision;
constexpr std::array<std::string_view, 3> kDecisions{"allowed", "denied", "failed"};

const Json* find_member(const Json::Object& members, std::string_view name) {
  const auto found =
      std::ranges::find(members, name, [](const auto& member) { return std::string_view{member.first}; });
  return found == members.end() ? nullptr : &found->second;
}

// The members of one line; one of another kind makes all of it bad.
class EventReader {
 public:
  explicit EventReader(const Json::Object& members) : members_{members} {}
  std::string text(std::string_view name) { return take<std::string>(name); }
  std::uint64_t number(std::string_view name, std::uint64_t absent = 0) {
    return take<std::uint64_t>(name, absent);
  }
  bool good() const { return good_; }

 private:
  template<class T>
  T take(std::string_view name, T absent = {}) {
    const Json* json = find_member(members_, name);
    if (!json)
      return absent;
    const T* value = std::get_if<T>(&json->value);
    good_ = good_ && value;
    return value ? *value : absent;
  }
  const Json::Object& members_;
  bool good_{true};
};

bool is_address6(std::string_view host) {
  return host.find(':') != std::string_view::npos;
}

}  // namespace

std::string_view decision_text(Decision decision) {
  return kDecisions[static_cast<std::size_t>(decision)];
}

std::string GateEvent::place() const {
  const std::string name = is_address6(host) ? "[" + host + "]" : host;
  return port == 0 ? name : fmt::format("{}:{}", name, port);
}

Json::Object gate_event_json(const GateEvent& event) {
  return {{"decision", std::string{decision_text(event.decision)}},
          {"protocol", event.protocol},
          {"host", event.host},
          {"port", std::uint64_t{event.port}},
          {"rule", event.rule},
          {"reason", event.reason},
          {"sent", event.sent},
          {"received", event.received},
          {"count", event.count}};
}

std::string gate_event_line(const GateEvent& event) {
  Json::Object members = gate_event_json(event);
  members.emplace_back("time_ms", event.time_ms);
  return compact_json(std::move(members));
}

Result<GateEvent> parse_gate_event(std::string_view line) {
  const auto bad = [] { return fail({.step = "a line of the network log is damaged"}); };
  const auto json = parse_json(line);
  const auto* members = json ? std::get_if<Json::Object>(&json->value) : nullptr;
  if (!members)
    return bad();
  EventReader reader{*members};
  const std::string decision = reader.text("decision");
  const auto known = std::ranges::find(kDecisions, decision);
  const std::uint64_t port = reader.number("port");
  GateEvent event{.protocol = reader.text("protocol"),
                  .host = reader.text("host"),
                  .port = static_cast<std::uint16_t>(port),
                  .rule = reader.text("rule"),
                  .reason = reader.text("reason"),
                  .sent = reader.number("sent"),
                  .received = reader.number("received"),
                  .count = reader.number("count", GateEvent{}.count),
                  .time_ms = reader.number("time_ms")};
  if (!reader.good() || known == kDecisions.end() || port > 65535)
    return bad();
  event.decision = static_cast<Decision>(known - kDecisions.begin());
  return event;
}

std::string gate_note(const GateEvent& event) {
  const std::string place = escape_control(event.place());
  const std::string reason = escape_control(event.reason);
  if (event.decision != Decision::Denied)
    return fmt::format("{}: {}", place, reason);
  const bool tcp = event.protocol == "tcp" || event.protocol == "dns";
  if (!tcp)
    return fmt::format("{} ({}) is blocked: {}", place, event.protocol, reason);
  const bool wants_private = event.reason.ends_with(kNotPrivate);
  const std::string blocked =
      fmt::format("{} is blocked: {}{}", place, reason,
                  event.rule.empty() ? "" : fmt::format(" (rule {})", escape_control(event.rule)));
  const auto address = parse_ip(event.host);
  const std::string_view purpose = address ? special_purpose(*address) : "";
  // Another rule refuses it, or none can let it through.
  if ((!event.rule.empty() && !wants_private) || purpose == "loopback" || purpose == "multicast")
    return blocked;
  // 443 is what a rule without a port means.
  const std::string rule =
      event.port == 443 || event.port == 0 ? GateEvent{.host = event.host}.place() : event.place();
  const bool is_private = wants_private || !purpose.empty();
  return fmt::format("{}; to allow it: --allow {}", blocked,
                     shell_quote(escape_control(rule) + (is_private ? ",private" : "")));
}

}  // namespace snug::gate
