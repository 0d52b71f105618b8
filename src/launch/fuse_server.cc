#include "launch/fuse_server.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/path.h"
#include "base/text.h"
#include "image/writable_layer.h"
#include "launch/join.h"
#include "network/close_others.h"
#include "plan/hints.h"

namespace snug::launch {
namespace {

void let_inherit(int fd) {
  (void)fcntl(fd, F_SETFD, 0);
}

[[noreturn]] void give_up(const std::string& why) {
  (void)!write(STDERR_FILENO, why.data(), why.size());
  _exit(125);
}

// The new process. Single-threaded before it was cloned, so that the heap is whole here too.
[[noreturn]] void serve(const FuseOverlay& overlay, int device, int talk) {
  // Where snug has died meanwhile there is no sandbox, and the connection ends.
  // What is typed at the terminal is for the payload.
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || setsid() < 0)
    _exit(125);
  const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(talk, 2) < 0)
    _exit(125);
  if (Status status = enter_fuse_root(overlay); !status)
    give_up(describe(status.error()));
  network::close_others({STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO, device});
  const std::string options = fuse_root_options(overlay);
  const std::string mount_point = fmt::format("/dev/fd/{}", device);
  const char* argv[] = {overlay.program.c_str(), "-f", "-o", options.c_str(), mount_point.c_str(), nullptr};
  const char* environment[] = {nullptr};
  sigset_t none;
  sigemptyset(&none);
  (void)sigprocmask(SIG_SETMASK, &none, nullptr);
  let_inherit(device);
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
    execve(argv[0], const_cast<char* const*>(argv), const_cast<char* const*>(environment));
  give_up(describe(Error{.step = "execute " + overlay.program, .err = errno}));
}

}  // namespace

std::optional<FuseOverlay> fuse_overlay(const plan::Plan& plan, std::size_t step, const std::string& disk) {
  if (step >= plan.steps.size())
    return std::nullopt;
  const plan::MountProc* const proc = plan::find_step<plan::MountProc>(plan);
  const bool own_proc = proc && proc->own;
  if (const auto* root = std::get_if<plan::OverlayRoot>(&plan.steps[step].step);
      root && root->driver == spec::OverlayDriver::Fuse)
    return FuseOverlay{root->fuse_program, root->layers, join_path(disk, image::kRootLayer), root->kept,
                       own_proc};
  if (const auto* view = std::get_if<plan::CowMount>(&plan.steps[step].step);
      view && !view->fuse_program.empty())
    return FuseOverlay{
        view->fuse_program,
        {{.path = view->source, .dev = view->seen.dev, .ino = view->seen.ino, .mode = view->seen.mode}},
        fmt::format("{}/cow/{}", disk, view->layer),
        view->kept,
        own_proc};
  return std::nullopt;
}

Status FuseServer::start(const FuseOverlay& overlay, UniqueFd user_namespace, UniqueFd device) {
  talk_.reset(memfd_create("fuse-overlayfs", MFD_CLOEXEC));
  if (!talk_)
    return fail({.step = "make a file for what fuse-overlayfs says",
                 .err = errno,
                 .hint = plan::hint_unknown_call(errno, "memfd_create", "3.17")});
  auto server = clone_joined({.user = std::move(user_namespace)}, kFuseRootNamespaces, -1,
                             [&] { serve(overlay, device.get(), talk_.get()); });
  if (!server)
    return fail({.step = "start fuse-overlayfs: " + server.error().step,
                 .err = server.error().err,
                 .hint = server.error().hint});
  pid_ = server->pid;
  pidfd_ = std::move(server->pidfd);
  return {};
}

std::string FuseServer::last_words() const {
  char buffer[1024];
  const off_t end = talk_ ? lseek(talk_.get(), 0, SEEK_END) : 0;
  const off_t start = std::max<off_t>(0, end - static_cast<off_t>(sizeof buffer));
  const ssize_t n = end > 0 ? pread(talk_.get(), buffer, sizeof buffer, start) : 0;
  std::string_view text{buffer, n > 0 ? static_cast<std::size_t>(n) : 0};
  while (text.ends_with('\n')) text.remove_suffix(1);
  return escape_control(text.substr(text.rfind('\n') + 1));
}

void FuseServer::stop() {
  if (pid_ < 0)
    return;
  pollfd ended{.fd = pidfd_.get(), .events = POLLIN, .revents = 0};
  // It ends by itself when the mount has gone. The pid is still ours: it has not been waited for.
  if (poll(&ended, 1, 1000) <= 0)
    (void)kill(pid_, SIGKILL);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
}

}  // namespace snug::launch
