// Sends what the gate has to tell to the supervisor, and never waits for it.
#pragma once

#include <map>
#include <string>

#include "base/unique_fd.h"
#include "gate/gate_event.h"
#include "network/epoll_loop.h"

namespace snug::gate {

class Reporter : public network::PollHandler {
 public:
  // `channel` is a SEQPACKET socket, and stays the caller's; both must outlive this.
  Reporter(int channel, network::EpollLoop& poller) : channel_{channel}, poller_{poller} {}

  // The first of its kind at once. Of what is refused again and again only the number goes, once a second: a
  // program that tries everything must not fill the disk.
  void report(GateEvent event);
  void on_events(std::uint32_t events) override;
  void flush() { on_events(0); }

 private:
  bool send(GateEvent event);
  struct Waiting {
    GateEvent event{};
    std::uint64_t more{};
  };

  int channel_;
  network::EpollLoop& poller_;
  std::map<std::string, Waiting> refused_{};
  bool timed_{};
};

}  // namespace snug::gate
