#!/usr/bin/env bats
# Who the payload is.
load helper

@test "on the host image the payload is the caller" {
  prints "$(id -u):$(id -g)" run host sh -c 'echo $(id -u):$(id -g)'
  prints "$(id -un)" run host id -un
}

@test "in an image the payload is root, unless the image says otherwise" {
  local img=$(image)
  prints 0:0 run "$img" sh -c 'echo $(id -u):$(id -g)'
  prints "root /root" run "$img" sh -c 'echo $USER $HOME'
}

@test "a user by number, by name, with a group" {
  local img=$(image)
  prints 1000:0 run -u 1000 "$img" sh -c 'echo $(id -u):$(id -g)'
  prints 1000:100 run -u 1000:100 "$img" sh -c 'echo $(id -u):$(id -g)'
  prints "$(grep ^daemon: "$img/etc/passwd" | cut -d: -f3,4)" run -u daemon "$img" sh -c 'echo $(id -u):$(id -g)'
  prints 0:4 run -u root:adm "$img" sh -c 'echo $(id -u):$(id -g)'
  prints "$(id -u)" run -u self "$img" id -u
  prints 0 run -u root host id -u
}

@test "one id is mapped, and setgroups is denied" {
  succeeds run -u 77:88 host cat /proc/self/uid_map /proc/self/gid_map /proc/self/setgroups
  [[ $(tr -s ' ' <<<"$output") == " 77 $(id -u) 1
 88 $(id -g) 1
deny" ]]
}

@test "what is no user is refused" {
  local word
  for word in "" " 0" 0x0 1e3 -1 4294967295 4294967296 1000: :0 a:b:c no-such-user root:no-such-group; do
    exits 125 run --user="$word" "$(image)" id
    [[ $stderr == "snug: "* ]]
  done
}

# A layer over the test image with this passwd file.
with_passwd() {
  mkdir -p stack/top/etc
  cat >stack/top/etc/passwd
  printf 'layers = ["%s", "top"]\n' "$(image)" >stack/image.toml
}

@test "a user named like a number does not turn the number into root" {
  printf 'root:x:0:0::/root:/bin/sh\n1000:x:0:0::/root:/bin/sh\n' | with_passwd
  prints 1000 run -u 1000 ./stack id -u
}

@test "a passwd that is a fifo, or leads out of the image, does not hold snug up" {
  mkdir -p stack/top/etc
  printf 'layers = ["%s", "top"]\n' "$(image)" >stack/image.toml
  mkfifo stack/top/etc/passwd
  exits 125 run -u daemon ./stack id
  rm stack/top/etc/passwd
  echo "outsider:x:4242:4242::/:/bin/sh" >passwd
  ln -s "$PWD/passwd" stack/top/etc/passwd
  exits 125 run -u outsider ./stack id
}

@test "the image's own user and environment" {
  mkdir stack
  printf 'layers = ["%s"]\n[config]\nuser = "daemon"\nenv = ["FROM=image"]\nworkdir = "/usr"\ncommand = ["sh", "-c", "echo $(id -un) $FROM $PWD"]\n' "$(image)" >stack/image.toml
  prints "daemon image /usr" run ./stack
  prints "root" run -u root ./stack id -un
}

@test "fake root: chown, chgrp and device nodes succeed for root with one id" {
  prints ok run "$(image)" sh -ec 'touch /f; chown 5:6 /f; chgrp mail /f; chown -h nobody /f; echo ok'
  prints ok run "$(image)" perl -e 'my $r = syscall(106, 33); $r == 0 or die $!; print "ok\n"' # setgid
}

@test "without fake root chown fails" {
  exits 1 run --fake-root off "$(image)" chown 5:6 /etc/passwd
}

@test "a range of ids: files and processes of other users" {
  need_range
  prints 1000:1000 run --ids range "$(image)" sh -ec 'touch /f; chown 1000:1000 /f; stat -c %u:%g /f'
  prints "33 33 33" run --ids range "$(image)" sh -c 'setpriv --reuid 33 --regid 33 --init-groups sh -c "echo \$(id -u) \$(id -g) \$(id -G)"'
  prints "33:33" run --ids range -u www-data "$(image)" sh -c 'echo $(id -u):$(id -g)'
}

@test "a range of ids: root inside is the caller outside" {
  need_range
  mkdir v
  succeeds run --ids range -v "$PWD/v:/v" "$(image)" touch /v/f
  [[ -O v/f ]]
}

@test "a range of ids where the tools for it are missing is refused, not narrowed" {
  need unshare
  run -125 unshare -rm sh -c 'mount --bind /dev/null /etc/subuid && "$SNUG" run --ids range "$0" true' "$(image)"
  [[ $output == "snug: "* ]]
}
