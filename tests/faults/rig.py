"""Where a worker's runs happen: a directory with an image, a store and a canary, a terminal, a key and a descriptor
as bait."""
import fcntl, os, pty, pwd, resource, shutil, signal, termios

import ptrace, traced

NAMESPACES = ("user", "mnt", "pid", "ipc", "uts", "cgroup", "net")
KEPT = ("home", "config", "data", "run")  # directories that snug may write to
SECRET = "hunter2"
BAIT_FD = 9


class Rig:
    """One for each worker process, which becomes a session leader with a terminal, as a shell is."""

    def __init__(self, snug, probe, where):
        self.snug = os.path.realpath(snug)
        self.dir = where
        for name in ("home", "config", "data", "run", "volume", "canary", "work"):
            os.mkdir(self.path(name), 0o700)
        self.write("canary/secret", SECRET)
        self.write("volume/file", "of the volume\n")
        # The host image mounts the working directory: there is where it finds the probe.
        shutil.copy(probe, self.path("work/probe"))
        self.make_image(probe)
        # Where one of these is passed over, the host name shows it.
        os.makedirs(self.path("config/snug/profiles"))
        for name in ("default", "untrusted"):
            self.write(f"config/snug/profiles/{name}.toml", f'extends = "{name}"\nhostname = "profiled"\n')
        # As the first run leaves it: each run has the same calls.
        os.makedirs(self.path("data/snug/throwaway"), 0o700)
        self.known = {path for name in KEPT for path, *_ in self.tree(name)}
        os.chdir(self.path("work"))
        ptrace.become_subreaper()
        os.setsid()
        self.master, self.slave = pty.openpty()
        fcntl.ioctl(self.slave, termios.TIOCSCTTY, 0)
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)
        os.set_blocking(self.master, False)
        self.modes = termios.tcgetattr(self.slave)
        self.canary = os.open(self.path("canary"), os.O_RDONLY)
        self.offer_key()
        self.image_tree = self.tree("image")
        self.mounts = traced.mounts_of(self.dir)

    def path(self, name):
        return os.path.join(self.dir, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)

    def make_image(self, probe):
        for name in ("bin", "dev", "etc", "proc", "sys", "tmp", "root"):
            os.makedirs(self.path("image/" + name))
        shutil.copy(probe, self.path("image/bin/probe"))
        self.write("image/etc/passwd", "root:x:0:0::/root:/bin/sh\nsomebody:x:1000:1000::/tmp:/bin/sh\n")
        self.write("image/etc/group", "root:x:0:\nsomebody:x:1000:\nmore:x:1001:somebody\n")
        # snug puts a file of its own in the place of this link.
        os.symlink("../elsewhere", self.path("image/etc/hostname"))

    def offer_key(self):
        """keyctl(2): a session keyring with a key that the payload must not find. Containers often refuse it."""
        join, add_key, session = 250, 248, -3
        if ptrace.libc.syscall(join, 1, b"snug-faults") >= 0:
            ptrace.libc.syscall(add_key, b"user", b"snug-faults", b"x", 1, session)

    def namespaces(self):
        return [f"{name}={os.stat('/proc/self/ns/' + name).st_ino}" for name in NAMESPACES]

    def environment(self):
        return {"HOME": self.path("home"), "XDG_CONFIG_HOME": self.path("config"), "XDG_DATA_HOME": self.path("data"),
                "XDG_RUNTIME_DIR": self.path("run"), "PATH": "/usr/bin:/bin", "TERM": "dumb",
                "USER": pwd.getpwuid(os.getuid()).pw_name, "SECRET": SECRET, "LANG": "C"}

    def starter(self, terminal, out, err, limits=()):
        """What the new process does before it is snug: nothing here is counted or given faults."""
        environment = self.environment()

        def start(argv):
            os.setpgid(0, 0)
            os.tcsetpgrp(self.slave, os.getpid())
            for number in (signal.SIGTTOU, signal.SIGPIPE, signal.SIGXFSZ):
                signal.signal(number, signal.SIG_DFL)
            null = os.open("/dev/null", os.O_RDONLY)
            os.dup2(self.slave if terminal else null, 0)
            os.dup2(self.slave if terminal else out, 1)
            os.dup2(err, 2)
            os.dup2(self.canary, BAIT_FD)
            for which, value in limits:
                resource.setrlimit(which, (value, value))
            os.execve(self.snug, argv, environment)
        return start

    def terminal_output(self):
        text = b""
        try:
            while chunk := os.read(self.master, 65536):
                text += chunk
        except OSError:
            pass
        return text

    def reset_terminal(self):
        termios.tcsetattr(self.slave, termios.TCSANOW, self.modes)

    def terminal_is_as_before(self):
        return termios.tcgetattr(self.slave) == self.modes

    def tree(self, name):
        found = []
        for where, directories, files in os.walk(self.path(name)):
            for entry in directories + files:
                path = os.path.join(where, entry)
                info = os.lstat(path)
                found.append((path, info.st_mode, info.st_size, info.st_mtime_ns))
        return sorted(found)

    def left_in_store(self):
        """What runs have left where snug keeps its files."""
        return [path for name in KEPT for path, *_ in self.tree(name) if path not in self.known]
