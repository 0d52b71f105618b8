// The client's side of a container's streams: this process's standard descriptors and terminal on one side,
// the supervisor's socket on the other.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "base/unique_fd.h"

namespace snug::client {

// Bytes of the terminal that detach when they come one after the other; empty for none. docker's notation:
// "ctrl-p,ctrl-q", "ctrl-a,d", letters and ctrl-<a-z @ [ \ ] ^ _>. Fails with what is wrong.
Result<std::string> parse_detach_keys(std::string_view text, std::string_view what);

// Finds the keys in what is typed, over the bounds of reads.
class DetachKeys {
 public:
  explicit DetachKeys(std::string keys) : keys_{std::move(keys)} {}
  // What of `typed` is to be passed on; `detached` is set where the keys are complete. Bytes that may be the
  // beginning of the keys are held back until the next one shows.
  std::string pass(std::string_view typed, bool& detached);

 private:
  std::string keys_;
  std::size_t matched_{};
};

struct AttachOptions {
  bool terminal{};   // the payload's descriptors are one terminal
  bool input{true};  // ours goes to it
  bool only_keys{};  // standard input is a terminal; in its foreground the detach keys count, nothing else
  bool sig_proxy{true};  // signals that come here go to the payload
  std::string detach_keys{};
};

struct AttachEnd {
  bool detached{};
  int exit_status{};
  std::string error{};  // why snug itself ended the container
};

// Relays until the payload has ended or the user detaches. The socket is attached already. Fails where the
// supervisor dies meanwhile.
Result<AttachEnd> relay_attached(const UniqueFd& socket, const AttachOptions& options);

}  // namespace snug::client
