"""The runs that faults are put into, and what a run without a fault answers."""
import dataclasses, json, os, re, shutil, signal, subprocess

import patience, traced


@dataclasses.dataclass(frozen=True)
class Scenario:
    name: str
    options: tuple
    image: str = "../image"
    probe: str = "/bin/probe"
    terminal: bool = False
    full: bool = False  # every kill and every limit, even in CI
    only: tuple = ()  # just these calls, where the others are as in another scenario
    asks: tuple = ()  # what the probe is to ask of the network


VOLUMES = ("-v", "../volume:/mnt/data:ro", "--tmpfs", "/scratch:size=1M", "-w", "/mnt/data")
SCENARIOS = (
    Scenario("memory", VOLUMES + ("-e", "WORD=1"), full=True),
    Scenario("disk", ("--writable", "disk", "--timeout", "60")),
    Scenario("host", ("--profile", "untrusted"), image="host", probe="/work/probe"),
    Scenario("range", ("--ids", "range", "-u", "1000", "--writable", "disk")),
    Scenario("terminal", ("-t", "--read-only"), terminal=True),
    # Nobody asked for a terminal, and the caller's are replaced all the same.
    Scenario("console", (), terminal=True, only=("ioctl",)),
    Scenario("fuse", ("--overlay", "fuse", "-v", "../volume:/mnt/view:cow")),
    # The filter would hide that the caller's keyring has been kept.
    Scenario("unfiltered", ("--seccomp", "off"), only=("keyctl",)),
    # A filter that asks: its listener goes to the supervisor.
    Scenario("asked", ("-v", "../work:/mnt/work"), only=("seccomp", "sendmsg")),
)


def lacks(scenario):
    """What this machine has not, or None."""
    if scenario.name == "fuse":
        if not shutil.which("fuse-overlayfs"):
            return "fuse-overlayfs"
        return None if os.access("/dev/fuse", os.R_OK | os.W_OK) else "a /dev/fuse that may be opened"
    if scenario.name == "range" and not (shutil.which("newuidmap") and subordinate_ids()):
        return "newuidmap, or subordinate ids"
    return None


def subordinate_ids():
    user = subprocess.run(["id", "-un"], capture_output=True, text=True, check=True).stdout.strip()
    return re.search(rf"^({user}|{os.getuid()}):", traced.read("/etc/subuid"), re.M)


def arguments(rig, scenario, command="run"):
    words = [rig.snug, command, "--color", "never", "-q", *scenario.options]
    return words + [scenario.image, scenario.probe, *rig.namespaces(), *scenario.asks]


@dataclasses.dataclass(frozen=True)
class Step:
    kind: str
    phase: str
    text: str


@dataclasses.dataclass
class Answer:
    """What was seen of one run."""
    run: traced.TracedRun
    out: str
    err: str

    @property
    def whole(self):
        return self.out.endswith("end of probe\n")


def perform(rig, scenario, fault=None, *, argv=None, limits=(), **rest):
    """Runs it, under ptrace, with the fault."""
    out, err = os.memfd_create("out"), os.memfd_create("err")
    try:
        rig.reset_terminal()
        start = rig.starter(scenario.terminal, out, err, limits)
        run = traced.TracedRun(argv or arguments(rig, scenario), start, fault, **rest).wait()
        # One carriage return for each terminal that is not in raw mode.
        text = re.sub(rb"\r+\n", b"\n", rig.terminal_output()) if scenario.terminal else contents(out)
        return Answer(run, tidy(rig, text), tidy(rig, contents(err)))
    finally:
        os.close(out)
        os.close(err)


def plain(rig, scenario):
    """A run without ptrace: exit status and standard output."""
    result = patience.run(arguments(rig, scenario), env=rig.environment(),
                          preexec_fn=lambda: signal.signal(signal.SIGTTOU, signal.SIG_DFL))
    return result.returncode, tidy(rig, result.stdout).replace("\r", "")


def contents(fd):
    return os.pread(fd, 1 << 20, 0)


def tidy(rig, text):
    return text.decode(errors="replace").replace(rig.dir, "DIR")


def plan(rig, scenario):
    """The steps that snug explain names."""
    words = arguments(rig, scenario, "explain")
    result = subprocess.run(words[:2] + ["--json"] + words[2:], capture_output=True, env=rig.environment(), check=True)
    steps = json.loads(result.stdout)["steps"]
    return [Step(step["kind"], step["phase"], step["text"].replace(rig.dir, "DIR")) for step in steps]
