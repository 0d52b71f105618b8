#!/usr/bin/env bats
# Packages from Debian's archive into a throwaway layer. Needs the archive that this machine's apt uses.
load helper
test_timeout=1500

packages="jq openssh-server man-db postgresql-common python3-venv build-essential"
install="apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y $packages"

long() { timeout 1200 "$SNUG" "$@"; }

# bats test_tags=long
@test "one id: apt-get installs, what it installed works, and the image is not changed" {
  local img=$(image) before
  before=$(tree "$img")
  long run --network host "$img" sh -c "$install && jq -n 6*7 && sshd -V 2>&1 | head -n1; man --version && python3 -m venv /v && echo 'int main() { return 9; }' >/t.c && gcc -o /t /t.c && { /t; test \$? = 9; } && echo all-is-well" >log 2>&1 || { tail -n 50 log >&2 && return 1; }
  grep -qx 42 log
  grep -qx all-is-well log
  absent '^(E:|dpkg: error|Errors were encountered)' <log
  [[ $(tree "$img") == "$before" ]]
}

# bats test_tags=long
@test "a range of ids: the same, and postgres starts and answers" {
  need_range
  long run --ids range --network host "$(image)" sh -c "$install postgresql && pg_ctlcluster 15 main start && until setpriv --reuid postgres --regid postgres --init-groups psql -tAc 'select 6*7' 2>/dev/null; do sleep 0.2; done" >log 2>&1 || { tail -n 50 log >&2 && return 1; }
  absent '^(E:|dpkg: error|Errors were encountered)' <log
  grep -qx 42 log
}

# installs OVERLAY: of a package with a user and files of its own, and of a plain one.
installs() {
  long run --overlay "$1" --network host "$(image)" sh -c "apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y jq openssh-server && getent passwd sshd && jq -n 6*7" >log 2>&1 || { tail -n 50 log >&2 && return 1; }
  absent '^(E:|dpkg: error|Errors were encountered)' <log
  grep -qx 42 log
}

@test "packages with setuid programs are installed beside a writable directory, one id" {
  mkdir work
  long run --network host -v "$PWD/work:/work" -w /work "$(image)" sh -c "apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends sudo openssh-client git && git init --shared && stat -c '%a %n' /usr/bin/sudo /usr/bin/ssh-agent" >log 2>&1 || { tail -n 50 log >&2 && return 1; }
  absent '^(E:|dpkg: error|Errors were encountered)' <log
  grep -qx '4755 /usr/bin/sudo' log
  grep -qx '2755 /usr/bin/ssh-agent' log
  [[ -g work/.git/refs && ! $(find work -type f -perm /6000) ]]
}

@test "the kernel's overlay, one id: apt-get installs two packages" {
  installs native
}

@test "fuse-overlayfs: apt-get installs two packages" {
  need_fuse
  installs fuse
}
