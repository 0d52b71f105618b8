"""The reviewed part of the faults, which is what a submission runs: each step of a launch fails once, by the error that is
the likeliest on a real machine, and each process dies once in each kind of call that it makes."""
import errno

# The calls that do what a step is for: each of them fails, as most are a step of their own. Of the others (what asks, reads
# and closes) the first of its name in each process fails.
DOING = frozenset((
    "clone", "clone3", "vfork", "unshare", "setns", "execve", "fsopen", "fsmount", "move_mount", "mount", "mount_setattr",
    "pivot_root", "umount2", "mkdirat", "mkdir", "symlinkat", "sethostname", "keyctl", "capset", "seccomp", "setgroups",
    "setresgid", "setresuid", "landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self", "prlimit64", "setsid",
    "sendmsg", "write", "bind", "listen", "prctl", "chdir", "fchdir"))
# By the cause: no rights, no memory, no descriptor left, a limit of namespaces or a full disk, no process to be had.
LIKELY = {
    errno.ENOMEM: ("brk", "mmap", "munmap", "madvise", "landlock_create_ruleset", "landlock_add_rule", "seccomp", "vfork",
                   "fsopen"),
    errno.EMFILE: ("openat", "openat2", "open_tree", "fsmount", "socket", "socketpair", "pipe2", "dup2", "dup3", "fcntl",
                   "epoll_create1", "memfd_create", "signalfd4", "pidfd_open", "recvmsg"),
    errno.ENOSPC: ("clone3", "unshare", "mkdir", "mkdirat", "symlinkat", "write", "epoll_ctl"),
    errno.EINTR: ("read", "poll", "ppoll", "wait4", "waitid", "recvfrom", "sendto", "close"),
}
_OF = {name: number for number, names in LIKELY.items() for name in names}


def likely(name):
    return _OF.get(name, errno.EPERM)


def calls(recorded, doing):
    """Those of `doing` and the first of each other name in each process."""
    seen = set()
    for call in recorded:
        first = (call.role, call.name) not in seen
        seen.add((call.role, call.name))
        if first or call.name in doing:
            yield call
