"""Faults one after another: what is tried, by two workers, and what is made of their verdicts."""
import collections, dataclasses, errno, re, shutil, sys, tempfile, time

import coverage, judge, machine, patience, reviewed, rig, scenarios, traced

ERRNOS = (errno.EPERM, errno.ENOMEM, errno.EMFILE, errno.EINTR, errno.ENOSPC, errno.ENOSYS)
# Neither has an error to answer with: they do not come back.
NO_ERROR = ("exit_group", "exit")
# posix_spawn resets the handlers of all signals, in a process of its own: one is as good as another.
ENOUGH = {"rt_sigaction": 3}
MISSED_AT_MOST = 0.06  # of the faults: some calls depend on who is faster

SAME = re.compile(r"\d+|run-\w+")  # does not make two problems different

_place = None  # of this worker: what its rig is made of, and where
_rig = None


@dataclasses.dataclass(frozen=True)
class Task:
    scenario: scenarios.Scenario
    reference: str
    fault: traced.Fault
    follow_up: bool = False


def start_worker(*place):
    global _place
    _place = place


def rig_of_worker():
    """Made with the first task, so that what goes wrong with it is told and ends the harness."""
    global _rig
    if _rig is None:
        snug, probe, parent, networked = _place
        if networked:
            machine.enter()
        _rig = rig.Rig(snug, probe, tempfile.mkdtemp(dir=parent))
    return _rig


def record(scenario):
    """The calls of a run without a fault, what its payload printed, and the plan."""
    rig_here = rig_of_worker()
    answer = scenarios.perform(rig_here, scenario)
    if answer.run.status != 0 or not answer.whole or answer.run.hang or answer.run.left:
        raise RuntimeError(f"{scenario.name} without a fault: {answer.run.status} {answer.out} {answer.err}")
    calls = [dataclasses.replace(call, path=call.path.replace(rig_here.dir, "DIR")) for call in answer.run.calls]
    return calls, answer.out, scenarios.plan(rig_here, scenario)


def attempt(task):
    """A fault that did not come is tried again."""
    for _ in range(3):
        answer = scenarios.perform(rig_of_worker(), task.scenario, task.fault)
        verdict = judge.judge(rig_of_worker(), task.scenario, answer, task.reference, task.fault, task.follow_up)
        if verdict.kind != "missed" or verdict.problems:
            break
    return verdict


class Workers:
    """networked: each on a machine of its own, with servers to be reached (machine.py)."""

    def __init__(self, snug, probe, jobs, networked=False):
        self.dir = tempfile.mkdtemp(prefix="snug-faults.", dir="/var/tmp")
        # Which of the workers is lent a task does not matter: their directories are called DIR in all that is compared.
        self.pool = patience.Pool(jobs, start_worker, (snug, probe, self.dir, networked))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.pool.__exit__()
        shutil.rmtree(self.dir, ignore_errors=True)

    def record(self, scenario):
        return self.pool.do(record, scenario)

    def attempt(self, tasks):
        return self.each(attempt, tasks)

    def each(self, function, tasks):
        """Its answers, in order."""
        return self.pool.each(function, tasks)


def worth(calls):
    """The calls without those that are like others before them."""
    seen = collections.Counter()
    for call in calls:
        seen[call.role, call.name] += 1
        enough = ENOUGH.get(call.name, sys.maxsize) if call.role.startswith(("helper", "sweeper")) else sys.maxsize
        if seen[call.role, call.name] <= enough:
            yield call


def errors(scenario, calls, options, harmless, errnos=ERRNOS):
    """Each call with each errno where all are wanted, otherwise with one, in turn; of the reviewed calls with the likeliest."""
    chosen = reviewed.calls(worth(calls), scenario.only or reviewed.DOING) if options.reviewed else worth(calls)
    for number, call in enumerate(chosen):
        if call.name in NO_ERROR or (scenario.only and call.name not in scenario.only):
            continue
        turns = [errnos[(number + turn) % len(errnos)] for turn in range(len(errnos))]
        if options.reviewed:
            turns = list(dict.fromkeys((reviewed.likely(call.name), *turns)))
        faults = [traced.Fault(call, error=error) for error in turns]
        if options.reviewed or not (options.all or scenario.only):
            # One that may be survived tells nothing of the step: then another too, where there is one that may not.
            fatal = [fault for fault in faults if not harmless.of(scenario.name, fault)]
            faults = faults[:1] + (fatal[:1] if faults[0] not in fatal else [])
        yield from faults


def kills(scenario, calls, options, _harmless):
    """Each call; of most scenarios each third; or one of each kind in each process."""
    for number, call in enumerate(reviewed.calls(worth(calls), ()) if options.reviewed else worth(calls)):
        if options.all or options.reviewed or scenario.full or number % 3 == 0:
            yield traced.Fault(call, kill=True)


class Sweep:
    """One kind of fault through the scenarios. The problems are printed as they come."""

    def __init__(self, workers, harmless, options):
        self.workers, self.harmless, self.options = workers, harmless, options
        self.failed, self.kinds, self.reports = 0, collections.Counter(), {}

    def run(self, scenario, make_faults, follow_up=False):
        started = time.monotonic()
        calls, reference, steps = self.workers.record(scenario)
        faults = [fault for fault in make_faults(scenario, calls, self.options, self.harmless)
                  if not self.options.call or fault.call.matches(self.options.call)]
        tasks = [Task(scenario, reference, fault, follow_up) for fault in faults]
        covered, kinds = coverage.Coverage(scenario, steps), collections.Counter()
        for verdict in self.workers.attempt(tasks):
            problems = verdict.problems + covered.note(verdict)
            if not verdict.fault.kill:
                problems += self.harmless.problems(scenario.name, verdict)
            kinds["broken" if problems else verdict.kind] += 1
            if self.options.verbose:
                print(f"{scenario.name} {verdict.fault} {verdict.kind} {verdict.step}")
            self.report(scenario.name, verdict.fault, problems)
        self.print_reports()
        complete = make_faults is errors and not scenario.only and not self.options.call
        for text in covered.missing() if complete else ():
            self.report_now(scenario.name, f"no fault named the step {text!r}")
        if kinds["missed"] > MISSED_AT_MOST * len(tasks):
            self.report_now(scenario.name, f"{kinds['missed']} faults never came")
        self.kinds += kinds
        print(f"{scenario.name}: {len(calls)} calls, {len(tasks)} faults in {time.monotonic() - started:.0f} s: "
              + ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items())), flush=True)

    def report(self, scenario, fault, problems):
        """Kept until the scenario's end: what went wrong in the same way is told together."""
        if not problems:
            return
        self.failed += 1
        call = dataclasses.replace(fault.call, nth=0, path="")
        key = (scenario, call, tuple(SAME.sub("#", problem) for problem in problems))
        self.reports.setdefault(key, (problems, []))[1].append(fault)

    def print_reports(self):
        for (scenario, _, _), (problems, faults) in self.reports.items():
            calls = collections.defaultdict(list)
            for fault in faults:
                calls[str(fault.call)].append(fault.what())
            told = [f"{call} {','.join(what)}" for call, what in list(calls.items())[:6]]
            more = [f"and {len(calls) - 6} calls more"] if len(calls) > 6 else []
            print(f"FAILED {scenario} " + "; ".join(told + more))
            for problem in problems:
                print(f"    {problem}")
        self.reports.clear()
        sys.stdout.flush()

    def report_now(self, scenario, text):
        self.failed += 1
        print(f"FAILED {scenario} {text}", flush=True)
