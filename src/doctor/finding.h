// What a diagnosis says of one subject: how it stands, what that means to the user, and what to do about it.
#pragma once

#include <string>
#include <vector>

#include "base/enum_names.h"

namespace snug::doctor {

enum class Level { Ok, Degraded, Broken };

// Who can do what is advised. Nobody: there is nothing to do.
enum class Who { Nobody, You, Root, OuterContainer };

// A finding that is ok may have a cause and a fix too: then they are worth knowing, and nothing is wrong.
struct Finding {
  std::string check{};  // the subject: "user namespaces"
  Level level{Level::Ok};
  std::string consequence{};       // in the user's words
  std::string cause{};             // "" where there is nothing to explain
  std::vector<std::string> fix{};  // commands to copy, or sentences; each is one line
  Who who{Who::Nobody};
  bool operator==(const Finding&) const = default;
};

// The finding in one line, as the hint of an error.
std::string hint_of(const Finding& finding);

}  // namespace snug::doctor

template<>
struct snug::EnumNames<snug::doctor::Level> {
  static constexpr EnumName<doctor::Level> kAll[] = {
      {"ok", doctor::Level::Ok}, {"degraded", doctor::Level::Degraded}, {"broken", doctor::Level::Broken}};
};
template<>
struct snug::EnumNames<snug::doctor::Who> {
  static constexpr EnumName<doctor::Who> kAll[] = {{"nobody", doctor::Who::Nobody},
                                                   {"you", doctor::Who::You},
                                                   {"root", doctor::Who::Root},
                                                   {"outer container", doctor::Who::OuterContainer}};
};
