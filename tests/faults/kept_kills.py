"""SIGKILL before and after each call that changes a file, in the commands and in the supervisors of containers.

After each of them the store is whole but for leftovers that `snug check` names, each container is as before or as
after, the next command sweeps the leftovers, and every name can be used again."""
import dataclasses, os, subprocess

import kept, patience, traced

CHANGES = ("mkdir", "mkdirat", "write", "writev", "pwrite64", "fsync", "fdatasync", "syncfs", "rename", "renameat",
           "renameat2", "unlink", "unlinkat", "rmdir", "fchmod", "ftruncate", "symlinkat", "linkat", "bind")
# The first process is the command, its first child that is no init the container's supervisor.
ROLES = ("supervisor", "helper1")
MISSED_AT_MOST = 0.06  # of the kills: some calls depend on who is faster
TEXT = "of the container\n"


@dataclasses.dataclass(frozen=True)
class Scene:
    """`argv` is what is killed. `before` prepares; `names` are those that containers may have afterwards, one of
    them for certain where `stays`."""
    name: str
    argv: tuple
    before: str = ""
    names: tuple = ("box",)
    stays: bool = True
    stop: bool = False  # as soon as the command has ended, and only what follows is killed


RUN, PROBE = ("run", "-q", "-d", "--name", "box"), ("IMAGE", "/bin/probe")
SCENES = (
    Scene("create", RUN + PROBE, stays=False),
    Scene("throwaway", RUN + ("--rm",) + PROBE, stays=False),
    Scene("start", ("start", "box"), before="ended"),
    Scene("stop", RUN + PROBE + ("wait",), stop=True),
    Scene("rm", ("rm", "box"), before="ended", stays=False),
    Scene("rm -f", ("rm", "-f", "box"), before="running", stays=False),
    Scene("rename", ("rename", "box", "other"), before="ended", names=("box", "other")),
    Scene("rename of a running one", ("rename", "box", "other"), before="running", names=("box", "other")),
    Scene("commit", ("commit", "box", "made"), before="changed"),
)


@dataclasses.dataclass(frozen=True)
class Task:
    scene: Scene
    fault: traced.Fault
    number: int


