// What was typed, and nothing else: every value is still the text of the command line. Filling these never
// touches the machine, so that --help and --version work everywhere.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace snug {

enum class Command {
  None,  // no word at all
  Run,
  Shell,
  Explain,
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

// Shared by run, shell and explain. A switch that was not typed is absent, so that "--gpu=false" can close
// what a profile opens.
struct RunOptions {
  std::optional<std::string> profile{};
  std::optional<std::string> name{};
  std::optional<bool> rm{};
  std::optional<bool> detach{};
  std::optional<bool> interactive{};
  std::optional<bool> tty{};
  std::optional<std::string> entrypoint{};
  std::optional<std::string> workdir{};
  std::optional<std::string> user{};
  std::optional<std::string> hostname{};
  std::optional<std::string> timeout{};
  std::optional<bool> init{};

  std::vector<std::string> env{};
  std::vector<std::string> env_files{};

  std::vector<std::string> volumes{};
  std::vector<std::string> mounts{};
  std::vector<std::string> tmpfs{};
  std::optional<bool> read_only{};
  std::optional<std::string> overlay{};
  std::optional<std::string> writable{};
  std::optional<std::string> size{};

  std::optional<std::string> network{};
  std::vector<std::string> allow{};
  std::vector<std::string> publish{};

  std::optional<std::string> memory{};
  std::optional<std::string> memory_swap{};
  std::optional<std::string> cpus{};
  std::optional<std::string> pids_limit{};

  std::optional<std::string> ids{};
  std::optional<std::string> fake_root{};
  std::optional<std::string> seccomp{};
  std::vector<std::string> cap_add{};
  std::vector<std::string> cap_drop{};

  std::optional<bool> wayland{};
  std::optional<bool> x11{};
  std::optional<bool> audio{};
  std::optional<bool> gpu{};
  std::optional<bool> ssh_agent{};

  std::optional<std::string> json_status_fd{};
  std::optional<bool> dry_run{};

  // explain only: how are these paths seen inside?
  std::vector<std::string> paths{};

  // IMAGE, or nothing where the profile names it ("snug run [options] -- CMD…").
  std::optional<std::string> image{};
  // The payload's own words, exactly as typed.
  std::vector<std::string> command{};
  // explain only: `image` is one lone absolute path, which may ask about a path inside as well. Whoever may
  // look at the disk decides: settle_explain_word().
  bool image_may_be_path{};
  bool operator==(const RunOptions&) const = default;
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
  std::vector<std::string> words{};  // positionals of every other command
  ArgumentText arguments{};          // set by main, for init to wipe
  bool operator==(const Options&) const = default;
};

}  // namespace snug
