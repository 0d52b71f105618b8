# shellcheck shell=bash
# A small internet for tests of the gate: a network namespace with public addresses on its loopback, a name server, web servers
# with TLS, an ssh server. Nothing of it is on the machine's own network, and nothing can leave it.
#
#   world_begin          once; world_end in teardown_file
#   world COMMAND…       in it, as the same ordinary user, without rights over it
#   $SNUG                runs in it, until world_end
#
# good.example.org 93.184.216.34 and 2606:2800:220:1::34, web.example.net the same, inner.example.org 10.1.2.3,
# loop.example.org 127.0.0.1, metadata.example.org 169.254.169.254, mixed.example.org public and private,
# mirror.example.org 93.184.216.35, closed.example.org 93.184.216.36 (nobody listens).

# Servers are where an ordinary user's login does not look.
PATH=$PATH:/usr/sbin:/sbin

world_dir() { echo "$BATS_FILE_TMPDIR/world"; }

world_begin() {
  local dir
  dir=$(world_dir)
  mkdir -p "$dir/www/pool" "$dir/run"
  (cd "$dir" && world_certificates && world_configuration) >"$dir/log" 2>&1
  # Two machines: one of the servers, one that snug runs on, which is another's peer as on any network.
  setsid unshare -Urnm --kill-child bash -c '
    set -e
    dir=$1
    mount --bind "$dir/resolv.conf" /etc/resolv.conf
    ip link set lo up
    for address in 93.184.216.34 93.184.216.35 93.184.216.36 10.1.2.3 169.254.169.254; do ip address add $address/32 dev lo; done
    for address in 34 35; do ip -6 address add 2606:2800:220:1::$address/128 dev lo nodad; done
    echo 0 >/proc/sys/net/ipv4/ip_unprivileged_port_start
    unshare -n --kill-child sleep 100000 3>&- &
    until [[ $(readlink /proc/$!/ns/net) != $(readlink /proc/$$/ns/net) ]]; do kill -0 $! && sleep 0.05; done
    ip link add servers type veth peer name client netns $!
    ip address add 93.184.217.1/24 dev servers
    ip -6 address add 2606:2800:220:2::1/64 dev servers nodad
    ip link set servers up
    nsenter -t $! -n bash -e -c "
      ip link set lo up
      ip address add 93.184.217.2/24 dev client
      ip -6 address add 2606:2800:220:2::2/64 dev client nodad
      ip link set client up
      ip route add default via 93.184.217.1
      ip -6 route add default via 2606:2800:220:2::1
      echo 0 >/proc/sys/net/ipv4/ip_unprivileged_port_start"
    network=$!
    nsenter -t $network -n unshare -U --map-user=$2 --map-group=$3 sleep 100000 3>&- &
    echo $! >"$dir/client"
    wait' world "$dir" "$(id -u)" "$(id -g)" >>"$dir/log" 2>&1 3>&- &
  echo $! >"$dir/pid"
  disown # a job that is killed would be told of
  eventually --of "$(cat "$dir/pid")" test -s "$dir/client" || { cat "$dir/log" >&2 && return 1; }
  world_enter "$dir" serve "unshare -U --map-user=$(id -u) --map-group=$(id -g) --"
  # The user's own ids again, without rights over the network, is what snug has on any machine; and one user namespace for all.
  world_enter "$dir" enter "nsenter -t $(cat "$dir/client") -n nsenter -t $(cat "$dir/client") -U --preserve-credentials --"
  printf '#!/bin/bash\nexec "%s" "%s" "$@"\n' "$dir/enter" "$snug_binary" >"$dir/snug"
  chmod +x "$dir/snug"
  world_serve "$dir" 53 "dnsmasq --keep-in-foreground --conf-file=$dir/dnsmasq.conf"
  world_serve "$dir" 443 "nginx -p $dir -c $dir/nginx.conf"
  world_serve "$dir" 22 "/usr/sbin/sshd -D -e -f $dir/sshd_config"
}
world_enter() {
  cat >"$1/$2" <<ENTER
#!/bin/bash
exec nsenter -t $(cat "$1/pid") -U -n -m --preserve-credentials --wd="\$PWD" $3 "\$@"
ENTER
  chmod +x "$1/$2"
}
world() { "$(world_dir)/enter" "$@"; }
# world_serve DIRECTORY PORT COMMAND: once it answers there. One that ends before has said why.
world_serve() {
  local name=${3%% *}
  # shellcheck disable=SC2086 # words
  setsid "$1/serve" $3 >>"$1/log.${name##*/}" 2>&1 </dev/null 3>&- &
  local server=$!
  echo "$server" >>"$1/servers"
  disown
  eventually --of "$server" world_answers "$2" 2>/dev/null || { echo "$name" && cat "$1/log.${name##*/}" && return 1; } >&2
}
world_answers() { world bash -c ": </dev/tcp/93.184.216.34/$1"; }
world_end() {
  local dir pid
  dir=$(world_dir)
  # Not by SIGTERM, which what unshare of Debian 11 starts ignores.
  while read -r pid; do kill -KILL -- "-$pid" 2>/dev/null || true; done < <(cat "$dir/servers" "$dir/pid" 2>/dev/null)
}

