# fish completion for snug, made by: snug completion fish

# Prints the command, then how many words after it are no options. Options of run, shell and explain end at the first.
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
            if string match -qr -- '^(--profile|--workdir|--user|--entrypoint|--hostname|--timeout|--name|--env|--env-file|--volume|--mount|--tmpfs|--writable|--size|--overlay|--network|--allow|--publish|--memory|--memory-swap|--cpus|--pids-limit|--ids|--fake-root|--seccomp|--cap-add|--cap-drop|--json-status-fd|--color|--path|-[itdq]*[wuhevpm])$' $word
                set waiting 1
            end
        else if test -n "$command"
            set count (math $count + 1)
        else if contains -- "$word" profile image; and test -z "$family"
            set family $word
        else
            set command (string join ' ' $family $word)
        end
        if test $count -gt 0; and contains -- "$command" run shell explain
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
    test $state[2] = 0; or not contains -- "$state[1]" run shell explain
end

function __snug_at_payload
    set -l state (__snug_state)
    contains -- "$state[1]" run shell explain; and test $state[2] -gt 0
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
complete -c snug -n __snug_at_start -a profile -d 'ls, show, check'
complete -c snug -n __snug_at_start -a image -d 'ls'
complete -c snug -n __snug_at_start -a completion -d 'print a completion script'
complete -c snug -n __snug_at_start -a help -d 'explain a command, an option or a topic'
complete -c snug -n __snug_at_start -a version -d 'show snug\'s version'
complete -c snug -n '__snug_at \'run\'' -a '(snug image ls -q 2>/dev/null; __fish_complete_directories)'
complete -c snug -n '__snug_at \'shell\'' -a '(snug image ls -q 2>/dev/null; __fish_complete_directories)'
complete -c snug -n '__snug_at \'explain\'' -a '(snug image ls -q 2>/dev/null; __fish_complete_directories)'
complete -c snug -n '__snug_at profile' -a ls -d 'list the profiles'
complete -c snug -n '__snug_at profile' -a show -d 'show a profile with all it extends'
complete -c snug -n '__snug_at \'profile show\'' -a '(snug profile ls -q 2>/dev/null; __fish_complete_suffix .toml)'
complete -c snug -n '__snug_at profile' -a check -d 'check profile files for mistakes'
complete -c snug -n '__snug_at \'profile check\'' -a '(snug profile ls -q 2>/dev/null; __fish_complete_suffix .toml)'
complete -c snug -n '__snug_at image' -a ls -d 'list the images in the store'
complete -c snug -n '__snug_at \'completion\'' -a 'bash zsh fish'
complete -c snug -n '__snug_at \'help\'' -a 'run shell explain profile image completion help version status images profiles environment'
complete -c snug -n '__snug_at run shell explain' -l profile -x -a '(snug profile ls -q 2>/dev/null; __fish_complete_suffix .toml)' -d 'take the settings of a profile: a name, or the path of a file'
complete -c snug -n '__snug_at run shell explain' -s i -l interactive -d 'keep standard input, as is the rule; --interactive=false closes it'
complete -c snug -n '__snug_at run shell explain' -s t -l tty -d 'give the command a terminal'
complete -c snug -n '__snug_at run shell explain' -s w -l workdir -x -d 'working directory inside'
complete -c snug -n '__snug_at run shell explain' -s u -l user -x -d 'run as this user of the image, by name or number'
complete -c snug -n '__snug_at run shell explain' -l entrypoint -x -d 'run this instead of the image\'s entrypoint and command'
complete -c snug -n '__snug_at run shell explain' -s h -l hostname -x -d 'host name inside'
complete -c snug -n '__snug_at run shell explain' -l timeout -x -d 'end the command after 90, 90s, 10m, 1h30m; by force 5 s later'
complete -c snug -n '__snug_at run shell explain' -l rm -d 'remove the container at its end; true without --name'
complete -c snug -n '__snug_at run shell explain' -l init -d 'accepted for docker\'s sake: there always is an init'
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
complete -c snug -n '__snug_at run shell explain' -l ids -x -a 'single range' -d 'one user id inside, or 65536'
complete -c snug -n '__snug_at run shell explain' -l fake-root -x -a 'auto on off' -d 'answer chown, setuid and mknod with success'
complete -c snug -n '__snug_at run shell explain' -l seccomp -x -a 'strict default dev off' -d 'which system calls are allowed'
complete -c snug -n '__snug_at run shell explain' -l cap-add -x -d 'keep a capability, or ALL, inside the sandbox'
complete -c snug -n '__snug_at run shell explain' -l cap-drop -x -d 'drop a capability, or ALL'
complete -c snug -n '__snug_at run shell explain' -l dry-run -d 'print the plan and do nothing; the same as snug explain'
complete -c snug -n '__snug_at run shell explain' -l json-status-fd -x -d 'write start and exit as JSON lines to this descriptor'
complete -c snug -n '__snug_at_start' -l json -d 'answer in JSON'
complete -c snug -n '__snug_at \'run\' \'shell\' \'explain\' \'profile ls\' \'profile show\' \'profile check\' \'image ls\' \'completion\' \'help\' \'version\'' -l json -d 'answer in JSON'
complete -c snug -n '__snug_at_start' -s q -l quiet -d 'say less; of listings, names only'
complete -c snug -n '__snug_at \'run\' \'shell\' \'explain\' \'profile ls\' \'profile show\' \'profile check\' \'image ls\' \'completion\' \'help\' \'version\'' -s q -l quiet -d 'say less; of listings, names only'
complete -c snug -n '__snug_at_start' -l verbose -d 'say more'
complete -c snug -n '__snug_at \'run\' \'shell\' \'explain\' \'profile ls\' \'profile show\' \'profile check\' \'image ls\' \'completion\' \'help\' \'version\'' -l verbose -d 'say more'
complete -c snug -n '__snug_at_start' -l color -x -a 'auto always never' -d 'colours; auto asks the terminal and NO_COLOR'
complete -c snug -n '__snug_at \'run\' \'shell\' \'explain\' \'profile ls\' \'profile show\' \'profile check\' \'image ls\' \'completion\' \'help\' \'version\'' -l color -x -a 'auto always never' -d 'colours; auto asks the terminal and NO_COLOR'
complete -c snug -n '__snug_at_start' -l help -d 'show this help'
complete -c snug -n '__snug_at \'run\' \'shell\' \'explain\' \'profile ls\' \'profile show\' \'profile check\' \'image ls\' \'completion\' \'help\' \'version\'' -l help -d 'show this help'
complete -c snug -n '__snug_at_start' -l version -d 'show snug\'s version'
complete -c snug -n '__snug_at \'run\' \'shell\' \'explain\' \'profile ls\' \'profile show\' \'profile check\' \'image ls\' \'completion\' \'help\' \'version\'' -l version -d 'show snug\'s version'
complete -c snug -n '__snug_at \'explain\'' -l path -r -F -d 'how is this path seen inside, and why?'
