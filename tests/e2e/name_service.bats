#!/usr/bin/env bats
# /etc/hosts, /etc/resolv.conf and /etc/hostname: made for the sandbox, whatever the image has there.
load helper

# An image whose name service is all links, to a canary of the host's.
linked() {
  small_image ./base
  mkdir -p canary top/etc
  local name
  for name in hosts resolv.conf hostname; do
    echo canary >"canary/$name"
    ln -s "$PWD/canary/$name" "top/etc/$name"
  done
  printf 'layers = ["base", "top"]\n' >image.toml
  before=$(tree canary)
}

@test "links of the image by these names are not followed, in any network" {
  linked
  local network
  for network in none host; do
    succeeds run --network "$network" . sh -c 'cat /etc/hosts /etc/resolv.conf /etc/hostname'
    absent canary <<<"$output"
    succeeds run --network "$network" . sh -c 'for f in /etc/hosts /etc/resolv.conf /etc/hostname; do test -L $f && echo link $f; done; echo x >>/etc/resolv.conf; exit 0'
    [[ -z $output ]]
    [[ $(tree canary) == "$before" ]]
  done
}

@test "resolv.conf: no server without a network, the host's with its network" {
  linked
  succeeds run . cat /etc/resolv.conf
  absent '^[^#]' <<<"$output"
  [[ $output == "#"* ]]
  [[ $(snug run --network host . cat /etc/resolv.conf) == "$(cat /etc/resolv.conf)" ]]
  # On the host image too.
  succeeds run host cat /etc/resolv.conf
  absent '^[^#]' <<<"$output"
}

@test "a name without a network is not found, and at once" {
  exits 2 run host getent hosts example.org
}

@test "--add-host: names that the C library finds, IPv4 and IPv6" {
  prints "192.0.2.7       db" run --add-host db:192.0.2.7 host getent hosts db
  prints "2001:db8::7     six" run --add-host six:2001:db8::7 host getent hosts six
  prints "2001:db8::7     six" run --add-host 'six=[2001:db8::7]' host getent hosts six
  prints "192.0.2.7       db.example.org" run --network host --add-host db.example.org=192.0.2.7 host getent hosts db.example.org
}

@test "--network-alias and the host name are the container's own" {
  prints "127.0.1.1       box web www" run -h box --network-alias web --network-alias www host getent hosts www
  prints "127.0.1.1       box web www" run -h box --network-alias web --network-alias www host getent hosts box
  prints box run -h box host cat /etc/hostname
  succeeds run host getent hosts localhost
  [[ $output == "::1 "* ]]
}

@test "--dns and --dns-search take the place of the host's servers and domains" {
  succeeds run --network host --dns 192.0.2.53 --dns 2001:db8::53 --dns-search corp.example host cat /etc/resolv.conf
  [[ $(grep ^nameserver <<<"$output") == $'nameserver 192.0.2.53\nnameserver 2001:db8::53' ]]
  [[ $(grep -E '^(search|domain)' <<<"$output") == "search corp.example" ]]
}

@test "a profile says the same, and a kept container has it again after a restart" {
  cat >p.toml <<END
image = "host"
command = ["cat", "/etc/hosts", "/etc/resolv.conf"]
hostname = "box"
[network]
mode = "host"
hosts = ["db:192.0.2.7"]
dns = ["192.0.2.53"]
dns-search = ["corp.example"]
alias = ["web"]
END
  succeeds run --profile ./p.toml --name kept
  local first=$output
  grep -qx $'192.0.2.7\tdb' <<<"$first"
  grep -qx $'127.0.1.1\tbox web' <<<"$first"
  grep -qx "nameserver 192.0.2.53" <<<"$first"
  grep -qx "search corp.example" <<<"$first"
  prints "$first" start -a kept
  succeeds inspect kept
  grep -q '"db:192.0.2.7"' <<<"$output"
  grep -q '"192.0.2.53"' <<<"$output"
  succeeds rm kept
}

@test "a volume has the last word, and its directory is not written to" {
  linked
  echo mine >hosts
  prints mine run -v ./hosts:/etc/hosts:ro . cat /etc/hosts
  mkdir own
  ln -s nowhere own/resolv.conf
  local before
  before=$(tree own)
  succeeds run -v ./own:/etc . true
  [[ $(tree own) == "$before" ]]
  refuses /etc/hosts run -v ./own:/etc --add-host a:192.0.2.1 . true
}

@test "nonsense is refused, and nothing gets into a file by a newline" {
  local bad
  for bad in db db: :192.0.2.7 db:192.0.2 db:example.org 'd b:192.0.2.7' $'db:192.0.2.7\n192.0.2.8 bank' $'d\tb:192.0.2.7' 'db:[192.0.2.7]' 192.0.2.7:db; do
    refuses --add-host run --add-host "$bad" host true
  done
  refuses --add-host run --add-host host.docker.internal:host-gateway host true
  [[ $stderr == *"--allow host:PORT"* ]]
  for bad in "" localhost 192.0.2 '[::1]' $'192.0.2.1\nsearch x' 'fe80::1%eth0'; do
    refuses --dns run --network host --dns "$bad" host true
  done
  for bad in "" 'a b' $'a\nb' a..b; do
    refuses --dns-search run --network host --dns-search "$bad" host true
    refuses --network-alias run --network-alias "$bad" host true
  done
  for bad in none gate; do
    exits 125 run --network "$bad" --dns 192.0.2.1 host true
  done
  refuses network.dns run --dns 192.0.2.1 host true
  printf 'image = "host"\n[network]\nhosts = ["a"]\n' >p.toml
  refuses p.toml:3 run --profile ./p.toml -- true
}
