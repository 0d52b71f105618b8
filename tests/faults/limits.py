"""Few descriptors, processes, bytes and signals; calls that take long while somebody presses Ctrl-C; storms of
signals."""
import dataclasses, errno, os, random, resource, signal, subprocess, time

import judge, patience, scenarios, sweep, traced

MIB = 1 << 20
# The C library's own words when it cannot even start.
TOO_LITTLE_TO_START = (127, -signal.SIGKILL, -signal.SIGSEGV, -signal.SIGABRT)
WIRE = ("sendmsg", "recvmsg", "recvfrom", "sendto", "clone3", "poll", "ppoll", "vfork")
DELAY = 0.7
STORM = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2, signal.SIGWINCH,
         signal.SIGCONT, signal.SIGALRM, signal.SIGPIPE, signal.SIGCHLD)


@dataclasses.dataclass(frozen=True)
class Case:
    """What a worker does: `kind` is the function, `what` its argument."""
    kind: str
    scenario: scenarios.Scenario
    reference: str
    what: tuple

    def __str__(self):
        return f"{self.scenario.name} {self.kind} {' '.join(map(str, self.what))}"


def do(case):
    return case, HOW[case.kind](sweep.rig_of_worker(), case)


def clean(rig, case, answer, may_leave=False):
    """The problems that any run may have. may_leave: for the next run to sweep, which is tried."""
    verdict = judge.Verdict(None)
    judge.look_around(rig, case.scenario, answer, verdict)
    left = [] if may_leave else verdict.leaves[:1]
    return verdict.problems + [f"left in the store until the next run: {path}" for path in left]


def refused_or_whole(rig, case, answer, but=()):
    # Removing a layer takes descriptors too.
    problems, status = clean(rig, case, answer, may_leave=True), answer.run.status
    if status == 0:
        different = judge.difference(answer.out, case.reference)
        problems += [f"not as without: {line}" for line in different if not line[1:].startswith(but or "\0")][:6]
    elif status != 125 or len(judge.errors_of(answer.err) or []) != 1:
        problems.append(f"status {status}: {answer.err[-300:]!r}")
    return ("done" if status == 0 else "refused"), problems


def few(rig, case):
    """A resource limit of snug's own, which the payload inherits."""
    name, value = case.what
    answer = scenarios.perform(rig, case.scenario, limits=((getattr(resource, name), value),), watched=False)
    outcome, problems = refused_or_whole(rig, case, answer, ("nofile: ",))
    if name == "RLIMIT_AS" and answer.run.status in TOO_LITTLE_TO_START and value < 8 * MIB:
        return "not started", clean(rig, case, answer)
    return outcome, problems


def slow(rig, case):
    """A call takes long, and meanwhile the user wants it to end."""
    call, = case.what
    pressed = []

    def press(run):
        pressed.append(run.stillness.total)
        os.kill(run.pid, signal.SIGINT)

    answer = scenarios.perform(rig, case.scenario, traced.Fault(call, delay=DELAY), on_hit=press)
    problems = clean(rig, case, answer)
    # The call that takes long is held by the harness, which is no stillness of the run's.
    stood = answer.run.stillness.total - pressed[0] if pressed else 0
    if stood > 1:
        problems.append(f"it waited for {stood:.1f} s before it ended")
    # Where nothing is left to do but to end, it ends by the signal itself.
    if answer.run.status not in (0, 128 + signal.SIGINT, -signal.SIGINT):
        problems.append(f"status {answer.run.status}: {answer.err!r}")
    if answer.run.status == 0 and not answer.whole:
        problems.append("status 0, but the payload has not run")
    return ("done" if answer.run.status == 0 else "ended") if pressed else "missed", problems


def storm(rig, case):
    """Signals without pause, from the start on, until it ends. The payload would wait for ever."""
    seed, = case.what
    chance = random.Random(seed)
    begin = time.monotonic() + chance.random() * 0.03

    def send(run):
        if time.monotonic() > begin and run.status is None and traced.read(f"/proc/{run.pid}/comm").startswith("snug"):
            traced.kill(run.pid, chance.choice(STORM))

    answer = scenarios.perform(rig, case.scenario, argv=waiting(rig, case.scenario), tick=send, watched=seed % 2 == 0)
    problems = clean(rig, case, answer)
    status = answer.run.status
    if -status not in STORM and status - 128 not in STORM:
        problems.append(f"status {answer.run.status}: {answer.err!r}")
    return "ended", problems