class Observed(traced.TracedRun):
    """Of the scene "stop": the container is stopped once it runs. `begun` is how many calls came before."""
    begun = 0

    def stop_when_started(self, rig):
        def tick(run):
            if run.status is not None and not run.begun:
                run.begun = len(run.calls)
                subprocess.Popen([rig.snug, "stop", "box"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL, env=rig.environment(), cwd=rig.dir)
        self.tick = tick
        return self


_place, _rig = None, None


def start_worker(*place):
    global _place
    _place = place


def rig_of_worker():
    global _rig
    if _rig is None:
        snug, probe, parent = _place
        _rig = kept.Kept(snug, probe, parent)
        with open(_rig.path("file"), "w", encoding="ascii") as file:
            file.write(TEXT)
        # The directories of the store itself are made once; what is tried is what comes again and again.
        _rig.make("first")
        _rig.works("commit", "first", "early")
        _rig.works("rm", "first")
    return _rig


def perform(rig, scene, fault=None):
    if scene.before == "ended":
        rig.make("box")
    elif scene.before == "changed":
        rig.make("box")
        rig.works("cp", rig.path("file"), "box:/etc/file")
    elif scene.before == "running":
        rig.begin("box")

    def start(argv):
        null = os.open("/dev/null", os.O_RDWR)
        for fd in range(3):
            os.dup2(null, fd)
        os.chdir(rig.dir)
        os.execve(rig.snug, argv, rig.environment())

    argv = [rig.snug] + [rig.image if word == "IMAGE" else word for word in scene.argv]
    run = Observed(argv, start, fault)
    if scene.stop:
        run.stop_when_started(rig)
    # A container that runs already is a child of this process too, and is not waited for.
    run.wait(to_the_last=scene.before != "running")
    kept.must(not run.hang and not run.left, f"left: {run.hang or run.left}")
    return run


def record(scene):
    rig = rig_of_worker()
    run = perform(rig, scene)
    kept.must(run.status == 0, f"{scene.name} without a kill: status {run.status}")
    clean(rig)
    calls = [call for call in run.calls[run.begun:] if call.name in CHANGES and call.role in ROLES]
    return [dataclasses.replace(call, path=call.path.replace(rig.dir, "DIR")) for call in calls]


def clean(rig):
    for name in rig.names():
        if name[0] != ".":
            rig.works("rm", "-f", name)
    image = rig.path("data/snug/images/made")
    if os.path.isdir(image):
        subprocess.run(["rm", "-rf", image], check=True)
    rig.nothing_is_left()


def attempt(task):
    """A kill that did not come is tried again."""
    rig, scene = rig_of_worker(), task.scene
    try:
        for _ in range(3):
            run = perform(rig, scene, task.fault)
            look(rig, scene, task.number)
            if run.hit:
                break
        return task, run.hit, ""
    except (kept.Broken, subprocess.SubprocessError, OSError, ValueError) as error:
        rig.end_all()
        subprocess.run(["rm", "-rf", rig.path("data/snug/containers"), rig.path("data/snug/images/made")], check=False)
        subprocess.run(["find", rig.path("run"), "-type", "s", "-delete"], check=False)
        return task, True, str(error)


def look(rig, scene, number):
    for text in rig.problems():
        kept.must(kept.LEFTOVER.search(text), f"check says: {text}")
    listed = rig.listed()
    kept.must(sorted(listed) == [name for name in rig.names() if name[0] != "."], f"ps shows {list(listed)} of {rig.names()}")
    kept.must(set(listed) <= set(scene.names) and len(listed) <= 1, f"ps shows {list(listed)}")
    kept.must(listed or not scene.stays, "the container is gone")
    for name, one in listed.items():
        runs = scene.before == "running" and scene.name != "rm -f"
        allowed = ("running",) if runs else ("created", "exited")
        if scene.name == "rm -f":
            allowed += ("running",)
        kept.must(one["status"] in allowed, f"{name} is {one['status']}")
    if scene.name == "commit":
        look_at_image(rig)
    # By turns the next command starts what is there, or removes it and makes it anew.
    for name in scene.names:
        if name in listed and number % 2 == 0:
            if listed[name]["status"] == "running":
                rig.works("stop", name)
            if scene.stop or scene.before == "running":
                rig.works("start", name)
                rig.works("stop", name)
            else:
                rig.works("start", "-a", name)
        elif name in listed:
            rig.works("rm", "-f", name)
            sockets = os.listdir(rig.path("run/snug"))
            kept.must(not sockets, f"after rm: {sockets}")
        if name not in rig.names():
            rig.make(name)
    rig.is_whole()
    clean(rig)


def look_at_image(rig):
    images = rig.path("data/snug/images")
    if os.path.exists(os.path.join(images, "made")):
        with open(os.path.join(images, "made/layer/etc/file"), encoding="ascii") as file:
            kept.must(file.read() == TEXT, "the image has another file than the container")
        rig.works("run", "-q", "made", "/bin/probe")
    else:
        rig.works("commit", "box", "made")
    left = [name for name in os.listdir(images) if name[0] == "."]
    # Where the image is there nothing has run that would sweep.
    kept.must(len(left) == 0 or os.path.exists(os.path.join(images, "made")), f"left beside the images: {left}")


def run(options):
    failed = 0
    with kept_pool(options) as pool:
        for scene in SCENES:
            if options.scene and scene.name not in options.scene:
                continue
            calls = pool.do(record, scene)
            faults = [traced.Fault(call, kill=True, after=after) for call in calls for after in (False, True)]
            missed = broken = 0
            for task, hit, problem in pool.each(attempt, [Task(scene, fault, at // 2) for at, fault in enumerate(faults)]):
                missed += not hit
                if options.verbose:
                    print(f"{scene.name}: {task.fault} {'' if hit else 'missed'}")
                if problem:
                    broken += 1
                    print(f"FAILED {scene.name}: {task.fault}\n    {problem}", flush=True)
            print(f"{scene.name}: {len(calls)} calls, {len(faults)} kills, {missed} missed, {broken} broken", flush=True)
            failed += broken
            if missed > max(1, MISSED_AT_MOST * len(faults)) or not faults:
                print(f"FAILED {scene.name}: {missed} of {len(faults)} kills never came")
                failed += 1
    return failed


def kept_pool(options):
    return patience.Pool(options.jobs, start_worker, (options.snug, options.probe, options.dir))
