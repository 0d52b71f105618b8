"""Damaged and forged state files: the container is named as damaged and the others work; what a file says is never
enough to have somebody else signalled, shown or asked."""
import hashlib, json, os, random, shutil, signal, subprocess, sys, tempfile

import kept, kept_full, traced

FILES = ("state.json", "container.json")


def damages(text):
    """What may have become of a file: (what, its bytes)."""
    chance = random.Random(len(text))
    yield "empty", b""
    yield "zeros", bytes(len(text))
    yield "garbage", bytes(chance.randrange(256) for _ in range(len(text)))
    yield "deep", b"[" * 100_000
    yield "large", text + b" " * (5 << 20)
    yield "twice", text + text
    for end in sorted({1, len(text) - 1, len(text) - 2, *chance.sample(range(len(text)), 12)}):
        yield f"cut at {end}", text[:end]
    for _ in range(40):
        at, bit = chance.randrange(len(text)), chance.randrange(8)
        yield f"bit {bit} of byte {at}", text[:at] + bytes([text[at] ^ 1 << bit]) + text[at + 1:]


def replace_by(path, what):
    os.unlink(path)
    if what == "a directory":
        os.mkdir(path)
    elif what == "a FIFO":
        os.mkfifo(path)
    elif what == "a link":
        os.symlink("/etc/passwd", path)
    elif what == "a link to nothing":
        os.symlink("/nowhere", path)


def put_back(path, text):
    if os.path.isdir(path) and not os.path.islink(path):
        os.rmdir(path)
    elif os.path.lexists(path):
        os.unlink(path)
    write(path, text)


def write(path, text):
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(text)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def is_damaged(rig, name, file):
    """And the others are not."""
    listed = rig.listed()
    kept.must(listed["good"]["status"] == "running" and listed["ended"]["status"] == "exited", f"ps shows {listed}")
    if file == "state.json":  # ps reads no other
        kept.must(listed[name]["status"] == "damaged", f"ps shows {listed[name]}")
        kept.must("\x1b" not in rig.works("ps", "-a"), "ps writes what it read")
    kept.must(any(f"container {name}" in problem for problem in rig.problems()), f"check says {rig.problems()}")
    kept.must(name in rig.refused("start", name), "start does not name it")


def damaged(rig):
    """Of one that has ended: every damage; then rm, without and with -f."""
    rig.begin("good")
    rig.make("ended")
    rig.make("bad")
    for file in FILES:
        path = rig.container("bad", file)
        text = read(path)
        for what, bytes_now in damages(text):
            write(path, bytes_now)
            told(lambda: is_damaged(rig, "bad", file), f"{file}, {what}")
        for what in ("nothing", "a directory", "a FIFO", "a link", "a link to nothing"):
            replace_by(path, what)
            told(lambda: is_damaged(rig, "bad", file), f"{file}, {what}")
            put_back(path, text)
        told(lambda: kept.must(rig.works("start", "-a", "bad").endswith("end of probe\n"), "starts"), f"{file}, put back")
    kept.must(rig.works("exec", "good", "/bin/probe").endswith("end of probe\n"), "exec of another fails")
    for option in ((), ("-f",)):
        for file in FILES:
            write(rig.container("bad", file), b"garbage")
        rig.works("rm", *option, "bad")
        rig.make("bad")
    rig.works("rm", "bad", "ended")
    rig.works("rm", "-f", "good")
    rig.nothing_is_left()


def damaged_while_it_runs(rig):
    """It runs on; its next state is written over the damage, and rm -f ends and removes it."""
    for file in FILES:
        rig.begin("box")
        write(rig.container("box", file), b"garbage")
        told(lambda: rig.works("rm", "-f", "box"), f"rm -f of a running one whose {file} is damaged")
        rig.nothing_is_left()
    # Nothing tells any more where its supervisor listens: it must be ended in another way.
    rig.begin("box")
    supervisor = rig.listed()["box"]["supervisor_pid"]
    for file in FILES:
        write(rig.container("box", file), b"garbage")
    kept.must("box" in rig.refused("rm", "-f", "box"), "it is not named")
    kept.must(traced.read(f"/proc/{supervisor}/cmdline").startswith("snug: box"), "it does not run on")
    os.kill(supervisor, signal.SIGTERM)
    kept.until(lambda: rig.run("rm", "-f", "box")[0] == 0, "it cannot be removed after its end")
    rig.nothing_is_left()


def told(what, where):
    try:
        what()
    except kept.Broken as error:
        raise kept.Broken(f"{where}: {error}") from error


def forge(path, **members):
    """Other members, with a checksum that is right for them."""
    document = json.loads(read(path))
    document["body"].update(members)
    # As the writer sets it: indented by two, and the sum is of all that follows it.
    rest = json.dumps(document, indent=2, ensure_ascii=False).partition('",\n')[2].encode() + b"\n"
    write(path, b'{\n  "sha256": "' + hashlib.sha256(rest).hexdigest().encode() + b'",\n' + rest)


