// What the egress gate refuses, told while the payload runs.
#pragma once

#include <optional>
#include <string>

#include "gate/told_once.h"

namespace snug::cli {

class GateNotes {
 public:
  explicit GateNotes(std::optional<std::string> color) : color_{std::move(color)} {}
  // To standard error, each refusal once. The terminal may be in raw mode, where a line needs its carriage
  // return.
  void tell(const gate::GateEvent& event);

 private:
  std::optional<std::string> color_;
  gate::ToldOnce told_{};
};

}  // namespace snug::cli
