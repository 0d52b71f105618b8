#include "launch/caller_delegate.h"

#include <signal.h>

#include "launch/signals.h"

namespace snug::launch {

WindowSize CallerDelegate::window(std::uint8_t terminals) const {
  return caller_window(terminals);
}

void CallerDelegate::ended() {
  relay_.drain();
  relay_.raw_mode().restore();
}

SignalUse CallerDelegate::on_signal(int signal) {
  switch (signal) {
    case SIGWINCH:
      if (!relay_.active())
        return SignalUse::PassOn;
      relay_.resize();
      return SignalUse::Done;
    case SIGTSTP:
      relay_.raw_mode().restore();
      return SignalUse::StopToo;
    case SIGCONT:
      relay_.resume();
      return SignalUse::PassOn;
    default:
      return SignalUse::PassOn;
  }
}

void CallerDelegate::on_stopped() {
  if (!relay_.active())
    return;
  relay_.drain();
  relay_.raw_mode().restore();
  stop_self();  // SIGCONT, pending when this returns, wakes the payload too
}

}  // namespace snug::launch
