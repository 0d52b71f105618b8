#include "gate/opening.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <cerrno>

#include "base/text.h"
#include "gate/client_hello.h"

namespace snug::gate {
namespace {

constexpr std::size_t kChunk = 16UL << 10;
constexpr std::string_view kNoUpgrade = "x-asked";
static_assert(kNoUpgrade.size() == HttpGuard::kUpgrade.size());
// More than any opening may have, so that one that is too long is seen as such.
constexpr std::size_t kMost = (64UL << 10) + kChunk;

std::string check_hello(const ClientHello& hello, const std::string& host) {
  if (hello.state == ClientHello::State::NotTls)
    return "what came is not TLS, and the rule's tls is not off";
  if (hello.state == ClientHello::State::Incomplete)
    return "";
  if (hello.server_name.empty())
    return "TLS without the name of the server (SNI)";
  std::string name = to_lower(hello.server_name);
  if (name.ends_with('.'))
    name.pop_back();
  return name == host ? "" : fmt::format("TLS for \"{}\"", hello.server_name.substr(0, 300));
}

}  // namespace

OpeningKind opening_of(const spec::HostRule& rule, std::uint16_t port) {
  const bool named = rule.kind == spec::HostRule::Kind::Name || rule.kind == spec::HostRule::Kind::Wildcard;
  if (!named || rule.check == spec::OpeningCheck::Off)
    return OpeningKind::Any;
  if (rule.check == spec::OpeningCheck::Tls || port == 443)
    return OpeningKind::Tls;
  return port == 80 ? OpeningKind::Http : OpeningKind::Any;
}

Opening::Opening(OpeningKind kind, const std::string& host, std::uint16_t port)
    : kind_{kind}, host_{host}, satisfied_{kind == OpeningKind::Any} {
  if (kind == OpeningKind::Http)
    http_.emplace(host, port);
}

Opening::Read Opening::read_from(int socket) {
  if (bytes_.size() >= kMost)
    return Read::Nothing;
  const std::size_t before = bytes_.size();
  bytes_.resize(before + kChunk);
  ssize_t n = 0;
  do n = recv(socket, bytes_.data() + before, kChunk, 0);
  while (n < 0 && errno == EINTR);
  bytes_.resize(before + (n > 0 ? static_cast<std::size_t>(n) : 0));
  if (n < 0)
    return errno == EAGAIN ? Read::Nothing : Read::Failed;
  if (n == 0)
    return Read::Ended;
  examine();
  return Read::Some;
}

void Opening::examine() {
  if (kind_ == OpeningKind::Tls && !satisfied_) {
    const auto* const data = reinterpret_cast<const std::uint8_t*>(bytes_.data());
    const ClientHello hello = parse_client_hello({data, bytes_.size()});
    problem_ = check_hello(hello, host_);
    satisfied_ = problem_.empty() && hello.state == ClientHello::State::Complete;
  }
  if (http_) {
    while (passed_ < bytes_.size()) {
      const std::size_t more = http_->pass(std::string_view{bytes_}.substr(passed_));
      if (more == 0)
        break;
      // A field of no meaning in its place. Who stands between may do so (RFC 9110, 7.8), and the head keeps
      // its size.
      if (const auto unwanted = http_->unwanted_upgrade())
        bytes_.replace(passed_ + *unwanted, kNoUpgrade.size(), kNoUpgrade);
      passed_ += more;
    }
    problem_ = http_->problem();
    satisfied_ = satisfied_ || passed_ > 0;
  } else if (satisfied_) {
    passed_ = bytes_.size();
  }
}

void Opening::drop(std::size_t count) {
  bytes_.erase(0, count);
  passed_ -= count;
}

}  // namespace snug::gate
