// The tables of options: those of run, shell and explain, and those of every command.
#include "cli/grammar/definition.h"
#include "cli/grammar/definition_limits.h"

namespace snug {
namespace {

using R = RunOptions;
using C = CommonOptions;
using enum Complete;

constexpr std::string_view kWhat = "What runs";
constexpr std::string_view kLife = "Life of the container";
constexpr std::string_view kHealth = "Health";
constexpr std::string_view kEnvironment = "Environment";
constexpr std::string_view kFiles = "Files";
constexpr std::string_view kNetwork = "Network";
using definition::kLimitOptions;
using definition::kLimits;
constexpr std::string_view kConfinement = "Identity and confinement";
constexpr std::string_view kShare = "Shared with the desktop";
constexpr std::string_view kOutput = "Output";

// Delete it from an option on the day when the option works.
constexpr bool kLater = true;

constexpr OptionDef kRun[] = {
    {"profile", 0, "PROFILE", "take the settings of a profile: a name, or the path of a file", kWhat,
     ProfileName, &R::profile,
     "A word with a slash in it is a file, any other a profile of yours or a shipped one (see snug profile "
     "ls). A project's snug.toml is used only where it is named: --profile ./snug.toml."},
    {"interactive", 'i', "", "keep standard input, as is the rule; --interactive=false closes it", kWhat,
     Nothing, &R::interactive},
    {"tty", 't', "", "give the command a terminal", kWhat, Nothing, &R::tty,
     "Without it, the command gets one for each of its standard streams that is one here."},
    {"workdir", 'w', "DIR", "working directory inside", kWhat, Nothing, &R::workdir},
    {"user", 'u', "USER[:GROUP]", "run as this user of the image, by name or number", kWhat, Nothing,
     &R::user,
     "auto is the image's user, or root; on the host image it is you. self is you, root is user 0."},
    {"entrypoint", 0, "PROGRAM", "run this instead of the image's entrypoint and command", kWhat, Nothing,
     &R::entrypoint, "An empty value drops the image's entrypoint."},
    {"hostname", 'h', "NAME", "host name inside", kWhat, Nothing, &R::hostname},
    {"timeout", 0, "TIME", "end the command after 90, 90s, 10m, 1h30m; by force 5 s later", kWhat, Nothing,
     &R::timeout},
    {"init", 0, "", "accepted for docker's sake: there always is an init", kWhat, Nothing, &R::init},

    {"name", 0, "NAME", "keep the container under this name", kLife, Nothing, &R::name,
     "Letters, digits, and after the first also _ . and -; at most 128. Its files stay until snug rm."},
    {"detach", 'd', "", "run in the background, and print the container's name", kLife, Nothing, &R::detach,
     "Returns when the command was executed, or with the error. Without --name a name is made up, and the "
     "container removed at its end."},
    {"rm", 0, "", "remove the container at its end; true without --name", kLife, Nothing, &R::rm},
    {"detach-keys", 0, "KEYS", "keys that let go of the container; ctrl-p,ctrl-q unless said", kLife, Nothing,
     &R::detach_keys, "A list of single letters and ctrl-LETTER, with commas between. See snug help detach."},
    {"sig-proxy", 0, "", "pass signals on, as is the rule; --sig-proxy=false keeps them", kLife, Nothing,
     &R::sig_proxy},
    {"restart", 0, "no|on-failure[:N]|always", "start it again when it ends; at most N times in a row", kLife,
     Nothing, &R::restart,
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
    {"health-interval", 0, "TIME", "time between two runs of it: 90s, 5m; 30s unless said", kHealth, Nothing,
     &R::health_interval},
    {"health-timeout", 0, "TIME", "a run that takes longer has failed; 30s unless said", kHealth, Nothing,
     &R::health_timeout},
    {"health-start-period", 0, "TIME", "failures do not count for so long after the start; 0s unless said",
     kHealth, Nothing, &R::health_start_period},
    {"health-retries", 0, "N", "failures in a row that make it unhealthy; 3 unless said", kHealth, Nothing,
     &R::health_retries},
    {"no-healthcheck", 0, "", "run no check, not even one of the image's", kHealth, Nothing,
     &R::no_healthcheck},

    {"env", 'e', "NAME[=VALUE]", "set a variable, or take it from your environment", kEnvironment, Nothing,
     &R::env, "Nothing else of your environment reaches the command, except what a profile passes."},
    {"env-file", 0, "FILE", "set the variables of a file, one NAME=VALUE or NAME a line", kEnvironment, File,
     &R::env_files, "Variables given by --env win over those of files."},

    {"volume", 'v', "SRC:DST[:ro|rw]", "a host file or directory inside; writable unless ro", kFiles, File,
     &R::volumes,
     "A relative SRC is relative to your working directory, and starts with ./ or ../. It must be there."},
    {"mount", 0, "KEY=VALUE,...", "docker's long form: type=bind|tmpfs,source=,target=,readonly", kFiles,
     Nothing, &R::mounts},
    {"tmpfs", 0, "DST[:OPTIONS]", "an empty directory in memory: size=, mode=, ro", kFiles, Nothing,
     &R::tmpfs},
    {"read-only", 0, "", "a root filesystem that cannot be written", kFiles, Nothing, &R::read_only,
     "Volumes and tmpfs mounts stay as they are."},
    {"writable", 0, "auto|tmpfs|disk|none", "where the throwaway layer lives", kFiles, Choice, &R::writable},
    {"size", 0, "SIZE", "bound of the throwaway layer: 512M, 2G", kFiles, Nothing, &R::size},
    {"overlay", 0, "auto|native|fuse", "what puts the throwaway layer over the image", kFiles, Choice,
     &R::overlay,
     "native is the kernel's overlay, fuse is fuse-overlayfs. auto takes native where a trial mount works."},

    {"network", 0, "none|gate|full|host|container:NAME", "what the command can reach", kNetwork, Choice,
     &R::network,
     "none: a loopback of its own. gate: only the hosts of --allow, by name. full: everything but "
     "this machine's loopback, from a network of its own, by pasta or slirp4netns. host: your network as it "
     "is; "
     "refused with the strict filter. container:NAME: that of a container that runs, with its "
     "loopback and "
     "its ports; the two then have one user id in common, too."},
    {"allow", 0, "HOST[:PORT]", "a host that the gate lets through", kNetwork, Nothing, &R::allow,
     "example.org, *.example.org:80, host:5432 for a service of this machine, @pypi for a set of hosts; port "
     "443 "
     "where none is named. ,private behind it allows addresses of private networks, ,tls=off what is not "
     "TLS."},
    {"deny", 0, "HOST[:PORT]", "a host that it does not let through", kNetwork, Nothing, &R::deny,
     "Whatever --allow says; every port where none is named."},
    {"publish", 'p', "[[ADDRESS:]HOST:]PORT[/udp]", "a port of the container on this machine", kNetwork,
     Nothing, &R::publish,
     "The address is 127.0.0.1 unless another is given; a range is 8000-8010:80-90. Without HOST, or with 0, "
     "a free port is "
     "taken: snug port tells which."},
    {"add-host", 0, "NAME:ADDRESS", "a line of /etc/hosts inside", kNetwork, Nothing, &R::add_hosts,
     "NAME=ADDRESS does as well; an IPv6 address may be in brackets."},
    {"dns", 0, "ADDRESS", "a name server, in the place of this machine's", kNetwork, Nothing, &R::dns,
     "With --network host or full: nothing else could ask it."},
    {"dns-search", 0, "DOMAIN", "look names up in this domain too, in the place of this machine's", kNetwork,
     Nothing, &R::dns_search},
    {"network-alias", 0, "NAME", "a further name of the container, in its own /etc/hosts", kNetwork, Nothing,
     &R::network_aliases},

    // Spelled out, since arrays cannot be spliced: of `snug update`, too.
    kLimitOptions[0],
    kLimitOptions[1],
    kLimitOptions[2],
    kLimitOptions[3],
    kLimitOptions[4],
    kLimitOptions[5],
    kLimitOptions[6],
    kLimitOptions[7],
    {"device-read-bps", 0, "DEVICE:SIZE", "most bytes a second read from a block device", kLimits, Nothing,
     &R::device_read_bps},
    {"device-write-bps", 0, "DEVICE:SIZE", "most bytes a second written to a block device", kLimits, Nothing,
     &R::device_write_bps},
    {"device-read-iops", 0, "DEVICE:N", "most reads a second from a block device", kLimits, Nothing,
     &R::device_read_iops},
    {"device-write-iops", 0, "DEVICE:N", "most writes a second to a block device", kLimits, Nothing,
     &R::device_write_iops},
    {"ulimit", 0, "NAME=SOFT[:HARD]", "a limit of each process, such as nofile, nproc or fsize", kLimits,
     Nothing, &R::ulimits, "As getrlimit(2) has them, in its units; -1 is none."},

    {"ids", 0, "single|range", "one user id inside, or 65536", kConfinement, Choice, &R::ids,
     "range needs newuidmap and a line of /etc/subuid."},
    {"fake-root", 0, "auto|on|off", "answer chown, setuid and mknod with success", kConfinement, Choice,
     &R::fake_root, "Package managers want it where there is one user id only."},
    {"seccomp", 0, "strict|default|dev|off", "which system calls are allowed", kConfinement, Choice,
     &R::seccomp, "dev also allows debuggers."},
    {"require", 0, "full|no-proc", "the least isolation that a run may have", kConfinement, Choice,
     &R::require,
     "no-proc: where the kernel gives no /proc or /sys of the sandbox's own, as in most containers, the "
     "outer ones are "
     "shown, read-only: the processes out there and their command lines are then seen."},
    {"cap-add", 0, "CAP", "keep a capability, or ALL, inside the sandbox", kConfinement, Nothing,
     &R::cap_add},
    {"cap-drop", 0, "CAP", "drop a capability, or ALL", kConfinement, Nothing, &R::cap_drop},

    {"wayland", 0, "", "share the Wayland socket", kShare, Nothing, &R::wayland, "", kLater},
    {"x11", 0, "", "share the X11 display", kShare, Nothing, &R::x11, "", kLater},
    {"audio", 0, "", "share the sound server", kShare, Nothing, &R::audio, "", kLater},
    {"gpu", 0, "", "share the graphics devices", kShare, Nothing, &R::gpu, "", kLater},
    {"ssh-agent", 0, "", "share the ssh agent's socket", kShare, Nothing, &R::ssh_agent, "", kLater},

    {"dry-run", 0, "", "print the plan and do nothing; the same as snug explain", kOutput, Nothing,
     &R::dry_run},
    {"json-status-fd", 0, "FD", "write start and exit as JSON lines to this descriptor", kOutput, Nothing,
     &R::json_status_fd},
};

constexpr OptionDef kCommon[] = {
    {"json", 0, "", "answer in JSON", kOutput, Nothing, &C::json},
    {"quiet", 'q', "", "say less; of listings, names only", kOutput, Nothing, &C::quiet},
    {"verbose", 0, "", "say more", kOutput, Nothing, &C::verbose},
    {"color", 0, "auto|always|never", "colours; auto asks the terminal and NO_COLOR", kOutput, Choice,
     &C::color},
    {"help", 0, "", "show this help", kOutput, Nothing, &C::help,
     "-h is --help too, except after run, shell and explain, where it is docker's --hostname."},
    {"version", 0, "", "show snug's version", kOutput, Nothing, &C::version},
};

}  // namespace

std::span<const OptionDef> run_option_table() {
  return kRun;
}

std::span<const OptionDef> common_option_table() {
  return kCommon;
}

}  // namespace snug
