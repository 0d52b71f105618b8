// Reads what a client sends to a server of plain HTTP, and lets through only requests to one host. Every
// request of a connection is read, not the first alone, in the strictest reading of RFC 9112: what two
// programs could understand in two ways is not let through.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace snug::gate {

class HttpGuard {
 public:
  // Lower case. Requests may name the port too.
  HttpGuard(std::string host, std::uint16_t port) : host_{std::move(host)}, port_{port} {}

  // How many of these bytes, which follow those let through before, may go on. 0: more must come first. A
  // request's head is in one piece, of at most kMostHead bytes.
  static constexpr std::size_t kMostHead = 64UL << 10;
  std::size_t pass(std::string_view bytes);

  // Where in the head that passed last the name "Upgrade" of a wish stands that must not reach the server:
  // HTTP/2 (h2c) would bring requests that nobody reads. A server that is not asked answers in HTTP/1.1,
  // which who asks expects: such wishes are what Java's HttpClient makes of every first request.
  std::optional<std::size_t> unwanted_upgrade() const { return request_.unwanted; }
  static constexpr std::string_view kUpgrade = "upgrade";

  // What is wrong with what came; "" as long as nothing is. From then on nothing passes.
  const std::string& problem() const { return problem_; }

  // The last request wants to speak another protocol (websocket): nothing passes until the server's answer is
  // known, since after a refusal the next bytes are a request again.
  bool asks_to_switch() const { return state_ == State::Switch; }
  void answered(bool switched) { state_ = switched ? State::Opaque : State::Head; }

 private:
  enum class State { Head, Body, ChunkSize, Chunk, ChunkEnd, Trailer, Switch, Opaque };

  std::size_t pass_head(std::string_view bytes);
  std::size_t pass_chunk_size(std::string_view bytes);
  std::size_t pass_line(std::string_view bytes, State next_if_empty);
  std::size_t pass_counted(std::string_view bytes, State next);
  bool read_request_line(std::string_view line);
  bool read_field(std::string_view line, std::size_t at);
  bool read_upgrade(std::string_view protocol, std::size_t at);
  bool is_host(std::string_view authority);
  std::size_t bad(std::string problem);

  std::string host_;
  std::uint16_t port_;
  State state_{State::Head};
  std::uint64_t left_{};  // of a body or chunk
  std::string problem_{};

  struct Request {
    bool host{};
    bool length{};
    bool chunked{};
    bool upgrade{};
    std::optional<std::size_t> unwanted{};  // in its head
  };
  Request request_{};
};

}  // namespace snug::gate
