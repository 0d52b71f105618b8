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

inline TypedOptions typed_options(const cli::Invocation& invocation) {
  TypedOptions typed;
  if (!invocation.command)
    return typed;
  const cli::OptionValues& values = invocation.own.values();
  for (const cli::OptionDef& option : invocation.command->own)
    std::visit(overloaded{
                   [&](std::optional<bool> cli::OptionValues::*member) {
                     if (values.*member)
                       typed[std::string{option.name}] = {*(values.*member) ? "true" : "false"};
                   },
                   [&](std::optional<std::string> cli::OptionValues::*member) {
                     if (values.*member)
                       typed[std::string{option.name}] = {*(values.*member)};
                   },
                   [&](std::vector<std::string> cli::OptionValues::*member) {
                     if (!(values.*member).empty())
                       typed[std::string{option.name}] = values.*member;
                   },
                   [&](cli::ByName) {
                     const auto texts = invocation.options<cli::RunOptions>().texts_of(option.name);
                     if (!texts.empty())
                       typed[std::string{option.name}] = {texts.begin(), texts.end()};
                   },
               },
               option.store.member);
  return typed;
}

}  // namespace snug
