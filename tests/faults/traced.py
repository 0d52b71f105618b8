"""One run of snug under ptrace, with at most one fault in it."""
import dataclasses, errno, fnmatch, os, signal, time

import patience, ptrace
from patience import descendants, read

NAMES = ptrace.syscall_names()
GRACE = 2.0  # seconds without a movement after which what outlives the supervisor is said to be left behind
MAIN_STARTS = ("fcntl", 0, 1)  # the first thing that main does: fcntl(0, F_GETFD)
PATH_ARGUMENT = {"open": 0, "openat": 1, "openat2": 1, "newfstatat": 1, "statx": 1, "readlink": 0, "readlinkat": 1,
                 "access": 0, "faccessat": 1, "faccessat2": 1, "mkdir": 0, "mkdirat": 1, "unlinkat": 1, "statfs": 0,
                 "execve": 0, "chdir": 0}
# What changes the mounts of the process that calls it.
MOUNTING = ("mount", "umount2", "move_mount", "mount_setattr", "pivot_root")
BY_DESCRIPTOR = ("read", "write", "close", "getdents64", "fstat", "fcntl", "flock", "ioctl", "fchmod", "fstatfs")


@dataclasses.dataclass(frozen=True)
class Call:
    """The nth call of its name in the process of that role. `path` is what it names, where that can be read.

    startup is the supervisor before main, cleanup the supervisor after init's end; helper1 and so on are the
    supervisor's other children, until they execute another program, and sweeper1 those that it has in its cleanup;
    payload is the child of init. """
    role: str
    name: str
    nth: int
    path: str = ""

    def __str__(self):
        return f"{self.role}:{self.name}:{self.nth}" + (f"({self.path})" if self.path else "")

    def matches(self, pattern):
        return fnmatch.fnmatchcase(f"{self.role}:{self.name}:{self.nth}", pattern)

    def same(self, role, name, nth):
        return self.role in (role, "*") and self.nth in (nth, 0) and name in self.name.split("+")


@dataclasses.dataclass(frozen=True)
class Fault:
    """At `call`: errno `error`; or death by `kill`, before it or `after` it; or a stop of `delay` seconds. Of a Call,
    role "*" is any, nth 0 all, and the name may be several, with "+" between."""
    call: Call
    error: int = 0
    kill: bool = False
    delay: float = 0.0
    after: bool = False

    def what(self):
        return f"SIGKILL {'after' if self.after else 'before'}" if self.kill else f"{self.delay} s" if self.delay else errno.errorcode[self.error]

    def __str__(self):
        return f"{self.call}={self.what()}"


class Process:
    def __init__(self, role):
        self.role, self.counts, self.injected, self.last = role, {}, False, None
        self.doomed = False  # to be killed when its call is done
        self.heap_end = 0  # what brk has answered last
        self.born = False  # has its first stop been seen?
        self.newuser = False  # is it in a clone that makes a user namespace?
        self.mounts = None  # the mount namespace it was seen in last


class TimeIsUp(Exception):
    pass


