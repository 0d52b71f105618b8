#!/usr/bin/env bats
# Setuid and setgid bits beside a writable directory of the host's: the sandbox's own files may have them, the host's never.
load helper

prepare() {
  need gcc
  mkdir v
  echo host >v/file
  # Each way that there is, at PATH; it says which of them worked.
  cat >ways.c <<'END'
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif
static const char *path, *directory, *name;
static int bit;
static int fresh(void) {
  unlink(path);
  return close(open(path, O_WRONLY | O_CREAT, 0644));
}
static int by_chmod(void) { return fresh() ?: chmod(path, bit | 0755); }
static int by_fchmod(void) {
  fresh();
  int fd = open(path, O_RDONLY);
  return fchmod(fd, bit | 0755) | close(fd);
}
static int by_fchmodat(void) { return fresh() ?: (int)syscall(SYS_fchmodat, AT_FDCWD, path, bit | 0755); }
static int by_fchmodat2(void) { return fresh() ?: (int)syscall(SYS_fchmodat2, AT_FDCWD, path, bit | 0755, AT_SYMLINK_NOFOLLOW); }
static int by_dirfd(void) {
  fresh();
  int fd = open(directory, O_RDONLY | O_DIRECTORY);
  return (int)syscall(SYS_fchmodat, fd, name, bit | 0755) | close(fd);
}
static int by_cwd(void) {
  fresh();
  return chdir(directory) ?: chmod(name, bit | 0755);
}
static int by_proc(void) {
  fresh();
  char text[64];
  int fd = open(path, O_RDONLY);
  snprintf(text, sizeof text, "/proc/self/fd/%d", fd);
  return chmod(text, bit | 0755) | close(fd);
}
static int by_link(void) {
  fresh();
  unlink("/tmp/way");
  return symlink(path, "/tmp/way") ?: chmod("/tmp/way", bit | 0755);
}
static int by_open(void) { return unlink(path), close(open(path, O_WRONLY | O_CREAT, bit | 0755)); }
static int by_tmpfile(void) {
  unlink(path);
  int fd = open(directory, O_WRONLY | O_TMPFILE, bit | 0755);
  char text[64];
  snprintf(text, sizeof text, "/proc/self/fd/%d", fd);
  return linkat(AT_FDCWD, text, AT_FDCWD, path, AT_SYMLINK_FOLLOW) | close(fd);
}
static int by_mknod(void) { return unlink(path), mknod(path, S_IFREG | bit | 0755, 0); }
int main(int argc, char **argv) {
  path = argv[1];
  char *copy = strdup(path);
  char *slash = strrchr(copy, '/');
  *slash = 0;
  directory = copy;
  name = slash + 1;
  bit = argc > 2 ? (int)strtol(argv[2], 0, 8) : 04000;
  umask(0);
  static const struct { const char *name; int (*call)(void); } ways[] = {
      {"chmod", by_chmod}, {"fchmod", by_fchmod}, {"fchmodat", by_fchmodat}, {"fchmodat2", by_fchmodat2}, {"dirfd", by_dirfd},
      {"proc", by_proc}, {"link", by_link}, {"open", by_open}, {"tmpfile", by_tmpfile}, {"mknod", by_mknod}, {"cwd", by_cwd}};
  for (unsigned i = 0; i < sizeof ways / sizeof *ways; ++i) {
    struct stat info;
    const int done = ways[i].call();
    const int set = stat(path, &info) == 0 && info.st_mode & 06000;
    if (done == 0 && !set)
      printf("%s-lied\n", ways[i].name);
    if (set)
      puts(ways[i].name);
  }
  unlink(path);
}
END
  gcc -D_GNU_SOURCE -O1 -static -o v/ways ways.c
}

# Those ways that change a file which is there. fchmodat2 is from Linux 6.6.
of_a_file() {
  local ways=(chmod fchmod fchmodat dirfd proc link cwd)
  if kernel_since 6.6; then ways=(chmod fchmod fchmodat fchmodat2 dirfd proc link cwd); fi
  printf '%s\n' "${ways[@]}"
}

@test "no way makes a setuid or setgid file in a directory of the host's" {
  local options
  for options in "" "--seccomp dev" "--writable disk" "--read-only" "--overlay fuse"; do
    [[ $options != *fuse ]] || need_fuse
    # shellcheck disable=SC2086 # options are words of their own
    for bit in 4000 2000 6000; do
      succeeds run $options -v "$PWD/v:/v" "$(image)" /v/ways /v/planted "$bit"
      [[ $output == "" ]] || { echo "$options $bit: $output" >&2 && return 1; }
    done
  done
  succeeds run -v "$PWD/v:/v" host /v/ways /v/planted
  [[ $output == "" ]]
  succeeds run --profile untrusted -v "$PWD/v:/v" "$(image)" /v/ways /v/planted
  [[ $output == "" ]]
  [[ ! $(find v -perm /6000) ]]
}