def start_time(pid):
    return int(traced.read(f"/proc/{pid}/stat").rpartition(")")[2].split()[19])


def forged(rig):
    """Of one that has ended and of one that runs, with all that a stranger's process has."""
    stranger = subprocess.Popen(["sleep", "1000"])
    boot = traced.read("/proc/sys/kernel/random/boot_id").strip()
    lies = {"phase": "running", "supervisor_pid": stranger.pid, "init_pid": stranger.pid,
            "init_start": start_time(stranger.pid), "boot_id": boot}
    try:
        rig.make("ended")
        forge(rig.container("ended", "state.json"), **lies)
        kept.must(rig.listed()["ended"] | {"status": "exited", "exit_code": 137} == rig.listed()["ended"],
                  f"ps believes the file: {rig.listed()['ended']}")
        for words in (("stop", "ended"), ("kill", "ended"), ("kill", "-s", "TERM", "ended"), ("exec", "ended", "/bin/probe"),
                      ("top", "ended"), ("attach", "ended")):
            _, out, err = rig.run(*words)
            kept.must("sleep" not in out + err, f"{words} shows a stranger")
            kept.must(stranger.poll() is None, f"{words} has ended a stranger")
        rig.works("rm", "-f", "ended")
        kept.must(stranger.poll() is None, "rm -f has ended a stranger")

        rig.begin("box")
        good = read(rig.container("box", "state.json"))
        forge(rig.container("box", "state.json"), **lies)
        kept.must("sleep" not in rig.refused("top", "box"), "top shows a stranger")
        kept.must(rig.works("exec", "box", "/bin/probe").endswith("end of probe\n"), "exec of the real one")
        for words in (("kill", "-s", "WINCH", "box"), ("stop", "-t", "0", "box")):
            forge(rig.container("box", "state.json"), **lies)
            rig.works(*words)
            kept.must(stranger.poll() is None, f"{words} has ended a stranger")
        kept.must(rig.listed()["box"]["status"] == "exited", "stop has not ended the real one")
        kept.must(b'"sha256"' in good, "no state was kept")
        rig.works("start", "box")
        forge(rig.container("box", "state.json"), **lies)
        rig.works("rm", "-f", "box")
        kept.must(stranger.poll() is None, "rm -f has ended a stranger")
    finally:
        stranger.kill()
        stranger.wait()
    rig.nothing_is_left()


LISTENER = r"""
import os, socket, sys
os.setgid(1); os.setuid(1)
listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
listener.bind(sys.argv[1])
os.chmod(sys.argv[1], 0o777)
listener.listen()
print("listens", flush=True)
while True:
    client, _ = listener.accept()
    got = client.recv(65536)
    print("asked" if got else "nothing", flush=True)
    client.close()
"""


def misled(rig):
    """The control socket's path leads to another user's socket, or to none at all."""
    rig.begin("box")
    path = rig.container("box", "state.json")
    good = read(path)
    for control in (rig.path("nowhere"), rig.path("home"), "/etc/passwd", "", "x" * 300, "relative"):
        forge(path, control=control)
        rig.refused("exec", "box", "/bin/probe")
    place = tempfile.mkdtemp(prefix="snug-theirs.", dir="/var/tmp")
    os.chmod(place, 0o777)
    words = ["unshare", "--user", "--map-auto", "--map-root-user", sys.executable, "-c", LISTENER, place + "/socket"]
    if not shutil.which("newuidmap"):
        print("this machine lacks newuidmap: no other user to listen")
        kept.must(os.environ.get("CI") != "true", "newuidmap is missing")
    else:
        with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as other:
            try:
                kept.must(other.stdout.readline() == "listens\n", "the other user does not listen")
                forge(path, control=place + "/socket")
                for asked in (("exec", "box", "/bin/probe"), ("stop", "box"), ("kill", "box")):
                    rig.refused(*asked)
                    kept.must(other.stdout.readline() == "nothing\n", f"{asked[0]}: another user was asked")
            finally:
                other.kill()
    subprocess.run(["unshare", "--user", "--map-auto", "--map-root-user", "rm", "-rf", place], check=True)
    write(path, good)
    rig.works("rm", "-f", "box")
    # What unshare leaves behind ends with it.
    rig.nothing_is_left()


def run(options):
    failed = 0
    for part in (damaged, damaged_while_it_runs, forged, misled, kept_full.full):
        rig = kept.Kept(options.snug, options.probe, options.dir)
        try:
            part(rig)
            print(f"files, {part.__name__}: good", flush=True)
        except (kept.Broken, subprocess.SubprocessError, KeyError) as error:
            print(f"FAILED {part.__name__}: {error}", flush=True)
            failed += 1
        finally:
            rig.end_all()
    return failed