world_certificates() {
  # All that a strict client wants, as Python is since 3.13.
  openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=test -addext keyUsage=critical,keyCertSign -keyout ca.key -out ca.crt 2>/dev/null
  openssl req -newkey rsa:2048 -nodes -subj /CN=good.example.org -keyout server.key -out server.csr 2>/dev/null
  openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -out server.crt -extfile <(
    printf '%s\n' "subjectAltName=DNS:*.example.org,DNS:*.example.net" subjectKeyIdentifier=hash authorityKeyIdentifier=keyid
  ) 2>/dev/null
  ssh-keygen -q -t ed25519 -N '' -f host_key
  ssh-keygen -q -t ed25519 -N '' -f user_key
  chmod 0644 ca.crt
}

world_configuration() {
  echo "nameserver 93.184.216.34" >resolv.conf
  cat >dnsmasq.conf <<CONF
no-resolv
no-hosts
no-daemon
pid-file
user=$(id -un)
bind-interfaces
listen-address=93.184.216.34
cache-size=0
host-record=good.example.org,93.184.216.34,2606:2800:220:1::34
host-record=web.example.net,93.184.216.34,2606:2800:220:1::34
host-record=a.web.example.net,93.184.216.34
host-record=mirror.example.org,93.184.216.35
host-record=closed.example.org,93.184.216.36
host-record=inner.example.org,10.1.2.3
host-record=loop.example.org,127.0.0.1
host-record=metadata.example.org,169.254.169.254
host-record=mixed.example.org,93.184.216.34
host-record=mixed.example.org,10.1.2.3
log-queries
log-facility=$PWD/queries
CONF
  echo "you have reached it" >www/index.html
  cat >nginx.conf <<CONF
daemon off; pid $PWD/run/nginx.pid; error_log $PWD/log.nginx; worker_processes 1;
events { worker_connections 1024; }
http {
  access_log $PWD/access; client_body_temp_path $PWD/run; proxy_temp_path $PWD/run; fastcgi_temp_path $PWD/run;
  uwsgi_temp_path $PWD/run; scgi_temp_path $PWD/run;
  server {
    listen 80; listen [::]:80; listen 443 ssl; listen [::]:443 ssl; listen 8080; listen 8443 ssl;
    ssl_certificate $PWD/server.crt; ssl_certificate_key $PWD/server.key;
    ssl_verify_client optional_no_ca;
    root $PWD/www; autoindex on;
    location /host { default_type text/plain; return 200 "\$host\n"; }
    location /client { default_type text/plain; return 200 "\$ssl_client_fingerprint\n"; }
  }
}
CONF
  cat >sshd_config <<CONF
Port 22
ListenAddress 93.184.216.34
HostKey $PWD/host_key
PidFile $PWD/run/sshd.pid
AuthorizedKeysFile $PWD/user_key.pub
StrictModes no
UsePAM no
CONF
}
