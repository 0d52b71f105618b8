"""Waiting without a clock's say: whether something hangs is told by what its processes do.

On a busy machine a process that wants to run waits for a processor, and everything takes as long as it takes. What hangs
does nothing and wants nothing. So what is counted are the seconds in which no process of a run ran, wanted to run, or
waited for a disk or for the harness that traces it."""
import multiprocessing, os, subprocess, time

LOOK = 0.2  # seconds from one look to the next
STILL = 10.0  # seconds without a movement after which something is said to hang
AT_MOST = 300.0  # seconds, for what moves for ever
ENDED = ("Z", "X")
STANDS = ("S", "I", "T", *ENDED)  # states of proc(5) in which a process does nothing


class Broken(Exception):
    """What must hold does not."""


class Hangs(Broken):
    pass


def must(true, text):
    if not true:
        raise Broken(text)


def read(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def facts(pid):
    """Of a process: {key of /proc/PID/status: value}. Empty where it has gone."""
    lines = (line.partition(":") for line in read(f"/proc/{pid}/status").splitlines())
    return {key: value.strip() for key, _, value in lines}


def state(pid):
    """The letter of proc(5); "" where it has gone."""
    return facts(pid).get("State", "")[:1]


def descendants(root):
    """Every process below `root`, deepest last. Only these are ever looked at or killed: they are found by their parents,
    since the harness becomes the parent of whatever loses its own."""
    children = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        if parent := facts(pid).get("PPid"):
            children.setdefault(int(parent), []).append(int(pid))
    found, queue = [], [root]
    while queue:
        for pid in children.get(queue.pop(), []):
            found.append(pid)
            queue.append(pid)
    return found


class Stillness:
    """`seconds` since the last movement, as far as one was looked for; `total` of all such times."""

    def __init__(self):
        self.seconds, self.total, self.began = 0.0, 0.0, time.monotonic()
        self.when, self.counts = self.began, None

    def look(self, root):
        """At the processes below `root`. What the harness itself did not get to see is not counted."""
        now, counts, moves = time.monotonic(), {}, False
        for pid in descendants(root):
            status = facts(pid)
            moves = moves or status.get("State", "X")[0] not in STANDS
            counts[pid] = [value for key, value in status.items() if key.endswith("ctxt_switches")]
        moves = moves or counts != self.counts
        passed = min(now - self.when, 2 * LOOK)
        self.when, self.counts = now, counts
        self.seconds = 0.0 if moves else self.seconds + passed
        self.total += 0.0 if moves else passed
        return self

    def is_over(self, still=STILL):
        return self.seconds > still or time.monotonic() - self.began > AT_MOST


def until(true, text, details=lambda: ""):
    """Waits for what processes below this one should bring about."""
    stillness = Stillness()
    looked = 0.0
    while not true():
        if time.monotonic() - looked > LOOK:
            looked = time.monotonic()
            must(not stillness.look(os.getpid()).is_over(), f"{text}{details()}")
        time.sleep(0.01)


def finish(process):
    """Standard output and standard error of a Popen, when it has ended. Raises Hangs."""
    stillness = Stillness()
    while True:
        try:
            return process.communicate(timeout=LOOK)
        except subprocess.TimeoutExpired:
            if stillness.look(os.getpid()).is_over():
                process.kill()
                process.communicate()
                raise Hangs(f"hangs: {' '.join(process.args)}") from None


def run(words, **how):
    """As subprocess.run with its output captured."""
    with subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **how) as process:
        out, err = finish(process)
        return subprocess.CompletedProcess(words, process.returncode, out, err)


class Pool:
    """Workers; one of them that has died, whose answer would never come, ends the harness."""

    def __init__(self, jobs, start, place):
        before = {process.pid for process in multiprocessing.active_children()}
        self.pool = multiprocessing.get_context("fork").Pool(jobs, start, place)
        self.pids = {process.pid for process in multiprocessing.active_children()} - before

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.pool.terminate()
        self.pool.join()

    def do(self, function, task):
        return self.answer(self.pool.apply_async(function, (task,)).get)

    def each(self, function, tasks):
        """Its answers, in order."""
        answers = self.pool.imap(function, tasks)
        return (self.answer(answers.next) for _ in tasks)

    def answer(self, get):
        while True:
            try:
                return get(5)
            except multiprocessing.TimeoutError:
                left = {process.pid for process in multiprocessing.active_children()}
                if not self.pids <= left:
                    raise RuntimeError("a worker of the harness has died") from None
