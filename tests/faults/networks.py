"""The processes beside a sandbox that have to do with its network: the maker of the gate's network, the gate, the
forwarder of published ports, what starts a full network. A fault in them, or in what supervisor and init do about them,
ends the run with one error, or the sandbox has the very network that it has without the fault. Killed while the payload
runs, they take the way out with them."""
import errno, os, random, shutil, socket, time

import machine, patience, scenarios, sweep, traced
from scenarios import Scenario

ERRNOS = (errno.EPERM, errno.ENOMEM, errno.EMFILE, errno.EAGAIN, errno.EINTR)
ASKS = tuple(f"tcp:{address}:{port}" for address, port in (machine.OTHER, machine.OWN, machine.LOOPBACK))
GATE = ("--network", "gate", "--allow", f"{machine.OTHER[0]}:{machine.OTHER[1]},private")
PORT = ("-p", f"{machine.PUBLISHED[0]}:{machine.PUBLISHED[1]}:8080")
FULL = ("--network", "full", "-u", "root")
SCENARIOS = (
    Scenario("gate", GATE, asks=ASKS),
    Scenario("published", PORT, asks=(*ASKS, "serve:8080")),
    Scenario("full", FULL, asks=ASKS),
)
NAMES = {scenario.name for scenario in SCENARIOS}
# What the first word of a process says to the supervisor: from then on it serves.
READY = {"gate": ("helper1", "sendmsg"), "published": ("helper1", "write")}
INIT = ("sendmsg", "recvmsg")  # its part in it: to hand its namespaces out, and to wait
LISTEN = ("socket", "bind", "listen", "setsockopt", "getsockname")
ALIKE = {"published": "helper2"}  # where descriptors are few a second forwarder does as the first one
KILLS = {"gate": 6, "published": 4, "full": 2}  # while it runs


def lacks():
    for program in ("ip", "pasta"):
        if not shutil.which(program):
            return program
    return None


def starting(scenario, calls):
    """The calls between init's word that it has a network and the payload's start."""
    roles = [call.role for call in calls]
    first = roles.index("helper1")
    end = next(at for at, call in enumerate(calls) if (call.role, call.name) == ("payload", "execve"))
    # A gate is started before init has a word to say.
    begin = max((at for at in range(first) if (calls[at].role, calls[at].name) == ("supervisor", "recvmsg")), default=first)
    serving = set()
    for at, call in enumerate(calls[:end]):
        if call.role in serving or call.role == ALIKE.get(scenario.name):
            continue
        if (call.role, call.name) == READY.get(scenario.name):
            serving.add(call.role)
        ours = call.role.startswith("helper") or begin <= at and (
            call.role == "supervisor" or call.role == "init" and call.name in INIT)
        if ours or call.role == "supervisor" and call.name in LISTEN:
            yield call


def errors(scenario, calls, options, harmless):
    return sweep.errors(scenario, list(starting(scenario, calls)), options, harmless, ERRNOS)


def kills(scenario, calls, options, harmless):
    return sweep.kills(scenario, list(starting(scenario, calls)), options, harmless)


def sudden(task):
    """Killed while the payload asks again and again: it has had answers until then, and has none from then on."""
    scenario, seed = task
    rig, chance = sweep.rig_of_worker(), random.Random(seed)
    enough = rig.path("volume/enough")
    asks = ASKS if scenario.name != "published" else ASKS[:1]
    argv = [rig.snug, "run", "--color", "never", "-q", *scenario.options, "-v", "../volume:/mnt/data:ro", "-w",
            "/mnt/data", scenario.image, scenario.probe, "ask", *asks]
    state = {"begin": None, "killed": [], "refused": False}

    def tick(run):
        now = time.monotonic()
        if state["killed"]:
            # What has ended has closed what it had open.
            if not state["refused"] and all(patience.state(pid) in ("", *patience.ENDED) for pid in state["killed"]):
                state["refused"] = is_refused(machine.PUBLISHED)
                if state["refused"]:
                    rig.write("volume/enough", "")
        elif state["begin"] is None:
            if helpers(run.pid) and payload_runs(run.pid):
                state["begin"] = now + chance.random() * 0.05
        elif now > state["begin"]:
            state["killed"] = helpers(run.pid)
            for pid in state["killed"]:
                traced.kill(pid)

    try:
        answer = scenarios.perform(rig, scenario, argv=argv, tick=tick, watched=False)
    finally:
        if os.path.exists(enough):
            os.unlink(enough)
    rounds = answer.out.split()
    problems = [f"hangs: {what}" for what in answer.run.hang] + [f"left: {what}" for what in answer.run.left]
    if answer.run.status != 0 or not state["killed"] or not rounds:
        problems.append(f"status {answer.run.status}, killed: {bool(state['killed'])}, {answer.out!r} {answer.err!r}")
    if any("+" in line[1:] for line in rounds):
        problems.append(f"more was reached than was allowed: {rounds}")
    allowed = "".join(line[0] for line in rounds)
    if "-+" in allowed or not allowed.endswith("-"):
        problems.append(f"the way out is not closed: {allowed}")
    if not state["refused"]:
        problems.append("the published port is open still")
    return problems


def children(pid):
    return [int(child) for child in traced.read(f"/proc/{pid}/task/{pid}/children").split()]


def is_init(pid):
    lines = traced.read(f"/proc/{pid}/status").splitlines()
    return any(line.startswith("NSpid:") and len(line.split()) > 2 for line in lines)


def helpers(supervisor):
    return [pid for pid in children(supervisor) if not is_init(pid)]


def payload_runs(supervisor):
    return any(traced.read(f"/proc/{child}/comm").startswith("probe")
               for pid in children(supervisor) if is_init(pid) for child in children(pid))


def is_refused(address):
    try:
        socket.create_connection(address, timeout=1).close()
    except OSError as error:
        return isinstance(error, ConnectionRefusedError)
    return False


def check_reference(sweeping, scenario):
    """What the answers with a fault are compared with is what was asked for, and no more."""
    _, reference, _ = sweeping.workers.record(scenario)
    found = [line for line in reference.splitlines() if line.startswith(("tcp:", "serve:"))]
    wanted = {ask: "a visitor" if ask.startswith("serve:") else "nothing" for ask in scenario.asks}
    if scenario.name != "published":
        wanted[ASKS[0]] = "an answer"
    if found != [f"{ask}: {answer}" for ask, answer in wanted.items()]:
        sweeping.report_now(scenario.name, f"without a fault: {found}")


def run(sweeping, names):
    for scenario in SCENARIOS:
        if names and scenario.name not in names:
            continue
        check_reference(sweeping, scenario)
        sweeping.run(scenario, errors)
        sweeping.run(scenario, kills)
        started = time.monotonic()
        tasks = [(scenario, seed) for seed in range(1 if sweeping.options.reviewed else KILLS[scenario.name])]
        for (_, seed), problems in zip(tasks, sweeping.workers.each(sudden, tasks)):
            for problem in problems:
                sweeping.report_now(scenario.name, f"killed at a random moment ({seed}): {problem}")
        print(f"{scenario.name}: killed {len(tasks)} times in {time.monotonic() - started:.0f} s", flush=True)
