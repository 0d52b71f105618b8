"""A home and a store of one's own for containers that last, and what must hold of them whatever was done."""
import json, os, pwd, re, shutil, signal, subprocess, tempfile

import patience, ptrace, traced
from patience import Broken, must, until

LEFTOVER = re.compile(r"was left by a crash( while a container was (made|removed))?$")


class Kept:
    """Its processes are found by their parent: this one takes what its children leave behind."""

    def __init__(self, snug, probe, parent=None):
        self.snug = os.path.realpath(snug)
        self.dir = tempfile.mkdtemp(prefix="snug-kept.", dir=parent or "/var/tmp")
        for name in ("home", "config", "data", "run", "image"):
            os.mkdir(self.path(name), 0o700)
        for name in ("bin", "dev", "etc", "proc", "sys", "tmp"):
            os.mkdir(self.path("image", name))
        shutil.copy(probe, self.path("image/bin/probe"))
        for name, text in (("passwd", "root:x:0:0::/root:/bin/probe\n"), ("group", "root:x:0:\n"), ("base", "of the image\n")):
            with open(self.path("image/etc", name), "w", encoding="ascii") as file:
                file.write(text)
        self.image = self.path("image")
        self.mounts = traced.mounts_of(self.dir)
        ptrace.become_subreaper()

    def remove(self):
        shutil.rmtree(self.dir, ignore_errors=True)

    def path(self, *names):
        return os.path.join(self.dir, *names)

    def container(self, name, *names):
        return self.path("data/snug/containers", name, *names)

    def environment(self):
        return {"HOME": self.path("home"), "XDG_CONFIG_HOME": self.path("config"), "XDG_DATA_HOME": self.path("data"),
                "XDG_RUNTIME_DIR": self.path("run"), "PATH": "/usr/bin:/bin", "USER": pwd.getpwuid(os.getuid()).pw_name,
                "LANG": "C", "TERM": "dumb"}

    def start(self, *words):
        return subprocess.Popen([self.snug, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True, cwd=self.dir, env=self.environment())

    def run(self, *words):
        """Status, standard output and standard error, without the kernel's and the session's notes."""
        done = patience.run([self.snug, *words], text=True, cwd=self.dir, env=self.environment())
        return done.returncode, done.stdout, done.stderr

    def works(self, *words):
        status, out, err = self.run(*words)
        must(status == 0, f"{' '.join(words)}: status {status}: {err.strip()[-300:]}")
        return out

    def refused(self, *words):
        status, out, err = self.run(*words)
        must(status == 125 and not out and err.startswith("snug: "), f"{' '.join(words)}: not refused but {status}: {out}{err}")
        return err

    def make(self, name, *command, options=()):
        """A container that has ended."""
        return self.works("run", "-q", "--name", name, *options, self.image, *(command or ("/bin/probe",)))

    def begin(self, name, *options):
        """One that runs until it is told to end."""
        return self.works("run", "-q", "-d", "--name", name, *options, self.image, "/bin/probe", "wait")

    def listed(self):
        """What ps says: {name: {"status": …}}."""
        return {one["name"]: one for one in json.loads(self.works("ps", "-a", "--json"))}

    def problems(self):
        """What `snug check` says."""
        status, out, err = self.run("check")
        must(status == (1 if out else 0) and not err, f"check: status {status}: {out}{err}")
        return out.splitlines()

    def names(self):
        try:
            return sorted(os.listdir(self.path("data/snug/containers")))
        except FileNotFoundError:
            return []

    def is_whole(self):
        must(not (found := self.problems()), f"check says: {found}")
        must(not [name for name in self.names() if name[0] == "."], f"left in the store: {self.names()}")

    def nothing_is_left(self):
        """No container is there, nothing runs, and nothing shows that anything was."""
        until(lambda: not self.processes(), "processes are left: ", self.processes)
        must(not self.names(), f"left in the store: {self.names()}")
        sockets = os.listdir(self.path("run/snug")) if os.path.isdir(self.path("run/snug")) else []
        must(not sockets, f"left in the runtime directory: {sockets[:3]}")
        must(traced.mounts_of(self.dir) == self.mounts, "the host's mounts have changed")

    def processes(self):
        """Those below this one that are not on their way out already."""
        while True:
            try:
                if os.waitpid(-1, os.WNOHANG)[0] == 0:
                    break
            except ChildProcessError:
                break
        return [f"{pid} {traced.read(f'/proc/{pid}/cmdline')!r}" for pid in traced.descendants(os.getpid())
                if traced.read(f"/proc/{pid}/cmdline")]

    def end_all(self):
        """Whatever happened: only processes of this one's own."""
        for pid in traced.descendants(os.getpid()):
            traced.kill(pid, signal.SIGKILL)
