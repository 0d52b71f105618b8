#include "cli/grammar/definition.h"

#include <array>

#include "base/overloaded.h"
#include "base/text.h"
#include "cli/grammar/definition_containers.h"

namespace snug {
namespace {

constexpr OptionDef kExplainOptions[] = {
    {"path", 0, "PATH", "how is this path seen inside, and why?", "Question", Complete::File,
     &RunOptions::paths, "The rest of the plan is not printed."},
};

constexpr OptionDef kDoctorOptions[] = {
    {"apparmor", 0, "", "print the AppArmor profile that this binary needs, and nothing else", "Options",
     Complete::Nothing, &ContainerOptions::apparmor,
     "For Ubuntu 23.10 and later. It is bound to the path that this very binary has."},
};

constexpr CommandDef kCommands[] = {
    {Command::Run,
     "run",
     "run a command in a new container",
     "run [options] IMAGE [CMD...]\nrun [options] -- CMD...",
     "IMAGE is a directory with a root filesystem or an image.toml in it, the name of an image in the store, "
     "or\n"
     "host: this system's own programs, read-only. With \"--\" the image comes from the profile.\n"
     "Options end at the first word; everything after it is the command's.",
     "snug run host id\tthis system's programs, nothing of yours, no network\n"
     "snug run -v .:/work -w /work ./rootfs make\ta build over an image directory\n"
     "snug run -it --network host ./rootfs bash\ta shell that can install packages\n"
     "snug run --profile untrusted -- ./setup.sh\tthe image and the limits from a profile\n"
     "snug run -d --name web ./rootfs serve\tin the background, to be found by its name\n",
     Complete::Image,
     true,
     {},
     true},
    {Command::Shell,
     "shell",
     "open an interactive shell",
     "shell [options] [IMAGE]",
     "snug run with the user's own shell as the command, and a terminal where there is one. Everything\n"
     "written goes away at the end, unless --name keeps it: then a container of that name that runs is\n"
     "entered, and one that has ended is started again.",
     "snug shell host\ta shell that cannot touch your files\n"
     "snug shell --profile untrusted\tthis directory read-only, the strict filter\n"
     "snug shell -v .:/work:ro ./rootfs\tanother system around your files\n"
     "snug shell --name box debian-12\tone to come back to\n",
     Complete::Image,
     true,
     {},
     true},
    {Command::Explain, "explain", "show what run would do, and why",
     "explain [run options] [IMAGE [CMD...]]\nexplain [run options] -- CMD...\nexplain [run options] "
     "[--path] PATH\nexplain [run options] HOST[:PORT]",
     "Prints the very plan that snug run would carry out, each step with the profile line or option it "
     "comes\n"
     "from. With a PATH it says how that path is seen inside and why. One absolute path alone is taken for "
     "an\n"
     "image if it is a directory with a root filesystem or an image.toml in it, else for a PATH. One word\n"
     "alone that is no image of the store, and has a dot or a colon, is a HOST: can it be reached, and by\n"
     "which rule? All options stand before what is asked about.",
     "snug explain host id\tthe plan of snug run host id\n"
     "snug explain --json --profile untrusted -- id\tthe same for a program to read\n"
     "snug explain --path /etc/passwd ./rootfs\twhere does this file come from?\n"
     "snug explain --profile untrusted /home\tand why is this one empty?\n"
     "snug explain --network gate --allow @pypi pypi.org\twould the gate let this through?\n",
     Complete::Image, true, kExplainOptions, true},
    {Command::ProfileLs,
     "profile ls",
     "list the profiles",
     "profile ls [options]",
     "Shipped profiles and your own in $XDG_CONFIG_HOME/snug/profiles (~/.config/snug/profiles). One of "
     "yours\n"
     "hides a shipped one of the same name.",
     "snug profile ls\tname, kind and description\n"
     "snug profile ls -q\tnames only\n",
     Complete::Nothing,
     false,
     {}},
    {Command::ProfileShow,
     "profile show",
     "show a profile with all it extends",
     "profile show [options] PROFILE",
     "Prints the settings that the profile comes to, each with the file and line it comes from.",
     "snug profile show dev\twhat does dev open?\n"
     "snug profile show --json ./snug.toml\tthe same for a program to read\n",
     Complete::Profile,
     false,
     {}},
    {Command::ProfileCheck,
     "profile check",
     "check profile files for mistakes",
     "profile check [options] PROFILE...",
     "Reads each profile with all it extends and reports the first mistake with its file, line and column.\n"
     "The exit status is 0 if there was none, else 125.",
     "snug profile check ./snug.toml\tis this a good profile?\n",
     Complete::Profile,
     false,
     {}},
    {Command::ImageLs,
     "image ls",
     "list the images in the store",
     "image ls [options]",
     "Names that snug run takes besides directories: host, and what is in $XDG_DATA_HOME/snug/images\n"
     "(~/.local/share/snug/images).",
     "snug image ls\tname, kind and place\n"
     "snug image ls -q\tnames only\n",
     Complete::Nothing,
     false,
     {}},
    {Command::Doctor, "doctor", "say what works on this machine, and how to mend what does not",
     "doctor [options]",
     "Tries what a run needs and each way into a network, and says of each whether it is ok, degraded or\n"
     "broken, what that means, why, and who can mend it with which command. Leaves nothing behind. The exit\n"
     "status is 0 if all is well, 1 if something is not, 2 if no sandbox can be made. --verbose explains\n"
     "what is ok as well.",
     "snug doctor\tone line for each check\n"
     "snug doctor --json\tthe same for a program to read\n"
     "snug doctor --apparmor | sudo tee /etc/apparmor.d/snug\tallow this binary its namespaces\n",
     Complete::Nothing, false, kDoctorOptions},
    {Command::Completion,
     "completion",
     "print a completion script",
     "completion bash|zsh|fish",
     "",
     "source <(snug completion bash)\tfor this shell\n"
     "snug completion fish > ~/.config/fish/completions/snug.fish\tfor good\n",
     Complete::Shell,
     false,
     {}},
    {Command::Help,
     "help",
     "explain a command, an option or a topic",
     "help [COMMAND|TOPIC|--OPTION]",
     "",
     "snug help run\tthe command\n"
     "snug help status\tthe exit statuses\n"
     "snug help --volume\tone option\n",
     Complete::Topic,
     false,
     {}},
    {Command::Version,
     "version",
     "show snug's version",
     "version [options]",
     "With --json also the commit and how it was built, the versions of the libraries in it, and what this\n"
     "kernel has of what snug uses, by a look alone. snug doctor tries it.",
     "snug version --json\tfor a bug report\n",
     Complete::Nothing,
     false,
     {}},
};

// One table for all who ask, put together when snug is built.
constexpr auto kAllCommands = [] {
  std::array<CommandDef, std::size(kCommands) + std::size(definition::kContainerCommands)> all{};
  // After run, shell and explain, before those about profiles and images.
  constexpr std::size_t kFirst = 3;
  auto to = std::copy(std::begin(kCommands), std::begin(kCommands) + kFirst, all.begin());
  to = std::ranges::copy(definition::kContainerCommands, to).out;
  std::copy(std::begin(kCommands) + kFirst, std::end(kCommands), to);
  return all;
}();

}  // namespace

Kind kind_of(const OptionDef& option) {
  return std::visit(overloaded{
                        [](std::optional<bool> RunOptions::*) { return Kind::Flag; },
                        [](std::optional<bool> ContainerOptions::*) { return Kind::Flag; },
                        [](std::optional<bool> CommonOptions::*) { return Kind::Flag; },
                        [](std::optional<std::string> RunOptions::*) { return Kind::Value; },
                        [](std::optional<std::string> ContainerOptions::*) { return Kind::Value; },
                        [](std::optional<std::string> CommonOptions::*) { return Kind::Value; },
                        [](std::vector<std::string> RunOptions::*) { return Kind::Repeated; },
                        [](std::vector<std::string> ContainerOptions::*) { return Kind::Repeated; },
                    },
                    option.store);
}

std::span<const CommandDef> command_table() {
  return kAllCommands;
}

const CommandDef* find_command(std::string_view name) {
  const auto found = std::ranges::find(kAllCommands, name, &CommandDef::name);
  return found == kAllCommands.end() ? nullptr : &*found;
}

const CommandDef& command_def(Command id) {
  return *std::ranges::find(kAllCommands, id, &CommandDef::id);
}

const TopicDef* find_topic(std::string_view name) {
  const auto topics = topic_table();
  const auto found = std::ranges::find(topics, name, &TopicDef::name);
  return found == topics.end() ? nullptr : &*found;
}

std::vector<const OptionDef*> options_of(const CommandDef& command) {
  std::vector<const OptionDef*> options;
  const auto add = [&](std::span<const OptionDef> table) {
    for (const OptionDef& option : table) options.push_back(&option);
  };
  add(command.own);
  if (command.takes_run_options)
    add(run_option_table());
  add(common_option_table());
  return options;
}

std::vector<const OptionDef*> offered_options_of(const CommandDef& command) {
  auto options = options_of(command);
  std::erase_if(options, [](const OptionDef* option) { return option->later; });
  return options;
}

std::vector<std::string_view> command_families() {
  std::vector<std::string_view> families;
  for (const CommandDef& command : kAllCommands) {
    const std::size_t space = command.name.find(' ');
    const std::string_view family = command.name.substr(0, space);
    if (space != std::string_view::npos && std::ranges::find(families, family) == families.end())
      families.push_back(family);
  }
  return families;
}

std::vector<std::string_view> choices_of(const OptionDef& option) {
  return option.complete == Complete::Choice ? split(option.argument, '|') : std::vector<std::string_view>{};
}

}  // namespace snug
