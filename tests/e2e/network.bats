#!/usr/bin/env bats
# No network unless it is asked for.
load helper

# Serves one line on 127.0.0.1 outside; its port is $port.
listen() {
  perl -MIO::Socket::INET -e '
    my $s = IO::Socket::INET->new(Listen => 5, LocalAddr => "127.0.0.1", ReuseAddr => 1) or die $!;
    open(my $f, ">", "port.new"); print $f $s->sockport; close $f; rename "port.new", "port";
    while (my $c = $s->accept) { print $c "from outside\n"; close $c }' &
  server=$!
  eventually test -s port
  port=$(cat port)
}
connect='my $s = IO::Socket::INET->new(PeerAddr => "127.0.0.1", PeerPort => $ARGV[0], Timeout => 3) or die "$!\n"; print <$s>'

@test "without a network there is a loopback only, and it works" {
  prints lo run host sh -c 'tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d " "'
  prints "talked" run host perl -MIO::Socket::INET -e '
    my $l = IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1") or die $!;
    if (fork == 0) { my $c = IO::Socket::INET->new(PeerAddr => "127.0.0.1", PeerPort => $l->sockport) or die $!; print $c "talked"; exit }
    my $c = $l->accept; print <$c>'
}

@test "without a network the host's ports cannot be reached, with --network host they can" {
  listen
  run snug run host perl -MIO::Socket::INET -e "$connect" "$port"
  ((status != 0))
  [[ $output != *"from outside"* ]]
  run snug run --network none host perl -MIO::Socket::INET -e "$connect" "$port"
  ((status != 0))
  prints "from outside" run --network host host perl -MIO::Socket::INET -e "$connect" "$port"
  kill "$server"
}

@test "without a network no address outside can be reached" {
  run snug run host perl -MIO::Socket::INET -e 'IO::Socket::INET->new(PeerAddr => "192.0.2.1", PeerPort => 9, Timeout => 3) or print $!+0'
  [[ $output == 101 ]] # ENETUNREACH, and at once
}

@test "abstract sockets of the host are out of reach without its network" {
  perl -MSocket -e 'socket(my $s, AF_UNIX, SOCK_STREAM, 0); bind($s, pack_sockaddr_un("\0".$ARGV[0])) or die $!; listen($s, 1); open(my $f, ">", "ready"); print $f 1; close $f; sleep 1000' "$mark" &
  local server=$!
  eventually test -s ready
  run snug run host perl -MSocket -e 'socket(my $s, AF_UNIX, SOCK_STREAM, 0); print connect($s, pack_sockaddr_un("\0".$ARGV[0])) ? "connected" : $!' "$mark"
  kill "$server"
  [[ $output != connected ]]
}

@test "a port below 1024 can be served in a network of one's own" {
  prints ok run host perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1:80") ? "ok" : $!'
}

@test "the host's network is the host's" {
  [[ $(snug run --network host host readlink /proc/self/ns/net) == "$(readlink /proc/self/ns/net)" ]]
  [[ $(snug run host readlink /proc/self/ns/net) != "$(readlink /proc/self/ns/net)" ]]
}

@test "names: the sandbox's own with no network, the host's with its network" {
  prints "127.0.0.1" run host sh -c 'grep -w localhost /etc/hosts | head -n1 | cut -f1'
  [[ $(snug run --network host "$(image)" cat /etc/resolv.conf) == "$(cat /etc/resolv.conf)" ]]
}

@test "interfaces and routes cannot be changed" {
  run snug run -u root host perl -MSocket -e 'socket(my $s, AF_INET, SOCK_DGRAM, 0) or die; my $r = pack("a16s", "lo", 0); print ioctl($s, 0x8914, $r) ? "changed" : $!+0'
  [[ $output == 1 ]]
}
