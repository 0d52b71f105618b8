"""Is every step of the plan named by the error of some fault, and by no fault that belongs to another step?"""
import re

# Steps without a call that could fail for them, and why that is so.
WITHOUT_ERROR = {
    "set-environment": "the environment is handed to execve",
    "timeout": "it is the timeout of a poll",
    "sweep-disk": "what cannot be swept now is swept by the next run",
    "execute": None,  # named in other words: below
}
PARTS = ((re.compile(r"open lower dir "), "overlay-root"),
         (re.compile(r"bind /dev/\w+ into the sandbox's /dev$"), "dev"), (re.compile(r"execute "), "execute"))
# The payload's own steps are done in another order where init takes on its rights beforehand.
IN_ORDER = ("create", "identity", "kernel", "root", "system", "mounts", "pivot", "privileges")


class Coverage:
    def __init__(self, scenario, steps):
        self.scenario, self.steps, self.named, self.last = scenario, steps, set(), {}

    def step_of(self, text):
        """Its place in the plan; None where the error names something that is no step."""
        for at, step in enumerate(self.steps):
            if step.text == text:
                return at
        for pattern, kind in PARTS:
            if pattern.match(text):
                return next((at for at, step in enumerate(self.steps) if step.kind == kind), None)
        return None

    def note(self, verdict):
        """The problems with what the verdict's error names. Verdicts come in the order of their calls."""
        if verdict.kind != "fatal" or not verdict.step:
            return []
        role, at = verdict.fault.call.role, self.step_of(verdict.step)
        if at is None:
            inside = role == "payload" or role.startswith("init")
            # The message that would tell of the step is what could not be sent.
            inside = inside and verdict.fault.call.name != "sendmsg"
            return [f"it names no step of the plan: {verdict.step!r}"] if inside else []
        self.named.add(at)
        if role != "init" or self.steps[at].phase not in IN_ORDER:
            return []
        before, self.last[role] = self.last.get(role, -1), at
        if at < before:
            return [f"it names {verdict.step!r}, which is before {self.steps[before].text!r} of an earlier call"]
        return []

    def missing(self):
        kinds = set(WITHOUT_ERROR) | (set() if self.scenario.terminal else {"open-terminal"})
        return [step.text for at, step in enumerate(self.steps)
                if at not in self.named and (step.kind not in kinds or step.kind == "execute")]