class TracedRun:
    """Start it, then wait(). `calls` is what was called, in order, up to the payload's execve; `hit` whether the
    fault came; `outside` the calls that would change the mounts of the namespace that the harness is in; `stillness` how
    long nothing of it moved (patience.py)."""

    def __init__(self, argv, start, fault=None, on_hit=None, tick=None, watched=True):
        self.fault, self.on_hit, self.tick = fault, on_hit, tick
        self.calls, self.hit, self.status, self.hang, self.left = [], False, None, [], []
        self.in_main, self.awaited, self.outside, self.stillness = False, False, [], patience.Stillness()
        self.processes, self.unknown, self.helpers, self.inits, self.held = {}, set(), 0, 0, []
        go, ready = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                os.close(ready)
                os.read(go, 1)
                start(argv)
            finally:
                os._exit(99)
        os.close(go)
        if watched:
            ptrace.seize(self.pid)
        os.close(ready)
        self.processes[self.pid] = Process("supervisor")

    def wait(self, to_the_last=True):
        """Until nothing of it is left; or, where not to_the_last, until the process itself has ended."""
        self.awaited = True
        signal.signal(signal.SIGALRM, self.on_alarm)
        signal.setitimer(signal.ITIMER_REAL, patience.LOOK, patience.LOOK)
        try:
            while (to_the_last or self.status is None) and self.step():
                pass
        except TimeIsUp:
            self.give_up()
        finally:
            self.stop_waiting()
        return self

    def on_alarm(self, _signal, _frame):
        if not self.awaited:
            return  # one that came when there was nothing more to wait for
        self.stillness.look(os.getpid())
        if self.stillness.is_over(patience.STILL if self.status is None else GRACE):
            self.stop_waiting()
            raise TimeIsUp

    def stop_waiting(self):
        self.awaited = False
        signal.setitimer(signal.ITIMER_REAL, 0)

    def step(self):
        """One report of waitpid's. False where no child is left."""
        try:
            pid, status = os.waitpid(-1, ptrace.WALL | (os.WNOHANG if self.held or self.tick else 0))
        except ChildProcessError:
            return False
        if self.tick:
            self.tick(self)
        if pid == 0:
            self.release_held()
            return True
        if os.WIFSTOPPED(status):
            self.on_stop(pid, os.WSTOPSIG(status), status >> 16)
        else:
            self.processes.pop(pid, None)
            if pid == self.pid:
                self.status = os.waitstatus_to_exitcode(status)
                self.stillness.seconds = 0.0
        return True

    def on_stop(self, pid, number, event):
        process = self.processes.get(pid)
        if process is None:  # a child whose parent's report of it is still to come: it waits until its role is known
            self.unknown.add(pid)
        elif number == ptrace.SYSCALL_STOP:
            self.on_syscall(pid, process)
        elif event in (ptrace.EVENT_FORK, ptrace.EVENT_VFORK, ptrace.EVENT_CLONE):
            self.on_child(process, ptrace.event_message(pid))
            self.resume(pid, process)
        elif event == ptrace.EVENT_EXEC:
            if process.born:  # one that has no stop at its execve
                ptrace.detach(pid)
                return
            process.born = True
            self.resume(pid, process)
        elif event == ptrace.EVENT_STOP and number != signal.SIGTRAP:
            ptrace.stay_stopped(pid)  # Ctrl-Z or the like
        else:
            self.resume(pid, process, 0 if event else number)

    def resume(self, pid, process, to_deliver=0):
        """On to the next call, or without stops at calls, which are most of the time."""
        if self.stops_at_calls(process):
            ptrace.go_on(pid, to_deliver)
        else:
            ptrace.run_on(pid, to_deliver)

    def stops_at_calls(self, process):
        """Where no fault is looked for, or the fault can be anywhere, each call counts; otherwise those on its side of the
        clone, until it has come. What may execute a setuid helper has to stop at that (see on_entry)."""
        fault = self.fault
        if not fault or fault.delay or not fault.call.nth or fault.call.role == "*":
            return True
        if process.injected or process.doomed or process.role.startswith(("helper", "sweeper")):
            return True
        return not self.hit and inside(process.role) == inside(fault.call.role)

    def on_child(self, parent, pid):
        if parent.newuser or not self.stops_at_calls(parent) and new_user_namespace(pid):
            self.inits += 1
            role = "init" if self.inits == 1 else f"init{self.inits}"
        elif parent.role.startswith("init"):
            role = "payload"
        else:
            self.helpers += 1
            kind = "sweeper" if parent.role.startswith(("cleanup", "sweeper")) else "helper"
            role = f"{kind}{self.helpers}"
        self.processes[pid] = child = Process(role)
        child.born = True
        if pid in self.unknown:
            self.unknown.remove(pid)
            self.resume(pid, child)

    def on_syscall(self, pid, process):
        info = ptrace.syscall_info(pid)
        if info is None:
            return
        if info.op == ptrace.EXIT:
            if process.doomed:
                os.kill(pid, signal.SIGKILL)
                return
            if process.injected:
                process.injected = False
                ptrace.set_result(pid, self.failure(process))
            elif process.last and process.last.name == "brk":
                process.heap_end = info.number
            self.resume(pid, process)
        elif not process.born:  # before the execve of snug itself
            ptrace.go_on(pid)
        else:
            self.on_entry(pid, process, info)

    def on_entry(self, pid, process, info):
        name = NAMES.get(info.number, str(info.number))
        nth = process.counts[name] = process.counts.get(name, 0) + 1
        if not self.in_main and (name, info.args[0], info.args[1]) == MAIN_STARTS:
            self.in_main = True
        role = process.role if self.in_main or process.role != "supervisor" else "startup"
        if name == "waitid" and pid == self.pid:
            process.role = "cleanup"  # from the next call on: init is gone
        if name in ("clone", "clone3"):
            flags = info.args[0]
            if name == "clone3":  # it takes a struct, whose first member they are
                flags = int.from_bytes(ptrace.read_memory(pid, flags, 8), "little")
            process.newuser = bool(flags & ptrace.NEWUSER)
        if name in MOUNTING and self.mount_namespace(pid, process) == mount_namespace("self"):
            self.outside.append(f"{role}:{name}:{nth}")
        process.last = Call(role, name, nth, self.path(pid, name, info) if self.fault is None else "")
        self.calls.append(process.last)
        fault = self.fault
        if fault and fault.call.same(role, name, nth):
            if not self.hit and self.on_hit:
                self.on_hit(self)
            self.hit = True
            if fault.kill:
                if fault.after:
                    process.doomed = True
                    ptrace.go_on(pid)
                else:
                    os.kill(pid, signal.SIGKILL)
                return
            if fault.delay:
                self.held.append((time.monotonic() + fault.delay, pid))
                return
            process.injected = True
            if name != "close":  # which releases the descriptor whatever it answers
                ptrace.skip_call(pid)
        elif name == "execve":
            # What follows is another program's. A setuid helper would not get its rights while it is traced.
            ptrace.detach(pid)
            return
        self.resume(pid, process)

    def mount_namespace(self, pid, process):
        """Init's can be seen until it has its ids, and it stays in it."""
        process.mounts = mount_namespace(pid) or process.mounts
        return process.mounts

    def failure(self, process):
        """brk(2) fails by answering with the old end."""
        return process.heap_end if process.last.name == "brk" else -self.fault.error

    def path(self, pid, name, info):
        at = PATH_ARGUMENT.get(name)
        text = b"" if at is None else ptrace.read_memory(pid, info.args[at], 256)
        text = text.split(b"\0")[0].decode(errors="replace")
        if text or not (name in BY_DESCRIPTOR or name == "newfstatat"):
            return text
        try:
            return os.readlink(f"/proc/{pid}/fd/{info.args[0]}")
        except OSError:
            return ""

    def release_held(self):
        now = time.monotonic()
        due = [pid for when, pid in self.held if when <= now]
        self.held = [(when, pid) for when, pid in self.held if when > now]
        for pid in due:
            ptrace.go_on(pid)
        time.sleep(0.001)

    def give_up(self):
        """It hangs, or something outlives the supervisor: what, and on what it waits. Then it is ended."""
        found = [self.describe(pid) for pid in descendants(os.getpid())]
        if self.status is None:
            self.hang = found or ["nothing is left to wait for"]
        else:
            self.left = found
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            for pid in descendants(os.getpid()):
                kill(pid)
            try:
                pid, status = os.waitpid(-1, ptrace.WALL | os.WNOHANG)
            except ChildProcessError:
                return
            if pid == self.pid and not os.WIFSTOPPED(status):
                self.status = os.waitstatus_to_exitcode(status)
            if pid == 0:
                time.sleep(0.002)

    def describe(self, pid):
        process = self.processes.get(pid)
        state = [line for line in read(f"/proc/{pid}/status").splitlines() if line.startswith("State:")]
        name, wait = read(f"/proc/{pid}/comm").strip(), read(f"/proc/{pid}/wchan") or "?"
        known = f"{process.role}, last call {process.last}" if process else "untraced"
        return f"{pid} ({name}), {' '.join(state)!r}, in {wait}: {known}"


def mount_namespace(pid):
    """None where it cannot be seen."""
    try:
        return os.readlink(f"/proc/{pid}/ns/mnt")
    except OSError:
        return None


def mounts_of(directory):
    """The mounts of this namespace that have to do with the directory: at it or below it, or made of what is there. Others
    are other programs': what a run does elsewhere is seen by its calls (TracedRun.outside)."""
    return [line for line in read("/proc/self/mountinfo").splitlines() if directory in line]


def inside(role):
    return role.startswith(("init", "payload"))


def new_user_namespace(pid):
    """Of one that was cloned this moment."""
    try:
        return os.readlink(f"/proc/{pid}/ns/user") != os.readlink("/proc/self/ns/user")
    except OSError:
        return False


def kill(pid, number=signal.SIGKILL):
    try:
        os.kill(pid, number)
    except (ProcessLookupError, PermissionError):
        pass
