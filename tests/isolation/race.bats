#!/usr/bin/env bats
# A neighbour that shares a volume swaps a directory with a link to a canary, as fast as it can, while sandboxes start
# whose mounts go through it. CVE-2019-19921, CVE-2021-30465, CVE-2023-0778, CVE-2024-45310.
#
# SNUG_RACE_SECONDS is how long each takes at least, by default 5.
load ../e2e/helper

seconds=${SNUG_RACE_SECONDS:-5}
case $(uname -m) in x86_64) renameat2=316 ;; *) renameat2=276 ;; esac

prepare() {
  need perl
  mkdir -p shared/a/inner shared/a/dir canary/inner canary/dir data
  echo kept | tee canary/file canary/inner/file >/dev/null
  echo data >data/file
  ln -s "$PWD/canary" shared/b
  find canary -exec touch -d @1000000000 {} +
  before=$(tree canary)
  swap shared b a
}
# swap DIRECTORY LINK NAME…: RENAME_EXCHANGE of the link with each name, for ever; the process is $neighbour.
swap() {
  perl -e 'my ($number, $mark, $dir, $link, @names) = @ARGV; chdir $dir or die;
    while (1) { syscall($number, -100, $_, -100, $link, 2) for @names }' "$renameat2" "$mark" "$@" 3>&- &
  neighbour=$!
}
# By SIGKILL: one that has not executed perl yet may have SIGTERM caught still, by what bats has set.
stop() { kill -KILL "$neighbour" && { wait "$neighbour" || true; }; }

# starts OPTION… -- COMMAND…: as many as there is time for; says how many were let in and how many were refused.
starts() {
  local until=$((SECONDS + seconds)) ran=0 refused=0 died=0 status output
  while ((SECONDS < until || ran + refused + died <= 5)); do
    status=0
    output=$(timeout 200 "$SNUG" run "$@" 2>&1) || status=$?
    if ((status == 125)) && [[ $output == "snug: "* ]]; then
      ((++refused))
    elif ((status <= 2)); then
      ((++ran))
    elif [[ ${server_may_die:-} && $status == 135 ]]; then
      ((++died))
    else
      stop
      echo "status $status: $output" >&2
      return 1
    fi
    if [[ $output == *kept* ]]; then
      stop
      echo "the canary was read: $output" >&2
      return 1
    fi
    ((++count % 10)) || [[ $(tree canary) == "$before" ]] || break
  done
  stop
  diff <(echo "$before") <(tree canary)
  echo "# $ran ran, $refused were refused, $died ended by SIGBUS" >&3
}

@test "a volume's target through the directory that is swapped" {
  starts -v "$PWD/shared:/vol" -v "$PWD/data:/vol/a/inner" host \
    sh -c 'echo x >/vol/a/inner/made; cat /vol/a/file; exit 0'
  # What the payload wrote is where it was meant to be, or nowhere.
  [[ ! -e canary/inner/made ]]
}

@test "a target that is to be made below it" {
  starts -v "$PWD/shared:/vol" -v "$PWD/data:/vol/a/new/place" --tmpfs /vol/a/tmp -w /vol/a/dir host \
    sh -c 'echo x >/vol/a/new/place/made; cat /vol/a/file; exit 0'
}

@test "a file as the target" {
  starts -v "$PWD/shared:/vol" -v "$PWD/data/file:/vol/a/inner/file" host \
    sh -c 'echo x >/vol/a/inner/file; cat /vol/a/dir/../file; exit 0'
}

image_swapped() {
  stop
  small_image "$PWD/image"
  mkdir image/a
  ln -s "$PWD/canary" image/b
  swap image b etc tmp
}

@test "an image whose directories are swapped under it" {
  image_swapped
  kernel_since 5.11 || server_may_die=1  # served as below
  starts -v "$PWD/data:/etc/inner" ./image sh -c 'echo x >/tmp/made; echo x >/etc/hosts; exit 0'
}

# fuse-overlayfs copies up the link that it finds in a directory's place, and follows it from then on. It may die of the swapping:
# what is executed from the image then ends, and nothing else.
@test "the same, served by fuse-overlayfs" {
  need_fuse
  image_swapped
  server_may_die=1
  starts --overlay fuse -v "$PWD/data:/etc/inner" ./image sh -c 'echo x >/tmp/made; echo x >/etc/hosts; exit 0'
}