@test "files of the image's layer get the bits as without such a directory, by every call that changes a file" {
  local options bit
  for options in "" "--seccomp dev" "--writable disk" "--overlay fuse"; do
    for bit in 4000 2000 6000; do
      # shellcheck disable=SC2086 # options are words of their own
      succeeds run $options -v "$PWD/v:/v" "$(image)" /v/ways /usr/bin/own "$bit"
      diff <(of_a_file) <(echo "$output") || { echo "$options $bit" >&2 && return 1; }
    done
  done
}

@test "with a range of ids it is the asking user's rights that count" {
  need_range
  succeeds run --ids range -v "$PWD/v:/v" "$(image)" /v/ways /usr/bin/own
  diff <(of_a_file) <(echo "$output")
  # Another user may not, where the kernel would not let it; and may, with a file of its own.
  succeeds run --ids range -v "$PWD/v:/v" "$(image)" bash -c '
    touch /root/closed /usr/bin/roots && chmod 700 /root && mkdir -m 1777 /own
    setpriv --reuid 1000 --regid 1000 --clear-groups bash -c "
      chmod 4777 /usr/bin/roots; chmod 4777 /root/closed; touch /own/f; chmod 6755 /own/f; stat -c %a /own/f"
    stat -c %a /usr/bin/roots /root/closed'
  [[ $(tail -n 3 <<<"$output") == $'6755\n644\n644' ]]
  [[ $stderr == *"'/usr/bin/roots': Operation not permitted"* && $stderr == *"'/root/closed': Permission denied"* ]]
  # A group that it is not in: the kernel takes the bit away.
  succeeds run --ids range -v "$PWD/v:/v" "$(image)" bash -c '
    mkdir -m 1777 /own && touch /own/f && chown 1000:5 /own/f
    setpriv --reuid 1000 --regid 1000 --clear-groups chmod 2755 /own/f; stat -c %a /own/f'
  [[ $output == 755 ]]
  [[ ! $(find v -perm /6000) ]]
}

@test "directories may be setgid everywhere, as git init --shared and install -d make them" {
  succeeds run -v "$PWD/v:/v" "$(image)" bash -ec '
    for at in /v /srv; do
      mkdir -m 2775 "$at/a"; install -d -m 2770 "$at/b"; mkdir "$at/c"; chmod g+s "$at/c"
      stat -c %a "$at/a" "$at/b" "$at/c"
    done
    ! chmod 4755 /v/a 2>/dev/null'
  [[ $output == $'2775\n2770\n2755\n2775\n2770\n2755' ]]
  [[ ! $(find v -type f -perm /6000) ]]
}

@test "commands that join are judged as the payload is, and so are processes that it starts" {
  snug run -d --name box -v "$PWD/v:/v" "$(image)" sleep 1000 >/dev/null
  local options
  for options in "" "-u 1"; do
    # shellcheck disable=SC2086 # options are words of their own
    [[ $(snug exec $options box /v/ways /v/planted) == "" ]]
  done
  diff <(of_a_file) <(snug exec box /v/ways /usr/bin/own)
  diff <(of_a_file) <(snug exec box sh -c 'setsid sh -c "/v/ways /usr/bin/own; :" | cat')
  # Many at once, each of which waits for its answer.
  snug exec box bash -ec 'cd /srv; for i in {1..40}; do (touch f$i; chmod 4755 f$i) & done; wait; [ $(find . -perm 4755 | wc -l) = 40 ]'
  snug stop -t 0 box >/dev/null
  snug start box >/dev/null
  diff <(of_a_file) <(snug exec box /v/ways /usr/bin/own)
  snug rm -f box >/dev/null
  [[ ! $(find v -perm /6000) ]]
}

@test "what is bound over the layer, a view and a link that changes underneath are not the layer" {
  mkdir other
  echo x >other/file
  succeeds run -v "$PWD/v:/v" -v "$PWD/other:/usr/share/other" -v "$PWD/other:/view:cow" "$(image)" bash -c '
    chmod 4755 /usr/share/other/file; chmod 4755 /view/file; chmod 4755 /etc/hosts; stat -c %a /usr/share/other/file /view/file /etc/hosts' 2>/dev/null
  [[ $(tail -n 3 <<<"$output") == $'644\n644\n644' ]]
  # The path leads to the layer and to the host in turn, while it is judged.
  succeeds run -v "$PWD/v:/v" "$(image)" bash -c '
    touch /srv/own /v/theirs
    (while :; do ln -sfn /srv/own /srv/l; ln -sfn /v/theirs /srv/l; done) & 
    for i in {1..200}; do chmod 4755 /srv/l 2>/dev/null; done
    kill $!; stat -c %a /v/theirs'
  [[ $output == 644 ]]
  [[ ! $(find v other -perm /6000) ]]
}

@test "a snug in a snug, whose processes can be asked about by one alone, still makes none" {
  cp "$SNUG" v/snug
  cat >nest.toml <<'END'
extends = "default"
[security]
nested_userns = true
END
  run snug run --profile ./nest.toml -v "$PWD/v:/v" "$(image)" bash -c 'mkdir /srv/w && HOME=/root /v/snug run -q -v /srv/w:/w -v /v:/v host /v/ways /w/planted; find /srv/w -perm /6000'
  [[ $output != *chmod* && $output != *planted* ]]
  [[ ! $(find v -perm /6000) ]]
}