def timed(rig, case):
    """--timeout must end a payload, whatever of the kernel's is missing or scarce."""
    name, = case.what
    argv = waiting(rig, case.scenario, "--timeout", "0.3")
    if name.startswith("RLIMIT"):
        answer = scenarios.perform(rig, case.scenario, argv=argv, limits=((getattr(resource, name), 0),), watched=False)
    else:
        missing = traced.Fault(traced.Call("*", name, 0), error=errno.ENOSYS)
        answer = scenarios.perform(rig, case.scenario, missing, argv=argv)
    problems = clean(rig, case, answer)
    if answer.run.status not in (124, 125):
        problems.append(f"status {answer.run.status}: {answer.err!r}")
    return "ended" if answer.run.status == 124 else "refused", problems


def waiting(rig, scenario, *options):
    words = scenarios.arguments(rig, scenario)
    return words[:words.index(scenario.image)] + list(options) + [scenario.image, scenario.probe, "wait"]


def full(rig, case):
    """The store is a file system with hardly any room, in a user namespace of the harness's own."""
    options, = case.what
    script = 'mount -t tmpfs -o "$0" none "$XDG_DATA_HOME" && "$@"; s=$?; find "$XDG_DATA_HOME" -mindepth 3; exit $s'
    command = ["unshare", "-rm", "sh", "-c", script, options, *scenarios.arguments(rig, case.scenario)]
    try:
        result = patience.run(command, env=rig.environment())
    except patience.Hangs:
        return "refused", ["hangs"]
    problems, out, err = [], scenarios.tidy(rig, result.stdout), scenarios.tidy(rig, result.stderr)
    if "/snug/throwaway/run-" in out:
        problems.append(f"left in the store: {out[-200:]}")
    if result.returncode == 0 and not out.endswith("end of probe\n"):
        problems.append("status 0, but the payload has not run")
    elif result.returncode not in (0, 125) or (result.returncode == 125 and len(judge.errors_of(err) or []) != 1):
        problems.append(f"status {result.returncode}: {err!r}")
    return ("done" if result.returncode == 0 else "refused"), problems


HOW = {"few": few, "slow": slow, "storm": storm, "timed": timed, "full": full}


def cases(workers, chosen, options):
    """Of what is tried in steps each third where the reviewed part is wanted, and each call that is slow in one plan."""
    thin = slice(None, None, 3 if options.reviewed else 1)
    for scenario in chosen:
        calls, reference, _ = workers.record(scenario)
        for value in range(3, 65)[thin] if options.all or scenario.full else range(3, 40, 3)[thin]:
            yield Case("few", scenario, reference, ("RLIMIT_NOFILE", value))
        for value in (0, 1, 2, 3, 5, 10, 20, 50, 100)[thin]:
            yield Case("few", scenario, reference, ("RLIMIT_NPROC", value))
        for value in range(MIB // 2, 12 * MIB, MIB // 8 if options.all else MIB // 2)[thin]:
            yield Case("few", scenario, reference, ("RLIMIT_AS", value))
        for name in ("RLIMIT_SIGPENDING", "RLIMIT_MEMLOCK", "RLIMIT_CORE"):
            yield Case("few", scenario, reference, (name, 0))
        for name in ("pidfd_send_signal", "RLIMIT_SIGPENDING"):
            yield Case("timed", scenario, reference, (name,))
        slow_ones = [call for call in calls if call.name in WIRE and not call.role.startswith("sweeper")]
        for call in first_and_last(slow_ones) if scenario.full or not options.reviewed else ():
            yield Case("slow", scenario, reference, (call,))
        for seed in range(40 if options.all else 10)[thin]:
            yield Case("storm", scenario, reference, (seed,))
        if scenario.name == "disk" and can_mount():
            for inodes in range(2, 20)[thin]:
                yield Case("full", scenario, reference, (f"nr_inodes={inodes}",))
            for pages in range(1, 10)[thin]:
                yield Case("full", scenario, reference, (f"size={pages * 4}k",))


def first_and_last(calls):
    found = {}
    for call in calls:
        found.setdefault((call.role, call.name), []).append(call)
    return [call for these in found.values() for call in dict.fromkeys((these[0], these[-1]))]


def can_mount():
    return subprocess.run(["unshare", "-rm", "true"], stderr=subprocess.DEVNULL, check=False).returncode == 0


def run(sweeping, chosen):
    workers = sweeping.workers
    chosen = [scenario for scenario in chosen if not scenario.only]
    wanted = list(cases(workers, chosen, sweeping.options))
    for case, (outcome, problems) in workers.each(do, wanted):
        sweeping.kinds["broken" if problems else outcome] += 1
        if sweeping.options.verbose:
            print(f"{case}: {outcome}")
        if problems:
            sweeping.report_now("", f"{case}\n    " + "\n    ".join(problems))
