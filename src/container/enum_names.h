// The names of a container's own choices, in its files and in listings.
#pragma once

#include "base/enum_names.h"
#include "container/record.h"

namespace snug {

template<>
struct EnumNames<container::RestartWhen> {
  static constexpr EnumName<container::RestartWhen> kAll[] = {
      {"no", container::RestartWhen::No},
      {"on-failure", container::RestartWhen::OnFailure},
      {"always", container::RestartWhen::Always}};
};
template<>
struct EnumNames<container::RunPhase> {
  static constexpr EnumName<container::RunPhase> kAll[] = {{"created", container::RunPhase::Created},
                                                           {"running", container::RunPhase::Running},
                                                           {"exited", container::RunPhase::Exited}};
};
template<>
struct EnumNames<container::Health> {
  static constexpr EnumName<container::Health> kAll[] = {{"none", container::Health::None},
                                                         {"starting", container::Health::Starting},
                                                         {"healthy", container::Health::Healthy},
                                                         {"unhealthy", container::Health::Unhealthy}};
};

}  // namespace snug
