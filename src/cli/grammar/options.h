// The options that several commands share, as they were typed: every value is still the text of the command
// line. Those of one command are a struct in the command's own file.
#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace snug::cli {

// The base of every struct of options, so that a table of options can name a member of any of them.
struct OptionValues {
  bool operator==(const OptionValues&) const = default;
};

// Options that every command takes, before or after its name.
struct CommonOptions : OptionValues {
  std::optional<bool> help{};
  std::optional<bool> version{};
  std::optional<bool> verbose{};
  std::optional<bool> quiet{};
  std::optional<bool> json{};
  std::optional<std::string> color{};  // auto | always | never
  bool operator==(const CommonOptions&) const = default;
};

// One option by its name, without the dashes.
struct TypedOption {
  std::string name{};
  std::vector<std::string> texts{};  // each time that it was typed; of a switch "true" or "false"
  bool operator==(const TypedOption&) const = default;
};

// Of run, shell and explain, and its limits of update. A switch that was not typed is absent, so that
// "--gpu=false" can close what a profile opens.
struct RunOptions : OptionValues {
  std::optional<std::string> profile{};
  std::optional<bool> interactive{};
  std::optional<bool> tty{};
  std::optional<bool> init{};

  std::optional<std::string> name{};
  bool name_made{};  // by snug, for a container in the background without one
  std::optional<bool> detach{};
  std::optional<bool> rm{};
  std::optional<std::string> detach_keys{};
  std::optional<bool> sig_proxy{};
  std::optional<std::string> restart{};  // no | on-failure[:N] | always
  std::optional<std::string> stop_signal{};
  std::optional<std::string> stop_timeout{};
  std::vector<std::string> log_opts{};  // KEY=VALUE

  std::optional<std::string> health_cmd{};
  std::optional<std::string> health_interval{};
  std::optional<std::string> health_timeout{};
  std::optional<std::string> health_start_period{};
  std::optional<std::string> health_retries{};
  std::optional<bool> no_healthcheck{};

  // The options that stand for keys of the profile (spec/schema.h), in the order in which they were first
  // typed.
  std::vector<TypedOption> keys{};

  std::optional<std::string> json_status_fd{};
  std::optional<bool> dry_run{};

  // shell only: without a command the user's own shell is wanted.
  bool shell{};
  // explain only: how are these paths seen inside?
  std::vector<std::string> paths{};

  // IMAGE, or nothing where the profile names it ("snug run [options] -- CMD…").
  std::optional<std::string> image{};
  // The payload's own words, exactly as typed.
  std::vector<std::string> command{};
  // explain only: `image` is one lone absolute path, or has the form of a host, and may ask about that as
  // well. Whoever may look at the disk decides: settle_explain_word().
  bool image_may_be_path{};
  bool operator==(const RunOptions&) const = default;

  // What was typed for an option of `keys`; empty where it was not.
  std::span<const std::string> texts_of(std::string_view option) const {
    const auto found = std::ranges::find(keys, option, &TypedOption::name);
    return found == keys.end() ? std::span<const std::string>{} : std::span{found->texts};
  }
};

// The text of the command line in this process's memory, as /proc/PID/cmdline shows it.
struct ArgumentText {
  char* start{};
  std::size_t size{};
  bool operator==(const ArgumentText&) const = default;
};

}  // namespace snug::cli
