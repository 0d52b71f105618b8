// The words of a container's own choices, in its files and in listings.
#pragma once

#include "container/record.h"
#include "spec/words.h"

namespace snug {

template<>
struct Words<RestartWhen> {
  static constexpr Word<RestartWhen> kAll[] = {
      {"no", RestartWhen::No}, {"on-failure", RestartWhen::OnFailure}, {"always", RestartWhen::Always}};
};
template<>
struct Words<RunPhase> {
  static constexpr Word<RunPhase> kAll[] = {
      {"created", RunPhase::Created}, {"running", RunPhase::Running}, {"exited", RunPhase::Exited}};
};
template<>
struct Words<Health> {
  static constexpr Word<Health> kAll[] = {{"none", Health::None},
                                          {"starting", Health::Starting},
                                          {"healthy", Health::Healthy},
                                          {"unhealthy", Health::Unhealthy}};
};

}  // namespace snug
