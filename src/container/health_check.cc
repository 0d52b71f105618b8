#include "container/health_check.h"

namespace snug::container {

Health HealthCheckRun::start(Clock::time_point now) {
  stop();
  failures_ = 0;
  health_ = check_ ? Health::Starting : Health::None;
  started_ = now;
  if (check_)
    next_ = now + std::chrono::milliseconds{check_->interval_ms};
  return health_;
}

HealthAction HealthCheckRun::due(Clock::time_point now) const {
  if (!next_ || now < *next_)
    return HealthAction::None;
  return id_ == 0 ? HealthAction::Check : HealthAction::GiveUp;
}

void HealthCheckRun::began(std::uint32_t id, Clock::time_point now) {
  id_ = id;
  next_ = now + std::chrono::milliseconds{check_->timeout_ms};
}

// docker's rules: one success makes it healthy at once; so many failures in a row unhealthy, of which those
// in the start period do not count.
Health HealthCheckRun::ended(bool good, Clock::time_point now) {
  id_ = 0;
  next_ = now + std::chrono::milliseconds{check_->interval_ms};
  if (good) {
    failures_ = 0;
    health_ = Health::Healthy;
  } else if (health_ != Health::Starting ||
             now - started_ >= std::chrono::milliseconds{check_->start_period_ms}) {
    if (++failures_ >= check_->retries)
      health_ = Health::Unhealthy;
  }
  return health_;
}

}  // namespace snug::container
