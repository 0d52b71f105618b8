#!/usr/bin/env bats
# --network full: outbound by pasta or slirp4netns, and nothing of the host's loopback. The "machine" here is a network namespace that
# the suite makes, with an uplink to another one where the servers are; no packet leaves the two.
load helper

prepare() {
  need slirp4netns ip perl unshare nsenter
  # Where pasta is known not to be there, all is asked of slirp4netns alone.
  tools=(pasta slirp4netns)
  if ! command -v pasta >/dev/null && known_lack pasta; then tools=(slirp4netns); else need pasta; fi
  # serve LOG WHERE…: tcp:ADDRESS:PORT, udp:ADDRESS:PORT, unix:NAME (abstract); answers, and logs what has come.
  cat >serve.pl <<'PERL'
use strict; use IO::Select; use IO::Socket::IP; use IO::Socket::UNIX; use Socket;
my ($log, @where) = @ARGV; my $all = IO::Select->new; my %of;
for (@where) {
  my ($kind, $address, $port) = /^(tcp|udp):(.*):(\d+)$/ ? ($1, $2, $3) : ('unix');
  my $s = $kind eq 'unix' ? do { my $u; socket($u, AF_UNIX, SOCK_STREAM, 0) and bind($u, pack_sockaddr_un("\0" . substr $_, 5)) and listen($u, 5) or die "$_: $!"; $u }
    : IO::Socket::IP->new(LocalHost => $address, LocalPort => $port, ($kind eq 'tcp' ? (Listen => 9, ReuseAddr => 1, Type => SOCK_STREAM) : (Type => SOCK_DGRAM))) || die "$_: $@";
  $all->add($s); $of{fileno $s} = [$kind, $_];
}
open my $l, '>>', $log or die; $l->autoflush; print $l "serving\n";
while (my @ready = $all->can_read) { for my $s (@ready) {
  my ($kind, $name) = @{$of{fileno $s}}; print $l "reached $name\n";
  if ($kind eq 'udp') { my $from = recv $s, my $b, 2000, 0; send $s, "answer from $name", 0, $from }
  else { accept my $c, $s; syswrite $c, "answer from $name\n"; close $c }
} }
PERL
  # ask WHERE…: what answers there, with the device's name after an @ where the socket is bound to it; "unix:NAME" is abstract.
  cat >ask.pl <<'PERL'
use strict; use Socket qw(:all);
$SIG{ALRM} = sub { die "no answer\n" };
$| = 1;
# "-3" before the others: seconds, where an answer is not what is hoped for.
my $patience = $ARGV[0] =~ /^-(\d+)$/ ? (shift, $1)[1] : 200;
for (@ARGV) {
  next if fork; # all at the same time
  my ($where, $device) = split /@/; my ($kind, $address, $port) = $where =~ /^(tcp|udp):(.*):(\d+)$/ ? ($1, $2, $3) : ('unix');
  my $family = $kind eq 'unix' ? AF_UNIX : $address =~ /:/ ? AF_INET6 : AF_INET;
  my $to = $kind eq 'unix' ? pack_sockaddr_un("\0" . substr $where, 5) : $family == AF_INET6 ? pack_sockaddr_in6($port, inet_pton(AF_INET6, $address)) : pack_sockaddr_in($port, inet_aton($address));
  my $said = eval {
    alarm $patience; socket(my $s, $family, $kind eq 'udp' ? SOCK_DGRAM : SOCK_STREAM, 0) or die "$!\n";
    if ($device) { setsockopt($s, SOL_SOCKET, 25, pack 'Z16', $device) or die "bind to device: $!\n" }
    connect($s, $to) or die "$!\n"; if ($kind eq 'udp') { send($s, 'hello', 0) // die "$!\n" }
    sysread($s, my $b, 2000) // die "$!\n"; alarm 0; chomp $b; "$b\n" } // "$_: $@";
  print $said; exit;
}
1 while wait > 0;
PERL
  # world SCRIPT: as root of namespaces of its own, on a "machine" with the address 198.51.100.2.
  cat >world.sh <<'SH'
set -eu
mount --make-rprivate /
ip link set lo up
mkfifo held
unshare -n sh -c 'echo >held; exec sleep 1000' & far=$!
read -r _ <held
ip link add up0 type veth peer name far0 netns $far
ip addr add 198.51.100.2/24 dev up0
ip addr add 2001:db8:1::2/64 dev up0 nodad
ip link set up0 up
nsenter -t $far -n sh -ec 'ip link set lo up; ip addr add 198.51.100.1/24 dev far0; ip addr add 2001:db8:1::1/64 dev far0 nodad; ip addr add 203.0.113.5/32 dev lo; ip link set far0 up'
ip route add default via 198.51.100.1
ip -6 route add default via 2001:db8:1::1
nsenter -t $far -n perl serve.pl far.log tcp:0.0.0.0:8000 tcp:2001:db8:1::1:8000 udp:198.51.100.1:53 & farserver=$!
perl serve.pl near.log tcp:127.0.0.1:8001 tcp:::1:8001 udp:127.0.0.1:8002 udp:::1:8002 udp:127.0.0.1:53 unix:$mark & nearserver=$!
echo 'nameserver 198.51.100.1' >resolv.conf
mount --bind resolv.conf /etc/resolv.conf
eventually --of $farserver grep -qs serving far.log
eventually --of $nearserver grep -qs serving near.log
hide() { ! type -P "$1" >/dev/null || mount --bind /dev/null "$(realpath "$(type -P "$1")")"; }
# fake SCRIPT: what the tool that snug chooses does instead.
fake() { printf '#!/bin/sh\n%s\n' "$1" >fake; chmod +x fake; mount --bind fake "$(realpath "$(type -P "$first")")"; }
# The tools that run and are not about to be reaped.
tools() { ps -eo stat=,comm= | grep -v ^Z | grep -E 'pasta|passt|slirp4netns' || true; }
until_none() { eventually none "$1" || { $1; return 1; }; }
none() { [ -z "$($1)" ]; }
# The script is root of its namespaces, and what works for it may not for an ordinary user.
ordinary() { unshare -U --map-user=1000 --map-group=1000 "$@"; }
inside() { ordinary "$SNUG" run --network full -u root -v "$PWD:/t:ro" "$@"; }
near() { grep reached near.log || true; }
# The services on the loopback by all that could lead there, also from a socket that is bound to the device.
loopback() {
  for address in 127.0.0.1 127.0.0.9 ::1 ::ffff:127.0.0.1 0.0.0.0 :: 198.51.100.1 198.51.100.2 2001:db8:1::1 10.0.2.2 10.0.2.3 \
    169.254.1.1 169.254.1.2 169.254.2.1 169.254.2.2; do
    for kind in tcp:$address:8001 udp:$address:8002; do echo $kind $kind@eth0; done
  done
}
SH
  export mark first=${tools[0]}
  if [[ ! -e $BATS_FILE_TMPDIR/tried ]]; then
    [[ $(world 'near; perl ask.pl tcp:203.0.113.5:8000' 2>&1) == "answer from tcp:0.0.0.0:8000" ]] || lacks "network namespaces with veth"
    : >"$BATS_FILE_TMPDIR/tried"
  fi
}
world() {
  { declare -f eventually wait_limit has_ended && cat world.sh && echo "$1"; } >script.sh
  rm -f held far.log near.log
  # What unshare of Debian 11 starts ignores these signals, and so would all that the script starts.
  timeout -s KILL "$(wait_limit)" unshare -Urnmpf --kill-child --mount-proc env --default-signal=INT,TERM bash script.sh
}
# with_each SCRIPT: with pasta, and then with slirp4netns.
with_each() {
  local tool
  for tool in "${tools[@]}"; do
    run --separate-stderr world "$([[ $tool == pasta ]] || echo 'hide pasta;') tool=$tool; $1"
    [[ $status == 0 ]] || fail_with "success with $tool"
  done
}

@test "what is outside can be reached, by either tool, also by a command that joins" {
  # shellcheck disable=SC2016 # for the script
  with_each '
    [ "$(inside host perl /t/ask.pl tcp:203.0.113.5:8000)" = "answer from tcp:0.0.0.0:8000" ]
    "$SNUG" run -d --name k --network full -v "$PWD:/t:ro" host sleep 1000
    [ "$("$SNUG" exec k perl /t/ask.pl tcp:198.51.100.1:8000)" = "answer from tcp:0.0.0.0:8000" ]
    [ "$tool" = slirp4netns ] || [ "$("$SNUG" exec k perl /t/ask.pl tcp:2001:db8:1::1:8000)" = "answer from tcp:2001:db8:1::1:8000" ]
    "$SNUG" exec k grep -q eth0: /proc/net/dev
    "$SNUG" rm -f k
    until_none tools'
}

@test "nothing of the host's loopback can be reached, whatever it is called" {
  # The servers are there: the machine itself reaches them.
  # shellcheck disable=SC2016
  with_each '
    perl ask.pl tcp:127.0.0.1:8001 tcp:::1:8001 udp:127.0.0.1:8002 udp:::1:8002 unix:$mark
    [ "$(near | wc -l)" = 5 ]
    inside host perl /t/ask.pl -3 $(loopback) unix:$mark >answers 2>&1
    ! grep "answer from" answers
    [ "$(near | wc -l)" = 5 ]'
}

@test "names: the host's nameserver, and of one on its loopback the one port" {
  # shellcheck disable=SC2016
  with_each '
    dns=$("$SNUG" explain --json --network full host true | jq -r ".steps[] | select(.kind == \"connect-network\").dns")
    [ "$(inside host perl /t/ask.pl udp:$dns:53)" = "answer from udp:198.51.100.1:53" ]
    echo "nameserver 127.0.0.1" >resolv.conf
    if [ $tool = pasta ]; then
      [ "$(inside host perl /t/ask.pl udp:$dns:53)" = "answer from udp:127.0.0.1:53" ]
      inside host perl /t/ask.pl -3 tcp:$dns:8001 udp:$dns:8002
      [ "$(near)" = "reached udp:127.0.0.1:53" ]
    else
      inside host true 2>err && exit 1
      grep -q "nameserver is 127.0.0.1" err && grep -q passt err
    fi'
}

@test "published ports work beside it" {
  # shellcheck disable=SC2016
  with_each '
    "$SNUG" run -d --name web --network full -p 8100:80 -v "$PWD:/t:ro" host perl /t/serve.pl /tmp/log tcp:127.0.0.1:80
    answered() { [ "$(perl ask.pl tcp:127.0.0.1:8100)" = "answer from tcp:127.0.0.1:80" ]; }
    eventually answered
    # No port of the sandbox is there that was not asked for.
    perl ask.pl -3 tcp:127.0.0.1:80 tcp:198.51.100.2:80 >answers
    ! grep "answer from" answers
    "$SNUG" rm -f web'
}

@test "it ends with the container, and with a snug that is killed at any time" {
  # shellcheck disable=SC2016
  with_each '
    inside host true
    [ -z "$(tools)" ]
    inside host false || [ $? = 1 ]
    [ -z "$(tools)" ]
    for delay in 0 0.02 0.05 0.1 0.2 0.4 1; do
      unshare -U --map-user=1000 --map-group=1000 "$SNUG" run --network full -u root host sleep 1234 & snug=$! # becomes it
      sleep $delay; kill -9 $snug
      until_none tools; until_none "pgrep -x -f sleep.1234"
    done
    "$SNUG" run -d --name k --network full host sleep 1000
    [ "$(tools)" ]
    kill -9 "$("$SNUG" inspect k | jq ".[0].state.supervisor_pid")"
    until_none tools
    "$SNUG" rm -f k'
}

@test "its process has no right but over the sandbox's network, no file, and nothing of the caller's" {
  # shellcheck disable=SC2016
  with_each '
    exec 9</
    export SECRET=1
    ordinary "$SNUG" run --network full -u root host sleep 1234 &
    eventually --of $! pgrep -x -f "sleep 1234" >/dev/null
    payload=$(pgrep -x -f "sleep 1234")
    pid=$(pgrep -x "pasta|pasta.avx2|passt|passt.avx2|slirp4netns")
    grep -q "NoNewPrivs:.1" /proc/$pid/status; grep -q "Seccomp:.2" /proc/$pid/status
    # CAP_NET_BIND_SERVICE, and pasta SYS_ADMIN; in the user namespace of the sandbox.
    case $(sed -n "s/CapEff:.0*//p" /proc/$pid/status) in 200400 | 400) ;; *) exit 1 ;; esac
    [ "$(readlink /proc/$pid/ns/user)" = "$(readlink /proc/$payload/ns/user)" ]
    [ "$(readlink /proc/$pid/ns/mnt)" != "$(readlink /proc/self/ns/mnt)" ]
    [ -z "$(tr "\0" "\n" </proc/$pid/environ)" ]
    ! ls -l /proc/$pid/fd | grep -E -- "-> /($|home|tmp|var)"
    grep -q "Max core file size *0 *0" /proc/$pid/limits'
}

