// The supervisor's delegate for a container (launch/supervisor_delegate.h), for all of its runs: streams and
// log, clients and what they ask for, commands that they start inside, health.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "container/clients.h"
#include "container/container_record.h"
#include "container/health_check.h"
#include "container/record.h"
#include "container/store.h"
#include "container/streams.h"
#include "gate/told_once.h"
#include "launch/end_deadline.h"
#include "launch/supervisor_delegate.h"
#include "log/log.h"
#include "log/network_log.h"
#include "sys/poller.h"

namespace snug::container {

class ContainerSupervisor : private launch::StandardStreams,
                            private launch::SandboxEvents,
                            private launch::ExecEvents,
                            private launch::SignalPolicy,
                            private sys::PollSource,
                            private ClientRequests {
 public:
  // `container` is locked. `first` is the end of whoever started it, or none.
  ContainerSupervisor(Container& container, ContainerRecord record, RunState state, UniqueFd first,
                      sys::PollClock& clock = sys::PollClock::real());

  launch::SupervisorDelegate delegate() { return {*this, *this, *this, *this, *this}; }

  // Opens the log and the control socket.
  Status prepare();

  // For each run: the state of before it, and after it what it came to.
  void begin_run();
  void end_run(int exit_code, const std::string& error);
  // Why. Told to whoever started it by farewell(): they are to find nothing of it any more.
  void never_started(const Error& error);
  // Waits before the next run, answering meanwhile. False if somebody stopped it.
  bool wait_before_restart(std::chrono::milliseconds delay);
  // No client comes any more. Before the lock is given up: the next run's socket has the same name.
  void close_door();
  // The last thing: everybody is told the end, and gets what they are behind with.
  void farewell();

  bool was_started() const { return started_once_; }
  // Why a payload that was executed was ended again at once, as a start that has failed.
  const std::optional<Error>& unwritten() const { return unwritten_; }
  // Once: has somebody changed container.json since the plan was made?
  bool take_update() { return std::exchange(updated_, false); }
  const ContainerRecord& record() const { return record_; }
  RunState& state() { return state_; }
  // Into the log of the network, and to those who are attached.
  void gate_event(const gate::GateEvent& event);

 private:
  // StandardStreams
  Status before_clone() override;
  void after_clone() override { streams_.release(); }
  launch::WindowSize window(std::uint8_t) const override { return window_; }
  void take_terminal(UniqueFd master, std::uint8_t) override { streams_.take_terminal(std::move(master)); }

  // SandboxEvents
  void take_tree(UniqueFd root, UniqueFd user_namespace, UniqueFd network_namespace) override;
  void started(launch::Sandbox& sandbox) override;
  void ended() override;

  // ExecEvents
  void exec_started(std::uint32_t id, UniqueFd master) override;
  void exec_failed(std::uint32_t id, std::uint32_t step, int error) override;
  void exec_ended(std::uint32_t id, int wait_status) override;

  // SignalPolicy
  launch::SignalUse on_signal(int signal) override;
  void on_stopped() override {}  // a container's payload has no terminal of this process to stop with

  // PollSource
  void add_to(sys::Poller& poller) override;

  // ClientRequests
  void on_frame(Client& client, Frame& frame) override;
  void on_gone(Client& client) override;
  bool takes_input() const override { return !streams_.clogged(); }

  void attach(Client& client, bool input);
  void stop(int signal, std::int64_t grace_ms);
  void exec(Client& client, Frame& frame);
  void give_tree(Client& client);
  void give_group(Client& client);
  void allow(Client& client, std::string_view rule);
  void on_kill_time();
  void on_health_time();
  void begin_health_check();
  std::uint32_t free_exec_id();
  void refuse(Client& client, int error, std::string_view why);
  void write_state();
  void on_output(log::LogStream stream, std::string_view bytes);

  Container& container_;
  ContainerRecord record_;
  RunState state_;
  Clients clients_;
  Streams streams_;
  sys::PollClock& clock_;
  sys::Poller poller_{clock_};  // between runs, and after the last
  std::optional<log::LogWriter> log_;
  std::optional<log::NetworkLog> network_log_;
  gate::ToldOnce told_{};
  HealthCheckRun health_;
  launch::WindowSize window_{};
  launch::Sandbox* sandbox_{};
  UniqueFd tree_[3];
  launch::EndDeadline stop_{};
  Client* starter_{};
  std::uint32_t last_exec_id_{};
  bool updated_{};
  bool started_once_{};
  std::optional<Error> unwritten_{};
  std::optional<Error> start_error_{};
};

}  // namespace snug::container
