#include "network/outbound.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/text.h"
#include "network/close_others.h"
#include "network/local_routes.h"

namespace snug::network {
namespace {

constexpr std::size_t kMostSaid = 4096;

struct Ends {
  UniqueFd reads{};
  UniqueFd writes{};
};

Result<Ends> make_pipe() {
  int fds[2];
  if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) != 0)
    return fail({.step = "make a pipe for the network's process", .err = errno});
  return Ends{UniqueFd{fds[0]}, UniqueFd{fds[1]}};
}

// Descriptor n of the process will be fds[n]; every other is closed. Where it fails, fds[2] is the pipe
// still.
bool take_descriptors(std::array<int, 5>& fds) {
  for (int& fd : fds) {
    const int high = fd < 0 ? fd : fcntl(fd, F_DUPFD, 16);
    if (high < 0 && fd >= 0)
      return false;
    fd = high;
  }
  std::vector<int> kept;
  for (int n = 0; n < static_cast<int>(fds.size()); ++n) {
    if (fds[n] < 0)
      continue;
    if (dup2(fds[n], n) < 0)
      return false;
    kept.push_back(n);
  }
  fds[2] = 2;
  close_others(std::move(kept));
  return true;
}

[[noreturn]] void execute(const std::vector<std::string>& argv, std::array<int, 5> fds, bool joined,
                          pid_t parent) {
  sigset_t none;
  sigemptyset(&none);
  const rlimit no_core{};
  // A session of its own: Ctrl-C is for the payload, which may go on after it.
  if (take_descriptors(fds) && (!joined || setns(0, CLONE_NEWUSER) == 0) &&
      prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == parent && setsid() >= 0 && chdir("/") == 0 &&
      setrlimit(RLIMIT_CORE, &no_core) == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
      sigprocmask(SIG_SETMASK, &none, nullptr) == 0) {
    std::vector<char*> arguments;
    for (const std::string& argument : argv) arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    char* environment[] = {nullptr};
    execve(arguments[0], arguments.data(), environment);
  }
  const std::string text = fmt::format("it cannot be executed: {}\n", std::strerror(errno));
  (void)!write(fds[2], text.data(), text.size());
  _exit(127);
}

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// In a process of its own, which joins: an errno, or 0.
int close_way_to_loopback(const UniqueFd& user_namespace, const UniqueFd& network_namespace) {
  const pid_t pid = fork();
  if (pid < 0)
    return errno;
  if (pid == 0) {
    int error = 0;
    if (setns(user_namespace.get(), CLONE_NEWUSER) != 0 || setns(network_namespace.get(), CLONE_NEWNET) != 0)
      error = errno;
    _exit(error != 0 ? error : keep_loopback_inside(spec::kOutboundDevice));
  }
  int status = 0;
  while (waitpid(pid, &status, 0) < 0)
    if (errno != EINTR)
      return errno;  // it is not known to be closed
  return WIFEXITED(status) ? WEXITSTATUS(status) : ECHILD;
}

}  // namespace

Status Outbound::start(spec::OutboundTool tool, const std::vector<std::string>& argv, UniqueFd user_namespace,
                       UniqueFd network_namespace) {
  auto talk = make_pipe();
  auto life = talk ? make_pipe() : Result<Ends>{Ends{}};
  if (!talk || !life)
    return tl::unexpected{std::move(talk ? life : talk).error()};
  const bool slirp = tool == spec::OutboundTool::Slirp4netns;
  const std::array<int, 5> fds{user_namespace.get(), network_namespace.get(), talk->writes.get(),
                               slirp ? life->reads.get() : -1, slirp ? talk->writes.get() : -1};
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid < 0)
    return fail({.step = fmt::format("start {}", spec::name_of(tool)), .err = errno});
  if (pid == 0)
    execute(argv, fds, slirp, parent);
  tool_ = tool;
  waiting_ = true;
  pid_ = pid;
  talk_ = std::move(talk->reads);
  life_ = std::move(life->writes);
  user_namespace_ = std::move(user_namespace);
  network_namespace_ = std::move(network_namespace);
  return {};
}

Result<bool> Outbound::take_news() {
  char bytes[1024];
  ssize_t n = 0;
  while ((n = read(talk_.get(), bytes, sizeof bytes)) > 0 || (n < 0 && errno == EINTR))
    if (n > 0 && said_.size() < kMostSaid)
      said_.append(bytes, static_cast<std::size_t>(n));
  // Whatever it says as it ends: nothing is ready that has ended.
  if (n == 0) {
    waiting_ = false;
    return fail({.step = fmt::format("connect the network through {}: {}", spec::name_of(tool_), cause())});
  }
  if (!says_ready())
    return false;
  waiting_ = false;
  if (const int error = close_way_to_loopback(user_namespace_, network_namespace_))
    return fail(
        {.step = "close the way from the sandbox's network to this machine's loopback", .err = error});
  user_namespace_.reset();
  network_namespace_.reset();
  return true;
}

// pasta writes its pid and a newline to its --pid file, slirp4netns "1" to its --ready-fd; both are the pipe.
bool Outbound::says_ready() const {
  const auto lines = split(said_, '\n');
  if (tool_ == spec::OutboundTool::Slirp4netns)
    return lines.back() == "1";
  return std::any_of(lines.begin(), lines.end() - 1, is_number);
}

// In one line. That slirp4netns goes on, and that pasta has no syslog either, is no cause.
std::string Outbound::cause() const {
  constexpr std::string_view kNoise[] = {"sent tapfd", "received tapfd", "Failed to send "};
  std::string text;
  for (const std::string_view line : split(said_, '\n')) {
    if (line.empty() || is_number(line) ||
        std::ranges::any_of(kNoise, [&](std::string_view noise) { return line.starts_with(noise); }))
      continue;
    text += (text.empty() ? "" : "; ") + escape_control(line);
  }
  constexpr std::size_t kMost = 300;
  if (text.size() > kMost)
    text = text.substr(0, kMost) + "...";
  return text.empty() ? "it has ended" : text;
}

void Outbound::stop() {
  if (pid_ < 0)
    return;
  // The pid is still ours: it has not been waited for.
  (void)kill(pid_, SIGKILL);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  waiting_ = false;
  life_.reset();
}

}  // namespace snug::network