@test "without either tool the error names the package, and what does without" {
  run --separate-stderr world 'hide pasta; hide slirp4netns; inside host echo ran'
  [[ $status == 125 && $stderr == *"neither pasta nor slirp4netns"*passt*"--network gate --allow HOST needs neither"* ]] || fail_with "a refusal"
  refusal_names full
}

# shellcheck disable=SC2016 # for the script
@test "slirp4netns is refused where you are not root inside" {
  run --separate-stderr world 'hide pasta; ordinary "$SNUG" run --network full host echo ran'
  [[ $status == 125 ]] || fail_with "status 125"
  refusal_names "-u root"
}

@test "on a machine without a route pasta's own words are the error's and doctor's; a newer one leads nowhere" {
  need pasta
  # shellcheck disable=SC2016
  run --separate-stderr world 'ip route del default; ip -6 route del default; inside host perl /t/ask.pl -3 $(loopback) unix:$mark; near'
  if ((status == 0)); then
    # Since 2024 it gives a network of link-local addresses then.
    [[ $output != *"answer from"* && $output != *reached* ]] || fail_with "nothing that answers"
    return
  fi
  [[ $status == 125 && $stderr == *"through pasta: "*[Ii]nterface* ]] || fail_with "pasta's words"
  refusal_names "--network gate --allow HOST"
  # shellcheck disable=SC2016
  run --separate-stderr world 'ip route del default; ip -6 route del default; "$SNUG" doctor --json'
  [[ $(jq -r '.checks[] | select(.check == "pasta") | .level, .cause' <<<"$output") == degraded*interface* ]] || fail_with "pasta's words"
}

