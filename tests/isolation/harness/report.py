"""The table of properties, what is expected of whom, and how results are told."""
import ctypes, os, re, subprocess

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SNUGS = ("untrusted", "image", "strict", "default")
# What joins a container is to have no more than what it was made with.
JOINED = "-joined"
# What stands between these in docs/isolation.md is made.
MARKS = ("`tests/isolation/run --peers --write` made this table:\n", "\n## ")


def lines(name):
    with open(os.path.join(HERE, name)) as file:
        for number, line in enumerate(file, 1):
            if line.strip() and not (line.startswith("# ") and name != "properties"):
                yield number, line.strip()


def properties():
    """{name: (heading, description, reference)} in the table's order."""
    found, heading = {}, ""
    for number, line in lines("properties"):
        if line.startswith("#"):
            heading = line[2:]
            continue
        parts = [part.strip() for part in line.split("|")]
        if len(parts) != 3 or parts[0] in found or not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", parts[0]):
            raise SystemExit(f"isolation: properties:{number}: NAME | description | reference, each name once")
        found[parts[0]] = (heading, parts[1], parts[2])
    return found


def has_landlock():
    create_ruleset, version = 444, 1
    return ctypes.CDLL(None).syscall(create_ruleset, None, 0, version) > 0


def expected(subject, names):
    """({property: reason} of those that do not hold, the same of those that need not, those that are not asked)"""
    no, perhaps, without = {}, {}, set()
    alike = subject.removesuffix(JOINED)
    for number, line in lines("expected"):
        who, name, reason = line.split(None, 2)
        if name.rstrip("?") not in names:
            raise SystemExit(f"isolation: expected:{number}: no property {name}")
        if reason.startswith("without Landlock") and has_landlock():
            continue
        if who not in (subject, alike) and not (who == "*" and alike in SNUGS):
            continue
        if reason.startswith("not asked"):
            without.add(name)
        elif name.endswith("?"):
            perhaps[name[:-1]] = reason
        else:
            no[name] = reason
    return no, perhaps, without


def unprovable(names):
    """{property: reason} of those that cannot be made to fail on this machine."""
    found = {}
    for number, line in lines("unprovable"):
        # The test may have pipes of its own.
        name, _, rest = line.partition(" | ")
        test, _, reason = rest.rpartition(" | ")
        if name not in names:
            raise SystemExit(f"isolation: unprovable:{number}: no property {name}")
        if subprocess.run(["sh", "-c", test], cwd=HERE, capture_output=True, check=False).returncode == 0:
            found[name] = reason
    return found


def held(names, results, subject):
    """Says what does not hold; true where everything does, but for reviewed reasons."""
    no, perhaps, without = expected(subject.name, names)
    good = 0
    bad = []
    for name in names:
        seen = results.get(name, "no answer")
        if name in without:
            continue
        if not seen and name in no:
            bad.append(f"  {name}: holds, and the file expected says that it does not")
        elif not seen:
            good += 1
        elif name in no | perhaps:
            print(f"  expected: {name}: {seen} ({(no | perhaps)[name]})")
        else:
            bad.append(f"  FAILS: {name}: {seen}")
    for name in set(results) - set(names) - {"work-writable"}:
        bad.append(f"  {name} is not in the table of properties")
    print("\n".join([f"{subject.title}: {good} of {len(names) - len(without)} properties hold", *bad]))
    return not bad


def proven(names, failures):
    """failures: {property: {subject: what was seen}}. True where each has been seen to fail."""
    excuses, bad = unprovable(names), False
    for name in names:
        who = failures.get(name, {})
        if who:
            subject, seen = next(iter(who.items()))
            print(f"  {name}: fails for {subject}: {seen[:90]}")
        elif name in excuses:
            print(f"  {name}: cannot fail here: {excuses[name]}")
        else:
            print(f"  NEVER FAILS: {name}")
            bad = True
    return not bad


def table(names, subjects, results):
    """Markdown: a row a property, a column a subject."""
    rows = ["| property | " + " | ".join(subject.title for subject in subjects) + " |",
            "|---|" + "---|" * len(subjects)]
    notes = []
    for name, (_, description, reference) in names.items():
        cells = []
        for subject in subjects:
            no, _, without = expected(subject.name, names)
            answer = results[subject.name].get(name, "no answer")
            if answer and name in no:
                if no[name] not in notes:
                    notes.append(no[name])
                cells.append(f"no ({notes.index(no[name]) + 1})")
            else:
                cells.append("–" if name in without else "**no**" if answer else "yes")
        # The numbers F1 to F13 are explained where the properties are.
        cases = ", ".join(word for word in reference.split(", ") if word.startswith("CVE"))
        rows.append(f"| {description}{f' ({cases})' if cases else ''} | " + " | ".join(cells) + " |")
    counts = []
    for subject in subjects:
        asked = set(names) - expected(subject.name, names)[2]
        counts.append(f"**{sum(not results[subject.name].get(name, 'x') for name in asked)} of {len(asked)}**")
    rows.append("| **hold** | " + " | ".join(counts) + " |")
    return "\n".join(rows + [""] + [f"{i}. {note}." for i, note in enumerate(notes, 1)])


def into_page(path, text):
    with open(path) as file:
        before, start, rest = file.read().partition(MARKS[0])
    _, end, after = rest.partition(MARKS[1])
    if not start or not end:
        raise SystemExit(f"isolation: {path} has no place for the table")
    with open(path, "w") as file:
        file.write(f"{before}{start}\n{text}\n{end}{after}")
