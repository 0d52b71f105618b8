#!/usr/bin/env bats
# The egress gate: what the rules let through, with programs that know nothing of it, and every way around it that we know.
load helper
load world

eval "$(declare -f setup_file | sed '1s/setup_file/common_setup_file/')"
setup_file() {
  common_setup_file
  ((EUID != 0)) || return 0
  need dnsmasq nginx sshd openssl ssh-keygen curl dig git perl python3 nsenter ip
  world_begin
}
teardown_file() { world_end; }
prepare() {
  SNUG=$(world_dir)/snug
  cp "$(world_dir)/ca.crt" .
}
eval "$(declare -f teardown | sed '1s/teardown/common_teardown/')"
teardown() {
  local name
  for name in $("$SNUG" ps -a -q 2>/dev/null); do "$SNUG" rm -f "$name" >/dev/null; done
  common_teardown
}
# gate [OPTION…] -- SCRIPT: a shell behind the gate. Whether a connection is refused or reset at once is a matter of a moment, so that
# `try` says of each of curl's statuses for that: refused.
gate() {
  local options=()
  while [[ $1 != -- ]]; do options+=("$1") && shift; done
  run --separate-stderr snug run --network gate -v "$PWD/ca.crt:/ca.crt:ro" "${options[@]}" host bash -c \
    "try() { timeout 100 \"\$@\" >/tmp/out 2>&1; case \$? in 7 | 35 | 55 | 56) echo refused ;; *) echo \$? ;; esac; }; $2"
}
blocked() { [[ $stderr == *"$1 is blocked: $2"* ]] || fail_with "a note that $1 is blocked: $2"; }

