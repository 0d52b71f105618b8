# shellcheck shell=bash
# Where a suite of Debian comes from: the archive that this machine's own apt uses. To be sourced after lib.sh.

# sources SUITE: lines of sources.list(5). A machine whose apt has another release has the same archive for the suite;
# where it has none of Debian's, nothing is printed, and then mmdebstrap's default serves.
sources() {
  local here
  here=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
  # shellcheck disable=SC2016 # apt-get's own placeholders
  apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT) $(SIGNED_BY)' 'Created-By: Packages' |
    awk -v here="$here" -v suite="$1" '
      $2 != here && $2 != here "-security" || $3 != "main" { next }
      $4 != "" && $4 !~ /debian-archive-keyring/ { next }
      { sub("^" here, suite, $2) }
      !seen[$1 $2]++ { print "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]", $1, $2, "main" }'
}

# A mirror may be a snapshot whose dates have passed; a proxy that this machine's apt needs is needed here too.
apt_options() {
  printf '%s\n' 'Acquire::Check-Valid-Until "false"' 'Acquire::Languages "none"' 'APT::Install-Recommends "false"'
  apt-config dump | grep -E '^Acquire::https?::Proxy(::[^ ]+)? ' | sed 's/;$//' || true
}

# What the guest has: a login with systemd, what snug uses, what the suites use, and what tests of delegation log in by.
packages() {
  local list=(systemd-sysv dbus dbus-user-session libpam-systemd kmod login util-linux procps iproute2
    uidmap fuse3 fuse-overlayfs bubblewrap slirp4netns curl ca-certificates
    gcc libc6-dev tmux vim-tiny jq attr keyutils perl python3 strace psmisc
    openssh-server cron apparmor
    dnsmasq-base nginx-light openssl bind9-dnsutils openssh-client git)
  [[ $1 == bullseye ]] && list+=(bsdutils bsdmainutils) || list+=(passt bsdutils bsdextrautils)
  printf '%s\n' "${list[@]}"
}

# bootstrap SUITE DIRECTORY KERNEL_DIRECTORY: a root filesystem, and the kernel's packages beside it. They are not
# installed: an initrd of Debian's takes long to make and to boot, and most of the modules are for hardware.
bootstrap() {
  local suite=$1 root=$2 kernel=$3 option list
  local command=(mmdebstrap --quiet --mode=root --variant=minbase --format=directory)
  while read -r option; do command+=(--aptopt="$option"); done < <(apt_options)
  for option in doc man locale info lintian zoneinfo; do command+=(--dpkgopt="path-exclude=/usr/share/$option/*"); done
  command+=(--dpkgopt=force-unsafe-io --include="$(packages "$suite" | paste -sd,)")
  # shellcheck disable=SC2016 # the hook's own variables
  command+=(--customize-hook='cd "$1/tmp" && chroot "$1" apt-cache depends linux-image-amd64 |
    sed -n "s/.*Depends: \(linux-image-[^ <]*\).*/\1/p" | head -n 1 >kernel-package && cat kernel-package >&2 &&
    chroot "$1" sh -c "cd /tmp && apt-get -q -q -o APT::Sandbox::User=root download \$(cat kernel-package)" &&
    mv linux-image-*.deb "$KERNEL_DIRECTORY" && rm kernel-package')
  list=$(sources "$suite")
  command+=("$suite" "$root")
  if [[ $list ]]; then command+=(-); fi
  mkdir -p "$kernel"
  # A mount namespace of its own: whatever ends mmdebstrap, its mounts end with it. dpkg's scripts get no terminal, and
  # apt counts on the descriptors that it picks being free.
  KERNEL_DIRECTORY=$kernel TMPDIR=$(dirname "$root") part unshare --mount "${command[@]}" <<<"$list" 8>&- >&2
}
