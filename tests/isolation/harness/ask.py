"""Asks one subject for every property: on a terminal, with files in place of it, and with a directory to write in."""
import os, shutil, socket

from . import session

# .git/commondir tells git to take hooks and configuration from elsewhere; a submodule has its own of both.
GUARDED = [".git/config", ".git/hooks/pre-commit", ".git/hooks/post-checkout", ".git/commondir",
           ".git/modules/sub/config", "snug.toml", ".envrc", ".vscode/settings.json", ".vscode/tasks.json"]
THERE = [name for name in GUARDED if name not in (".git/hooks/post-checkout", ".git/commondir", ".vscode/tasks.json")]


class Failure(Exception):
    pass


def project(bench, subject, what, files=()):
    """A directory of the caller's with the checks, the bait, and these files in it."""
    directory = bench.path(f"{subject.name.replace(' ', '-')}-{what}")
    os.mkdir(directory)
    shutil.copy(bench.inside, os.path.join(directory, "inside"))
    for name in files:
        path = os.path.join(directory, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write("kept\n")
    if what == "all":
        server = socket.socket(socket.AF_UNIX)
        server.bind(os.path.join(directory, "host-socket"))
        server.listen(8)
        bench.servers.append(server)
    return directory


def content(directory, names):
    found = {}
    for name in names:
        path = os.path.join(directory, name)
        if os.path.islink(path) or os.path.isdir(path):
            found[name] = "another kind of file"
        elif os.path.exists(path):
            with open(path) as file:
                found[name] = file.read()
    return found


def run(bench, subject, what, directory, words=()):
    command = subject.command(directory, what) + list(words)
    status, text = session.on_terminal(command, bench.bait, directory, GUARDED)
    if status != 0 or "done" not in text:
        raise Failure(f"{subject.name}: {' '.join(command)}: status {status}: {text.strip()[-400:]}")
    return session.answers(text), text


def ask_work(bench, subject):
    directory = project(bench, subject, "work", ["existing"])
    inside, _ = run(bench, subject, "work", directory, ["work"])
    if inside["work-writable"]:
        return {"work-writes-held-back": "the payload cannot write: " + inside["work-writable"]}
    if content(directory, ["existing", "written-by-the-payload"]) != {"existing": "kept\n"}:
        return {"work-writes-held-back": "the host has what the payload wrote"}
    return {"work-writes-held-back": ""}


def ask_guards(bench, subject):
    directory = project(bench, subject, "guards", THERE)
    before = content(directory, THERE)
    run(bench, subject, "guards", directory, ["guards"])
    after = content(directory, THERE)
    changed = [name for name in THERE if after.get(name) != before[name]]

    directory = project(bench, subject, "plant", [".git/HEAD"])
    _, text = run(bench, subject, "guards", directory, ["guards"])
    planted = [name for name in content(directory, GUARDED) if not told(text, directory, name)]
    return {"guarded-files-kept": ", ".join(changed), "guarded-files-not-planted": ", ".join(planted)}


def told(text, directory, name):
    """A warning that names the file, or a directory of the project that it is in."""
    while name:
        if f"{directory}/{name}:" in text:
            return True
        name = os.path.dirname(name)
    return False


def ask_files(bench, subject, what, source):
    directory = project(bench, subject, what)
    output = bench.path(f"{subject.name.replace(' ', '-')}-{what}.out")
    command = subject.command(directory, what) + [what]
    status, text = session.on_files(command, bench.bait, directory, source, output)
    if what == "stdin_directory" and status == 125:
        return {"input-no-directory": ""}  # refused to start with one
    if status != 0 or "done" not in text:
        raise Failure(f"{subject.name}: {' '.join(command)}: status {status}: {text.strip()[-400:]}")
    return session.answers(text)


def ask(bench, subject, without=()):
    """{property: "" or what was seen}, but for what the subject is not asked."""
    found = {}
    if "all" in subject.asked:
        found.update(run(bench, subject, "all", project(bench, subject, "all"))[0])
    if "work" in subject.asked and "work-writes-held-back" not in without:
        found.update(ask_work(bench, subject))
    if "guards" in subject.asked and "guarded-files-kept" not in without:
        found.update(ask_guards(bench, subject))
    if "stdio" in subject.asked:
        note = bench.path("note")
        with open(note, "w") as file:
            file.write("kept\n")
        found.update(ask_files(bench, subject, "stdio", note))
    if "stdin_directory" in subject.asked:
        found.update(ask_files(bench, subject, "stdin_directory", bench.bait.home))
    return found
