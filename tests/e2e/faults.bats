#!/usr/bin/env bats
# Each system call of the launch is made to fail, or to be the last of its process: one sentence and 125, or a sandbox that is
# still whole; and never anything left, or anybody waiting for the dead (strace(1), -e inject).
load helper
test_timeout=1500

setup_calls="clone3 clone unshare mount fsopen fsconfig fsmount open_tree move_mount mount_setattr openat2 pivot_root umount2
  prctl capset seccomp sethostname socketpair sendmsg recvmsg keyctl setrlimit mkdirat symlinkat close_range fchdir setsid
  pidfd_open pidfd_getfd pidfd_send_signal signalfd4 rt_sigtimedwait setgroups setresuid setresgid setuid setgid umask"
most=14 # occurrences of one call that are tried

prepare() {
  need strace
  small_image img
  cp -L /bin/grep img/bin/ && while read -r library; do
    mkdir -p "img${library%/*}" && cp -Ln "$library" "img$library"
  done < <(ldd /bin/grep | grep -oE '/[^ ]+')
}

payload='grep -E "^(CapEff|NoNewPrivs|Seccomp):" /proc/self/status; : >>/proc/sys/kernel/panic; : >>/etc/passwd && cat /proc/1/environ; cat /proc/kcore'
# What a run without a fault keeps: for root with one id CAP_DAC_OVERRIDE, or nothing.
whole=$'CapEff:\t000000000000000[02]\nNoNewPrivs:\t1\nSeccomp:\t2'

# once FAULT OPTION…: a run with that fault; false where the fault never came.
once() {
  local fault=$1
  shift
  SECRET=hunter2 run --separate-stderr timeout -k 1 20 strace -f -o trace -e "inject=$fault" "$SNUG" run "$@" ./img sh -c "$payload; : $mark"
  grep -q INJECTED trace
}
describe() {
  echo "fault $1: status $status" >&2
  grep -m1 INJECTED trace >&2
  printf '%s\n%s\n' "$output" "$stderr" | head -n 10 >&2
}

# Tries them all before it fails, so that one run tells of everything.
errors_are_fatal_or_harmless() {
  local error=$1 call n fault came=0 wrong=0
  shift
  for call in $setup_calls; do
    for ((n = 1; n <= most; ++n)); do
      fault=$call:error=$error:when=$n
      once "$fault" "$@" || break
      came=$((came + 1))
      if ! gone "$mark" || ! well_ended; then
        describe "$fault"
        wrong=$((wrong + 1))
      fi
    done
  done
  echo "$came faults, $wrong of them ended badly" >&2
  ((came >= 60 && wrong == 0))
}
well_ended() {
  # Whatever ran had all of its confinement.
  [[ $output == $whole* || $output != *CapEff* ]] || return
  [[ $output != *hunter2* ]] || return
  case $status in
    124) return 1 ;; # somebody waited for ever
    125) [[ $stderr == *"snug: "* ]] ;;
    *) [[ $output == $whole* ]] ;;
  esac
}

@test "every call of the launch refused with EPERM" { errors_are_fatal_or_harmless EPERM; }
@test "every call of the launch out of memory" { errors_are_fatal_or_harmless ENOMEM; }
@test "every call of the launch unknown to the kernel" { errors_are_fatal_or_harmless ENOSYS; }
@test "every call of the launch out of descriptors, with a layer on disk" {
  errors_are_fatal_or_harmless EMFILE --writable disk
}

@test "a process killed at any call of the launch takes the others along" {
  local call n fault came=0
  for call in $setup_calls; do
    for ((n = 1; n <= most; ++n)); do
      fault=$call:signal=SIGKILL:when=$n
      SECRET=x run --separate-stderr timeout -k 1 20 strace -f -o trace -e "inject=$fault" "$SNUG" run ./img sh -c "sleep 0.1; : $mark"
      grep -q 'killed by SIGKILL' trace || break
      came=$((came + 1))
      gone "$mark" || { describe "$fault" && return 1; }
      [[ $status != 124 && $status != 0 ]] || { describe "$fault" && return 1; }
    done
  done
  ((came >= 60))
}

@test "a fault while the layer on disk is made leaves nothing in the store" {
  local call n came=0
  for call in mkdirat mkdir flock fsconfig mount unlinkat clone3; do
    for n in 1 2 3; do
      once "$call:error=ENOSPC:when=$n" --writable disk || break
      came=$((came + 1))
      gone "$mark"
      snug run --writable disk ./img sh -c :
      [[ -z $(find "$XDG_DATA_HOME/snug/throwaway" -mindepth 1 2>/dev/null) ]] || { describe "$call $n" && return 1; }
    done
  done
  ((came >= 5))
}
