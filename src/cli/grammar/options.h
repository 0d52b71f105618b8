// What was typed, and nothing else: every value is still the text of the command line. Filling these never
// touches the machine, so that --help and --version work everywhere.
#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace snug {

enum class Command {
  None,  // no word at all
  Run,
  Shell,
  Explain,
  Start,
  Stop,
  Kill,
  Restart,
  Wait,
  Rm,
  Rename,
  Prune,
  Exec,
  Attach,
  Ps,
  Inspect,
  Logs,
  Top,
  Stats,
  Update,
  Allow,
  Cp,
  Port,
  Diff,
  Commit,
  Export,
  Check,
  Doctor,
  GenerateSystemd,
  ProfileLs,
  ProfileShow,
  ProfileCheck,
  ImageLs,
  Completion,
  Help,
  Version,
};

// Options that every command takes, before or after its name.
struct CommonOptions {
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

// Shared by run, shell and explain. A switch that was not typed is absent, so that "--gpu=false" can close
// what a profile opens.
struct RunOptions {
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

// Of the commands for containers that are there: each takes some of these. Their names are in Options::words.
struct ContainerOptions {
  std::optional<bool> all{};
  std::optional<bool> force{};
  std::optional<bool> follow{};
  std::optional<bool> timestamps{};
  std::optional<bool> network{};  // logs only
  std::optional<bool> no_trunc{};
  std::optional<bool> no_stream{};
  std::optional<bool> attach{};
  std::optional<bool> interactive{};
  std::optional<bool> tty{};
  std::optional<bool> detach{};
  std::optional<bool> no_stdin{};
  std::optional<bool> sig_proxy{};
  std::optional<bool> follow_link{};
  std::optional<bool> archive{};
  std::optional<bool> apparmor{};  // doctor only

  std::optional<std::string> time{};  // seconds
  std::optional<std::string> signal{};
  std::optional<std::string> since{};
  std::optional<std::string> until{};
  std::optional<std::string> tail{};
  std::optional<std::string> workdir{};
  std::optional<std::string> user{};
  std::optional<std::string> detach_keys{};
  std::optional<std::string> message{};
  std::optional<std::string> author{};
  std::optional<std::string> output{};

  std::vector<std::string> filter{};
  std::vector<std::string> env{};
  std::vector<std::string> env_files{};
  std::vector<std::string> change{};

  // exec only: what runs inside, exactly as typed.
  std::vector<std::string> command{};
  bool operator==(const ContainerOptions&) const = default;
};

// The text of the command line in this process's memory, as /proc/PID/cmdline shows it.
struct ArgumentText {
  char* start{};
  std::size_t size{};
  bool operator==(const ArgumentText&) const = default;
};

struct Options {
  Command command{Command::None};
  CommonOptions common{};
  RunOptions run{};
  ContainerOptions container{};
  std::vector<std::string> words{};  // positionals of every other command; of exec only NAME
  ArgumentText arguments{};          // set by main, for init to wipe
  bool operator==(const Options&) const = default;
};

}  // namespace snug
