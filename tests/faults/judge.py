"""What must hold after a run with a fault in it."""
import difflib, re, signal

import scenarios

ERROR = re.compile(r"snug: (?P<step>.+?)(: (?P<cause>[^:]+) \((?P<name>E[A-Z0-9]+)\))?\n(  from  .+\n)?(  hint  .+\n)?")
NOTE = re.compile(r"snug: note: .+\n")


class Verdict:
    """kind: missed, fatal, tolerated, killed or broken. `differences` from a run without a fault, `incomplete`, that
    some of the payload's output is missing, and `leaves`, what the next run had to sweep away, are for the list of
    harmless faults to allow. `step` is what the error named."""

    def __init__(self, fault):
        self.fault, self.kind, self.step, self.said = fault, "fatal", "", ""
        self.problems, self.differences, self.leaves, self.incomplete = [], [], [], False

    def wrong(self, *problems):
        self.problems += problems


def errors_of(text):
    """The errors that snug has printed; None where something else was printed too."""
    found, at = [], 0
    while at < len(text):
        match = NOTE.match(text, at)
        if not match and (match := ERROR.match(text, at)):
            found.append(match)
        if not match:
            return None
        at = match.end()
    return found


def difference(out, reference):
    """The lines that are not as in a run without a fault."""
    lines = difflib.unified_diff(reference.splitlines(), out.splitlines(), lineterm="", n=0)
    return [line for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---")]


def judge(rig, scenario, answer, reference, fault, follow_up):
    """follow_up: try the next run whether or not something is left in the store."""
    verdict = Verdict(fault)
    verdict.said = answer.err
    look_around(rig, scenario, answer, verdict, follow_up)
    if not answer.run.hit:
        verdict.kind = "missed"
    elif not answer.run.hang:
        (judge_kill if fault.kill else judge_error)(verdict, answer, reference)
    return verdict


def look_around(rig, scenario, answer, verdict, follow_up=False):
    """What has become of processes, mounts, files and the terminal."""
    run = answer.run
    verdict.wrong(*(f"hangs: {what}" for what in run.hang), *(f"left: {what}" for what in run.left))
    verdict.wrong(*(f"it changes mounts outside of its sandbox: {call}" for call in run.outside))
    if scenarios.traced.mounts_of(rig.dir) != rig.mounts:
        verdict.wrong("the host's mounts have changed")
    if rig.tree("image") != rig.image_tree:
        verdict.wrong("the image has changed")
    if "hunter2" in answer.out + answer.err:
        verdict.wrong("a secret was told")
    killed = run.status == -signal.SIGKILL
    if not killed and not rig.terminal_is_as_before():
        verdict.wrong("the terminal's modes have changed")
    left = rig.left_in_store()
    if left or follow_up:
        check_next_run(rig, scenario, verdict)
    if not killed:
        verdict.leaves = left


def check_next_run(rig, scenario, verdict):
    status, out = scenarios.plain(rig, scenario)
    if status != 0 or not out.endswith("end of probe\n"):
        verdict.wrong(f"the next run ends with {status}: {out[-200:]!r}")
    if left := rig.left_in_store():
        verdict.wrong(f"left in the store after the next run: {' '.join(left[:3])}")


def told_of_dying(out):
    """Init's maps can be opened once init has none (it is dying), and are empty."""
    return out.replace("/proc/1/maps: done", "/proc/1/maps: EACCES")


def judge_error(verdict, answer, reference):
    call, status = verdict.fault.call, answer.run.status
    if status == 0:
        verdict.kind = "tolerated"
        verdict.incomplete = not answer.whole
        verdict.differences = difference(answer.out, reference)
        if errors_of(answer.err) != []:
            verdict.wrong(f"status 0, and it says {answer.err!r}")
        return
    if not reference.startswith(told_of_dying(answer.out)):  # it may have been ended on its way
        verdict.wrong("it failed, but the payload ran: " + "; ".join(difference(answer.out, reference)[:3]))
    if call.role == "startup":
        return  # the C library's own start, before main: it says what it wants to
    # docker's rule: what cannot be executed is 126.
    execution = (call.role, call.name) in (("payload", "execve"), ("init", "vfork"))
    if status not in ((125, 126) if execution else (125,)):
        verdict.wrong(f"status {status}, not 125")
    errors = errors_of(answer.err)
    if errors and len(errors) == 1:
        verdict.step = errors[0]["step"]
    else:
        verdict.wrong(f"not one error in snug's form: {answer.err!r}")


def judge_kill(verdict, answer, reference):
    verdict.kind = "killed"
    status = answer.run.status
    if not reference.startswith(told_of_dying(answer.out)):
        new = [line for line in difference(answer.out, reference) if line[0] == "+"]
        verdict.wrong(*(f"not as without a fault: {line}" for line in new[:3]))
    if verdict.fault.call.role in ("supervisor", "startup", "cleanup"):
        if status != -signal.SIGKILL:
            verdict.wrong(f"the supervisor was killed, yet its status is {status}")
    elif status == 0 and not answer.whole:
        verdict.wrong("status 0, but the payload has not run")
    elif status == 125 and len(errors_of(answer.err) or []) != 1:
        verdict.wrong(f"not one error in snug's form: {answer.err!r}")
    elif status not in (0, 125, 128 + signal.SIGKILL):
        verdict.wrong(f"status {status}")
