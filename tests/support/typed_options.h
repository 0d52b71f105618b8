// The options of a command's own that were typed. Their struct is known to the command's file alone, so that
// they are read as they are written: by the command's table.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/overloaded.h"
#include "cli/grammar/definition.h"

namespace snug {

// By their long names; a switch is "true" or "false", and what was not typed is absent.
using TypedOptions = std::map<std::string, std::vector<std::string>>;

inline TypedOptions typed_options(const Invocation& invocation) {
  TypedOptions typed;
  if (!invocation.command)
    return typed;
  const OptionValues& values = invocation.own.values();
  for (const OptionDef& option : invocation.command->own)
    std::visit(overloaded{
                   [&](std::optional<bool> OptionValues::*member) {
                     if (values.*member)
                       typed[std::string{option.name}] = {*(values.*member) ? "true" : "false"};
                   },
                   [&](std::optional<std::string> OptionValues::*member) {
                     if (values.*member)
                       typed[std::string{option.name}] = {*(values.*member)};
                   },
                   [&](std::vector<std::string> OptionValues::*member) {
                     if (!(values.*member).empty())
                       typed[std::string{option.name}] = values.*member;
                   },
                   [&](ByName) {
                     const auto texts = invocation.options<RunOptions>().texts_of(option.name);
                     if (!texts.empty())
                       typed[std::string{option.name}] = {texts.begin(), texts.end()};
                   },
               },
               option.store.member);
  return typed;
}

}  // namespace snug
