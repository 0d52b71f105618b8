// What `snug help TOPIC` knows besides the commands.
#include "cli/grammar/definition.h"

namespace snug {
namespace {

constexpr TopicDef kTopics[] = {
    {"status", "exit statuses",
     "  0-124  the command's own; 124 also says that the time of --timeout was up\n"
     "  125    snug itself failed; the sentence on standard error says why\n"
     "  126    the command was found and could not be executed\n"
     "  127    the command was not found in the image\n"
     "  128+n  the command died of signal n\n"
     "A command may exit with 125 to 127 of its own; --json-status-fd tells the two apart.\n"},
    {"images", "what IMAGE may be",
     "  host         this system's /usr, /bin, /sbin, /lib*, /opt and parts of /etc, read-only\n"
     "  ./rootfs     a directory (the word has a slash in it) with a root filesystem in it\n"
     "  ./stack      a directory with an image.toml in it:\n"
     "                 layers = [\"base\", \"extra\"]     directories or other images, bottom first\n"
     "                 [config]\n"
     "                 command = [\"bash\"]             also entrypoint, env, workdir, user, ports, labels\n"
     "  NAME         a directory of that name in $XDG_DATA_HOME/snug/images; snug image ls lists them\n"
     "An image is never changed by a run.\n"},
    {"containers", "the life of a container",
     "  snug run IMAGE CMD                  throwaway: gone with all it has written when CMD ends\n"
     "  snug run --name box -it IMAGE sh    kept: its files stay under the name\n"
     "  snug run -d --name web IMAGE serve  kept, and in the background; logs, exec, attach reach it\n"
     "  snug run -d IMAGE job               in the background under a name made up, and gone at its end\n"
     "\n"
     "  snug ps -a                          which are there, and how are they?\n"
     "  snug logs -f web                    what it writes\n"
     "  snug exec -it web sh                one more command inside; snug attach web: its own\n"
     "  snug cp web:/etc/site.conf .        files, in and out\n"
     "  snug stop web; snug start web       its files stay, what was in memory does not\n"
     "  snug diff web                       what has it changed in its image?\n"
     "  snug commit web web-2               a new image of it\n"
     "  snug rm web; snug prune             gone; every one that does not run\n"
     "\n"
     "A kept container is a directory, $XDG_DATA_HOME/snug/containers/NAME (~/.local/share/snug/...): how "
     "it\n"
     "was made, its log, and in root/upper/ the files that it has changed. There is no daemon: each running\n"
     "container has one small process of snug's beside it. What --restart starts again it does as long as\n"
     "that process lives; over a start of the machine a unit does it, see snug generate systemd.\n"
     "Settings are those of the day on which it was made: a profile that changes later changes none.\n"
     "snug check says whether the store is sound.\n"},
    {"detach", "leaving a container that runs on",
     "In a terminal of snug attach, snug start -ai, snug exec -it, or snug run -it --name NAME, the detach\n"
     "keys give you your own shell back, and what runs inside runs on. They are ctrl-p ctrl-q, one after "
     "the\n"
     "other; snug attach NAME comes back.\n"
     "\n"
     "--detach-keys sets others, as a list with commas between:\n"
     "  a            a single character\n"
     "  ctrl-X       X is a letter, or one of @ [ \\ ] ^ _\n"
     "so that --detach-keys ctrl-x,d is ctrl-x, then d. The first key waits for the second: a program that\n"
     "wants ctrl-p at once, an editor for one, is served by other keys. An empty list switches them off.\n"
     "Without a terminal there are no detach keys. A signal that ends snug attach ends nothing inside with\n"
     "--sig-proxy=false; else it is passed on.\n"},
    {"profiles", "where settings come from",
     "A profile is a TOML file; snug-profile(5) describes its keys. Layers, later wins:\n"
     "  1  the built-in base: nothing is shared\n"
     "  2  a shipped or user profile, with all it extends\n"
     "  3  a project's snug.toml, where it is named: --profile ./snug.toml\n"
     "  4  options\n"
     "snug profile ls lists them, snug profile show NAME shows what one comes to, and snug explain says of\n"
     "every step where it comes from.\n"},
    {"environment", "variables that snug reads",
     "  XDG_CONFIG_HOME   your profiles: snug/profiles in it (default ~/.config)\n"
     "  XDG_DATA_HOME     images and containers: snug in it (default ~/.local/share)\n"
     "  XDG_RUNTIME_DIR   sockets of running containers: snug in it (default: a directory of yours in /tmp)\n"
     "  NO_COLOR          not empty: no colours\n"
     "  CLICOLOR_FORCE    not 0: colours even in a pipe\n"
     "  TERM              dumb: no colours\n"
     "None of your variables reaches the command, unless --env or the profile's env.pass names it.\n"},
};

}  // namespace

std::span<const TopicDef> topic_table() {
  return kTopics;
}

}  // namespace snug
