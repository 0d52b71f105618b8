#!/usr/bin/env bats
# Commands that join a running container.
load helper
load terminal_helper

prepare() {
  need tmux
}

@test "status, streams, directory and environment" {
  box -e FROM_RUN=1 host
  exits 7 exec box sh -c 'exit 7'
  exits 127 exec box no-such-command
  exits 126 exec box /etc/passwd
  exits 143 exec box sh -c 'kill -TERM $$'
  run --separate-stderr snug exec -w /tmp -e MINE=2 box sh -c 'cat; pwd; echo $FROM_RUN $MINE; echo err >&2' <<<in
  [[ $output == $'in\n/tmp\n1 2' && $stderr == err ]]
}

@test "the same namespaces, capabilities, filter and limits as the payload" {
  local options
  for options in "" "--profile untrusted" "--ids range" "--seccomp strict"; do
    # shellcheck disable=SC2086 # words
    box $options "$(image)"
    succeeds exec box sh -c '
      for ns in user mnt pid net ipc uts cgroup; do
        [ "$(readlink /proc/self/ns/$ns)" = "$(readlink /proc/2/ns/$ns)" ] || echo "other $ns"
      done
      for key in CapInh CapPrm CapEff CapBnd CapAmb NoNewPrivs Seccomp Seccomp_filters; do
        [ "$(grep "^$key:" /proc/self/status)" = "$(grep "^$key:" /proc/2/status)" ] || echo "other $key"
      done
      [ "$(cat /proc/self/limits)" = "$(cat /proc/2/limits)" ] || echo "other limits"'
    [[ -z $output ]] || fail_with "nothing different ($options)"
    succeeds rm -f box
  done
}

@test "another user, by the container's own passwd, where there are several ids" {
  need_range
  box --ids range "$(image)"
  succeeds exec -u daemon box id -un
  [[ $output == daemon ]]
  succeeds exec box sh -c 'echo "mine:x:77:77::/tmp:/bin/sh" >>/etc/passwd'
  succeeds exec -u mine box sh -c 'id -u; echo $HOME'
  [[ $output == $'77\n/tmp' ]]
  refuses nobody-there exec -u nobody-there box true
  succeeds exec -u daemon box sh -c 'grep ^CapEff /proc/self/status'
  [[ $output == *0000000000000000 ]]
}

@test "one id: another user is refused" {
  box "$(image)"
  refuses "one user id" exec -u 5 box true
}

@test "no descriptor but the standard ones, and no directory as one of them" {
  box host
  exec 9<"$HOME"
  succeeds exec box sh -c 'ls /proc/self/fd'
  [[ $output == $'0\n1\n2\n3' ]]
  run --separate-stderr snug exec box true <"$HOME"
  [[ $status == 125 ]]
}

@test "several at once, and each has its own status" {
  box host
  local pids=() i
  for i in 1 2 3 4 5 6 7 8; do
    snug exec box sh -c "sleep 0.2; exit $i" &
    pids+=($!)
  done
  for i in 1 2 3 4 5 6 7 8; do
    local got=0
    wait "${pids[i - 1]}" || got=$?
    [[ $got == "$i" ]]
  done
}

@test "in the background, and ended with its container" {
  box host
  succeeds exec -d box sh -c "touch /tmp/made; : $mark; sleep 300"
  eventually "$SNUG" exec box test -e /tmp/made
  succeeds stop -t 0 box
  gone "$mark"
}

@test "a signal to exec reaches the command; a killed exec leaves none behind" {
  box host
  snug exec box sh -c "trap 'exit 5' TERM; touch /tmp/up; while :; do sleep 0.05; done" &
  local pid=$!
  eventually "$SNUG" exec box test -e /tmp/up
  pkill -TERM -P "$pid" || kill -TERM "$pid"
  local got=0
  wait "$pid" || got=$?
  [[ $got == 5 ]]
  "$SNUG" exec box sh -c "touch /tmp/second; : second-$mark; sleep 300" &
  pid=$!
  eventually "$SNUG" exec box test -e /tmp/second
  kill -KILL "$pid"
  wait "$pid" 2>/dev/null || true
  gone "second-$mark"
}

@test "an exec of a container that ends is told so" {
  box host
  "$SNUG" exec box sh -c "touch /tmp/up; sleep 300" &
  local pid=$!
  eventually "$SNUG" exec box test -e /tmp/up
  succeeds stop -t 0 box
  local got=0
  wait "$pid" || got=$?
  [[ $got == 137 ]]
}

@test "nothing of snug is to be had while a command joins" {
  # The payload looks at every process that appears, as fast as it can. The name is asked for after the memory was opened:
  # the other way round the command could have been executed in between, whose memory anybody inside may open.
  succeeds run -d --name box "$(image)" sh -c ": $mark"'
    while :; do
      for p in /proc/[0-9]*; do
        [ $p = /proc/1 ] || [ $p = /proc/self ] || {
          case $(readlink $p/exe) in */snug*) echo "exe $p" >>/tmp/found;; esac
          (exec 3<$p/mem) && case $(tr "\0" " " <$p/cmdline) in snug-init*) echo "mem $p" >>/tmp/found;; esac
        } 2>/dev/null
      done
    done'
  local i
  for ((i = 0; i < 60; ++i)); do snug exec box true; done
  exits 1 exec box test -e /tmp/found
}

