"""Older kernels, and outer sandboxes that say ENOSYS: an optional call is unknown, each time and to every process.
The run is as confined as with it, or snug says which call is missing and which Linux has it."""
import errno, re

import judge, scenarios, sweep, traced

# Each is one thing to the kernel that lacks it.
FEATURES = (
    ("clone3",), ("openat2",), ("close_range",), ("faccessat2",), ("statx",), ("memfd_create",),
    ("fsopen", "fsconfig", "fsmount"), ("open_tree", "move_mount"), ("mount_setattr",),
    ("pidfd_open",), ("pidfd_send_signal",), ("pidfd_getfd",), ("keyctl",),
    ("landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self"))
# Without Landlock nothing but these tells of it: the mounts forbid the same in other ways.
BUT = {"landlock_create_ruleset": ("input, for writing", "a new file in /dev")}
NAMES_A_KERNEL = re.compile(r"Linux [0-9]+\.[0-9]+")


def faults():
    for calls in FEATURES:
        yield traced.Fault(traced.Call("*", "+".join(calls), 0), error=errno.ENOSYS)


def run(sweeping, chosen):
    for scenario in chosen:
        if scenario.only:
            continue
        _, reference, _ = sweeping.workers.record(scenario)
        tasks = [sweep.Task(scenario, reference, fault) for fault in faults()]
        for verdict in sweeping.workers.attempt(tasks):
            feature = verdict.fault.call.name
            problems = verdict.problems
            if verdict.kind == "tolerated":
                allowed = BUT.get(feature.split("+")[0], ("\0",))
                wrong = [line for line in verdict.differences if not line[1:].startswith(allowed)]
                problems += [f"not as with it: {line}" for line in wrong]
            elif verdict.kind == "fatal" and not NAMES_A_KERNEL.search(verdict.said):
                problems.append(f"it does not tell what kernel it needs: {verdict.said!r}")
            outcome = {"missed": "unused", "tolerated": "done without"}.get(verdict.kind, "refused")
            outcome = "broken" if problems else outcome
            sweeping.kinds[outcome] += 1
            print(f"{scenario.name} without {feature}: {outcome}" + (f": {verdict.step}" if verdict.step else ""))
            sweeping.report(scenario.name, verdict.fault, problems)
        sweeping.print_reports()
