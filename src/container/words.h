// The words of a container's own choices, in its files and in listings.
#pragma once

#include "base/enum_names.h"
#include "container/record.h"

namespace snug {

template<>
struct EnumNames<RestartWhen> {
  static constexpr EnumName<RestartWhen> kAll[] = {
      {"no", RestartWhen::No}, {"on-failure", RestartWhen::OnFailure}, {"always", RestartWhen::Always}};
};
template<>
struct EnumNames<RunPhase> {
  static constexpr EnumName<RunPhase> kAll[] = {
      {"created", RunPhase::Created}, {"running", RunPhase::Running}, {"exited", RunPhase::Exited}};
};
template<>
struct EnumNames<Health> {
  static constexpr EnumName<Health> kAll[] = {{"none", Health::None},
                                              {"starting", Health::Starting},
                                              {"healthy", Health::Healthy},
                                              {"unhealthy", Health::Unhealthy}};
};

}  // namespace snug