@test "a script that names /proc/self/exe does not run snug inside" {
  box "$(image)"
  succeeds exec box sh -c 'printf "#!/proc/self/exe --version\n" >/tmp/x; chmod +x /tmp/x'
  run --separate-stderr snug exec box /tmp/x
  [[ $status != 0 && $output != *snug* ]]
}

@test "an image whose every program is such a script gets none of snug's, by exec, shell or health check" {
  need gcc
  mkdir -p root/bin root/etc
  printf '#include <unistd.h>\nint main(void) { for (;;) pause(); }\n' | gcc -O1 -static -x c -o root/bin/stays -
  local name
  for name in sh bash true; do
    printf '#!/proc/self/exe version\n' >"root/bin/$name"
    chmod +x "root/bin/$name"
  done
  succeeds run -d --name box -e "MARK=$mark" --health-cmd true --health-interval 100ms --health-retries 1 ./root /bin/stays
  for name in sh bash true /bin/sh; do
    run --separate-stderr snug exec box "$name"
    [[ $status != 0 && $output != *snug* ]] || fail_with "nothing of snug from $name"
  done
  run --separate-stderr snug shell --name box
  [[ $status != 0 && $output != *snug* ]] || fail_with "nothing of snug from shell"
  eventually unhealthy
}
unhealthy() { "$SNUG" ps --filter health=unhealthy -q | grep -qx box; }

@test "strict: redirected input and output are relayed whole, and the files are not handed in" {
  box --profile untrusted "$(image)"
  head -c 3000000 /dev/urandom >in
  chmod 600 in
  snug exec box sh -c 'cat; chmod 666 /proc/self/fd/0' <in >out
  cmp in out
  [[ $(stat -c %a in) == 600 ]]
  echo kept >out
  snug exec box sh -c 'echo more; exit 9' >>out || [[ $? == 9 ]]
  [[ $(<out) == $'kept\nmore' ]]
}

@test "a redirected file is relayed under strict" {
  box --profile untrusted "$(image)"
  echo before >file
  snug exec box sh -c 'echo text; : >/proc/self/fd/1 || true; echo more' >>file 2>/dev/null
  [[ $(<file) == $'before\ntext\nmore' ]]
}

@test "a control socket that is seen inside does not let the payload out" {
  mkdir -p "$XDG_DATA_HOME"
  succeeds run -d --name box -v "$XDG_RUNTIME_DIR:/run/host" -v "$XDG_DATA_HOME:/data" -v "$SNUG:/snug" -e XDG_DATA_HOME=/data \
    "$(image)" sh -c ": $mark; sleep 300"
  # A second container is the aim.
  run --separate-stderr snug exec -e XDG_RUNTIME_DIR=/run/host box /snug exec box true
  [[ $status != 0 ]]
}

@test "in a terminal: exec -it has its own, with job control and its size" {
  box host
  open_terminal
  type_line "$SNUG exec -it -e PS1='in''> ' box bash --norc --noprofile"
  answers 'in>'
  type_line 'tty; stty size'
  answers '/dev/pts/0'
  answers '24 80'
  type_line 'sh -c "echo u""p; exec sleep 300"'
  answers 'up'
  tm send-keys C-c
  type_line 'echo back $?'
  answers 'back 130'
  type_line 'exit 3'
  eventually let_go
  type_line 'echo rc $?; stty -a | grep -o " icanon"'
  answers 'rc 3'
  answers ' icanon'
}

@test "in a terminal: detach, and attach again" {
  open_terminal
  type_line "$SNUG run -it --name box -e PS1='in''> ' host bash --norc --noprofile"
  answers 'in>'
  type_line "V=kept-$mark"
  tm send-keys C-p C-q
  eventually let_go
  type_line "$SNUG attach --detach-keys ctrl-a,d box"
  eventually relays
  type_line 'echo still $V'
  answers "still kept-$mark"
  tm send-keys C-a d
  eventually let_go
  type_line 'echo out again'
  answers 'out again'
  type_line "$SNUG attach box"
  eventually relays
  type_line 'exit 4'
  eventually let_go
  type_line 'echo rc $?'
  answers 'rc 4'
}

@test "in a terminal: a container survives the terminal that made it, and shell --name joins it" {
  open_terminal
  type_line "$SNUG run -it --name box -e PS1='in''> ' host bash --norc --noprofile"
  answers 'in>'
  type_line "echo > /tmp/there; echo ma''de"
  answers made
  local pid
  pid=$(client)
  tm kill-server
  eventually has_ended "$pid"
  succeeds exec box test -e /tmp/there
  open_terminal
  type_line "$SNUG shell --name box"
  eventually prompted_inside
  type_line 'ls -d /tmp/there; hostname'
  answers '/tmp/there'
}
