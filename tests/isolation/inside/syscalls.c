// System calls that ordinary programs do not need. "Refused" is what a filter says, or the kernel to
// everybody; any other answer says that the kernel has looked at the request.
#include <linux/perf_event.h>
#include <signal.h>
#include <sys/personality.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

#include "check.h"

#ifndef SYS_memfd_secret
#define SYS_memfd_secret 447
#endif

struct asked {
  const char* name;
  int answer;
};

static void all_refused(const char* property, const struct asked* list, size_t count) {
  struct seen seen = {0};
  for (size_t i = 0; i < count; ++i)
    if (!refused(list[i].answer))
      note(&seen, "%s: %s", list[i].name, list[i].answer ? strerror(list[i].answer) : "done");
  judge(property, &seen);
}
#define ALL_REFUSED(property, ...)                           \
  do {                                                       \
    const struct asked list[] = {__VA_ARGS__};               \
    all_refused(property, list, sizeof list / sizeof *list); \
  } while (0)

static int trace_me(const void* unused) {
  (void)unused;
  return ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0 ? errno : 0;
}

static int read_own(const void* unused) {
  char from = 'x', to = 0;
  (void)unused;
  struct iovec here = {&to, 1}, there = {&from, 1};
  return process_vm_readv(getpid(), &here, 1, &there, 1, 0) < 0 ? errno : 0;
}

static int unrandomised(const void* unused) {
  (void)unused;
  return personality(ADDR_NO_RANDOMIZE) < 0 ? errno : 0;
}

#ifdef __x86_64__
// The tables of 32-bit programs: a filter that looks at numbers alone is walked around by them.
static int through_int80(const void* number) {
  long result;
  __asm__ volatile("int $0x80"
                   : "=a"(result)
                   : "a"((long)*(const int*)number), "b"(0L), "c"(0L), "d"(0L)
                   : "memory", "r8", "r9", "r10", "r11");
  return result < 0 ? (int)-result : 0;
}

static void foreign_tables(void) {
  enum { getpid_32 = 20, bpf_32 = 357, userfaultfd_32 = 374 };
  const int numbers[] = {getpid_32, bpf_32, userfaultfd_32};
  ALL_REFUSED("foreign-calls-closed", {"int 0x80 getpid", ask(through_int80, &numbers[0])},
              {"int 0x80 bpf", ask(through_int80, &numbers[1])},
              {"int 0x80 userfaultfd", ask(through_int80, &numbers[2])},
              {"x32 getpid", CALL(0x40000000L + SYS_getpid)});
}
#else
static void foreign_tables(void) {
  const struct seen none = {0};  // no other table on this machine
  judge("foreign-calls-closed", &none);
}
#endif

void check_syscalls(void) {
  ALL_REFUSED("no-io-uring", {"io_uring_setup", CALL(SYS_io_uring_setup)});
  ALL_REFUSED("no-bpf", {"bpf", CALL(SYS_bpf, -1, 0, 0)});
  // UFFD_USER_MODE_ONLY is what the kernel gives to everybody.
  ALL_REFUSED("no-userfaultfd", {"userfaultfd", CALL(SYS_userfaultfd, 1 | O_CLOEXEC)});
  ALL_REFUSED("no-perf-events", {"perf_event_open", CALL(SYS_perf_event_open, 0, 0, -1, -1, 0)});
  ALL_REFUSED("no-tracing", {"ptrace", ask(trace_me, NULL)}, {"process_vm_readv", ask(read_own, NULL)},
              {"pidfd_getfd", CALL(SYS_pidfd_getfd, -1, 0, 0)},
              {"kcmp", CALL(SYS_kcmp, getpid(), getpid(), 0, 0, 1)});
  ALL_REFUSED("no-fixed-addresses", {"personality", ask(unrandomised, NULL)});
  ALL_REFUSED("admin-calls-refused", {"quotactl", CALL(SYS_quotactl, 0x00FFFF00)},
              {"fanotify_init", CALL(SYS_fanotify_init, 0x200, 0)}, {"syslog", CALL(SYS_syslog, 10)},
              {"kexec_load", CALL(SYS_kexec_load)}, {"init_module", CALL(SYS_init_module)},
              {"finit_module", CALL(SYS_finit_module, -1)}, {"delete_module", CALL(SYS_delete_module)},
              {"acct", CALL(SYS_acct, (long)"/nowhere")}, {"swapon", CALL(SYS_swapon, (long)"/nowhere")},
              {"reboot", CALL(SYS_reboot)}, {"open_by_handle_at", CALL(SYS_open_by_handle_at, -1)},
              {"vhangup", CALL(SYS_vhangup)},
#ifdef SYS_iopl
              {"iopl", CALL(SYS_iopl, 0)}, {"ioperm", CALL(SYS_ioperm, 0, 1, 0)},
#endif
  );
  ALL_REFUSED("rare-calls-refused", {"vmsplice", CALL(SYS_vmsplice, -1)}, {"mbind", CALL(SYS_mbind)},
              {"move_pages", CALL(SYS_move_pages)}, {"process_madvise", CALL(SYS_process_madvise, -1)},
              {"memfd_secret", CALL(SYS_memfd_secret, -1)},
#ifdef SYS_modify_ldt
              {"modify_ldt", CALL(SYS_modify_ldt, -1)},
#endif
              {"name_to_handle_at", CALL(SYS_name_to_handle_at, -1)}, );
  foreign_tables();
}
