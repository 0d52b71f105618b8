# fish completion for snug, made by: snug completion fish

# Is an option of a command one that takes the next word?
function __snug_takes_value
    switch $argv[1]
        case 'run' 'shell'
            string match -qr -- '^(--profile|--workdir|--user|--entrypoint|--hostname|--timeout|--name|--detach-keys|--restart|--stop-signal|--stop-timeout|--log-opt|--health-cmd|--health-interval|--health-timeout|--health-start-period|--health-retries|--env|--env-file|--volume|--mount|--tmpfs|--writable|--size|--overlay|--network|--allow|--deny|--publish|--add-host|--dns|--dns-search|--network-alias|--memory|--memory-swap|--memory-reservation|--cpus|--cpu-shares|--cpuset-cpus|--pids-limit|--blkio-weight|--device-read-bps|--device-write-bps|--device-read-iops|--device-write-iops|--ulimit|--ids|--fake-root|--seccomp|--require|--cap-add|--cap-drop|--json-status-fd|--color|-[itdq]*[wuhevpm])$' $argv[2]
        case 'explain'
            string match -qr -- '^(--path|--profile|--workdir|--user|--entrypoint|--hostname|--timeout|--name|--detach-keys|--restart|--stop-signal|--stop-timeout|--log-opt|--health-cmd|--health-interval|--health-timeout|--health-start-period|--health-retries|--env|--env-file|--volume|--mount|--tmpfs|--writable|--size|--overlay|--network|--allow|--deny|--publish|--add-host|--dns|--dns-search|--network-alias|--memory|--memory-swap|--memory-reservation|--cpus|--cpu-shares|--cpuset-cpus|--pids-limit|--blkio-weight|--device-read-bps|--device-write-bps|--device-read-iops|--device-write-iops|--ulimit|--ids|--fake-root|--seccomp|--require|--cap-add|--cap-drop|--json-status-fd|--color|-[itdq]*[wuhevpm])$' $argv[2]
        case 'exec'
            string match -qr -- '^(--env|--env-file|--workdir|--user|--detach-keys|--color|-[itdq]*[ewu])$' $argv[2]
        case 'attach' 'start'
            string match -qr -- '^(--detach-keys|--color)$' $argv[2]
        case 'stop'
            string match -qr -- '^(--time|--signal|--color|-[q]*[ts])$' $argv[2]
        case 'restart'
            string match -qr -- '^(--time|--color|-[q]*[t])$' $argv[2]
        case 'kill'
            string match -qr -- '^(--signal|--color|-[q]*[s])$' $argv[2]
        case 'ps'
            string match -qr -- '^(--filter|--color|-[aq]*[f])$' $argv[2]
        case 'logs'
            string match -qr -- '^(--since|--until|--tail|--color|-[ftq]*[n])$' $argv[2]
        case 'update'
            string match -qr -- '^(--memory|--memory-swap|--memory-reservation|--cpus|--cpu-shares|--cpuset-cpus|--pids-limit|--blkio-weight|--color|-[q]*[m])$' $argv[2]
        case 'commit'
            string match -qr -- '^(--change|--message|--author|--color|-[q]*[cma])$' $argv[2]
        case 'export'
            string match -qr -- '^(--output|--color|-[q]*[o])$' $argv[2]
        case '*'
            string match -qr -- '^(--color)$' $argv[2]
    end
end

# Prints the command, then how many words after it are no options. Options of run shell explain exec end at the first.
function __snug_state
    set -l command
    set -l family
    set -l count 0
    set -l waiting 0
    for word in (commandline -opc)[2..]
        if test $waiting = 1
            set waiting 0
        else if test "$word" = --
            set count (math $count + 1)
        else if string match -q -- '-*' $word
            if __snug_takes_value "$command" $word
                set waiting 1
            end
        else if test -n "$command"
            set count (math $count + 1)
        else if contains -- "$word" generate profile image; and test -z "$family"
            set family $word
        else
            set command (string join ' ' $family $word)
        end
        if test $count -gt 0; and contains -- "$command" run shell explain exec
            break
        end
    end
    if test -z "$command"
        set command $family
    end
    echo $command
    echo $count
end

