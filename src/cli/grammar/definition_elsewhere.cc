// Hints for whoever types a word of docker, of another sandbox or of a later version. The hints about options
// of one command stand with the command.
#include "cli/grammar/definition.h"

namespace snug::cli {
namespace {

// Commands of docker and of later versions. Each gets a sentence, and no help lists them.
constexpr Elsewhere kCommandElsewhere[] = {
    {"try", ""},
    {"apply", ""},
    {"discard", ""},
    {"undo", ""},
    {"trust", ""},
    {"pull", ""},
    {"push", ""},
    {"build", ""},
    {"tag", ""},
    {"import", ""},
    {"rmi", ""},
    {"login", ""},
    {"network", ""},
    {"profile learn", ""},
    {"image inspect", ""},
    {"image rm", ""},
    {"image import", ""},
    {"image export", ""},
    {"image pull", ""},
    {"image push", ""},
    {"image tag", ""},
    {"image build", ""},
    {"image prune", ""},
    {"images", "it is called snug image ls"},
    {"profiles", "it is called snug profile ls"},
    {"list", "snug ps, snug image ls and snug profile ls list what there is"},
    {"ls", "snug ps, snug image ls and snug profile ls list what there is"},
    {"image list", "it is called snug image ls"},
    {"profile list", "it is called snug profile ls"},
    {"profile inspect", "it is called snug profile show"},
    {"profile validate", "it is called snug profile check"},
    {"create", "snug run -d --name NAME makes a container and starts it"},
    {"enter", "snug shell --name NAME enters a container; snug exec -it NAME sh, too"},
    {"remove", "it is called snug rm"},
    {"delete", "it is called snug rm"},
    {"events", "snug wait NAME waits for a container's end; snug logs -f NAME shows what it writes"},
    {"pause", "nothing pauses a container: snug stop ends it, and snug start goes on with its files"},
    {"unpause", "nothing pauses a container: snug stop ends it, and snug start goes on with its files"},
    {"save", "snug export writes a container's files"},
    // Docker's long forms. Every other "container X" is told of snug X, see parse.cc.
    {"container", "its commands stand alone: snug ps, snug rm, snug logs, ..."},
    {"container ls", "it is called snug ps"},
    {"container list", "it is called snug ps"},
    {"container create", "snug run -d --name NAME makes a container and starts it"},
    {"container enter", "snug shell --name NAME enters a container; snug exec -it NAME sh, too"},
    {"container pause",
     "nothing pauses a container: snug stop ends it, and snug start goes on with its files"},
    {"system prune", "snug prune removes every container that does not run"},
    {"generate unit", "it is called snug generate systemd"},
    {"volume", "-v of snug run puts a directory inside"},
};

// Options of docker and bubblewrap that snug's run has under another name, or not at all.
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
    {"label", "snug keeps no labels; --name is what a container is found by"},
    {"log-driver", "the log is always kept with the container; --log-opt bounds it"},
    {"cidfile", "--name gives a container the name that you want"},
    {"device", "see --gpu, and --volume for device files that you may open"},
};

}  // namespace

std::span<const Elsewhere> command_elsewhere() {
  return kCommandElsewhere;
}

std::span<const Elsewhere> run_option_elsewhere() {
  return kOptionElsewhere;
}

}  // namespace snug::cli
