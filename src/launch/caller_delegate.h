// The delegate of a run in the foreground: the payload has the caller's own standard descriptors, and where
// one of them is a terminal, a terminal of the sandbox's, which is relayed.
#pragma once

#include "launch/supervisor_delegate.h"

namespace snug::launch {

class CallerDelegate : private StandardStreams,
                       private SandboxEvents,
                       private ExecEvents,
                       private SignalPolicy,
                       private sys::PollSource {
 public:
  SupervisorDelegate delegate() { return {*this, *this, *this, *this, *this}; }
  // The same, but for whoever wants to hear of the sandbox's life.
  SupervisorDelegate delegate(SandboxEvents& events) { return {*this, events, *this, *this, *this}; }

 private:
  // The payload has the caller's descriptors themselves.
  Status before_clone() override { return {}; }
  void after_clone() override {}
  WindowSize window(std::uint8_t terminals) const override;
  void take_terminal(UniqueFd master, std::uint8_t terminals) override {
    relay_.start(std::move(master), terminals);
  }

  // Nothing acts on the sandbox but the supervisor itself: nobody asks for the tree or a command in it.
  void take_tree(UniqueFd, UniqueFd, UniqueFd) override {}
  void started(Sandbox&) override {}
  void ended() override;
  void exec_started(std::uint32_t, UniqueFd) override {}
  void exec_failed(std::uint32_t, std::uint32_t, int) override {}
  void exec_ended(std::uint32_t, int) override {}

  SignalUse on_signal(int signal) override;
  void on_stopped() override;

  void add_to(sys::Poller& poller) override { relay_.add_to(poller); }

  TerminalRelay relay_;
};

}  // namespace snug::launch
