// A container's supervision from its clients' requests to what the sandbox is made to do, without a process.
#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <string>
#include <vector>

#include "child/wire.h"
#include "container/container_supervisor.h"
#include "support/pretend_clock.h"
#include "support/scratch_dir.h"
#include "support/store_fixture.h"

namespace supervision_test {

using namespace snug;
using namespace snug::container;
using namespace snug::launch;
using namespace snug::spec;
using namespace snug::sys;
using namespace std::chrono_literals;

namespace {

class PretendSandbox : public Sandbox {
 public:
  struct Signal {
    int signal{};
    std::uint32_t id{};
    bool operator==(const Signal&) const = default;
  };
  std::vector<Signal> signals{};
  std::vector<std::uint32_t> execs{};
  int kills{};
  int exec_error{};

  pid_t init() const override { return getpid(); }
  void signal(int signal, std::uint32_t id) override { signals.push_back({signal, id}); }
  void kill_all() override { ++kills; }
  Status exec(std::uint32_t id, int, const int (&)[3]) override {
    if (exec_error)
      return fail({.step = "no", .err = exec_error});
    execs.push_back(id);
    return {};
  }
  Status allow(const HostRule&) override { return fail({.step = "it has no gate", .err = ENOTSUP}); }
  int group() const override { return -1; }
};

// A container whose supervisor runs in this process, with a first client.
class Fixture {
  StoreFixture store_{};
  ScratchDir runtime_{};
  Container container_;

  static Container made(const StoreFixture& store) {
    auto container = store.create("web");
    REQUIRE(container);
    return std::move(*container);
  }
  UniqueFd pair() {
    int ends[2];
    REQUIRE(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) == 0);
    first.reset(ends[0]);
    return UniqueFd{ends[1]};
  }

 public:
  UniqueFd first{};
  PretendClock clock{};
  Poller poller{clock};
  PretendSandbox sandbox{};
  ContainerSupervisor supervisor;
  const SupervisorDelegate delegate{supervisor.delegate()};

  explicit Fixture(KeepRules rules = {})
      : container_{made(store_)},
        supervisor{container_, {.id = "0123456789abcdef", .rules = std::move(rules)}, {}, pair(), clock} {
    REQUIRE(setenv("XDG_RUNTIME_DIR", runtime_.path().c_str(), 1) == 0);
    REQUIRE(send_frame(first.get(), {.kind = FrameKind::Attach}));
    REQUIRE(supervisor.prepare());
    supervisor.begin_run();
  }
  ~Fixture() { supervisor.close_door(); }

  void start() {
    delegate.events.started(sandbox);
    const auto frame = receive_frame(first.get());
    REQUIRE(frame);
    REQUIRE(frame->kind == FrameKind::Started);
  }
  void round() { poller.run_once(delegate.polls); }
  void ask(const FrameText& frame) {
    REQUIRE(send_frame(first.get(), frame));
    round();
  }
  // Asks for a command with this process's /dev/null as all of its descriptors.
  void ask_exec(bool stays = false) {
    const UniqueFd null{open("/dev/null", O_RDWR | O_CLOEXEC)};
    const int fds[] = {null.get(), null.get(), null.get(), null.get()};
    REQUIRE(send_frame(first.get(), {.kind = FrameKind::Exec, .a = stays}, fds, 4));
    round();
  }
  Frame answer() {
    auto frame = receive_frame(first.get());
    REQUIRE(frame);
    return std::move(*frame);
  }
  bool silent() { return receive_frame(first.get()).error().err == EAGAIN; }
  RunState written() {
    auto state = container_.state();
    REQUIRE(state);
    return std::move(*state);
  }
  std::filesystem::path dir() const { return store_.dir("web"); }
};

using Signals = std::vector<PretendSandbox::Signal>;
using Ids = std::vector<std::uint32_t>;

KeepRules with_health() {
  return {.health = HealthCheck{.command = "true", .interval_ms = 1000, .timeout_ms = 300, .retries = 2}};
}

}  // namespace

TEST_CASE("a start is written down, then told") {
  Fixture f;
  f.start();
  CHECK(f.written().phase == RunPhase::Running);
  CHECK(f.written().init_pid == getpid());
  CHECK(f.supervisor.was_started());
  CHECK_FALSE(f.supervisor.unwritten());
}

TEST_CASE("a start that cannot be written down is ended again, and not told") {
  Fixture f;
  std::filesystem::remove(f.dir() / "state.json");
  std::filesystem::create_directory(f.dir() / "state.json");
  f.delegate.events.started(f.sandbox);
  CHECK(f.sandbox.kills == 1);
  CHECK(f.supervisor.unwritten());
  CHECK_FALSE(f.supervisor.was_started());
  CHECK(f.silent());
}

