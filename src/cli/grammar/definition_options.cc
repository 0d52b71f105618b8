// The tables of options: those of run, shell and explain, and those of every command.
#include "cli/grammar/definition.h"
#include "cli/grammar/definition_limits.h"
#include "spec/schema.h"

namespace snug::cli {
namespace {

using R = RunOptions;
using C = CommonOptions;

constexpr std::string_view kWhat = "What runs";
constexpr std::string_view kLife = "Life of the container";
constexpr std::string_view kHealth = "Health";
constexpr std::string_view kEnvironment = "Environment";
constexpr std::string_view kFiles = "Files";
constexpr std::string_view kNetwork = "Network";
using definition::kLimits;
constexpr std::string_view kConfinement = "Identity and confinement";
constexpr std::string_view kShare = "Shared with the desktop";
constexpr std::string_view kOutput = "Output";

// The option of a key of the profile: all that is said of it stands in its row there.
OptionDef of_key(std::string_view name, std::string_view group, Complete complete = Complete::Nothing) {
  const auto [key, flag] = spec::find_flag(name);
  if (!key)
    return {.name = name};
  const bool choice = flag->argument.find('|') != std::string_view::npos &&
                      flag->argument.find('[') == std::string_view::npos;
  return {.name = name,
          .letter = flag->letter,
          .argument = flag->argument,
          .help = flag->says,
          .group = group,
          .complete = choice ? Complete::Choice : complete,
          .store = ByName{flag->argument.empty() ? Kind::Flag
                          : key->is_list()       ? Kind::Repeated
                                                 : Kind::Value},
          .detail = flag->detail,
          .later = !key->unavailable.empty()};
}

// In the order of the help. Adding a key with an option: a line here.
std::vector<OptionDef> run_options() {
  using enum Complete;
  return {
      {"profile", 0, "PROFILE", "take the settings of a profile: a name, or the path of a file", kWhat,
       ProfileName, &R::profile,
       "A word with a slash in it is a file, any other a profile of yours or a shipped one (see snug profile "
       "ls). A project's snug.toml is used only where it is named: --profile ./snug.toml."},
      {"interactive", 'i', "", "keep standard input, as is the rule; --interactive=false closes it", kWhat,
       Nothing, &R::interactive},
      {"tty", 't', "", "give the command a terminal", kWhat, Nothing, &R::tty,
       "Without it, the command gets one for each of its standard streams that is one here."},
      of_key("workdir", kWhat),
      of_key("user", kWhat),
      of_key("entrypoint", kWhat),
      of_key("hostname", kWhat),
      of_key("timeout", kWhat),
      {"init", 0, "", "accepted for docker's sake: there always is an init", kWhat, Nothing, &R::init},

      {"name", 0, "NAME", "keep the container under this name", kLife, Nothing, &R::name,
       "Letters, digits, and after the first also _ . and -; at most 128. Its files stay until snug rm."},
      {"detach", 'd', "", "run in the background, and print the container's name", kLife, Nothing, &R::detach,
       "Returns when the command was executed, or with the error. Without --name a name is made up, and the "
       "container removed at its end."},
      {"rm", 0, "", "remove the container at its end; true without --name", kLife, Nothing, &R::rm},
      {"detach-keys", 0, "KEYS", "keys that let go of the container; ctrl-p,ctrl-q unless said", kLife,
       Nothing, &R::detach_keys,
       "A list of single letters and ctrl-LETTER, with commas between. See snug help detach."},
      {"sig-proxy", 0, "", "pass signals on, as is the rule; --sig-proxy=false keeps them", kLife, Nothing,
       &R::sig_proxy},
      {"restart", 0, "no|on-failure[:N]|always", "start it again when it ends; at most N times in a row",
       kLife, Nothing, &R::restart,
       "on-failure: only after a status that is not 0. What snug stop or snug kill ended stays ended. Over a "
       "start of the machine: snug generate systemd."},
      {"stop-signal", 0, "SIGNAL", "what snug stop sends first, by name or number; TERM unless said", kLife,
       Nothing, &R::stop_signal},
      {"stop-timeout", 0, "SECONDS", "seconds from then to the end by force; 10 unless said", kLife, Nothing,
       &R::stop_timeout},
      {"log-opt", 0, "KEY=VALUE", "bound the log: max-size=10M of one file, max-file=2 files", kLife, Nothing,
       &R::log_opts, "The oldest file is dropped when there are more."},

      {"health-cmd", 0, "COMMAND", "run this inside by /bin/sh -c, to see whether all is well", kHealth,
       Nothing, &R::health_cmd, "Status 0 is healthy. snug ps shows the answer."},
      {"health-interval", 0, "TIME", "time between two runs of it: 90s, 5m; 30s unless said", kHealth,
       Nothing, &R::health_interval},
      {"health-timeout", 0, "TIME", "a run that takes longer has failed; 30s unless said", kHealth, Nothing,
       &R::health_timeout},
      {"health-start-period", 0, "TIME", "failures do not count for so long after the start; 0s unless said",
       kHealth, Nothing, &R::health_start_period},
      {"health-retries", 0, "N", "failures in a row that make it unhealthy; 3 unless said", kHealth, Nothing,
       &R::health_retries},
      {"no-healthcheck", 0, "", "run no check, not even one of the image's", kHealth, Nothing,
       &R::no_healthcheck},

      of_key("env", kEnvironment),
      of_key("env-file", kEnvironment, File),

      of_key("volume", kFiles, File),
      of_key("mount", kFiles),
      of_key("tmpfs", kFiles),
      of_key("read-only", kFiles),
      of_key("writable", kFiles),
      of_key("size", kFiles),
      of_key("overlay", kFiles),

      of_key("network", kNetwork),
      of_key("allow", kNetwork),
      of_key("deny", kNetwork),
      of_key("publish", kNetwork),
      of_key("add-host", kNetwork),
      of_key("dns", kNetwork),
      of_key("dns-search", kNetwork),
      of_key("network-alias", kNetwork),

      of_key("memory", kLimits),
      of_key("memory-swap", kLimits),
      of_key("memory-reservation", kLimits),
      of_key("cpus", kLimits),
      of_key("cpu-shares", kLimits),
      of_key("cpuset-cpus", kLimits),
      of_key("pids-limit", kLimits),
      of_key("blkio-weight", kLimits),
      of_key("device-read-bps", kLimits),
      of_key("device-write-bps", kLimits),
      of_key("device-read-iops", kLimits),
      of_key("device-write-iops", kLimits),
      of_key("ulimit", kLimits),

      of_key("ids", kConfinement),
      of_key("fake-root", kConfinement),
      of_key("seccomp", kConfinement),
      of_key("require", kConfinement),
      of_key("cap-add", kConfinement),
      of_key("cap-drop", kConfinement),

      of_key("wayland", kShare),
      of_key("x11", kShare),
      of_key("audio", kShare),
      of_key("gpu", kShare),
      of_key("ssh-agent", kShare),

      {"dry-run", 0, "", "print the plan and do nothing; the same as snug explain", kOutput, Nothing,
       &R::dry_run},
      {"json-status-fd", 0, "FD", "write start and exit as JSON lines to this descriptor", kOutput, Nothing,
       &R::json_status_fd},
  };
}

constexpr OptionDef kCommon[] = {
    {"json", 0, "", "answer in JSON", kOutput, Complete::Nothing, &C::json},
    {"quiet", 'q', "", "say less; of listings, names only", kOutput, Complete::Nothing, &C::quiet},
    {"verbose", 0, "", "say more", kOutput, Complete::Nothing, &C::verbose},
    {"color", 0, "auto|always|never", "colours; auto asks the terminal and NO_COLOR", kOutput,
     Complete::Choice, &C::color},
    {"help", 0, "", "show this help", kOutput, Complete::Nothing, &C::help,
     "-h is --help too, except after run, shell and explain, where it is docker's --hostname."},
    {"version", 0, "", "show snug's version", kOutput, Complete::Nothing, &C::version},
};

}  // namespace

namespace definition {

const OptionDef kLimitOptions[] = {
    of_key("memory", kLimits),     of_key("memory-swap", kLimits),  of_key("memory-reservation", kLimits),
    of_key("cpus", kLimits),       of_key("cpu-shares", kLimits),   of_key("cpuset-cpus", kLimits),
    of_key("pids-limit", kLimits), of_key("blkio-weight", kLimits),
};

}  // namespace definition

std::span<const OptionDef> run_option_table() {
  static const std::vector<OptionDef> options = run_options();
  return options;
}

std::span<const OptionDef> common_option_table() {
  return kCommon;
}

}  // namespace snug::cli
