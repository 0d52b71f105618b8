#!/usr/bin/env bats
# --network container:NAME: one network for two containers, and nothing else in common.
load helper

serve='my $s = IO::Socket::INET->new(Listen => 5, LocalAddr => "127.0.0.1:8000", ReuseAddr => 1) or die $!;
  open(my $f, ">", "/tmp/ready"); close $f; while (my $c = $s->accept) { print $c "from web\n"; close $c }'
connect='my $s = IO::Socket::INET->new(PeerAddr => "127.0.0.1:8000", Timeout => 3) or die "$!\n"; print <$s>'

# web OPTION…: a container that serves a line on its loopback.
web() {
  snug run -d --name web "$@" host perl -MIO::Socket::INET -e "$serve" "$mark" >/dev/null
  eventually snug exec web test -e /tmp/ready
}
teardown() {
  snug rm -f web web2 >/dev/null 2>&1 || true
  gone "$mark"
}

@test "the loopback and its ports are the other container's" {
  web
  run snug run host perl -MIO::Socket::INET -e "$connect"
  ((status != 0))
  prints "from web" run --network container:web host perl -MIO::Socket::INET -e "$connect"
  [[ $(snug run --network container:web host readlink /proc/self/ns/net) == "$(snug exec web readlink /proc/self/ns/net)" ]]
  # The other way too: what is served there is reached from web.
  snug run -d --name web2 --network container:web host perl -MIO::Socket::INET -e "${serve//8000/8001}" "$mark" >/dev/null
  eventually snug exec web2 test -e /tmp/ready
  prints "from web" exec web perl -MIO::Socket::INET -e "${connect//8000/8001}"
}

@test "a port that web publishes reaches what shares its network" {
  web -p 127.0.0.1::8001
  snug run -d --name web2 --network container:web host perl -MIO::Socket::INET -e "${serve//8000/8001}" "$mark" >/dev/null
  eventually snug exec web2 test -e /tmp/ready
  local where
  where=$(snug port web 8001)
  [[ $(perl -MIO::Socket::INET -e 'my $s = IO::Socket::INET->new(PeerAddr => $ARGV[0], Timeout => 3) or die "$!\n"; print <$s>' "$where") == "from web" ]]
}

@test "processes, files, mounts, host name and IPC stay its own" {
  web
  local kind
  for kind in mnt pid ipc uts cgroup; do
    [[ $(snug run --network container:web host readlink /proc/self/ns/$kind) != "$(snug exec web readlink /proc/self/ns/$kind)" ]]
  done
  prints 1 run --network container:web host sh -c 'ls -d /proc/[0-9]* | grep -c "^/proc/1$"'
  succeeds run --network container:web host sh -c 'ls /proc; cat /proc/[0-9]*/cmdline'
  absent "$mark" <<<"$output"
  exits 1 run --network container:web host test -e /tmp/ready
  prints box run -h box --network container:web host cat /etc/hostname
  # /sys shows that network's devices and no others.
  prints lo run --network container:web host ls /sys/class/net
}

@test "what is there has no more rights than anywhere: no capability, no user namespace, no look at init" {
  web
  prints 0000000000000000 run --network container:web host awk '/^CapEff/ { print $2 }' /proc/self/status
  exits 1 run --network container:web --seccomp off host sh -c 'unshare -U true 2>/dev/null || exit 1'
  exits 1 run --network container:web host sh -c 'cat /proc/1/environ 2>/dev/null || exit 1'
  exits 1 run --network container:web host sh -c 'ls /proc/1/fd >/dev/null 2>&1 || exit 1'
  run snug run --network container:web host perl -MSocket -e 'socket(my $s, AF_INET, SOCK_DGRAM, 0) or die; my $r = pack("a16s", "lo", 0); print ioctl($s, 0x8914, $r) ? "changed" : $!+0'
  [[ $output == 1 ]]
  # And web cannot be seen to from there, nor the other way.
  snug run -d --name web2 --network container:web host sh -c 'touch /tmp/ready; sleep 1000' "$mark" >/dev/null
  eventually snug exec web2 test -e /tmp/ready
  succeeds exec web sh -c 'cat /proc/[0-9]*/cmdline | tr "\0" " "'
  absent "sleep 1000" <<<"$output"
}

