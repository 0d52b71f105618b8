#include "launch/end_deadline.h"

namespace snug::launch {

void EndDeadline::kill_at(Time time) {
  next_ = time;
  grace_.reset();
}

void EndDeadline::terminate_at(Time time, std::chrono::milliseconds grace) {
  next_ = time;
  grace_ = grace;
}

void EndDeadline::clear() {
  next_.reset();
  grace_.reset();
}

EndAction EndDeadline::due(Time now) {
  if (!next_ || now < *next_)
    return EndAction::None;
  if (!grace_) {
    clear();
    return EndAction::Kill;
  }
  // From now, and not from when it was due: a machine that was suspended has not given the payload its time.
  kill_at(now + *grace_);
  return EndAction::Terminate;
}

}  // namespace snug::launch
