"""The reviewed list of faults that a run may survive: tests/faults/harmless."""
import fnmatch, os, re, shlex

import traced

HERE = os.path.dirname(os.path.abspath(__file__))


class Entry:
    """A line PROCESSES CALLS ERRNOS [path=GLOB] [scenario=NAMES] [but=REGEX] [leaves] [loses], and below it,
    indented, why."""

    def __init__(self, number, line):
        words = shlex.split(line)
        if len(words) < 3:
            raise ValueError(f"line {number}: processes, calls and errnos are wanted")
        self.number, self.line, self.why, self.matched = number, line, "", 0
        self.processes, self.calls, self.errnos = (word.split(",") for word in words[:3])
        self.path, self.but, self.leaves, self.loses, self.scenarios = "*", [], False, False, ["any"]
        for word in words[3:]:
            key, _, value = word.partition("=")
            if key == "path":
                self.path = value
            elif key == "but":
                self.but.append(value)
            elif key == "scenario":
                self.scenarios = value.split(",")
            elif word == "leaves":
                self.leaves = True
            elif word == "loses":
                self.loses = True
            else:
                raise ValueError(f"line {number}: {word}?")

    def covers(self, scenario, fault):
        call = fault.call
        return (any(fnmatch.fnmatchcase(call.role, pattern) for pattern in self.processes) and
                ("any" in self.calls or call.name in self.calls) and
                ("any" in self.errnos or traced.errno.errorcode[fault.error] in self.errnos) and
                ("any" in self.scenarios or scenario in self.scenarios) and fnmatch.fnmatchcase(call.path, self.path))


class Harmless:
    def __init__(self, path=os.path.join(HERE, "harmless")):
        self.entries = []
        with open(path, encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                if line.startswith("    ") and self.entries:
                    self.entries[-1].why += line.strip() + " "
                elif line.strip() and not line.startswith("#"):
                    self.entries.append(Entry(number, line.strip()))
        for entry in self.entries:
            if not entry.why:
                raise ValueError(f"line {entry.number}: why is it harmless?")

    def of(self, scenario, fault):
        return [entry for entry in self.entries if entry.covers(scenario, fault)]

    def problems(self, scenario, verdict):
        """What of the verdict no entry allows. An entry counts as used where something needed it."""
        entries = self.of(scenario, verdict.fault)
        allowed = [pattern for entry in entries for pattern in entry.but + [".*"] * entry.loses]
        lost = verdict.incomplete and not any(entry.loses for entry in entries)
        problems = ["status 0, but the payload has not run, or its output is lost"] if lost else []
        wrong = [line for line in verdict.differences if not any(re.match(pattern, line[1:]) for pattern in allowed)]
        problems += [f"not as without a fault: {line}" for line in wrong[:6]]
        if verdict.leaves and not any(entry.leaves for entry in entries):
            problems.append(f"left in the store until the next run: {verdict.leaves[0]}")
        if verdict.kind == "tolerated" and not entries:
            problems.append("the run went on, and the fault is not in the list of harmless ones")
        if verdict.kind == "tolerated" or verdict.leaves:
            for entry in entries:
                entry.matched += 1
        return problems

    def unused(self):
        return [entry for entry in self.entries if not entry.matched]