# Is this the place of options or of the first word of one of these commands?
function __snug_at
    set -l state (__snug_state)
    contains -- "$state[1]" $argv; or return
    test $state[2] = 0; or not contains -- "$state[1]" run shell explain exec
end

function __snug_at_payload
    set -l state (__snug_state)
    contains -- "$state[1]" run shell explain exec; and test $state[2] -gt 0
end

function __snug_at_start
    set -l state (__snug_state)
    test -z "$state[1]"
end

complete -c snug -f
complete -c snug -n __snug_at_payload -F

complete -c snug -n __snug_at_start -a run -d 'run a command in a new container'
complete -c snug -n __snug_at_start -a shell -d 'open an interactive shell'
complete -c snug -n __snug_at_start -a explain -d 'show what run would do, and why'
complete -c snug -n __snug_at_start -a exec -d 'run one more command in a running container'
complete -c snug -n __snug_at_start -a attach -d 'connect this terminal to a running container'
complete -c snug -n __snug_at_start -a start -d 'start containers that have ended'
complete -c snug -n __snug_at_start -a stop -d 'end containers: by a signal, then by force'
complete -c snug -n __snug_at_start -a restart -d 'stop containers and start them again'
complete -c snug -n __snug_at_start -a kill -d 'send a signal to the command of containers'
complete -c snug -n __snug_at_start -a wait -d 'wait until containers end, and print their statuses'
complete -c snug -n __snug_at_start -a ps -d 'list containers'
complete -c snug -n __snug_at_start -a inspect -d 'show all that is known of containers, as JSON'
complete -c snug -n __snug_at_start -a logs -d 'show what a container\'s command has written'
complete -c snug -n __snug_at_start -a top -d 'list the processes of a running container'
complete -c snug -n __snug_at_start -a stats -d 'show what running containers use'
complete -c snug -n __snug_at_start -a update -d 'change the limits of containers'
complete -c snug -n __snug_at_start -a allow -d 'let a container reach more hosts'
complete -c snug -n __snug_at_start -a port -d 'list the published ports of a container'
complete -c snug -n __snug_at_start -a cp -d 'copy files into or out of a container'
complete -c snug -n __snug_at_start -a diff -d 'list what a container has changed in its image'
complete -c snug -n __snug_at_start -a commit -d 'make a new image of a container'
complete -c snug -n __snug_at_start -a export -d 'write a container\'s files as a tar archive'
complete -c snug -n __snug_at_start -a rename -d 'give a container another name'
complete -c snug -n __snug_at_start -a rm -d 'remove containers with all their files'
complete -c snug -n __snug_at_start -a prune -d 'remove every container that does not run'
complete -c snug -n __snug_at_start -a check -d 'check the store of containers for damage'
complete -c snug -n __snug_at_start -a generate -d 'systemd'
complete -c snug -n __snug_at_start -a profile -d 'ls, show, check'
complete -c snug -n __snug_at_start -a image -d 'ls'
complete -c snug -n __snug_at_start -a doctor -d 'say what works on this machine, and how to mend what does not'
complete -c snug -n __snug_at_start -a completion -d 'print a completion script'
complete -c snug -n __snug_at_start -a help -d 'explain a command, an option or a topic'
complete -c snug -n __snug_at_start -a version -d 'show snug\'s version'
complete -c snug -n '__snug_at \'run\'' -a '(snug image ls -q 2>/dev/null; __fish_complete_directories)'
complete -c snug -n '__snug_at \'shell\'' -a '(snug image ls -q 2>/dev/null; __fish_complete_directories)'
complete -c snug -n '__snug_at \'explain\'' -a '(snug image ls -q 2>/dev/null; __fish_complete_directories)'
complete -c snug -n '__snug_at \'exec\'' -a '(snug ps -a -q 2>/dev/null)'
complete -c snug -n '__snug_at \'attach\'' -a '(snug ps -a -q 2>/dev/null)'
complete -c snug -n '__snug_at \'start\'' -a '(snug ps -a -q 2>/dev/null)'
complete -c snug -n '__snug_at \'stop\'' -a '(snug ps -a -q 2>/dev/null)'
complete -c snug -n '__snug_at \'restart\'' -a '(snug ps -a -q 2>/dev/null)'
complete -c snug -n '__snug_at \'kill\'' -a '(snug ps -a -q 2>/dev/null)'
complete -c snug -n '__snug_at \'wait\'' -a '(snug ps -a -q 2>/dev/null)'
complete -c snug -n '__snug_at \'inspect\'' -a '(snug ps -a -q 2>/dev/null)'
complete -c snug -n '__snug_at \'logs\'' -a '(snug ps -a -q 2>/dev/null)'
complete -c snug -n '__snug_at \'top\'' -a '(snug ps -a -q 2>/dev/null)'
complete -c snug -n '__snug_at \'stats\'' -a '(snug ps -a -q 2>/dev/null)'
complete -c snug -n '__snug_at \'update\'' -a '(snug ps -a -q 2>/dev/null)'
complete -c snug -n '__snug_at \'allow\'' -a '(snug ps -a -q 2>/dev/null)'
complete -c snug -n '__snug_at \'port\'' -a '(snug ps -a -q 2>/dev/null)'
complete -c snug -n '__snug_at \'cp\'' -F -a '(snug ps -a -q 2>/dev/null | string replace -r \'$\' :)'
complete -c snug -n '__snug_at \'diff\'' -a '(snug ps -a -q 2>/dev/null)'
complete -c snug -n '__snug_at \'commit\'' -a '(snug ps -a -q 2>/dev/null)'
complete -c snug -n '__snug_at \'export\'' -a '(snug ps -a -q 2>/dev/null)'
complete -c snug -n '__snug_at \'rename\'' -a '(snug ps -a -q 2>/dev/null)'
complete -c snug -n '__snug_at \'rm\'' -a '(snug ps -a -q 2>/dev/null)'
complete -c snug -n '__snug_at generate' -a systemd -d 'print a systemd unit that starts a container at boot'
complete -c snug -n '__snug_at \'generate systemd\'' -a '(snug ps -a -q 2>/dev/null)'
complete -c snug -n '__snug_at profile' -a ls -d 'list the profiles'
complete -c snug -n '__snug_at profile' -a show -d 'show a profile with all it extends'
complete -c snug -n '__snug_at \'profile show\'' -a '(snug profile ls -q 2>/dev/null; __fish_complete_suffix .toml)'
complete -c snug -n '__snug_at profile' -a check -d 'check profile files for mistakes'
complete -c snug -n '__snug_at \'profile check\'' -a '(snug profile ls -q 2>/dev/null; __fish_complete_suffix .toml)'
complete -c snug -n '__snug_at image' -a ls -d 'list the images in the store'
complete -c snug -n '__snug_at \'completion\'' -a 'bash zsh fish'
complete -c snug -n '__snug_at \'help\'' -a 'run shell explain exec attach start stop restart kill wait ps inspect logs top stats update allow port cp diff commit export rename rm prune check generate profile image doctor completion help version status images containers detach profiles environment'
complete -c snug -n '__snug_at run shell explain' -l profile -x -a '(snug profile ls -q 2>/dev/null; __fish_complete_suffix .toml)' -d 'take the settings of a profile: a name, or the path of a file'
complete -c snug -n '__snug_at run shell explain' -s i -l interactive -d 'keep standard input, as is the rule; --interactive=false closes it'
complete -c snug -n '__snug_at run shell explain' -s t -l tty -d 'give the command a terminal'
complete -c snug -n '__snug_at run shell explain' -s w -l workdir -x -d 'working directory inside'
complete -c snug -n '__snug_at run shell explain' -s u -l user -x -d 'run as this user of the image, by name or number'
complete -c snug -n '__snug_at run shell explain' -l entrypoint -x -d 'run this instead of the image\'s entrypoint and command'
complete -c snug -n '__snug_at run shell explain' -s h -l hostname -x -d 'host name inside'
complete -c snug -n '__snug_at run shell explain' -l timeout -x -d 'end the command after 90, 90s, 10m, 1h30m; by force 5 s later'
complete -c snug -n '__snug_at run shell explain' -l init -d 'accepted for docker\'s sake: there always is an init'
complete -c snug -n '__snug_at run shell explain' -l name -x -d 'keep the container under this name'
complete -c snug -n '__snug_at run shell explain' -s d -l detach -d 'run in the background, and print the container\'s name'
complete -c snug -n '__snug_at run shell explain' -l rm -d 'remove the container at its end; true without --name'
complete -c snug -n '__snug_at run shell explain' -l detach-keys -x -d 'keys that let go of the container; ctrl-p,ctrl-q unless said'
complete -c snug -n '__snug_at run shell explain' -l sig-proxy -d 'pass signals on, as is the rule; --sig-proxy=false keeps them'
complete -c snug -n '__snug_at run shell explain' -l restart -x -d 'start it again when it ends; at most N times in a row'
complete -c snug -n '__snug_at run shell explain' -l stop-signal -x -d 'what snug stop sends first, by name or number; TERM unless said'
complete -c snug -n '__snug_at run shell explain' -l stop-timeout -x -d 'seconds from then to the end by force; 10 unless said'
complete -c snug -n '__snug_at run shell explain' -l log-opt -x -d 'bound the log: max-size=10M of one file, max-file=2 files'
complete -c snug -n '__snug_at run shell explain' -l health-cmd -x -d 'run this inside by /bin/sh -c, to see whether all is well'
complete -c snug -n '__snug_at run shell explain' -l health-interval -x -d 'time between two runs of it: 90s, 5m; 30s unless said'
complete -c snug -n '__snug_at run shell explain' -l health-timeout -x -d 'a run that takes longer has failed; 30s unless said'
complete -c snug -n '__snug_at run shell explain' -l health-start-period -x -d 'failures do not count for so long after the start; 0s unless said'
complete -c snug -n '__snug_at run shell explain' -l health-retries -x -d 'failures in a row that make it unhealthy; 3 unless said'
complete -c snug -n '__snug_at run shell explain' -l no-healthcheck -d 'run no check, not even one of the image\'s'
complete -c snug -n '__snug_at run shell explain' -s e -l env -x -d 'set a variable, or take it from your environment'
complete -c snug -n '__snug_at run shell explain' -l env-file -r -F -d 'set the variables of a file, one NAME=VALUE or NAME a line'
complete -c snug -n '__snug_at run shell explain' -s v -l volume -r -F -d 'a host file or directory inside; writable unless ro'
complete -c snug -n '__snug_at run shell explain' -l mount -x -d 'docker\'s long form: type=bind|tmpfs,source=,target=,readonly'
complete -c snug -n '__snug_at run shell explain' -l tmpfs -x -d 'an empty directory in memory: size=, mode=, ro'
complete -c snug -n '__snug_at run shell explain' -l read-only -d 'a root filesystem that cannot be written'
complete -c snug -n '__snug_at run shell explain' -l writable -x -a 'auto tmpfs disk none' -d 'where the throwaway layer lives'
complete -c snug -n '__snug_at run shell explain' -l size -x -d 'bound of the throwaway layer: 512M, 2G'
complete -c snug -n '__snug_at run shell explain' -l overlay -x -a 'auto native fuse' -d 'what puts the throwaway layer over the image'
complete -c snug -n '__snug_at run shell explain' -l network -x -a 'none gate full host' -d 'what the command can reach'
complete -c snug -n '__snug_at run shell explain' -l allow -x -d 'a host that the gate lets through'
complete -c snug -n '__snug_at run shell explain' -l deny -x -d 'a host that it does not let through'
complete -c snug -n '__snug_at run shell explain' -s p -l publish -x -d 'a port of the container on this machine'
complete -c snug -n '__snug_at run shell explain' -l add-host -x -d 'a line of /etc/hosts inside'
complete -c snug -n '__snug_at run shell explain' -l dns -x -d 'a name server, in the place of this machine\'s'
complete -c snug -n '__snug_at run shell explain' -l dns-search -x -d 'look names up in this domain too, in the place of this machine\'s'
complete -c snug -n '__snug_at run shell explain' -l network-alias -x -d 'a further name of the container, in its own /etc/hosts'
complete -c snug -n '__snug_at run shell explain' -s m -l memory -x -d 'most memory; what needs more is killed'
complete -c snug -n '__snug_at run shell explain' -l memory-swap -x -d 'most memory and swap together; needs --memory'
complete -c snug -n '__snug_at run shell explain' -l memory-reservation -x -d 'memory that is taken away only when all else is in use'
complete -c snug -n '__snug_at run shell explain' -l cpus -x -d 'most processors, with a fraction: 1.5'
complete -c snug -n '__snug_at run shell explain' -l cpu-shares -x -d 'weight against others where processors are short, 1024 in the middle'
complete -c snug -n '__snug_at run shell explain' -l cpuset-cpus -x -d 'the processors that may be used: 0-3,6'
complete -c snug -n '__snug_at run shell explain' -l pids-limit -x -d 'most processes and threads; -1: no limit'
complete -c snug -n '__snug_at run shell explain' -l blkio-weight -x -d 'weight against others where the disk is busy, 10 to 1000'
complete -c snug -n '__snug_at run shell explain' -l device-read-bps -x -d 'most bytes a second read from a block device'
complete -c snug -n '__snug_at run shell explain' -l device-write-bps -x -d 'most bytes a second written to a block device'
complete -c snug -n '__snug_at run shell explain' -l device-read-iops -x -d 'most reads a second from a block device'
complete -c snug -n '__snug_at run shell explain' -l device-write-iops -x -d 'most writes a second to a block device'
complete -c snug -n '__snug_at run shell explain' -l ulimit -x -d 'a limit of each process, such as nofile, nproc or fsize'
complete -c snug -n '__snug_at run shell explain' -l ids -x -a 'single range' -d 'one user id inside, or 65536'
complete -c snug -n '__snug_at run shell explain' -l fake-root -x -a 'auto on off' -d 'answer chown, setuid and mknod with success'
complete -c snug -n '__snug_at run shell explain' -l seccomp -x -a 'strict default dev off' -d 'which system calls are allowed'
complete -c snug -n '__snug_at run shell explain' -l require -x -a 'full no-proc' -d 'the least isolation that a run may have'
complete -c snug -n '__snug_at run shell explain' -l cap-add -x -d 'keep a capability, or ALL, inside the sandbox'
complete -c snug -n '__snug_at run shell explain' -l cap-drop -x -d 'drop a capability, or ALL'
complete -c snug -n '__snug_at run shell explain' -l dry-run -d 'print the plan and do nothing; the same as snug explain'
complete -c snug -n '__snug_at run shell explain' -l json-status-fd -x -d 'write start and exit as JSON lines to this descriptor'
complete -c snug -n '__snug_at_start' -l json -d 'answer in JSON'
complete -c snug -n '__snug_at \'run\' \'shell\' \'explain\' \'exec\' \'attach\' \'start\' \'stop\' \'restart\' \'kill\' \'wait\' \'ps\' \'inspect\' \'logs\' \'top\' \'stats\' \'update\' \'allow\' \'port\' \'cp\' \'diff\' \'commit\' \'export\' \'rename\' \'rm\' \'prune\' \'check\' \'generate systemd\' \'profile ls\' \'profile show\' \'profile check\' \'image ls\' \'doctor\' \'completion\' \'help\' \'version\'' -l json -d 'answer in JSON'
complete -c snug -n '__snug_at_start' -s q -l quiet -d 'say less; of listings, names only'
complete -c snug -n '__snug_at \'run\' \'shell\' \'explain\' \'exec\' \'attach\' \'start\' \'stop\' \'restart\' \'kill\' \'wait\' \'ps\' \'inspect\' \'logs\' \'top\' \'stats\' \'update\' \'allow\' \'port\' \'cp\' \'diff\' \'commit\' \'export\' \'rename\' \'rm\' \'prune\' \'check\' \'generate systemd\' \'profile ls\' \'profile show\' \'profile check\' \'image ls\' \'doctor\' \'completion\' \'help\' \'version\'' -s q -l quiet -d 'say less; of listings, names only'
complete -c snug -n '__snug_at_start' -l verbose -d 'say more'
complete -c snug -n '__snug_at \'run\' \'shell\' \'explain\' \'exec\' \'attach\' \'start\' \'stop\' \'restart\' \'kill\' \'wait\' \'ps\' \'inspect\' \'logs\' \'top\' \'stats\' \'update\' \'allow\' \'port\' \'cp\' \'diff\' \'commit\' \'export\' \'rename\' \'rm\' \'prune\' \'check\' \'generate systemd\' \'profile ls\' \'profile show\' \'profile check\' \'image ls\' \'doctor\' \'completion\' \'help\' \'version\'' -l verbose -d 'say more'
complete -c snug -n '__snug_at_start' -l color -x -a 'auto always never' -d 'colours; auto asks the terminal and NO_COLOR'
complete -c snug -n '__snug_at \'run\' \'shell\' \'explain\' \'exec\' \'attach\' \'start\' \'stop\' \'restart\' \'kill\' \'wait\' \'ps\' \'inspect\' \'logs\' \'top\' \'stats\' \'update\' \'allow\' \'port\' \'cp\' \'diff\' \'commit\' \'export\' \'rename\' \'rm\' \'prune\' \'check\' \'generate systemd\' \'profile ls\' \'profile show\' \'profile check\' \'image ls\' \'doctor\' \'completion\' \'help\' \'version\'' -l color -x -a 'auto always never' -d 'colours; auto asks the terminal and NO_COLOR'
complete -c snug -n '__snug_at_start' -l help -d 'show this help'
complete -c snug -n '__snug_at \'run\' \'shell\' \'explain\' \'exec\' \'attach\' \'start\' \'stop\' \'restart\' \'kill\' \'wait\' \'ps\' \'inspect\' \'logs\' \'top\' \'stats\' \'update\' \'allow\' \'port\' \'cp\' \'diff\' \'commit\' \'export\' \'rename\' \'rm\' \'prune\' \'check\' \'generate systemd\' \'profile ls\' \'profile show\' \'profile check\' \'image ls\' \'doctor\' \'completion\' \'help\' \'version\'' -l help -d 'show this help'
complete -c snug -n '__snug_at_start' -l version -d 'show snug\'s version'
complete -c snug -n '__snug_at \'run\' \'shell\' \'explain\' \'exec\' \'attach\' \'start\' \'stop\' \'restart\' \'kill\' \'wait\' \'ps\' \'inspect\' \'logs\' \'top\' \'stats\' \'update\' \'allow\' \'port\' \'cp\' \'diff\' \'commit\' \'export\' \'rename\' \'rm\' \'prune\' \'check\' \'generate systemd\' \'profile ls\' \'profile show\' \'profile check\' \'image ls\' \'doctor\' \'completion\' \'help\' \'version\'' -l version -d 'show snug\'s version'
complete -c snug -n '__snug_at \'explain\'' -l path -r -F -d 'how is this path seen inside, and why?'
complete -c snug -n '__snug_at \'exec\'' -s i -l interactive -d 'pass standard input on'
complete -c snug -n '__snug_at \'exec\'' -s t -l tty -d 'give the command a terminal of its own'
complete -c snug -n '__snug_at \'exec\'' -s d -l detach -d 'do not wait for it, and show nothing of it'
complete -c snug -n '__snug_at \'exec\'' -s e -l env -x -d 'set a variable, or take it from your environment'
complete -c snug -n '__snug_at \'exec\'' -l env-file -r -F -d 'set the variables of a file, one NAME=VALUE or NAME a line'
complete -c snug -n '__snug_at \'exec\'' -s w -l workdir -x -d 'working directory inside; else the container\'s'
complete -c snug -n '__snug_at \'exec\'' -s u -l user -x -d 'run as this user of the container; else as its own command'
complete -c snug -n '__snug_at \'exec\'' -l detach-keys -x -d 'keys that let go of the container; ctrl-p,ctrl-q unless said'
complete -c snug -n '__snug_at \'attach\'' -l no-stdin -d 'pass no input on'
complete -c snug -n '__snug_at \'attach\'' -l sig-proxy -d 'pass signals on, as is the rule; --sig-proxy=false keeps them'
complete -c snug -n '__snug_at \'attach\'' -l detach-keys -x -d 'keys that let go of the container; ctrl-p,ctrl-q unless said'
complete -c snug -n '__snug_at \'start\'' -s a -l attach -d 'show the output here, and exit with the container\'s status'
complete -c snug -n '__snug_at \'start\'' -s i -l interactive -d 'pass standard input on; with --attach a whole terminal'
complete -c snug -n '__snug_at \'start\'' -l detach-keys -x -d 'keys that let go of the container; ctrl-p,ctrl-q unless said'
complete -c snug -n '__snug_at \'stop\'' -s t -l time -x -d 'seconds from the stop signal to the end by force; 0: at once'
complete -c snug -n '__snug_at \'stop\'' -s s -l signal -x -d 'signal to send first, by name or number: INT, SIGUSR1, 10'
complete -c snug -n '__snug_at \'restart\'' -s t -l time -x -d 'seconds from the stop signal to the end by force; 0: at once'
complete -c snug -n '__snug_at \'kill\'' -s s -l signal -x -d 'signal to send, by name or number; KILL unless said'
complete -c snug -n '__snug_at \'ps\'' -s a -l all -d 'those that do not run, too'
complete -c snug -n '__snug_at \'ps\'' -s f -l filter -x -d 'only those that fit: name=, status=, id=, image=, exited=, health='
complete -c snug -n '__snug_at \'ps\'' -l no-trunc -d 'cut nothing short'
complete -c snug -n '__snug_at \'logs\'' -s f -l follow -d 'go on with what is written, until the container ends'
complete -c snug -n '__snug_at \'logs\'' -l since -x -d 'only what was written at or after TIME'
complete -c snug -n '__snug_at \'logs\'' -l until -x -d 'only what was written at or before TIME'
complete -c snug -n '__snug_at \'logs\'' -s n -l tail -x -d 'only the last N lines; all for every line'
complete -c snug -n '__snug_at \'logs\'' -l network -d 'what the egress gate let through and refused'
complete -c snug -n '__snug_at \'logs\'' -s t -l timestamps -d 'begin each line with when it was written'
complete -c snug -n '__snug_at \'stats\'' -l no-stream -d 'once, and not again every second'
complete -c snug -n '__snug_at \'stats\'' -s a -l all -d 'those that do not run, too'
complete -c snug -n '__snug_at \'update\'' -s m -l memory -x -d 'most memory; what needs more is killed'
complete -c snug -n '__snug_at \'update\'' -l memory-swap -x -d 'most memory and swap together; needs --memory'
complete -c snug -n '__snug_at \'update\'' -l memory-reservation -x -d 'memory that is taken away only when all else is in use'
complete -c snug -n '__snug_at \'update\'' -l cpus -x -d 'most processors, with a fraction: 1.5'
complete -c snug -n '__snug_at \'update\'' -l cpu-shares -x -d 'weight against others where processors are short, 1024 in the middle'
complete -c snug -n '__snug_at \'update\'' -l cpuset-cpus -x -d 'the processors that may be used: 0-3,6'
complete -c snug -n '__snug_at \'update\'' -l pids-limit -x -d 'most processes and threads; -1: no limit'
complete -c snug -n '__snug_at \'update\'' -l blkio-weight -x -d 'weight against others where the disk is busy, 10 to 1000'
complete -c snug -n '__snug_at \'cp\'' -s a -l archive -d 'keep owners and groups, as far as ids go'
complete -c snug -n '__snug_at \'cp\'' -s L -l follow-link -d 'copy what SRC points at if it is a symlink, not the link'
complete -c snug -n '__snug_at \'commit\'' -s c -l change -x -d 'change the image\'s configuration: \'CMD ["nginx"]\', \'ENV A=1\''
complete -c snug -n '__snug_at \'commit\'' -s m -l message -x -d 'a remark, kept in the image'
complete -c snug -n '__snug_at \'commit\'' -s a -l author -x -d 'who made it, kept in the image'
complete -c snug -n '__snug_at \'export\'' -s o -l output -r -F -d 'write to a file instead of standard output'
complete -c snug -n '__snug_at \'rm\'' -s f -l force -d 'end those that run, by force and at once'
complete -c snug -n '__snug_at \'prune\'' -s f -l force -d 'do not ask'
complete -c snug -n '__snug_at \'doctor\'' -l apparmor -d 'print the AppArmor profile that this binary needs, and nothing else'
