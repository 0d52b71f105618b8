// The supervisor's loop: from clone to the payload's status. One thread, one poller.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <list>
#include <memory>
#include <optional>
#include <vector>

#include "child/wire.h"
#include "gate/gate.h"
#include "launch/end_deadline.h"
#include "launch/fuse_server.h"
#include "launch/launch.h"
#include "launch/lower.h"
#include "launch/memory.h"
#include "launch/setid_judge.h"
#include "launch/signals.h"
#include "launch/supervisor_delegate.h"
#include "network/forwarder.h"
#include "network/outbound.h"
#include "sys/poller.h"

namespace snug::launch {

class Supervisor : private Sandbox, private sys::PollSource {
 public:
  Supervisor(const plan::Plan& plan, const LaunchOptions& options, const SupervisorDelegate& delegate,
             const HeldSignals& signals, const LaunchFacts& facts);
  ~Supervisor() override;
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  // What comes in there is for the sandbox, once it is set up.
  void forward(std::vector<network::Listener> listeners) { listeners_ = std::move(listeners); }

  // Takes over a cloned init: its pid and pidfd, and the supervisor's end of the wire. Returns when init is
  // gone.
  LaunchResult run(pid_t init, UniqueFd pidfd, UniqueFd wire);
  // The same up to Ready; from then on init is this object's, and goes with it.
  std::optional<LaunchError> run_until_ready(pid_t init, UniqueFd pidfd, UniqueFd wire);

 private:
  void poll_once();
  void add_to(sys::Poller& poller) override;
  void on_init_ended();
  void end_setup(Status status, std::optional<std::size_t> step = {});
  void kill_sandbox();
  void reap();
  LaunchResult finish();
  void write_status(std::string_view key, long value) const;

  // supervisor_wire.cc
  bool wire_matters() const;
  bool drain_wire();
  bool read_wire();
  using Fds = UniqueFd[child::kMaxFds];
  void on_message(const child::Message& message, Fds& fds);
  Status give_maps();
  Status say_go(const char* what);
  Status serve_fuse(unsigned number, UniqueFd device, UniqueFd user_namespace);

  // supervisor_network.cc
  Status start_gate();
  void end_gate_setup(Status status);
  void start_network(const UniqueFd& user_namespace, const UniqueFd& network_namespace);
  void end_network_setup();
  void on_gate();
  void take_gate_events();
  void finish_gate();
  Status start_forwarder(const UniqueFd& user_namespace, const UniqueFd& network_namespace);
  Status start_outbound(const UniqueFd& user_namespace, const UniqueFd& network_namespace);
  Status take_outbound_news();
  void on_outbound();
  void end_outbound(Status status);

  // supervisor_signals.cc
  void read_signals();
  void on_signal(int signal, bool from_terminal);
  void on_deadline();
  void set_timeout();

  pid_t init() const override { return init_; }
  void signal(int signal, std::uint32_t id) override;
  void kill_all() override { kill_sandbox(); }
  Status exec(std::uint32_t id, int request, const int (&standard)[3]) override;
  Status allow(const spec::HostRule& rule) override;
  int group() const override { return facts_.group; }

  const plan::Plan& plan_;
  const LaunchOptions& options_;
  const HeldSignals& signals_;
  const LaunchFacts& facts_;
  const SupervisorDelegate delegate_;
  RestingClock clock_{};
  sys::Poller poller_{clock_};
  std::list<FuseServer> fuse_;  // of the root, of views
  std::vector<network::Listener> listeners_;
  network::Forwarder forwarder_;
  std::unique_ptr<gate::Gate> gate_;
  network::Outbound outbound_;
  std::list<SetidJudge> judges_;  // one for each filter that asks

  pid_t init_{-1};
  UniqueFd pidfd_;
  UniqueFd wire_;
  bool gone_{};                  // init has been reaped
  bool killed_{};                // by a signal: somebody's, or ours
  bool ready_{};                 // the payload was executed
  std::vector<int> early_{};     // signals that came before the payload did
  int killed_by_{};              // the signal that ended snug's set-up
  std::optional<int> status_{};  // the payload's wait status
  std::optional<LaunchError> error_{};
  Outcome outcome_{};
  EndDeadline deadline_{};  // of the timeout, or of a set-up that is to end
  bool rested_{};           // memory has been given back
};

}  // namespace snug::launch
