// The other ends of a payload's standard descriptors: pipes, or its terminal's master.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/unique_fd.h"
#include "launch/terminal.h"
#include "log/log.h"
#include "sys/poller.h"

namespace snug::container {

class Streams {
 public:
  // Takes what the payload writes.
  using Sink = std::function<void(log::LogStream, std::string_view)>;

  explicit Streams(Sink sink) : sink_{std::move(sink)} {}

  // Makes the pipes and puts the payload's ends into descriptors 0 to 2; with a terminal, and for an input
  // that is not wanted, /dev/null.
  Status open(bool terminal, bool input);
  // Puts /dev/null there again: what init has inherited is the payload's alone.
  void release();
  void take_terminal(UniqueFd master);

  // Bytes for the payload's input. Kept until it takes them: a caller waits with more while `clogged`.
  void write_input(std::string_view bytes);
  void end_input();
  bool clogged() const { return !pending_.empty(); }
  void resize(launch::WindowSize size) const;

  // `paused`: somebody who is attached does not keep up, so that the payload must wait.
  void add_to(sys::Poller& poller, bool paused);
  // Reads what is still in the pipes, once nobody can write any more.
  void drain();
  void close();

 private:
  void on_output(int events);
  void on_error();
  // False at the end of file.
  bool read_some(UniqueFd& from, log::LogStream stream);
  void flush_input();

  Sink sink_;
  UniqueFd input_;
  UniqueFd output_;  // the terminal's master where there is one
  UniqueFd error_;
  UniqueFd theirs_[3];
  bool terminal_{};
  bool ending_{};  // the input ends behind what is pending
  std::string pending_;
};

}  // namespace snug::container
