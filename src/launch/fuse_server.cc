#include "launch/fuse_server.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "base/text.h"
#include "sys/file_io.h"

namespace snug {
namespace {

// The layers by descriptor: a path could have a ':' or ',' in it, and might be another directory by now.
Result<std::vector<UniqueFd>> open_layers(const std::vector<Layer>& layers) {
  std::vector<UniqueFd> fds;
  for (const Layer& layer : layers) {
    auto fd = open_file(AT_FDCWD, layer.path, O_PATH | O_DIRECTORY);
    if (!fd)
      return tl::unexpected{fd.error()};
    struct stat info {};
    if (fstat(fd->get(), &info) != 0 || info.st_dev != layer.dev || info.st_ino != layer.ino)
      return fail({.step = "open lower dir " + layer.path, .err = ESTALE});
    fds.push_back(std::move(*fd));
  }
  return fds;
}

void let_inherit(int fd) {
  (void)fcntl(fd, F_SETFD, 0);
}

}  // namespace

std::optional<FuseServer::Overlay> fuse_overlay(const Plan& plan, unsigned number, const std::string& disk) {
  for (const PlannedStep& planned : plan.steps) {
    if (const auto* root = std::get_if<OverlayRoot>(&planned.step);
        root && number == 0 && root->driver == OverlayDriver::Fuse)
      return FuseServer::Overlay{root->fuse_program, root->layers, disk, root->kept};
    if (const auto* view = std::get_if<CowMount>(&planned.step);
        view && view->number + 1 == number && !view->fuse_program.empty())
      return FuseServer::Overlay{
          view->fuse_program,
          {{.path = view->source, .dev = view->seen.dev, .ino = view->seen.ino, .mode = view->seen.mode}},
          fmt::format("{}/cow/{}", disk, view->number),
          view->kept};
  }
  return std::nullopt;
}

Status FuseServer::start(const Overlay& overlay, UniqueFd user_namespace, UniqueFd device) {
  auto layers = open_layers(overlay.layers);
  if (!layers)
    return tl::unexpected{std::move(layers).error()};
  auto upper = open_file(AT_FDCWD, overlay.disk, O_PATH | O_DIRECTORY);
  if (!upper)
    return tl::unexpected{std::move(upper).error()};

  std::string options = "lowerdir=";
  for (auto fd = layers->rbegin(); fd != layers->rend(); ++fd)
    options += fmt::format("{}/proc/self/fd/{}", fd == layers->rbegin() ? "" : ":", fd->get());
  options += fmt::format(",upperdir=/proc/self/fd/{0}/upper,workdir=/proc/self/fd/{0}/work{1}", upper->get(),
                         overlay.kept ? "" : ",volatile");
  const std::string mount_point = fmt::format("/dev/fd/{}", device.get());
  const char* argv[] = {overlay.program.c_str(), "-f", "-o", options.c_str(), mount_point.c_str(), nullptr};
  const char* environment[] = {nullptr};
  const pid_t parent = getpid();
  talk_.reset(memfd_create("fuse-overlayfs", MFD_CLOEXEC));
  if (!talk_)
    return fail(
        {.step = "make a file for what fuse-overlayfs says",
         .err = errno,
         .hint = errno == ENOSYS
                     ? "memfd_create is unknown here: it needs Linux 3.17, or an outer sandbox refuses it"
                     : ""});

  const pid_t pid = fork();
  if (pid < 0)
    return fail({.step = "fork", .err = errno});
  if (pid == 0) {
    // Single-threaded, so that the heap is whole in the child too.
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent)
      _exit(125);
    if (setns(user_namespace.get(), CLONE_NEWUSER) != 0)
      _exit(125);
    for (const UniqueFd& layer : *layers) let_inherit(layer.get());
    let_inherit(upper->get());
    let_inherit(device.get());
    sigset_t none;
    sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, nullptr);
    const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(talk_.get(), 2) < 0 ||
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
      _exit(125);
    execve(argv[0], const_cast<char* const*>(argv), const_cast<char* const*>(environment));
    _exit(127);
  }
  pid_ = pid;
  pidfd_.reset(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
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

}  // namespace snug