@test "with web's end the other goes on, and it cannot be started again without web" {
  web
  snug run -d --name web2 --network container:web host sh -c 'touch /tmp/ready; sleep 1000' "$mark" >/dev/null
  eventually snug exec web2 test -e /tmp/ready
  snug stop -t 0 web
  prints ok exec web2 echo ok
  snug stop -t 0 web2
  refuses web start web2
  # Its files are there all the same.
  succeeds diff web2
  succeeds cp web2:/tmp/ready ./ready
  succeeds start web
  eventually snug exec web test -e /tmp/ready
  succeeds start web2
  eventually snug exec web2 true
  [[ $(snug exec web2 readlink /proc/self/ns/net) == "$(snug exec web readlink /proc/self/ns/net)" ]]
}

@test "the network may be shared on" {
  web
  snug run -d --name web2 --network container:web host sh -c 'touch /tmp/ready; sleep 1000' "$mark" >/dev/null
  eventually snug exec web2 test -e /tmp/ready
  prints "from web" run --network container:web2 host perl -MIO::Socket::INET -e "$connect"
}

@test "an image with root shares with root, and with one user id there is one user only" {
  snug run -d --name web "$(image)" sh -c 'touch /tmp/ready; sleep 1000' "$mark" >/dev/null
  eventually snug exec web test -e /tmp/ready
  prints 0 run --network container:web "$(image)" id -u
  prints 0 run --network container:web -u root host id -u
  refuses "0:0" run --network container:web host true
  [[ $stderr == *"--user 0:0"* ]]
}

@test "with a range of ids the other's root is the caller" {
  need_range
  snug run -d --name web --ids range "$(image)" sh -c 'touch /tmp/ready; sleep 1000' "$mark" >/dev/null
  eventually snug exec web test -e /tmp/ready
  mkdir out
  prints 0 run --network container:web -v ./out:/out "$(image)" sh -c 'touch /out/made; id -u'
  [[ $(stat -c %u out/made) == "$(id -u)" ]]
  refuses user.ids run --network container:web --ids range "$(image)" true
}

@test "what belongs to the other container is refused, with one line" {
  refuses nobody run --network container:nobody host true
  web
  refuses publish run --network container:web -p 8000 host true
  refuses dns run --network container:web --dns 192.0.2.1 host true
  exits 125 run --network container:web --allow example.org host true
  printf 'image = "host"\n[security]\nnested-userns = true\n' >p.toml
  refuses nested-userns run --profile ./p.toml --network container:web -- true
  local bad
  for bad in container container: 'container:a b' $'container:a\nb' container:../web nothing; do
    exits 125 run --network "$bad" host true
    [[ -z $output && $stderr == "snug: "* ]]
  done
  snug stop -t 0 web
  refuses "container web is not running" run --network container:web host true
  [[ $stderr == *"snug start web"* ]]
  snug rm web
  snug run -d --name web --network host host sh -c 'sleep 1000' "$mark" >/dev/null
  refuses "host's network" run --network container:web host true
}

@test "whose snug is killed is gone with it, and the other container is not" {
  web
  snug run --network container:web host sh -c 'echo up; sleep 1000' "$mark-killed" >up &
  eventually grep -q up up
  # The supervisor is init's parent; it alone has the mark and "run" in its command line.
  pkill -9 -f -- "run --network container:web .*$mark-killed"
  gone "$mark-killed"
  prints "from web" run --network container:web host perl -MIO::Socket::INET -e "$connect"
}

@test "every kind of writable layer works there" {
  web
  prints ok run --network container:web --writable disk host sh -c 'echo ok >/tmp/x; cat /tmp/x'
  prints ok run --network container:web --read-only -w / host echo ok
  snug run -d --name web2 "$(image)" sh -c 'touch /tmp/ready; sleep 1000' "$mark" >/dev/null
  eventually snug exec web2 test -e /tmp/ready
  prints ok run --network container:web2 "$(image)" sh -c 'echo ok >/opt/x; cat /opt/x'
  need_fuse
  prints ok run --network container:web2 --overlay fuse "$(image)" sh -c 'echo ok >/opt/x; cat /opt/x'
}

@test "explain and a profile say the same" {
  web
  printf 'image = "host"\ncommand = ["readlink", "/proc/self/ns/net"]\n[network]\nmode = "container:web"\n' >p.toml
  succeeds explain --profile ./p.toml
  [[ $output == *"join the user and network namespace of the running container web"*"p.toml:4"* ]]
  absent "bring up lo|map user" <<<"$output"
  prints "$(snug exec web readlink /proc/self/ns/net)" run --profile ./p.toml
  succeeds profile show ./p.toml
  [[ $output == *'mode = "container:web"'* ]]
}