@test "a host by name: https of both families, ssh, git; and nothing else" {
  cp "$(world_dir)/user_key" . && chmod 600 user_key
  git init -q --bare "$(world_dir)/www/repo.git"
  git -C "$(world_dir)/www/repo.git" update-server-info
  gate --allow good.example.org --allow good.example.org:22 -v "$PWD/user_key:/key:ro" -- '
    curl -sS -4 --cacert /ca.crt https://good.example.org/
    curl -sS -6 --cacert /ca.crt https://good.example.org/
    cp /key /tmp/key && chmod 600 /tmp/key
    ssh -q -i /tmp/key -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null good.example.org echo by ssh
    GIT_SSL_CAINFO=/ca.crt git clone -q https://good.example.org/repo.git /tmp/repo 2>/tmp/git && echo cloned
    python3 -c "
import ssl, urllib.request
print(urllib.request.urlopen(\"https://good.example.org/host\", context=ssl.create_default_context(cafile=\"/ca.crt\")).read().decode(), end=\"\")"
    perl -MSocket -e "my @a = Socket::getaddrinfo(q(good.example.org), 443); print scalar(@a) > 1 ? qq(found\n) : qq(none\n)"'
  [[ $output == "you have reached it
you have reached it
by ssh
cloned
good.example.org
found" && $status == 0 ]] || fail_with "every program's answer"
  [[ -z $stderr ]]
}

@test "a wildcard, a port, a range of ports, an address; each for what it says alone" {
  gate --allow '*.example.net:80' --allow good.example.org:8000-8443,tls=off --allow 93.184.216.35:80 --allow '[2606:2800:220:1::35]:80' -- '
    curl -sS http://a.web.example.net/host
    curl -sS http://good.example.org:8080/
    curl -sSk https://good.example.org:8443/
    curl -sS http://93.184.216.35/
    curl -sS "http://[2606:2800:220:1::35]/"
    try curl -sS http://93.184.216.34/
    try curl -sS http://93.184.216.35:8080/
    try curl -sS http://example.net/
    try curl -sS http://good.example.org/
    try curl -sS http://good.example.org:9000/'
  [[ $output == "a.web.example.net
you have reached it
you have reached it
you have reached it
you have reached it
refused
refused
6
refused
refused" ]] || fail_with "five answers and five refusals"
  blocked 93.184.216.34:80 "no rule allows it"
  blocked good.example.org:80 "no rule allows it; to allow it: --allow good.example.org:80"
  blocked good.example.org:9000 "no rule"
  blocked example.net "no rule"
}

@test "it is there before the command is" {
  local round
  for ((round = 0; round < 20; ++round)); do
    succeeds run --network gate host cat /proc/net/dev
    [[ $output == *gate0:* ]] || fail_with "the gate's device"
  done
}

@test "no rule: nothing; and what is denied is denied" {
  gate -- 'try curl -sS https://good.example.org/; try curl -sS https://93.184.216.34/; ls /sys/class/net'
  [[ $output == "6
refused
gate0
lo" ]] || fail_with "two refusals"
  gate --allow '*.example.org:80' --deny good.example.org -- '
    curl -sS http://mirror.example.org/; try curl -sS http://good.example.org/'
  [[ $output == "you have reached it
6" ]] || fail_with "one answer"
}

@test "the name's real addresses: private, loopback, metadata and this machine's own are refused, unless the rule says private" {
  local names="inner loop metadata" name
  gate --allow '*.example.org:80' -- 'for n in inner loop metadata; do try curl -sS http://$n.example.org/; done; curl -sS http://mixed.example.org/'
  [[ $output == "refused
refused
refused
you have reached it" ]] || fail_with "three refusals and an answer"
  blocked inner.example.org:80 "its address 10.1.2.3 is private"
  blocked loop.example.org:80 "its address 127.0.0.1 is loopback"
  blocked metadata.example.org:80 "its address 169.254.169.254 is metadata"
  gate --allow inner.example.org:80,private -- 'curl -sS http://inner.example.org/'
  [[ $output == "you have reached it" ]]
}

@test "443 opens with TLS for that name, 80 with requests for that host" {
  gate --allow good.example.org --allow good.example.org:80 --allow web.example.net:8443,tls=require -- '
    address=$(getent ahostsv4 good.example.org | head -n 1 | cut -d" " -f 1)
    curl -sSk https://web.example.net:8443/host
    try curl -sSk --resolve "evil.example:443:$address" https://evil.example/
    try curl -sSk "https://$address/"
    try curl -sS http://good.example.org:443/
    printf "GET / HTTP/1.0\r\n\r\n" | try perl -MIO::Socket::IP -e "my \$s = IO::Socket::IP->new(qq(good.example.org:443)) or exit 3; print \$s <STDIN>; print <\$s> // q(); exit(\$s->eof ? 5 : 0)"
    try curl -sS -H "Host: evil.example" http://good.example.org/
    try curl -sS -x http://good.example.org:80 -p http://evil.example/
    try curl -sS http://good.example.org/ --next -H "Host: evil.example" http://good.example.org/
    curl -sS --http2 http://good.example.org/host http://good.example.org/host'
  [[ $(head -n 1 <<<"$output") == web.example.net && $(tail -n 2 <<<"$output") == "good.example.org
good.example.org" ]] || fail_with "answers first and last"
  [[ $(sed -n '2,8p' <<<"$output") != *0* ]] || fail_with "no success between"
  blocked good.example.org:443 'TLS for "evil.example"'
  blocked good.example.org:443 "TLS without the name of the server (SNI)"
  blocked good.example.org:443 "what came is not TLS"
  blocked good.example.org:80 'a request for "evil.example"'
  blocked good.example.org:80 CONNECT
}

@test "names: addresses only, for allowed names only; nothing of a question leaves" {
  : >"$(world_dir)/queries"
  gate --allow good.example.org -- '
    dig +short +timeout=60 A good.example.org; dig +short +timeout=60 +tcp AAAA Good.Example.ORG.
    for type in HTTPS SVCB; do dig +timeout=60 $type good.example.org | grep -E "status|ANSWER:" | tr -s " " | cut -d" " -f 4-12; done
    for type in TXT MX ANY NULL CNAME; do dig +timeout=60 $type good.example.org | grep -o "status: [A-Z]*"; done
    dig +timeout=60 TXT secret.evil.example | grep -o "status: [A-Z]*"
    dig +timeout=60 A secret.evil.example | grep -o "status: [A-Z]*"
    dig +timeout=60 CH TXT version.bind | grep -o "status: [A-Z]*"
    dig +timeout=1 +tries=1 @8.8.8.8 good.example.org >/dev/null; echo $?'
  [[ $output == "198.18.0.16
fd9c:1e6d:53a7::10"* ]] || fail_with "addresses that stand for the name"
  [[ $(grep -c "status: REFUSED" <<<"$output") == 7 && $(grep -c "status: NXDOMAIN" <<<"$output") == 1 ]] || fail_with "seven refused, one unknown"
  [[ $(grep -c "status: NOERROR\|NOERROR" <<<"$output") == 2 && $(tail -n 1 <<<"$output") == 9 ]] || fail_with "two without an answer; no other server"
  absent evil <"$(world_dir)/queries"
}

@test "names: garbage and a flood are survived" {
  gate --allow good.example.org -- '
    perl -MIO::Socket::IP -e "
      my \$s = IO::Socket::IP->new(PeerHost => q(198.18.0.1), PeerPort => 53, Type => SOCK_DGRAM);
      srand 7;
      for my \$i (1 .. 20000) {
        my \$q = pack(q(nnnnnn), \$i & 65535, 0x100, 1, 0, 0, 0) . qq(\x04good\x07example\x03org\x00) . pack(q(nn), 1, 1);
        substr(\$q, int rand length \$q, 1) = chr int rand 256 if \$i % 2;
        \$q = substr(\$q, 0, int rand length \$q) if \$i % 5 == 0;
        send \$s, \$q, 0;
      }
      for (1 .. 50) {
        my \$t = IO::Socket::IP->new(PeerHost => q(198.18.0.1), PeerPort => 53) or die;
        syswrite \$t, join q(), map { chr int rand 256 } 1 .. 200;
      }"
    dig +short +timeout=2 +tries=100 A good.example.org | grep -v "^;;"; curl -sS --cacert /ca.crt https://good.example.org/'
  # A question asked while the flood still fills the queue is dropped, as by any socket: dig says so, and asks again.
  [[ $output == "198.18.0.16
you have reached it" ]] || fail_with "an answer after it"
}

@test "ways around: datagrams, echo requests, raw sockets, other addresses, abstract sockets, routes" {
  "$(world_dir)/enter" perl -MSocket -e 'socket my $s, AF_UNIX, SOCK_STREAM, 0; bind $s, pack("Sa*", AF_UNIX, "\0gate-abstract") or die; listen $s, 1; $| = 1; print "up\n"; sleep 1000' >up 3>&- &
  local listener=$!
  eventually --of "$listener" test -s up
  gate --allow good.example.org -- '
    perl -MIO::Socket::IP -e "my \$s = IO::Socket::IP->new(PeerHost => q(good.example.org), PeerPort => 443, Type => SOCK_DGRAM); send \$s, q(quic), 0; select undef, undef, undef, 0.3; print defined(recv \$s, my \$b, 9, 0) ? qq(reached\n) : qq(refused\n)"
    perl -MSocket -e "socket(my \$s, AF_INET, SOCK_RAW, 1) and print qq(raw\n); socket(my \$p, 17, 3, 0) and print qq(packet\n)"
    perl -MSocket -e "socket my \$s, AF_UNIX, SOCK_STREAM, 0; print connect(\$s, pack(q(Sa*), AF_UNIX, qq(\0gate-abstract))) ? qq(reached\n) : qq(refused\n)"
    for to in 93.184.217.1 93.184.217.2 10.1.2.3 169.254.169.254 "[::ffff:93.184.216.34]" "[2606:2800:220:1::34]"; do try curl -sS -m 60 "https://$to/"; done
    ip route add default dev lo 2>/dev/null && echo route; ip link set gate0 down 2>/dev/null && echo link; ip address add 10.0.0.1/8 dev lo 2>/dev/null && echo address
    true'
  kill $listener
  [[ $(head -n 2 <<<"$output") == "refused
refused" && $(tail -n +3 <<<"$output" | grep -c "^refused$") == 6 && $(wc -l <<<"$output") == 8 ]] || fail_with "refusals only"
  blocked "good.example.org:443 (udp)" "only TCP"
  blocked 169.254.169.254:443 "no rule allows it; to allow it: --allow 169.254.169.254,private"
}

@test "even root inside with rights over its network reaches nothing more" {
  gate --cap-add NET_ADMIN --cap-add NET_RAW --allow good.example.org -- '
    ip route flush table main; ip route add default dev gate0; ip address add 93.184.217.9/24 dev gate0
    try curl -sS -m 60 http://93.184.217.1/; try curl -sS -m 60 http://93.184.216.34/; try curl -sS -m 60 http://10.1.2.3/
    true'
  [[ $output != *0* ]] || fail_with "refusals only"
}

@test "host:PORT is one service of this machine" {
  printf '%s\n' 'use IO::Socket::IP; my $s = IO::Socket::IP->new(Listen => 9, LocalHost => "127.0.0.1", LocalPort => $ARGV[0], ReuseAddr => 1) or die; $| = 1; print "up\n"; while (my $c = $s->accept) { print $c "from the host\n"; close $c }' >serve.pl
  "$(world_dir)/enter" perl serve.pl 5432 >up 2>&1 3>&- &
  local first=$!
  "$(world_dir)/enter" perl serve.pl 5433 >up2 2>&1 3>&- &
  local second=$!
  eventually --of "$first" test -s up
  eventually --of "$second" test -s up2
  gate --allow host:5432 -- 'curl -sS -m 60 telnet://host:5432 </dev/null; try curl -sS -m 60 telnet://host:5433; try curl -sS -m 60 telnet://127.0.0.1:5432'
  kill $first $second
  [[ $output == "from the host
refused
refused" ]] || fail_with "one service"
}

@test "apt-get from the image's own sources, by @apt" {
  need dpkg-deb
  local www
  www=$(world_dir)/www
  mkdir -p deb/DEBIAN deb/usr/share/tiny
  printf 'Package: tiny\nVersion: 1\nArchitecture: all\nMaintainer: alice <alice@example.org>\nDescription: tiny\n' >deb/DEBIAN/control
  echo "it is installed" >deb/usr/share/tiny/text
  dpkg-deb --root-owner-group -b deb "$www/tiny.deb" >/dev/null
  {
    dpkg-deb -f "$www/tiny.deb"
    echo "Filename: ./tiny.deb"
    echo "Size: $(stat -c %s "$www/tiny.deb")"
    echo "SHA256: $(sha256sum <"$www/tiny.deb" | cut -d' ' -f1)"
  } >"$www/Packages"
  mkdir -p img/top/etc/apt/sources.list.d
  echo "# none" >img/top/etc/apt/sources.list
  printf 'Types: deb\nURIs: http://mirror.example.org\nSuites: ./\nTrusted: yes\n' >img/top/etc/apt/sources.list.d/own.sources
  printf 'layers = ["%s", "top"]\n' "$(image)" >img/image.toml
  succeeds run --network gate --allow @apt ./img sh -c 'apt-get -q update && apt-get -q install -y tiny && cat /usr/share/tiny/text'
  [[ $output == *"it is installed" ]] || fail_with "the package"
  succeeds explain --network gate --allow @apt ./img true
  [[ $output == *"mirror.example.org:80 (@apt)"* ]]
}

@test "allowed while it runs, from outside alone; told once; listed; explained" {
  succeeds run -d --name box --network gate --allow good.example.org host sleep 1000
  exits 6 exec box curl -sS -m 60 http://web.example.net/
  exits 6 exec box curl -sS -m 60 http://web.example.net/
  succeeds allow box web.example.net:80 closed.example.org:9
  prints web.example.net exec box curl -sS http://web.example.net/host
  run snug exec box curl -sS -m 60 http://good.example.org/
  ((status == 7 || status == 55 || status == 56))
  refuses "anybody can have a name below com" allow box '*.com'
  refuses "no container" allow nobody example.org
  succeeds logs --network box
  [[ $(grep -c "denied.*web.example.net" <<<"$output") -ge 1 && $output == *"allowed"*"web.example.net:80"*"by web.example.net:80"* ]] || fail_with "both decisions"
  succeeds logs --network --json box
  jq -se 'map(select(.host == "web.example.net" and .decision == "allowed" and .port == 80 and .received > 16 and .sent > 16)) | length == 1' <<<"$output"
  # Kept for the next start.
  succeeds restart -t 0 box
  prints web.example.net exec box curl -sS http://web.example.net/host
  succeeds inspect box
  jq -e '.[0].network.allow | . == ["good.example.org", "web.example.net:80", "closed.example.org:9"]' <<<"$output"
  gate --allow good.example.org -- 'for i in 1 2 3; do curl -s -m 60 https://web.example.net/; done; true'
  [[ $(grep -c "web.example.net" <<<"$stderr") == 1 ]] || fail_with "one line"
  succeeds explain --network gate --allow '*.example.org:22' a.example.org:22
  [[ $output == "a.example.org:22: allowed by *.example.org:22"* ]]
  succeeds explain --network gate --allow @pypi files.pythonhosted.org
  [[ $output == *"allowed by @pypi (files.pythonhosted.org)"* ]]
  succeeds explain example.org
  [[ $output == *"blocked: the sandbox has no network"* ]]
}

@test "the gate's process killed: nothing goes any more, and it is said" {
  succeeds run -d --name box --network gate --allow good.example.org:80 host sleep 1000
  prints good.example.org exec box curl -sS http://good.example.org/host
  local keeper pid
  keeper=$("$SNUG" inspect box | jq -r '.[0].state.supervisor_pid // .[0].state.supervisorPid')
  # Of its two children the one that is not init: init has a pid namespace of its own.
  for pid in $(<"/proc/$keeper/task/$keeper/children"); do
    if [[ $(grep -c . <<<"$(sed -n 's/^NSpid:\s*//p' "/proc/$pid/status" | tr '\t' '\n')") == $(grep -c . <<<"$(sed -n 's/^NSpid:\s*//p' "/proc/$keeper/status" | tr '\t' '\n')") ]]; then kill -9 "$pid"; fi
  done
  run --separate-stderr snug exec box curl -sS -m 60 http://good.example.org/host
  [[ $status != 0 && -z $output ]] || fail_with "a refusal"
  succeeds logs --network box
  [[ $output == *"the gate's process has ended"* ]] || fail_with "a line about it"
}

@test "published ports and the gate at the same time" {
  succeeds run -d --name box -p 127.0.0.1:0:80 --network gate --allow good.example.org:80 host perl -MIO::Socket::IP -e \
    'my $s = IO::Socket::IP->new(Listen => 9, LocalPort => 80, LocalHost => "0.0.0.0", ReuseAddr => 1) or die; while (my $c = $s->accept) { print $c "inside\n"; close $c }'
  local port
  port=$("$SNUG" port box 80 | sed 's/.*://')
  answers() { [[ $(world curl -s -m 60 "telnet://127.0.0.1:$port" </dev/null) == *inside* ]]; }
  eventually answers
  prints good.example.org exec box curl -sS http://good.example.org/host
}

@test "what cannot be a rule is refused, each with its own sentence" {
  refuses "a bare * would let everything through" run --network gate --allow '*' host true
  refuses "anybody can have a name below co.uk" run --network gate --allow '*.co.uk' host true
  refuses "sandbox's own loopback" run --network gate --allow 127.0.0.1:80 host true
  refuses "metadata" run --network gate --allow 169.254.169.254:80 host true
  refuses "there is no set @nosuch" run --network gate --allow @nosuch host true
  refuses "rules of the gate, which is not on" run --allow example.org host true
  refuses "ports are named" run --network gate --allow example.org:1-65535 host true
  printf '[network]\nmode = "gate"\nallow = [{ host = "a.example", tls = "maybe" }]\n' >p.toml
  refuses "p.toml:3" run --profile ./p.toml host true
  printf '[network]\nmode = "gate"\nallow = ["@mine"]\n[sets]\nmine = ["good.example.org:80"]\n' >p.toml
  prints good.example.org run --profile ./p.toml host curl -sS http://good.example.org/host
}
