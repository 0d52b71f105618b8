// What `snug help TOPIC` knows besides the commands.
#include "cli/definition.h"

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
     "  XDG_DATA_HOME     images and what containers write: snug in it (default ~/.local/share)\n"
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
