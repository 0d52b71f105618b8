#include "gate/http_guard.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "base/units.h"

namespace snug::gate {
namespace {

constexpr std::uint64_t kMostBody = 1ULL << 50;

bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view{"!#$%&'*+-.^_`|~"}.find(c) != std::string_view::npos;
  });
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// A line without its end, which is CR LF and nothing else; nothing where it has not come yet.
struct Line {
  bool complete{};
  bool good{true};
  std::string_view text{};
};
Line first_line(std::string_view bytes) {
  const std::size_t end = bytes.find('\n');
  const std::string_view text = bytes.substr(0, end);
  if (end == std::string_view::npos)
    return {};
  const bool good =
      text.ends_with('\r') && text.find('\r') == text.size() - 1 && text.find('\0') == std::string_view::npos;
  return {true, good, good ? text.substr(0, text.size() - 1) : text};
}

}  // namespace

std::size_t HttpGuard::bad(std::string problem) {
  problem_ = std::move(problem);
  return 0;
}

std::size_t HttpGuard::pass(std::string_view bytes) {
  request_.unwanted.reset();
  if (!problem_.empty() || bytes.empty())
    return 0;
  switch (state_) {
    case State::Head:
      return pass_head(bytes);
    case State::Body:
      return pass_counted(bytes, State::Head);
    case State::ChunkSize:
      return pass_chunk_size(bytes);
    case State::Chunk:
      return pass_counted(bytes, State::ChunkEnd);
    case State::ChunkEnd: {
      const Line line = first_line(bytes);
      if (line.complete && (!line.good || !line.text.empty()))
        return bad("a chunk that is longer than it says");
      return pass_line(bytes, State::ChunkSize);
    }
    case State::Trailer:
      return pass_line(bytes, State::Head);
    case State::Switch:
      return 0;
    case State::Opaque:
      return bytes.size();
  }
  return 0;
}

std::size_t HttpGuard::pass_counted(std::string_view bytes, State next) {
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
  left_ -= count;
  if (left_ == 0)
    state_ = next;
  return count;
}

std::size_t HttpGuard::pass_line(std::string_view bytes, State next_if_empty) {
  const Line line = first_line(bytes);
  if (!line.complete)
    return bytes.size() > kMostHead ? bad("a line without an end") : 0;
  if (!line.good)
    return bad("a line that does not end in CR LF");
  if (line.text.empty())
    state_ = next_if_empty;
  return line.text.size() + 2;
}

std::size_t HttpGuard::pass_chunk_size(std::string_view bytes) {
  const Line line = first_line(bytes);
  if (!line.complete)
    return bytes.size() > kMostHead ? bad("a line without an end") : 0;
  // Extensions of a chunk are read in many ways; hardly anybody sends them.
  if (!line.good || line.text.empty() || line.text.size() > 12)
    return bad("the size of a chunk that is none");
  left_ = 0;
  for (const char c : to_lower(line.text)) {
    const std::size_t digit = std::string_view{"0123456789abcdef"}.find(c);
    if (digit == std::string_view::npos)
      return bad("the size of a chunk that is none");
    left_ = left_ << 4 | digit;
  }
  state_ = left_ == 0 ? State::Trailer : State::Chunk;
  return line.text.size() + 2;
}

std::size_t HttpGuard::pass_head(std::string_view bytes) {
  std::string_view rest = bytes;
  // Servers skip an empty line before a request (RFC 9112, 2.2).
  if (rest.starts_with("\r\n"))
    return 2;
  request_ = {};
  for (bool first = true;; first = false) {
    const Line line = first_line(rest);
    if (!line.complete)
      return bytes.size() >= kMostHead ? bad("a request with no end to its head") : 0;
    if (!line.good)
      return bad("a line that does not end in CR LF");
    const std::size_t at = bytes.size() - rest.size();
    rest.remove_prefix(line.text.size() + 2);
    if (line.text.empty())
      break;
    if (!(first ? read_request_line(line.text) : read_field(line.text, at)))
      return 0;
  }
  if (!request_.host)
    return bad("a request without Host");
  if (request_.length && request_.chunked)
    return bad("a request with two lengths");
  if (request_.upgrade && (request_.chunked || left_ > 0))
    return bad("a request with a body that wants another protocol");
  state_ = request_.upgrade               ? State::Switch
           : request_.chunked             ? State::ChunkSize
           : request_.length && left_ > 0 ? State::Body
                                          : State::Head;
  return bytes.size() - rest.size();
}

bool HttpGuard::read_request_line(std::string_view line) {
  left_ = 0;
  const auto words = split(line, ' ');
  if (words.size() != 3 || !is_token(words[0]) || (words[2] != "HTTP/1.1" && words[2] != "HTTP/1.0")) {
    bad("no request of HTTP/1.1");
    return false;
  }
  if (words[0] == "CONNECT") {
    bad("CONNECT, which would lead to another host");
    return false;
  }
  std::string_view target = words[1];
  if (target.starts_with('/') || (target == "*" && words[0] == "OPTIONS"))
    return true;
  // A server takes an absolute target's host and not the field's (RFC 9112, 3.2.2).
  constexpr std::string_view kScheme = "http://";
  if (to_lower(target.substr(0, kScheme.size())) != kScheme) {
    bad("a request whose target is no path");
    return false;
  }
  target.remove_prefix(kScheme.size());
  return is_host(target.substr(0, target.find_first_of("/?#")));
}

bool HttpGuard::is_host(std::string_view authority) {
  std::string_view name = authority;
  bool same_port = true;
  if (const std::size_t colon = authority.rfind(':'); colon != std::string_view::npos) {
    const auto port = parse_number(authority.substr(colon + 1), "port", 65535);
    same_port = port && *port == port_;
    name = authority.substr(0, colon);
  }
  if (name.ends_with('.'))
    name.remove_suffix(1);
  if (same_port && to_lower(name) == host_)
    return true;
  bad(fmt::format("a request for \"{}\"", authority.substr(0, 300)));
  return false;
}

bool HttpGuard::read_field(std::string_view line, std::size_t at) {
  const std::size_t colon = line.find(':');
  const std::string_view name = line.substr(0, colon);
  if (colon == std::string_view::npos || !is_token(name)) {
    bad("a field of a request that is none");  // a folded line too
    return false;
  }
  const std::string field = to_lower(name);
  const std::string_view value = trim(line.substr(colon + 1));
  if (field == "host") {
    if (std::exchange(request_.host, true)) {
      bad("a request with two Hosts");
      return false;
    }
    return is_host(value);
  }
  if (field == "content-length") {
    const auto length = parse_number(value, "length", kMostBody);
    if (std::exchange(request_.length, true) || !length) {
      bad("a request with two lengths, or one that is none");
      return false;
    }
    left_ = *length;
  } else if (field == "transfer-encoding") {
    if (std::exchange(request_.chunked, true) || to_lower(value) != "chunked") {
      bad("a transfer encoding that is not chunked");
      return false;
    }
  } else if (field == kUpgrade) {
    return read_upgrade(value, at);
  }
  return true;
}

bool HttpGuard::read_upgrade(std::string_view protocol, std::size_t at) {
  const std::string wish = to_lower(protocol);
  const bool asked = request_.upgrade || request_.unwanted;
  if (asked || (wish != "websocket" && wish != "h2c")) {
    bad(fmt::format("a wish to speak \"{}\"{}", protocol.substr(0, 100), asked ? " too" : ""));
    return false;
  }
  if (wish == "h2c")
    request_.unwanted = at;
  else
    request_.upgrade = true;
  return true;
}

}  // namespace snug::gate