@test "a tool that fails stops the run before the payload, and what it says cannot touch the terminal" {
  run --separate-stderr world 'fake "printf \"bad \\033[31m\" >&2; exit 1"; inside host echo ran'
  [[ $status == 125 ]] || fail_with "status 125"
  refusal_names 'bad \x1b[31m'
}

@test "a tool that never is ready does not hold a signal up" {
  # shellcheck disable=SC2016
  run --separate-stderr world '
    fake ": >$PWD/started; exec sleep 1000"
    unshare -U --map-user=1000 --map-group=1000 "$SNUG" run --network full -u root host echo ran & snug=$! # becomes it
    eventually --of $snug test -e started
    kill -TERM $snug; wait $snug'
  [[ $status == 143 && -z $output ]] || fail_with "143, and no payload"
}

@test "capabilities that would reach the loopback are refused with it" {
  run --separate-stderr world 'inside --cap-add NET_RAW host echo ran'
  [[ $status == 125 ]] || fail_with "status 125"
  refusal_names CAP_NET_RAW
}

@test "host: told once, and refused by strict" {
  succeeds run --network host host true
  [[ $(grep -c "loopback" <<<"$stderr") == 1 && $stderr == *"note: "*"abstract sockets"* ]] || fail_with "one note"
  refuses strict run --network host --seccomp strict host true
  refuses strict run --network host --profile untrusted host true
}

@test "doctor has tried it" {
  # shellcheck disable=SC2016
  with_each 'ordinary "$SNUG" doctor --json >doctor.json || true
    [ "$(jq -r ".checks[] | select(.check == \"pasta\").level" doctor.json)" = ok ]'
}
