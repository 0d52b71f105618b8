// The commands for containers that are there. A part of the one table of commands, cut out for its length:
// only definition.cc includes it.
#pragma once

#include "cli/grammar/definition_container_options.h"
#include "cli/grammar/definition_limits.h"

namespace snug::definition {

constexpr std::string_view kContainers = "Containers";

constexpr CommandDef kContainerCommands[] = {
    {.id = Command::Exec,
     .name = "exec",
     .summary = "run one more command in a running container",
     .usage = "exec [options] NAME CMD...",
     .text =
         "CMD gets what the container's own command has: its namespaces, limits, filters and environment.\n"
         "Its exit status becomes snug's. Options end at NAME; everything after it is the command's.",
     .examples = "snug exec web cat /etc/os-release\tone command\n"
                 "snug exec -it web sh\ta shell beside what runs\n"
                 "snug exec -e LEVEL=9 -w /srv web ./pack\twith a variable, in a directory\n",
     .positional = Container,
     .own = kExec,
     .ends_at_word = true,
     .group = kContainers},
    {.id = Command::Attach,
     .name = "attach",
     .summary = "connect this terminal to a running container",
     .usage = "attach [options] NAME",
     .text = "What its command writes from now on is shown here, what you type goes to it if it was started "
             "with\n"
             "-i. The exit status is the container's. The detach keys let go of it, and it runs on.",
     .examples = "snug attach web\tctrl-p ctrl-q leaves it running\n"
                 "snug attach --no-stdin --sig-proxy=false web\tonly look; ctrl-c ends the look\n",
     .positional = Container,
     .own = kAttach,
     .group = kContainers},
    {.id = Command::Start,
     .name = "start",
     .summary = "start containers that have ended",
     .usage = "start [options] NAME...",
     .text =
         "Each runs as it was made: the same image, command, mounts and limits, over the files that it "
         "left.\n"
         "Returns when its command was executed, and prints its name; with --attach when the command ends.",
     .examples = "snug start web\tin the background\n"
                 "snug start -ai box\ta shell that had ended, in this terminal\n",
     .positional = Container,
     .own = kStart,
     .group = kContainers},
    {.id = Command::Stop,
     .name = "stop",
     .summary = "end containers: by a signal, then by force",
     .usage = "stop [options] NAME...",
     .text =
         "Sends the stop signal, and ends what is still there after the stop time. One that does not run is\n"
         "as it should be. A stopped container keeps its files; snug start runs it again.",
     .examples = "snug stop web\tTERM, and by force after 10 seconds\n"
                 "snug stop -t 60 -s QUIT web db\ttwo at once, with more patience\n",
     .positional = Container,
     .own = kStop,
     .group = kContainers},
    {.id = Command::Restart,
     .name = "restart",
     .summary = "stop containers and start them again",
     .usage = "restart [options] NAME...",
     .text = "One that does not run is started.",
     .examples = "snug restart web\tas snug stop and snug start do\n",
     .positional = Container,
     .own = kRestart,
     .group = kContainers},
    {.id = Command::Kill,
     .name = "kill",
     .summary = "send a signal to the command of containers",
     .usage = "kill [options] NAME...",
     .text = "KILL ends all that runs inside. A container that is killed is not restarted by --restart.",
     .examples = "snug kill web\tat once\n"
                 "snug kill -s HUP web\tread your configuration again\n",
     .positional = Container,
     .own = kKill,
     .group = kContainers},
    {.id = Command::Wait,
     .name = "wait",
     .summary = "wait until containers end, and print their statuses",
     .usage = "wait [options] NAME...",
     .text = "One exit status a line, in the order of the names. One that does not run has ended already.",
     .examples = "snug wait job\tprints 0 if all went well\n",
     .positional = Container,
     .group = kContainers},
    {.id = Command::Ps,
     .name = "ps",
     .summary = "list containers",
     .usage = "ps [options]",
     .text = "Those that run, or with --all every one, with image, command, status, age and ports.",
     .examples = "snug ps -a\tthose that have ended, too\n"
                 "snug ps -a -q\tnames only\n"
                 "snug ps -a --filter status=exited --json\tfor a program to read\n",
     .positional = Nothing,
     .own = kPs,
     .group = kContainers},
    {.id = Command::Inspect,
     .name = "inspect",
     .summary = "show all that is known of containers, as JSON",
     .usage = "inspect [options] NAME...",
     .text = "How it was made, with every mount, limit and variable, and how it is.",
     .examples = "snug inspect web\tan array of one\n",
     .positional = Container,
     .group = kContainers},
    {.id = Command::Logs,
     .name = "logs",
     .summary = "show what a container's command has written",
     .usage = "logs [options] NAME",
     .text = "What it wrote to standard output goes to standard output, what it wrote to standard error to\n"
             "standard error. The log is bounded in size, see --log-opt of snug run: the oldest is dropped.\n"
             "With --network: what its gate has let through and refused, instead.",
     .examples = "snug logs -n 20 web\tthe last 20 lines\n"
                 "snug logs -f -t --since 10m web\tten minutes back and onwards, with times\n"
                 "snug logs --network web\twhat it has reached, and what was refused\n",
     .positional = Container,
     .own = kLogs,
     .group = kContainers},
    {.id = Command::Top,
     .name = "top",
     .summary = "list the processes of a running container",
     .usage = "top [options] NAME",
     .text = "",
     .examples = "snug top web\tnumber, user, time and command of each\n",
     .positional = Container,
     .group = kContainers},
    {.id = Command::Stats,
     .name = "stats",
     .summary = "show what running containers use",
     .usage = "stats [options] [NAME...]",
     .text = "Processor, memory, disk and processes, by the container's cgroup, every second until Ctrl-C. "
             "Of a container\n"
             "without limits, which has no cgroup, by its processes: memory that they share is then counted "
             "twice.",
     .examples = "snug stats\tall that run\n"
                 "snug stats --no-stream --json web\tonce, one object a line\n",
     .positional = Container,
     .own = kStats,
     .group = kContainers},
    {.id = Command::Update,
     .name = "update",
     .summary = "change the limits of containers",
     .usage = "update [options] NAME...",
     .text = "At once where it runs, and for every later start. What is not named stays as it was.",
     .examples = "snug update -m 1G --memory-swap 1G web\tmore memory\n"
                 "snug update --cpus 0.5 --pids-limit 100 web db\tfor two at once\n",
     .positional = Container,
     .own = kLimitOptions,
     .group = kContainers},
    {.id = Command::Allow,
     .name = "allow",
     .summary = "let a container reach more hosts",
     .usage = "allow [options] NAME HOST[:PORT]...",
     .text =
         "Through the gate of --network gate, as --allow does: at once where it runs, and for every later\n"
         "start. What is denied stays so.",
     .examples = "snug allow web example.org\tone more host, port 443\n"
                 "snug allow web @pypi host:5432\ta set of hosts, and a service of this machine\n",
     .positional = Container,
     .group = kContainers},
    {.id = Command::Port,
     .name = "port",
     .summary = "list the published ports of a container",
     .usage = "port [options] NAME [PORT]",
     .text = "PORT is a port inside, as 80 or 53/udp: only where that one is published.",
     .examples = "snug port web 80\twhere does it answer?\n",
     .positional = Container,
     .group = kContainers},
    {.id = Command::Cp,
     .name = "cp",
     .summary = "copy files into or out of a container",
     .usage = "cp [options] NAME:SRC DST\ncp [options] SRC NAME:DST",
     .text = "Files and directories, of a container that runs or one that does not. A path inside is "
             "relative to\n"
             "its root; a path outside that has a colon begins with ./ or /. \"-\" outside is a tar stream. "
             "No link\n"
             "inside leads out of the container.",
     .examples = "snug cp site.conf web:/etc/site.conf\tinto it\n"
                 "snug cp web:/var/log ./web-log\ta directory out of it\n"
                 "snug cp web:/srv - | tar -t\ta tar stream\n",
     .positional = ContainerPath,
     .own = kCp,
     .group = kContainers},
    {.id = Command::Diff,
     .name = "diff",
     .summary = "list what a container has changed in its image",
     .usage = "diff [options] NAME",
     .text = "A line for each path: A added, C changed, D deleted.",
     .examples = "snug diff web\twhat is its own?\n",
     .positional = Container,
     .group = kContainers},
    {.id = Command::Commit,
     .name = "commit",
     .summary = "make a new image of a container",
     .usage = "commit [options] NAME IMAGE",
     .text =
         "IMAGE is the name of a new image in the store: the container's image with one more layer, which\n"
         "holds what the container has changed. Mounts are no part of it. The old image stays as it is. A\n"
         "container of the host image has no layer to build on, and cannot be committed.",
     .examples = "snug commit box tools\tthen: snug run tools\n"
                 "snug commit -c 'CMD [\"serve\"]' -m 'with a server' web web-2\twith another command\n",
     .positional = Container,
     .own = kCommit,
     .group = kContainers},
    {.id = Command::Export,
     .name = "export",
     .summary = "write a container's files as a tar archive",
     .usage = "export [options] NAME",
     .text = "The whole root filesystem, image and changes together, without mounts.",
     .examples = "snug export -o web.tar web\tto a file\n"
                 "snug export web | tar -t\tto a program\n",
     .positional = Container,
     .own = kExport,
     .group = kContainers},
    {.id = Command::Rename,
     .name = "rename",
     .summary = "give a container another name",
     .usage = "rename [options] OLD NEW",
     .text = "A running one, too.",
     .examples = "snug rename web web-old\tnow web can be used again\n",
     .positional = Container,
     .group = kContainers},
    {.id = Command::Rm,
     .name = "rm",
     .summary = "remove containers with all their files",
     .usage = "rm [options] NAME...",
     .text = "One that runs is refused without --force.",
     .examples = "snug rm web\tone that has ended\n"
                 "snug rm -f web db\tat once, running or not\n",
     .positional = Container,
     .own = kRm,
     .group = kContainers},
    {.id = Command::Prune,
     .name = "prune",
     .summary = "remove every container that does not run",
     .usage = "prune [options]",
     .text = "Asks first where there is a terminal, and without one wants --force. Prints what it removed.",
     .examples = "snug prune -f\twithout a question\n",
     .positional = Nothing,
     .own = kPrune,
     .group = kContainers},
    {.id = Command::Check,
     .name = "check",
     .summary = "check the store of containers for damage",
     .usage = "check [options]",
     .text = "Says what is damaged, missing, open to others, or left behind by a crash. Changes nothing. The "
             "exit\n"
             "status is 0 if all is well, else 1.",
     .examples = "snug check\tafter a power cut\n",
     .positional = Nothing,
     .group = kContainers},
    {.id = Command::GenerateSystemd,
     .name = "generate systemd",
     .summary = "print a systemd unit that starts a container at boot",
     .usage = "generate systemd [options] NAME",
     .text = "A unit for your own systemd manager. It starts with the machine once loginctl enable-linger "
             "was run.",
     .examples =
         "snug generate systemd web > ~/.config/systemd/user/snug-web.service\tthen: systemctl --user enable "
         "snug-web\n",
     .positional = Container,
     .group = kContainers},
};

}  // namespace snug::definition
