#include "container/streams.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>

#include "base/try.h"

namespace snug::container {
namespace {

constexpr std::size_t kChunk = 16 << 10;

// Our end does not wait; the payload's does, as it expects of a pipe.
Status make_pipe(UniqueFd& ours, UniqueFd& theirs, bool we_read) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0)
    return fail({.step = "make a pipe for the command", .err = errno});
  ours.reset(ends[we_read ? 0 : 1]);
  theirs.reset(ends[we_read ? 1 : 0]);
  (void)fcntl(ours.get(), F_SETFL, O_NONBLOCK);  // cannot fail for a pipe of our own
  return {};
}

Status put_null(int fd) {
  const UniqueFd null{::open("/dev/null", (fd == 0 ? O_RDONLY : O_WRONLY) | O_CLOEXEC)};
  if (!null || dup2(null.get(), fd) < 0)
    return fail({.step = "open /dev/null", .err = errno});
  return {};
}

}  // namespace

Status Streams::open(bool terminal, bool input) {
  close();
  terminal_ = terminal;
  for (int fd = 0; fd < 3; ++fd) TRY(put_null(fd));
  if (terminal)
    return {};
  if (input)
    TRY(make_pipe(input_, theirs_[0], false));
  TRY(make_pipe(output_, theirs_[1], true));
  TRY(make_pipe(error_, theirs_[2], true));
  for (int fd = 0; fd < 3; ++fd)
    if (theirs_[fd] && dup2(theirs_[fd].get(), fd) < 0)
      return fail({.step = "set up the command's standard descriptors", .err = errno});
  return {};
}

void Streams::release() {
  for (int fd = 0; fd < 3; ++fd) {
    theirs_[fd].reset();
    (void)put_null(fd);  // was open a moment ago; where it fails, a pipe stays open longer
  }
}

void Streams::take_terminal(UniqueFd master) {
  (void)fcntl(master.get(), F_SETFL, O_NONBLOCK);
  output_ = std::move(master);
}

void Streams::write_input(std::string_view bytes) {
  pending_ += bytes;
  flush_input();
}

void Streams::end_input() {
  ending_ = true;
  flush_input();
}

void Streams::flush_input() {
  const UniqueFd& to = terminal_ ? output_ : input_;
  while (to && !pending_.empty()) {
    const ssize_t n = write(to.get(), pending_.data(), pending_.size());
    if (n > 0)
      pending_.erase(0, static_cast<std::size_t>(n));
    else if (n < 0 && errno == EAGAIN)
      return;
    else if (n < 0 && errno != EINTR)
      pending_.clear();  // nobody reads it any more
  }
  pending_.clear();
  pending_.shrink_to_fit();
  // A terminal's input ends with a key, not with a close.
  if (ending_ && !terminal_)
    input_.reset();
}

void Streams::resize(launch::WindowSize size) const {
  winsize window{};
  window.ws_row = size.rows;
  window.ws_col = size.columns;
  // The kernel sends the payload its SIGWINCH.
  if (terminal_ && output_ && size.rows && size.columns)
    (void)ioctl(output_.get(), TIOCSWINSZ, &window);
}

void Streams::add_to(sys::Poller& poller, bool paused) {
  const int writing = pending_.empty() ? 0 : POLLOUT;
  const int output = (paused ? 0 : POLLIN) | (terminal_ ? writing : 0);
  if (writing && !terminal_)
    poller.on<&Streams::flush_input>(input_.get(), POLLOUT, *this);
  // Without an event to wait for, poll(2) would still report that the payload's end is closed, at once and
  // again and again.
  if (output)
    poller.on<&Streams::on_output>(output_.get(), output, *this);
  if (!paused)
    poller.on<&Streams::on_error>(error_.get(), POLLIN, *this);
}

void Streams::on_output(int events) {
  if (events & POLLOUT)
    flush_input();
  if ((events & (POLLIN | POLLHUP | POLLERR)) && !read_some(output_, log::LogStream::Out))
    output_.reset();
}

void Streams::on_error() {
  if (!read_some(error_, log::LogStream::Err))
    error_.reset();
}

bool Streams::read_some(UniqueFd& from, log::LogStream stream) {
  char buffer[kChunk];
  const ssize_t n = read(from.get(), buffer, sizeof buffer);
  if (n > 0) {
    sink_(stream, {buffer, static_cast<std::size_t>(n)});
    return true;
  }
  // EIO: no slave of the terminal is open (pty(7)).
  return n < 0 && (errno == EAGAIN || errno == EINTR);
}

void Streams::drain() {
  for (auto [fd, stream] :
       {std::pair{&output_, log::LogStream::Out}, std::pair{&error_, log::LogStream::Err}})
    while (*fd)
      if (!sys::wait_until_ready(fd->get(), POLLIN, 0) || !read_some(*fd, stream))
        fd->reset();
}

void Streams::close() {
  for (UniqueFd* fd : {&input_, &output_, &error_, &theirs_[0], &theirs_[1], &theirs_[2]}) fd->reset();
  pending_.clear();
  ending_ = false;
}

}  // namespace snug::container
