"""What lies on the host for a payload to find: files, a secret in the environment, descriptors, a key, sockets, objects
of interprocess communication, a process. Everything goes when the runner ends."""
import atexit, ctypes, os, resource, secrets, socket, stat, subprocess, sys

LIBC = ctypes.CDLL(None, use_errno=True)
# keyctl, add_key, mq_open, mq_unlink: the numbers of this machine's system calls.
NUMBERS = {"x86_64": (250, 248, 240, 241), "aarch64": (219, 217, 180, 181)}[os.uname().machine]
KEYCTL_JOIN_SESSION_KEYRING, SESSION_KEYRING = 1, -3
IPC_CREAT, IPC_RMID = 0o1000, 0
# Of the host's: whoever sees one of these sees more than programs.
HOST_FILES = ["/etc/shadow", "/etc/gshadow", "/etc/sudoers", "/etc/machine-id", "/etc/fstab", "/etc/ssh",
              "/etc/passwd-", "/etc/crontab", "/boot", "/root", "/home", "/var/log", "/var/lib", "/var/tmp", "/tmp",
              "/run/user", "/srv"]
NAMESPACES = ["user", "mnt", "pid", "ipc", "uts", "net", "cgroup"]


class Bait:
    def __init__(self, base, image):
        self.word = "bait" + secrets.token_hex(6)
        self.base, self.lines = base, []
        self.home, self.run = os.path.join(base, "home"), os.path.join(base, "run")
        for name in (self.home, self.run):
            os.mkdir(name, 0o700)
        self.environment = {"HOME": self.home, "XDG_RUNTIME_DIR": self.run, "USER": os.environ.get("USER", ""),
                            "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "TERM": "xterm", "LANG": "C.UTF-8",
                            "ISOLATION_SECRET": self.word, "AWS_SECRET_ACCESS_KEY": self.word}
        self.say("secret", self.word)
        self.say("marker", self.word)
        self.say("base", base)
        self.say("image", image)
        self.files()
        self.sockets()
        self.objects()
        self.process()
        self.host()
        self.descriptors = {7: os.open(self.home, os.O_RDONLY), 9: os.open("/", os.O_PATH)}

    def say(self, key, value):
        self.lines.append(f"{key} {value}\n")

    def file(self, key, path):
        with open(path, "w") as file:
            file.write("private\n")
        self.say(key, path)

    def directory(self, key, path):
        """By its identity: a sandbox may have another of the same name."""
        status = os.stat(path)
        self.say(key, f"{status.st_dev}:{status.st_ino} {path}")

    def files(self):
        self.file("home_file", os.path.join(self.home, "private"))
        self.file("runtime_file", os.path.join(self.run, "private"))
        for key, folder in (("temporary_file", "/tmp"), ("temporary_file", "/var/tmp"), ("shm_file", "/dev/shm")):
            path = os.path.join(folder, self.word)
            self.file(key, path)
            atexit.register(os.unlink, path)
        self.directory("home_directory", self.home)
        self.directory("runtime_directory", self.run)
        for path in HOST_FILES:
            if os.path.exists(path):
                self.directory("host_file", path)

    def sockets(self):
        path = os.path.join(self.run, "socket")
        self.listening = [socket.socket(), socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)]
        for sock, address in zip(self.listening, [("127.0.0.1", 0), "\0" + self.word, path]):
            sock.bind(address)
            sock.listen(64)
        self.say("port", self.listening[0].getsockname()[1])
        self.say("abstract", self.word)
        self.say("runtime_socket", path)

    def objects(self):
        keyctl, add_key, mq_open, mq_unlink = NUMBERS
        LIBC.syscall(keyctl, KEYCTL_JOIN_SESSION_KEYRING, None)
        if LIBC.syscall(add_key, b"user", self.word.encode(), b"secret", 6, SESSION_KEYRING) < 0:
            raise SystemExit("isolation: no key can be made: " + os.strerror(ctypes.get_errno()))
        self.say("key", self.word)

        shm_key = secrets.randbelow(1 << 30) + 1
        segment = LIBC.shmget(shm_key, 100, IPC_CREAT | 0o600)
        atexit.register(LIBC.shmctl, segment, IPC_RMID, None)
        self.say("shm_key", shm_key)
        # The system call takes the name without a slash.
        queue = LIBC.syscall(mq_open, self.word.encode(), os.O_RDWR | os.O_CREAT, 0o600, None)
        if queue >= 0:
            os.close(queue)
            atexit.register(LIBC.syscall, mq_unlink, self.word.encode())
        self.say("queue", self.word)

    def process(self):
        """A process of the caller's with the word in its command line."""
        waits = [sys.executable, "-c", "import sys; sys.stdin.read()", self.word]
        sleeper = subprocess.Popen(waits, stdin=subprocess.PIPE)
        atexit.register(sleeper.kill)
        self.say("host_pid", sleeper.pid)

    def host(self):
        self.say("hostname", socket.gethostname())
        self.say("devpts", os.stat("/dev/pts").st_dev)
        for kind in NAMESPACES:
            self.say(f"ns_{kind}", os.readlink(f"/proc/self/ns/{kind}"))
        # Asked for its version, a kernel without Landlock says that it has not.
        self.say("landlock", "yes" if LIBC.syscall(444, None, 0, 1) > 0 else "no")

    def write(self, path, terminal, guarded=()):
        """The file that the checks read. The terminal is another one each time."""
        with open(path, "w") as file:
            file.writelines(self.lines + [f"guarded {name}\n" for name in guarded])
            if terminal is not None:
                status = os.fstat(terminal)
                assert stat.S_ISCHR(status.st_mode)
                file.write(f"terminal {status.st_dev}:{status.st_ino}\n")

    def as_caller(self):
        """In the child that becomes the launcher: what a caller's shell might have left."""
        for number, descriptor in self.descriptors.items():
            os.dup2(descriptor, number, inheritable=True)
        hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
        resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
