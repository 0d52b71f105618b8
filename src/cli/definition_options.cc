// The tables of options: those of run, shell and explain, and those of every command.
#include "cli/definition.h"

namespace snug {
namespace {

using R = RunOptions;
using C = CommonOptions;
using enum Complete;

constexpr std::string_view kWhat = "What runs";
constexpr std::string_view kEnvironment = "Environment";
constexpr std::string_view kFiles = "Files";
constexpr std::string_view kNetwork = "Network";
constexpr std::string_view kLimits = "Limits";
constexpr std::string_view kConfinement = "Identity and confinement";
constexpr std::string_view kShare = "Shared with the desktop";
constexpr std::string_view kOutput = "Output";

// Delete it from an option on the day when the option works.
constexpr bool kLater = true;

constexpr OptionDef kRun[] = {
    {"profile", 0, "PROFILE", "take the settings of a profile: a name, or the path of a file", kWhat, Profile,
     &R::profile,
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
    {"rm", 0, "", "remove the container at its end; true without --name", kWhat, Nothing, &R::rm},
    {"name", 0, "NAME", "keep the container under this name", kWhat, Nothing, &R::name, "", kLater},
    {"detach", 'd', "", "run in the background", kWhat, Nothing, &R::detach, "", kLater},
    {"init", 0, "", "accepted for docker's sake: there always is an init", kWhat, Nothing, &R::init},

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

    {"network", 0, "none|gate|full|host", "what the command can reach", kNetwork, Choice, &R::network,
     "none: a loopback of its own. gate: only the hosts of --allow, by name. full: everything, from a "
     "network "
     "of its own. host: your network as it is."},
    {"allow", 0, "HOST[:PORT]", "a host that the gate lets through", kNetwork, Nothing, &R::allow, "",
     kLater},
    {"publish", 'p', "[ADDRESS:]HOST:PORT[/udp]", "a port of the container on this machine", kNetwork,
     Nothing, &R::publish, "The address is 127.0.0.1 unless another is given.", kLater},

    {"memory", 'm', "SIZE", "most memory", kLimits, Nothing, &R::memory, "", kLater},
    {"memory-swap", 0, "SIZE", "most memory and swap together; needs --memory", kLimits, Nothing,
     &R::memory_swap, "As docker counts it: the same as --memory means no swap.", kLater},
    {"cpus", 0, "N", "most processors, with a fraction: 1.5", kLimits, Nothing, &R::cpus, "", kLater},
    {"pids-limit", 0, "N", "most processes and threads", kLimits, Nothing, &R::pids_limit, "", kLater},

    {"ids", 0, "single|range", "one user id inside, or 65536", kConfinement, Choice, &R::ids,
     "range needs newuidmap and a line of /etc/subuid."},
    {"fake-root", 0, "auto|on|off", "answer chown, setuid and mknod with success", kConfinement, Choice,
     &R::fake_root, "Package managers want it where there is one user id only."},
    {"seccomp", 0, "strict|default|dev|off", "which system calls are allowed", kConfinement, Choice,
     &R::seccomp, "dev also allows debuggers."},
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

// Docker's and bubblewrap's options that snug has under another name, or has not at all.
constexpr Elsewhere kOptionElsewhere[] = {
    {"net", "it is called --network"},
    {"bind", "it is called --volume SRC:DST"},
    {"ro-bind", "it is called --volume SRC:DST:ro"},
    {"dev-bind", "it is called --volume SRC:DST"},
    {"setenv", "it is called --env NAME=VALUE"},
    {"chdir", "it is called --workdir"},
    {"unshare-net", "nothing to do: without --network a sandbox has no network"},
    {"unshare-all", "nothing to do: a sandbox shares no namespace"},
    {"share-net", "it is called --network host"},
    {"privileged", "snug has no rights of the host's to give; --cap-add keeps single capabilities inside"},
    {"security-opt", "see --seccomp, and [security] in snug-profile(5)"},
    {"userns", "see --ids and --user"},
    {"gpus", "it is called --gpu"},
    {"ulimit", "see [limits] in snug-profile(5)"},
    {"device", "see --gpu, and --volume for device files that you may open"},
};

}  // namespace

std::span<const OptionDef> run_option_table() {
  return kRun;
}

std::span<const OptionDef> common_option_table() {
  return kCommon;
}

std::span<const Elsewhere> option_elsewhere() {
  return kOptionElsewhere;
}

}  // namespace snug
