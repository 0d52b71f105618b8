// What a client says first, held back until it is clear whom it speaks to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "gate/http_guard.h"
#include "spec/host_rule.h"

namespace snug::gate {

enum class OpeningKind { Any, Tls, Http };

// By the rule and the port. An address has no name that could be compared.
OpeningKind opening_of(const spec::HostRule& rule, std::uint16_t port);

// The bytes of a client up to the point where they may go to the server, and of plain HTTP all of them.
class Opening {
 public:
  Opening(OpeningKind kind, const std::string& host, std::uint16_t port);

  // Reads what has come. False where the client has ended, or there is no more room before `passed` bytes go.
  enum class Read { Some, Nothing, Ended, Failed };
  Read read_from(int socket);

  // "" as long as nothing is wrong with what came.
  const std::string& problem() const { return problem_; }
  // May the server be connected to?
  bool satisfied() const { return satisfied_; }
  // Is everything from now on let through unread?
  bool opaque() const { return satisfied_ && !http_; }

  // How many of the bytes from the front are let through.
  std::size_t passed() const { return passed_; }
  const std::string& bytes() const { return bytes_; }
  void drop(std::size_t count);  // they have been sent

  HttpGuard* http() { return http_ ? &*http_ : nullptr; }
  void examine();

 private:
  OpeningKind kind_;
  std::string host_;
  std::optional<HttpGuard> http_{};
  std::string bytes_{};
  std::size_t passed_{};
  bool satisfied_{};
  std::string problem_{};
};

}  // namespace snug::gate
