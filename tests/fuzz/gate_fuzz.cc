// What programs inside send to the gate: questions, the opening of TLS, requests, packets. None of it breaks
// the parsers, and what passes does not depend on how the bytes were cut.
#include <algorithm>

#include "base/text.h"
#include "check.h"
#include "gate/client_hello.h"
#include "gate/dns_message.h"
#include "gate/gate_event.h"
#include "gate/http_guard.h"
#include "gate/watch_filter.h"

using namespace snug;
using namespace snug::gate;

namespace {

std::span<const std::uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

void check_dns(std::string_view text) {
  const auto query = dns::parse_query(bytes_of(text));
  if (!query)
    return;
  FUZZ_CHECK(query->name.size() <= 253, text);
  const auto reply = dns::answer(*query, dns::Code::Refused, {});
  FUZZ_CHECK(reply.size() >= 12 + query->question.size() && (reply[2] & 0x80) != 0, text);
  FUZZ_CHECK(!dns::parse_query(reply), text);
}

// Once it is not TLS, or complete, more bytes change nothing.
void check_hello(std::string_view text) {
  const auto whole = parse_client_hello(bytes_of(text));
  for (std::size_t size = 0; size <= std::min<std::size_t>(text.size(), 300); ++size) {
    const auto part = parse_client_hello(bytes_of(text.substr(0, size)));
    if (part.state == ClientHello::State::Incomplete)
      continue;
    FUZZ_CHECK(part.state == whole.state && part.server_name == whole.server_name, text);
    break;
  }
}

std::size_t pass_all(HttpGuard& guard, std::string_view text) {
  std::size_t passed = 0;
  while (const std::size_t more = guard.pass(text.substr(passed))) {
    FUZZ_CHECK(more <= text.size() - passed, text);
    if (const auto at = guard.unwanted_upgrade())
      FUZZ_CHECK(to_lower(text.substr(passed + *at, 8)) == "upgrade:" && *at < more, text);
    passed += more;
  }
  return passed;
}

void check_http(std::string_view text) {
  HttpGuard whole{"example.org", 80};
  const std::size_t passed = pass_all(whole, text);
  HttpGuard cut{"example.org", 80};
  std::size_t done = 0;
  for (std::size_t size = 1; size <= text.size(); ++size)
    done += pass_all(cut, text.substr(done, size - done));
  FUZZ_CHECK(done == passed && cut.problem() == whole.problem(), text);
  // Another host than the one that is allowed is never named by a request that passed whole.
  HttpGuard other{"evil.example", 80};
  if (pass_all(other, text) > 2 && text.starts_with("GET"))
    FUZZ_CHECK(passed <= 2, text);
}

}  // namespace

FUZZ_TARGET(text) {
  check_dns(text);
  check_hello(text);
  if (text.size() < 2000)
    check_http(text);
  (void)parse_attempt(bytes_of(text));
  if (const auto event = parse_gate_event(text)) {
    FUZZ_CHECK(parse_gate_event(gate_event_line(*event)) == *event || !is_safe_to_print(text), text);
    FUZZ_CHECK(is_safe_to_print(gate_note(*event)), text);
  }
}