TEST_CASE("stop asks with the signal, and kills once the grace is over") {
  Fixture f{{.stop_signal = SIGUSR1, .stop_timeout_ms = 5000}};
  f.start();
  f.ask({.kind = FrameKind::Stop, .a = 0, .b = -1});
  CHECK(f.sandbox.signals == Signals{{SIGUSR1, 0}, {SIGCONT, 0}});
  CHECK(f.supervisor.state().stopped_by_user);
  const auto asked = f.clock.now();
  f.round();
  CHECK(f.clock.now() == asked + 5s);
  CHECK(f.sandbox.kills == 1);
}

TEST_CASE("stop takes the caller's signal and time, and a time of nothing kills at once") {
  Fixture f;
  f.start();
  f.ask({.kind = FrameKind::Stop, .a = SIGINT, .b = 200});
  CHECK(f.sandbox.signals == Signals{{SIGINT, 0}, {SIGCONT, 0}});
  CHECK(f.sandbox.kills == 0);
  f.ask({.kind = FrameKind::Stop, .a = SIGINT, .b = 0});
  CHECK(f.sandbox.kills == 1);
}

TEST_CASE("a payload that has ended in time is killed no more") {
  Fixture f;
  f.start();
  f.ask({.kind = FrameKind::Stop, .b = 200});
  f.delegate.events.ended();
  f.supervisor.begin_run();
  f.delegate.events.started(f.sandbox);
  f.clock.pass(1s);
  f.ask({.kind = FrameKind::Wait});
  CHECK(f.sandbox.kills == 0);
}

TEST_CASE("signals that end a session stop a container, others are nothing to it") {
  Fixture f;
  CHECK(f.delegate.signals.on_signal(SIGTERM) == SignalUse::PassOn);  // nothing runs yet: the set-up's
  CHECK(f.delegate.signals.on_signal(SIGTSTP) == SignalUse::StopToo);
  f.start();
  for (const int signal : {SIGHUP, SIGTSTP, SIGCONT, SIGWINCH, SIGUSR1})
    CHECK(f.delegate.signals.on_signal(signal) == SignalUse::Done);
  CHECK(f.sandbox.signals.empty());
  CHECK(f.delegate.signals.on_signal(SIGTERM) == SignalUse::Done);
  CHECK(f.sandbox.signals == Signals{{SIGTERM, 0}, {SIGCONT, 0}});
}

TEST_CASE("SIGKILL by kill is the end, and another signal is not") {
  Fixture f;
  f.ask({.kind = FrameKind::Kill, .a = SIGKILL});
  CHECK(f.answer().kind == FrameKind::Refused);
  f.start();
  f.ask({.kind = FrameKind::Kill, .a = SIGUSR1});
  CHECK(f.answer().kind == FrameKind::Ok);
  CHECK(f.sandbox.signals == Signals{{SIGUSR1, 0}});
  CHECK_FALSE(f.supervisor.state().stopped_by_user);
  f.ask({.kind = FrameKind::Kill, .a = SIGKILL});
  CHECK(f.sandbox.kills == 1);
  CHECK(f.supervisor.state().stopped_by_user);
}

TEST_CASE("health is asked for at its interval, and a change of it is written down") {
  Fixture f{with_health()};
  f.start();
  CHECK(f.written().health == Health::Starting);
  const auto start = f.clock.now();
  f.round();
  CHECK(f.clock.now() == start + 1s);
  REQUIRE(f.sandbox.execs == Ids{1});
  f.delegate.execs.exec_started(1, {});
  f.delegate.execs.exec_ended(1, 0);
  CHECK(f.written().health == Health::Healthy);
  CHECK(f.silent());
}

TEST_CASE("a health check that hangs is killed, and what cannot begin has failed") {
  Fixture f{with_health()};
  f.start();
  f.round();
  const auto began = f.clock.now();
  f.round();
  CHECK(f.clock.now() == began + 300ms);
  CHECK(f.sandbox.signals == Signals{{SIGKILL, 1}});
  CHECK(f.written().health == Health::Starting);
  f.sandbox.exec_error = EPIPE;
  f.round();
  CHECK(f.clock.now() == began + 1300ms);
  CHECK(f.written().health == Health::Unhealthy);
  // The first one's end comes late, and is nobody's any more.
  f.delegate.execs.exec_ended(1, 0);
  CHECK(f.written().health == Health::Unhealthy);
}

