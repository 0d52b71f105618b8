// What was typed, and nothing else. Filling this never touches the machine, so that --help and --version work
// everywhere.
#pragma once

#include <concepts>
#include <cstdlib>
#include <memory>
#include <string>
#include <typeinfo>
#include <utility>
#include <vector>

#include "cli/grammar/options.h"

namespace snug::cli {

struct CommandDef;

// The options of a command, in a struct that only the command knows.
class AnyOptions {
 public:
  template<std::derived_from<OptionValues> T>
  static AnyOptions make() {
    return AnyOptions{Pointer{new T, [](OptionValues* values) { delete static_cast<T*>(values); }},
                      typeid(T)};
  }

  // Aborts if the struct is not a T: the command's definition names another than its handler.
  template<std::derived_from<OptionValues> T>
  T& as() const {
    if (*type_ != typeid(T))
      std::abort();
    return static_cast<T&>(*values_);
  }

  OptionValues& values() const { return *values_; }

 private:
  using Pointer = std::unique_ptr<OptionValues, void (*)(OptionValues*)>;
  AnyOptions(Pointer values, const std::type_info& type) : values_{std::move(values)}, type_{&type} {}

  Pointer values_;
  const std::type_info* type_;
};

// The options of a command that has none of its own.
struct NoOptions : OptionValues {};

struct Invocation {
  const CommandDef* command{};  // nullptr: no command was typed
  CommonOptions common{};
  AnyOptions own{AnyOptions::make<NoOptions>()};
  std::vector<std::string>
      words{};               // what was typed besides options; of run, shell and explain see RunOptions
  ArgumentText arguments{};  // set by main, for init to wipe

  template<std::derived_from<OptionValues> T>
  const T& options() const {
    return own.as<T>();
  }
};

}  // namespace snug::cli
