// The options that several commands share, as they were typed: every value is still the text of the command
// line. Those of one command are a struct in the command's own file.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace snug {

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

// Of run, shell and explain, and its limits of update. A switch that was not typed is absent, so that
// "--gpu=false" can close what a profile opens.
struct RunOptions : OptionValues {
  std::optional<std::string> profile{};
  std::optional<bool> interactive{};
  std::optional<bool> tty{};
  std::optional<std::string> entrypoint{};
  std::optional<std::string> workdir{};
  std::optional<std::string> user{};
  std::optional<std::string> hostname{};
  std::optional<std::string> timeout{};
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
  std::vector<std::string> deny{};
  std::vector<std::string> publish{};
  std::vector<std::string> add_hosts{};
  std::vector<std::string> dns{};
  std::vector<std::string> dns_search{};
  std::vector<std::string> network_aliases{};

  std::optional<std::string> memory{};
  std::optional<std::string> memory_swap{};
  std::optional<std::string> cpus{};
  std::optional<std::string> memory_reservation{};
  std::optional<std::string> pids_limit{};
  std::optional<std::string> cpu_shares{};
  std::optional<std::string> cpuset{};
  std::optional<std::string> blkio_weight{};
  std::vector<std::string> device_read_bps{};
  std::vector<std::string> device_write_bps{};
  std::vector<std::string> device_read_iops{};
  std::vector<std::string> device_write_iops{};
  std::vector<std::string> ulimits{};

  std::optional<std::string> ids{};
  std::optional<std::string> fake_root{};
  std::optional<std::string> require{};
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
};

// The text of the command line in this process's memory, as /proc/PID/cmdline shows it.
struct ArgumentText {
  char* start{};
  std::size_t size{};
  bool operator==(const ArgumentText&) const = default;
};

}  // namespace snug
