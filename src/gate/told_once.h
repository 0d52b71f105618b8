// Which events of a gate are worth a line to the user: each refusal once.
#pragma once

#include <set>
#include <string>

#include "gate/gate_event.h"

namespace snug::gate {

class ToldOnce {
 public:
  // False for what was told before, and for what went well. After kMost lines nothing is new any
  // more: a program that tries everything must not bury what else is said.
  bool is_new(const GateEvent& event) {
    if (event.decision == GateEvent::Decision::Allowed || told_.size() >= kMost)
      return false;
    return told_.insert(event.place() + "\n" + event.protocol + "\n" + event.reason).second;
  }

 private:
  static constexpr std::size_t kMost = 50;
  std::set<std::string> told_{};
};

}  // namespace snug::gate
