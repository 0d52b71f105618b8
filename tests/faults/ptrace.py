"""The few requests of ptrace(2) that the harness makes, for x86-64.

strace(1) can inject faults too, but it counts calls in each process on its own: a fault meant for init's third openat
hits the supervisor's third openat first, which ends the run, and init's is never tried. It also keeps a setuid
newuidmap from getting its rights. With the requests themselves one call of one process is chosen, and a program that
is not snug is let go before it starts. """
import ctypes, errno, os, platform, re, signal

WALL = 0x40000000
EVENT_FORK, EVENT_VFORK, EVENT_CLONE, EVENT_EXEC, EVENT_STOP = 1, 2, 3, 4, 128
ENTRY, EXIT = 1, 2
SYSCALL_STOP = signal.SIGTRAP | 0x80
NEWUSER = 0x10000000  # clone(2)'s CLONE_NEWUSER
HEADERS = ("/usr/include/x86_64-linux-gnu/asm/unistd_64.h", "/usr/include/asm/unistd_64.h")

_POKEUSER, _PEEKUSER, _CONT, _DETACH, _SYSCALL, _GETEVENTMSG = 6, 3, 7, 17, 24, 0x4201
_SEIZE, _LISTEN, _GET_SYSCALL_INFO = 0x4206, 0x4208, 0x420E
# TRACESYSGOOD, and FORK, VFORK, CLONE, EXEC; EXITKILL: nothing outlives a harness that dies.
_OPTIONS = 1 | 2 | 4 | 8 | 0x10 | 0x100000
_ORIG_RAX, _RAX = 15 * 8, 10 * 8  # in struct user_regs_struct

libc = ctypes.CDLL(None, use_errno=True)
_ptrace = libc.ptrace
_ptrace.restype = ctypes.c_long
_ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]


class SyscallInfo(ctypes.Structure):
    """struct ptrace_syscall_info. At entry `number` and `args`, at exit `number` is the result."""
    _fields_ = [("op", ctypes.c_uint8), ("pad", ctypes.c_uint8 * 3), ("arch", ctypes.c_uint32), ("ip", ctypes.c_uint64),
                ("sp", ctypes.c_uint64), ("number", ctypes.c_int64), ("args", ctypes.c_uint64 * 6)]


def supported():
    return platform.machine() == "x86_64" and any(map(os.path.exists, HEADERS))


def syscall_names():
    for header in filter(os.path.exists, HEADERS):
        with open(header, encoding="ascii") as text:
            return {int(number): name for name, number in re.findall(r"#define __NR_(\w+) (\d+)", text.read())}
    return {}


def request(number, pid, address=0, data=0):
    """False where the process has been killed meanwhile: its end is reported by waitpid."""
    ctypes.set_errno(0)
    if _ptrace(number, pid, address, data) == -1 and ctypes.get_errno() != 0:
        if ctypes.get_errno() == errno.ESRCH:
            return False
        raise OSError(ctypes.get_errno(), f"ptrace request {number} of {pid}")
    return True


def seize(pid):
    return request(_SEIZE, pid, 0, _OPTIONS)


def go_on(pid, to_deliver=0):
    return request(_SYSCALL, pid, 0, to_deliver)


def run_on(pid, to_deliver=0):
    """Without stops at its calls."""
    return request(_CONT, pid, 0, to_deliver)


def stay_stopped(pid):
    return request(_LISTEN, pid)


def detach(pid):
    return request(_DETACH, pid)


def syscall_info(pid, info=SyscallInfo()):
    """The stop that `pid` is in; one object for all, since this is asked a thousand times a run."""
    return info if request(_GET_SYSCALL_INFO, pid, ctypes.sizeof(info), ctypes.addressof(info)) else None


def skip_call(pid):
    """At a call's entry: the kernel does not do it."""
    return request(_POKEUSER, pid, _ORIG_RAX, ctypes.c_void_p(-1))


def set_result(pid, value):
    """At a call's exit."""
    return request(_POKEUSER, pid, _RAX, ctypes.c_void_p(value))


def event_message(pid):
    value = ctypes.c_ulong()
    return value.value if request(_GETEVENTMSG, pid, 0, ctypes.addressof(value)) else 0


def become_subreaper():
    """Whatever snug leaves behind becomes this process's child, so that waitpid knows of it."""
    if libc.prctl(36, 1, 0, 0, 0) != 0:  # PR_SET_CHILD_SUBREAPER
        raise OSError(ctypes.get_errno(), "prctl")


def read_memory(pid, address, size):
    """b"" where it may not be read: init's memory is closed once it has its ids."""
    try:
        fd = os.open(f"/proc/{pid}/mem", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return b""
    try:
        return os.pread(fd, size, address)
    except OSError:
        return b""
    finally:
        os.close(fd)
