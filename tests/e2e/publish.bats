#!/usr/bin/env bats
# Ports of a sandbox on this machine: -p. Servers inside and clients outside are perl's, on loopback addresses.
load helper

prepare() {
  need perl
  # serve ADDRESS PORT WHAT: echo | whole (answers after the end) | peer (says who) | flood BYTES
  cat >server.pl <<'PERL'
use strict; use IO::Socket::IP; use Socket qw(:DEFAULT SHUT_WR);
my ($address, $port, $what, $bytes) = @ARGV;
$SIG{CHLD} = 'IGNORE'; $SIG{PIPE} = 'IGNORE';
my $server = IO::Socket::IP->new(Listen => 1024, LocalHost => $address, LocalPort => $port, ReuseAddr => 1, ($address eq '::' || $address eq '::1' ? (V6Only => 1) : ())) or die "listen: $@\n";
$| = 1; print "serving\n";
while (my $c = $server->accept) {
  next if fork;
  if ($what eq 'echo') { while (sysread $c, my $b, 65536) { my $o = 0; while ($o < length $b) { $o += syswrite($c, $b, length($b) - $o, $o) // exit } } }
  elsif ($what eq 'whole') { my $all = ''; while (sysread $c, my $b, 65536) { $all .= $b } print $c length($all), " bytes\n" }
  elsif ($what eq 'peer') { print $c $c->peerhost, "\n" }
  elsif ($what eq 'flood') { my $b = 'x' x 65536; for (my $left = $bytes; $left > 0;) { my $n = syswrite($c, $b, $left < 65536 ? $left : 65536) // exit; $left -= $n } }
  exit;
}
PERL
  # talk ADDRESS PORT [FROM]: standard input there, shut down, and what comes back
  cat >talk.pl <<'PERL'
use strict; use IO::Socket::IP; use Socket qw(:DEFAULT SHUT_WR);
my ($address, $port, $from) = @ARGV;
my $s = IO::Socket::IP->new(PeerHost => $address, PeerPort => $port, Timeout => 200, ($from ? (LocalHost => $from) : ())) or die "connect: $@\n";
if (!fork) { while (sysread STDIN, my $b, 65536) { my $o = 0; while ($o < length $b) { $o += syswrite($s, $b, length($b) - $o, $o) // exit } } shutdown $s, SHUT_WR; exit }
while (1) { my $n = sysread $s, my $b, 65536; die "read: $!\n" unless defined $n; last unless $n; print $b }
wait;
PERL
  # udp ADDRESS PORT TEXT: one datagram and its answer
  cat >udp.pl <<'PERL'
use strict; use IO::Socket::IP;
my ($address, $port, @texts) = @ARGV;
my $s = IO::Socket::IP->new(PeerHost => $address, PeerPort => $port, Type => SOCK_DGRAM) or die $@;
for (@texts) { send $s, $_, 0; my $r = ''; vec($r, fileno $s, 1) = 1; select($r, undef, undef, 200) or die "no answer\n"; recv $s, my $b, 2000, 0; print "$b\n" }
PERL
}
# serving NAME [OPTION…] -- ARGUMENTS: a container with the server in it, once it serves.
serving() {
  local name=$1 options=()
  shift
  while [[ $1 != -- ]]; do options+=("$1") && shift; done
  shift
  succeeds run -d --name "$name" -v "$PWD/server.pl:/server.pl:ro" "${options[@]}" host perl /server.pl "$@"
  eventually served "$name"
}
served() { [[ $("$SNUG" logs "$1" 2>&1) == *serving* ]]; }
# port_of NAME [PORT]: on the host.
port_of() { "$SNUG" port "$1" "${2:-80}" | sed 's/.*://'; }
talk() { perl talk.pl "$@"; }
refused() { ! talk 127.0.0.1 "$1" </dev/null 2>/dev/null; }
eval "$(declare -f teardown | sed '1s/teardown/common_teardown/')"
teardown() {
  local name
  for name in $("$SNUG" ps -a -q 2>/dev/null); do "$SNUG" rm -f "$name" >/dev/null; done
  common_teardown
}

@test "a port of the sandbox is there on this machine's loopback, and on it only" {
  serving web -p 0:80 -- 127.0.0.1 80 echo
  local port
  port=$(port_of web)
  [[ $(echo hello | talk 127.0.0.1 "$port") == hello ]]
  [[ $("$SNUG" port web) == "80/tcp -> 127.0.0.1:$port" ]]
  [[ $("$SNUG" port --json web | jq -c '.[0] | [.container_port, .host_address, .host_port, .protocol]') == "[80,\"127.0.0.1\",$port,\"tcp\"]" ]]
  [[ $("$SNUG" inspect web | jq -r '.[0].ports[0]') == "127.0.0.1:$port:80/tcp" ]]
  [[ $("$SNUG" ps) == *"127.0.0.1:$port->80/tcp"* ]] || fail_with "the port in ps"
  # 127.0.0.1 is not all of the loopback's network.
  run talk 127.0.0.2 "$port"
  ((status != 0))
}

@test "with a service on all addresses, on IPv6 alone, and an address of IPv6 outside" {
  serving any -p 0:80 -- 0.0.0.0 80 echo
  [[ $(echo 4 | talk 127.0.0.1 "$(port_of any)") == 4 ]]
  serving six -p 0:80 -p '[::1]:0:80' -- ::1 80 echo
  local ports
  mapfile -t ports < <("$SNUG" port six 80 | sed 's/.*://')
  [[ $(echo 46 | talk 127.0.0.1 "${ports[0]}") == 46 ]]
  [[ $(echo 66 | talk ::1 "${ports[1]}") == 66 ]]
  [[ $("$SNUG" port six) == *"80/tcp -> [::1]:${ports[1]}"* ]]
}

@test "the service sees who is there" {
  serving web -p 127.0.0.1:0:80 -- 127.0.0.1 80 peer
  [[ $(talk 127.0.0.1 "$(port_of web)" 127.0.0.9 </dev/null) == 127.0.0.9 ]]
  # And nothing else of the network has opened by that.
  run -0 snug exec web perl -MIO::Socket::INET -e 'IO::Socket::INET->new(PeerAddr => "192.0.2.1", PeerPort => 9, Timeout => 3) or print $!+0'
  [[ $output == 101 ]]
}

@test "what is sent comes through whole, both ways, and a slow reader loses nothing" {
  serving web -p 0:80 -- 127.0.0.1 80 echo
  head -c 30000000 /dev/urandom >sent
  talk 127.0.0.1 "$(port_of web)" <sent >got
  cmp sent got
  serving flood -p 0:80 -- 127.0.0.1 80 flood 20000000
  talk 127.0.0.1 "$(port_of flood)" </dev/null | { sleep 2 && wc -c; } >count
  [[ $(cat count) == 20000000 ]]
}

@test "one side may end before the other" {
  serving web -p 0:80 -- 127.0.0.1 80 whole
  [[ $(head -c 5000000 /dev/zero | talk 127.0.0.1 "$(port_of web)") == "5000000 bytes" ]]
}

@test "where nobody listens inside the connection is reset" {
  succeeds run -d --name web -p 0:80 host sleep 1000
  run talk 127.0.0.1 "$(port_of web)" </dev/null
  [[ $status != 0 && $output == *reset* ]] || fail_with "a reset"
  # A service that comes later is found.
  succeeds exec -d web perl -MIO::Socket::INET -e 'my $s = IO::Socket::INET->new(Listen => 5, LocalAddr => "127.0.0.1:80") or die; while (my $c = $s->accept) { print $c "late\n"; close $c }'
  late() { [[ $(talk 127.0.0.1 "$(port_of web)" </dev/null 2>/dev/null) == late ]]; }
  eventually late
}

@test "UDP: each peer gets its own answers" {
  succeeds run -d --name dns -p 0:53/udp host perl -MIO::Socket::INET -e '
    my $s = IO::Socket::INET->new(LocalAddr => "127.0.0.1:53", Proto => "udp") or die $!;
    while (my $from = recv $s, my $b, 2000, 0) { my ($port, $address) = sockaddr_in($from); send $s, "$b from " . inet_ntoa($address), 0, $from }'
  local port
  port=$(port_of dns 53/udp)
  answers() { [[ $(perl udp.pl 127.0.0.1 "$port" one two) == $'one from 127.0.0.1\ntwo from 127.0.0.1' ]]; }
  eventually answers
  perl udp.pl 127.0.0.1 "$port" a b c d >first &
  perl udp.pl 127.0.0.1 "$port" e f g h >second
  wait $!
  [[ $(cut -c1 first | tr -d '\n')$(cut -c1 second | tr -d '\n') == abcdefgh ]]
}

@test "ranges, several, and one that the kernel chooses for a run in the foreground" {
  serving many -p 127.0.0.1::80-82 -p 0:81 -- 127.0.0.1 81 echo
  [[ $("$SNUG" port many | cut -d' ' -f1 | sort | tr '\n' ' ') == "80/tcp 81/tcp 81/tcp 82/tcp " ]]
  local port
  for port in $("$SNUG" port many 81 | sed 's/.*://'); do [[ $(echo x | talk 127.0.0.1 "$port") == x ]]; done
  run --separate-stderr snug run -p 80 host true
  [[ $status == 0 && $stderr =~ "note: published: 127.0.0.1:"[0-9]+":80/tcp" ]] || fail_with "a note of the port"
}

@test "a port that is taken, an address of nobody's, and one for root stop the run" {
  serving web -p 0:80 -- 127.0.0.1 80 echo
  exits 125 run -p "$(port_of web):80" host true
  [[ $stderr == *EADDRINUSE*"another program"* ]] || fail_with "a word of the port"
  exits 125 run -p 192.0.2.1:0:80 host true
  [[ $stderr == *EADDRNOTAVAIL*hint* ]] || fail_with "a word of the address"
  if (($(cat /proc/sys/net/ipv4/ip_unprivileged_port_start) > 99)); then
    exits 125 run -p 99:80 host true
    [[ $stderr == *EACCES*ip_unprivileged_port_start* ]] || fail_with "the sysctl"
  fi
  exits 125 run --network host -p 99:80 host true
  [[ $stderr == *"every port is the host's already"* ]]
}

@test "where the ports cannot be served the command has not run" {
  mkdir t
  local round
  for ((round = 0; round < 10; ++round)); do
    run --separate-stderr "$support/refuse-calls" joins "$SNUG" run -p 127.0.0.1:0:80 -v "$PWD/t:/t" host touch /t/ran
    [[ $status == 125 && $stderr == *"set up the forwarder of published ports: "*EPERM* ]] || fail_with "125"
    [[ ! -e t/ran ]]
  done
}

@test "the port is gone with the container: after its end, stop, and kill -9 of its supervisor" {
  serving web -p 0:80 -- 127.0.0.1 80 echo
  local port
  port=$(port_of web)
  succeeds stop -t 1 web
  refused "$port"
  prints "" port web
  serving other -p "$port:80" -- 127.0.0.1 80 echo
  [[ $(echo x | talk 127.0.0.1 "$port") == x ]]
  kill -9 "$("$SNUG" inspect other | jq '.[0].state.supervisor_pid')"
  eventually refused "$port"
  succeeds start other
  eventually served other
  answers() { [[ $(echo again | talk 127.0.0.1 "$port" 2>/dev/null) == again ]]; }
  eventually answers
}

# forwarder_of NAME: the process that forwards its ports.
forwarder_of() {
  local supervisor init
  read -r supervisor init < <("$SNUG" inspect "$1" | jq -r '.[0].state | "\(.supervisor_pid) \(.init_pid)"')
  tr ' ' '\n' <"/proc/$supervisor/task/$supervisor/children" | grep -vx -e "$init" -e ''
}

@test "what forwards has no right but that over the sandbox's network, and its end closes the port" {
  serving web -p 0:80 -- 127.0.0.1 80 echo
  local pid port
  port=$(port_of web)
  pid=$(forwarder_of web | head -n 1)
  [[ $(grep -E '^(NoNewPrivs|Seccomp|CapEff|CapPrm|CapAmb):' "/proc/$pid/status" | tr -d '\t') == \
    $'CapPrm:0000000000001000\nCapEff:0000000000001000\nCapAmb:0000000000000000\nNoNewPrivs:1\nSeccomp:2' ]]
  # Of the supervisor's descriptors it has none: sockets, pipes, epoll.
  ! find "/proc/$pid/fd" -type l -printf '%l\n' | grep -vE '^(socket:|pipe:|anon_inode:)' || fail_with "nothing else open"
  # Nothing inside sees it.
  run -0 snug exec web sh -c 'cat /proc/[0-9]*/comm'
  [[ $output != *snug*snug* ]]
  # shellcheck disable=SC2046 # one or more
  kill -9 $(forwarder_of web)
  eventually refused "$port"
  [[ $("$SNUG" ps -q) == web ]]
}

@test "an untrusted command may serve what is published, and call nobody" {
  run --separate-stderr timeout 200 "$SNUG" run --profile untrusted -p 0:80 -- true
  [[ $status == 0 ]] || fail_with "a run"
  succeeds run -d --name web --profile untrusted -p 0:80 -- perl -MIO::Socket::INET -e '
    my $s = IO::Socket::INET->new(Listen => 5, LocalAddr => "127.0.0.1:80") or die $!;
    while (my $c = $s->accept) { print $c IO::Socket::INET->new(PeerAddr => "192.0.2.1:9", Timeout => 2) ? "out" : "in", "\n"; close $c }'
  answers() { [[ $(talk 127.0.0.1 "$(port_of web)" </dev/null 2>/dev/null) == in ]]; }
  eventually answers
}

@test "explain has the ports, and a container keeps them over a start" {
  succeeds explain -p 127.0.0.1:8099:80 -p 8100-8102:90-92/udp host true
  [[ $output == *"listen on 127.0.0.1:8099 for TCP port 80 of the sandbox"*"listen on 127.0.0.1:8100-8102 for UDP port 90-92"* ]]
  serving web -p 0:80 -- 127.0.0.1 80 echo
  succeeds stop -t 1 web
  succeeds start web
  eventually served web
  answers() { [[ $(echo x | talk 127.0.0.1 "$(port_of web)" 2>/dev/null) == x ]]; }
  eventually answers
}

@test "ten thousand connections at once" {
  local most
  most=$(ulimit -Hn)
  [[ $most == unlimited ]] || ((most >= 10500)) || lacks "10500 descriptors for a process"
  cat >many.py <<'PYTHON'
import asyncio, sys
async def serve():
    async def talk(reader, writer):
        while line := await reader.readline():
            writer.write(line)
            await writer.drain()
    server = await asyncio.start_server(talk, "127.0.0.1", 80, backlog=4096)
    print("serving", flush=True)
    await server.serve_forever()
async def call(port, count):
    open_ones = []
    for start in range(0, count, 500):
        open_ones += await asyncio.gather(*(asyncio.open_connection("127.0.0.1", port) for _ in range(min(500, count - start))))
    good = 0
    for round in range(2):
        for i, (_, writer) in enumerate(open_ones):
            writer.write(b"%d\n" % i)
        for i, (reader, _) in enumerate(open_ones):
            good += await reader.readline() == b"%d\n" % i
    print(good)
asyncio.run(serve() if sys.argv[1] == "serve" else call(int(sys.argv[1]), int(sys.argv[2])))
PYTHON
  need python3
  # Both ends here have one for each connection, and what forwards two.
  ulimit -Sn 10400
  succeeds run -d --name many -v "$PWD/many.py:/many.py:ro" -p 0:80 host python3 /many.py serve
  eventually served many
  [[ $(python3 many.py "$(port_of many)" 10000) == 20000 ]]
}