TEST_CASE("a command gets no id that a health check has at that moment") {
  Fixture f{with_health()};
  f.start();
  f.round();
  REQUIRE(f.sandbox.execs == Ids{1});
  for (std::uint32_t i = 0; i < 2 * child::kMaxEntered; ++i) {
    f.ask_exec();
    REQUIRE(f.sandbox.execs.size() == i + 2);
    REQUIRE(f.sandbox.execs.back() != 1);
    f.delegate.execs.exec_ended(f.sandbox.execs.back(), 0);
    REQUIRE(f.answer().kind == FrameKind::ExecEnded);
  }
}

TEST_CASE("nothing is asked of a sandbox that has ended") {
  Fixture f{with_health()};
  f.start();
  f.delegate.events.ended();
  CHECK(f.answer().kind == FrameKind::Over);
  f.ask_exec();
  CHECK(f.answer().kind == FrameKind::Refused);
  CHECK(f.sandbox.execs.empty());
}

TEST_CASE("a command inside is its client's: its signals, its end, one at a time") {
  Fixture f;
  f.start();
  f.ask_exec();
  REQUIRE(f.sandbox.execs == Ids{1});
  f.delegate.execs.exec_started(1, {});
  CHECK(f.answer().kind == FrameKind::ExecStarted);
  f.ask({.kind = FrameKind::ExecSignal, .a = SIGINT});
  CHECK(f.sandbox.signals == Signals{{SIGINT, 1}});
  f.ask_exec();
  CHECK(f.answer().kind == FrameKind::Refused);
  f.delegate.execs.exec_ended(1, 3 << 8);
  const Frame ended = f.answer();
  CHECK(ended.kind == FrameKind::ExecEnded);
  CHECK(ended.a == 3 << 8);
  f.ask_exec();
  CHECK(f.sandbox.execs == Ids{1, 2});
  f.delegate.execs.exec_failed(2, 7, ENOENT);
  const Frame failed = f.answer();
  CHECK(failed.kind == FrameKind::ExecFailed);
  CHECK(failed.a == 7);
  CHECK(failed.b == ENOENT);
}

TEST_CASE("a command whose client goes is hung up, unless it was to stay") {
  for (const bool stays : {false, true}) {
    Fixture f{{.stop_timeout_ms = 1000}};
    f.start();
    f.ask_exec(stays);
    f.first.reset();
    f.round();
    (void)f.delegate.signals.on_signal(SIGTERM);  // else the next round would wait for ever
    f.sandbox.signals.clear();
    f.round();
    CHECK(f.sandbox.signals == (stays ? Signals{} : Signals{{SIGHUP, 1}}));
  }
}

TEST_CASE("while a client is behind the payload is not read, and not a byte is lost") {
  Fixture f;
  f.start();
  int ends[2];
  REQUIRE(pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0);
  UniqueFd payload{ends[1]};
  f.delegate.streams.take_terminal(UniqueFd{ends[0]}, 0);
  const std::string chunk(16 << 10, 'x');
  std::size_t written = 0;
  std::size_t got = 0;
  f.clock.may_stall = true;
  while (f.clock.stalls == 0) {
    if (const ssize_t n = write(payload.get(), chunk.data(), chunk.size()); n > 0)
      written += static_cast<std::size_t>(n);
    REQUIRE(written < (4U << 20));
    f.round();
  }
  int unread = 0;
  REQUIRE(ioctl(payload.get(), FIONREAD, &unread) == 0);
  CHECK(unread > 0);
  payload.reset();
  while (got < written) {
    auto frame = receive_frame(f.first.get());
    if (frame)
      got += frame->data.size();
    else
      f.round();
  }
  CHECK(got == written);
  CHECK(f.silent());
}

TEST_CASE("the pause before a restart is as long as was said, and ends with stop") {
  Fixture f;
  f.start();
  f.delegate.events.ended();
  const auto ended = f.clock.now();
  CHECK(f.supervisor.wait_before_restart(3200ms));
  CHECK(f.clock.now() == ended + 3200ms);
  REQUIRE(send_frame(f.first.get(), {.kind = FrameKind::Stop}));
  CHECK_FALSE(f.supervisor.wait_before_restart(60s));
  CHECK(f.clock.now() == ended + 3200ms);
}

TEST_CASE("the end is told to who is attached, with what it came to") {
  Fixture f;
  f.start();
  f.delegate.events.ended();
  f.supervisor.end_run(42, "timed out");
  f.supervisor.farewell();
  CHECK(f.written().phase == RunPhase::Exited);
  CHECK(f.written().exit_code == 42);
  CHECK(f.answer().kind == FrameKind::Over);
  const Frame end = f.answer();
  CHECK(end.kind == FrameKind::Ended);
  CHECK(end.a == 42);
  CHECK(end.data == "timed out");
  CHECK(receive_frame(f.first.get()).error().err == EPIPE);
}

}  // namespace supervision_test
