#include "gate/client_hello.h"

#include <algorithm>
#include <optional>
#include <vector>

namespace snug::gate {
namespace {

using Bytes = std::span<const std::uint8_t>;

// Takes numbers and vectors off the front; once something is missing everything after it is.
class HelloReader {
 public:
  explicit HelloReader(Bytes bytes) : rest_{bytes} {}
  bool good() const { return good_; }
  bool empty() const { return rest_.empty(); }
  std::size_t number(unsigned bytes) {
    std::size_t value = 0;
    for (const std::uint8_t byte : take(bytes)) value = value << 8 | byte;
    return value;
  }
  Bytes take(std::size_t size) {
    if (!good_ || size > rest_.size()) {
      good_ = false;
      return {};
    }
    const Bytes taken = rest_.first(size);
    rest_ = rest_.subspan(size);
    return taken;
  }
  // A vector with its length in front.
  Bytes vector(unsigned length_bytes) { return take(number(length_bytes)); }

 private:
  Bytes rest_;
  bool good_{true};
};

constexpr std::uint8_t kHandshake = 22;
constexpr std::uint8_t kClientHello = 1;
constexpr std::size_t kServerName = 0;
constexpr std::size_t kMostRecord = 1UL << 14;

// The one name of the extension: the list can have one of each kind, and there is one kind.
std::optional<std::string> read_server_name(Bytes extension) {
  HelloReader reader{extension};
  HelloReader list{reader.vector(2)};
  const std::size_t kind = list.number(1);
  const Bytes name = list.vector(2);
  if (!reader.good() || !list.good() || !reader.empty() || !list.empty() || kind != 0 || name.empty())
    return std::nullopt;
  return std::string{name.begin(), name.end()};
}

ClientHello not_tls() {
  return {.state = ClientHello::State::NotTls};
}

ClientHello read_message(Bytes message) {
  HelloReader reader{message};
  (void)reader.take(2 + 32);  // version and random
  (void)reader.vector(1);     // session
  (void)reader.vector(2);     // ciphers
  (void)reader.vector(1);     // compression
  ClientHello hello{.state = ClientHello::State::Complete};
  if (reader.good() && reader.empty())
    return hello;
  HelloReader extensions{reader.vector(2)};
  if (!reader.good() || !reader.empty())
    return not_tls();
  bool seen = false;
  while (!extensions.empty()) {
    const std::size_t type = extensions.number(2);
    const Bytes body = extensions.vector(2);
    if (!extensions.good())
      return not_tls();
    if (type != kServerName)
      continue;
    auto name = read_server_name(body);
    // Twice: whose name would count is the server's choice.
    if (!name || seen)
      return not_tls();
    seen = true;
    hello.server_name = *std::move(name);
  }
  return hello;
}

}  // namespace

ClientHello parse_client_hello(Bytes bytes) {
  // The handshake message without the records' headers.
  std::vector<std::uint8_t> message;
  while (true) {
    if (bytes.empty() || message.size() > kMostHello)
      break;
    if (bytes[0] != kHandshake || (bytes.size() > 1 && bytes[1] != 3))
      return not_tls();
    if (bytes.size() < 5)
      break;
    const std::size_t size = static_cast<std::size_t>(bytes[3]) << 8 | bytes[4];
    if (size == 0 || size > kMostRecord)
      return not_tls();
    const Bytes body = bytes.subspan(5, std::min(size, bytes.size() - 5));
    message.insert(message.end(), body.begin(), body.end());
    bytes = bytes.subspan(5 + body.size());
    if (message.empty())
      break;  // the header alone so far
    if (message.front() != kClientHello)
      return not_tls();
    if (message.size() < 4)
      continue;
    const std::size_t wanted =
        static_cast<std::size_t>(message[1]) << 16 | static_cast<std::size_t>(message[2]) << 8 | message[3];
    if (wanted > kMostHello)
      return not_tls();
    if (message.size() >= 4 + wanted)
      // A second message in the same flight would be something that no client sends.
      return message.size() == 4 + wanted ? read_message(Bytes{message}.subspan(4)) : not_tls();
  }
  return message.size() > kMostHello ? not_tls() : ClientHello{};
}

}  // namespace snug::gate
