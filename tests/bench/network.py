"""Bytes, round trips and connections: into a sandbox, out of one, and plain over the loopback.

Every way has a server, and clients that come to it one at a time, in rounds in which each way has its turn. The bytes are
moved by stream_bench, on the host and inside alike.
"""
import os, random, select, shutil, signal, socket, statistics, subprocess, time

from figures import comm, descendants, field, goal, interval, ratio, shown, table

PORT = "7000"
ROUND_TRIPS = "2000"
CONNECTIONS = "300"
PATIENCE = 60  # seconds for what takes one
PLAIN, PUBLISHED, GATE = "plain loopback", "snug -p", "snug gate"
INWARDS, OUTWARDS = "into a sandbox", "out of a sandbox"


class Lost(Exception):
    """A way on which a client has failed, or has not come to its end."""


class Way:
    """`client` is put before "stream_bench MODE HOST PORT …". `undo` ends what the server's process group does not have. `relays`
    are the names of programs that move the bytes and are nobody's descendants."""

    def __init__(self, label, direction, host, port, client=(), server=None, undo=None, relays=()):
        self.label, self.direction, self.host, self.port = label, direction, host, str(port)
        self.client, self.server, self.undo, self.relays = list(client), server, undo, relays
        self.process, self.others = None, []


def network(bench):
    build(bench)
    ways = []
    try:
        for way in candidates(bench):
            ways.append(way)
            if not begin(bench, way):
                end(bench, ways.pop())
        results = {"throughput": throughput(bench, ways), "latency": latency(bench, ways), "rate": rate(bench, ways),
                   "memory": memory(bench, ways)}
    finally:
        for way in reversed(ways):
            end(bench, way)
    results["start"] = start(bench)
    return results


def build(bench):
    bench.tool = bench.path("stream_bench")
    # Dynamic: a static one cannot look a name up.
    subprocess.run(["gcc", "-O2", "-o", bench.tool, os.path.join(os.path.dirname(__file__), "stream_bench.c")], check=True)
    bench.mount = f"{bench.tool}:{bench.tool}:ro"
    runs = bench.works("stream_bench in the image", bench.snug_run(bench.image, "-v", bench.mount) + [bench.tool, "nothing", "-", "-"])
    # The host's C library may be newer than the image's; its own programs are an image as well.
    bench.inside = bench.image if runs else "host"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def gateway():
    """By which pasta leads to the host's loopback."""
    with open("/proc/net/route") as file:
        for line in file:
            words = line.split()
            if words[1] == "00000000" and words[7] == "00000000":
                return socket.inet_ntoa(bytes.fromhex(words[2])[::-1])
    return None


def candidates(bench):
    serve = lambda address, port: [bench.tool, "serve", address, str(port)]
    plain = free_port()
    yield Way(PLAIN, None, "127.0.0.1", plain, server=serve("127.0.0.1", plain))

    port = free_port()
    yield Way(PUBLISHED, INWARDS, "127.0.0.1", port,
              server=bench.snug_run(bench.inside, "-q", "-v", bench.mount, "-p", f"127.0.0.1:{port}:{PORT}") + serve("0.0.0.0", PORT))
    port = free_port()
    yield Way("pasta -t", INWARDS, "127.0.0.1", port,
              server=["pasta", "-q", "-f", "--config-net", "-t", f"127.0.0.1/{port}:{PORT}", "--"] + serve("0.0.0.0", PORT))
    podman = bench.podman()[:3] if shutil.which("podman") else ["podman"]
    for label, mode, relays in (("podman -p (rootlessport)", "slirp4netns:port_handler=rootlesskit", ("rootlessport", "exe")),
                                ("podman -p (slirp4netns)", "slirp4netns:port_handler=slirp4netns", ("slirp4netns",)),
                                ("podman -p (pasta)", "pasta", ("pasta", "pasta.avx2"))):
        port = free_port()
        name = f"bench-{port}"
        yield Way(label, INWARDS, "127.0.0.1", port, undo=podman + ["rm", "-f", "-t", "0", name], relays=relays,
                  server=podman + ["run", "--rm", "--name", name, "--network", mode, "-p", f"127.0.0.1:{port}:{PORT}",
                                   "-v", bench.mount, "snug-bench"] + serve("0.0.0.0", PORT))

    yield Way(GATE, OUTWARDS, "host", plain, client=bench.snug_run(bench.inside, "-q", "-v", bench.mount, "--network", "gate",
                                                                   "--allow", f"host:{plain}"))
    yield Way("pasta -T", OUTWARDS, "127.0.0.1", plain, client=["pasta", "-q", "-f", "--config-net", "-T", str(plain), "--"])
    if gateway():
        yield Way("pasta (tap)", OUTWARDS, gateway(), plain, client=["pasta", "-q", "-f", "--config-net", "-T", "none", "--"])
    pid = bench.path("run/slirp4netns.pid")
    yield Way("slirp4netns (tap)", OUTWARDS, "10.0.2.2", plain,
              client=["sh", "-c", f'exec nsenter --preserve-credentials -U -n -t "$(cat {pid})" "$@"', "sh"],
              server=["slirp4netns", pid])


def slirp4netns(pid):
    """For a network that somebody asleep has."""
    return ["sh", "-c", f"unshare --user --map-root-user --net sleep 100000 & echo $! >{pid}; sleep 0.3; "
                        f"exec slirp4netns --configure --mtu=65520 $! tap0"]


def launched(bench, words, **more):
    """In a process group of its own, so that all of it can be ended."""
    return subprocess.Popen(bench.command(words), cwd=bench.dir, start_new_session=True, text=True, **more)


def finish(process, seconds):
    """Waits so long, and ends by force what is left of its group."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        pass
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass  # nobody was left
    process.wait()


def begin(bench, way):
    """Starts its server, where it has one of its own, and sees a client through."""
    program = (way.server or way.client)[0]
    if not shutil.which(program):
        print(f"  left out: {way.label} ({program} is not installed)")
        return False
    before = relaying(bench, way)
    said = bench.path(f"said-{way.port}")
    if way.server:
        words = slirp4netns(way.server[1]) if program == "slirp4netns" else way.server
        with open(said, "w") as file:
            way.process = launched(bench, words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=file)
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and (way.process is None or way.process.poll() is None):
        try:
            lines(bench, way, "echo", "1")
            way.others = sorted(relaying(bench, way) - before)
            return True
        except Lost:
            if way.process is None:
                break
            time.sleep(0.1)
    why = ""
    if way.server:
        with open(said) as file:
            why = " ".join(file.read().split())[-160:]
    print(f"  left out: {way.label} (no connection comes through{': ' if why else ''}{why})")
    return False


def end(bench, way):
    if way.process is None:
        return
    if way.undo:
        undo = launched(bench, way.undo, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        finish(undo, PATIENCE)
    try:
        os.killpg(way.process.pid, signal.SIGTERM)
    except ProcessLookupError:
        pass  # it has gone
    finish(way.process, 5)


def relaying(bench, way):
    """The processes of such names that the user has."""
    found = set()
    for pid in filter(str.isdigit, os.listdir("/proc")) if way.relays else ():
        try:
            if os.stat(f"/proc/{pid}").st_uid == bench.user.pw_uid and comm(pid) in way.relays:
                found.add(int(pid))
        except (FileNotFoundError, ProcessLookupError):
            pass  # it has gone meanwhile
    return found


def client(bench, way, *mode, **more):
    return launched(bench, way.client + [bench.tool, mode[0], way.host, way.port, *mode[1:]], stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL, **more)


def lines(bench, way, mode, amount):
    process = client(bench, way, mode, amount, stdin=subprocess.DEVNULL)
    try:
        out, _ = process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        out = ""
    finish(process, 0)
    if process.returncode != 0 or not out:
        raise Lost
    return [float(line) for line in out.split()]


def rounds(bench, ways, measure):
    """{label: [figure of each round]}, each round in an order of its own."""
    found = {way.label: [] for way in ways}
    for _ in range(max(2, bench.options.rounds // 10)):
        for way in random.sample(ways, len(ways)):
            if way.label not in found:
                continue
            try:
                found[way.label].append(measure(way))
            except Lost:
                print(f"  left out: {way.label} (a client has failed)")
                del found[way.label]
    return found


def listed(title, ways, found, form="{:.1f}"):
    rows = [[label, form.format(statistics.median(values)), shown(ratio(values, found[PLAIN]))] for label, values in found.items()]
    table([title, "median", "to " + PLAIN], rows)


def to_peers(ways, found, what):
    """Beside the best that goes the same way."""
    for own in (PUBLISHED, GATE):
        direction = next((way.direction for way in ways if way.label == own), None)
        peers = {way.label: statistics.median(found[way.label]) for way in ways
                 if way.direction == direction and way.label != own and way.label in found}
        if own in found and peers:
            best = max(peers, key=peers.get)
            goal(f"{own} to the best peer, {best}: {what}", ratio(found[own], found[best])[0], 1, at_most=False)


def throughput(bench, ways):
    found = rounds(bench, ways, lambda way: lines(bench, way, "send", str(bench.options.seconds))[0] * 8 / 1e9)
    listed("TCP throughput, Gbit/s", ways, found)
    for label in (PUBLISHED, GATE):
        if label in found:
            goal(f"{label} to {PLAIN}: throughput", ratio(found[label], found[PLAIN])[0], 0.7, at_most=False)
    to_peers(ways, found, "throughput")
    return found


def latency(bench, ways):
    found = rounds(bench, ways, lambda way: statistics.median(lines(bench, way, "echo", ROUND_TRIPS)) / 1e3)
    listed("round trip of a byte, µs", ways, found)
    for label in (PUBLISHED, GATE):
        if label in found:
            goal(f"{label} to {PLAIN}: round trip", ratio(found[label], found[PLAIN])[0], 2.5)
    return found


def rate(bench, ways):
    found = rounds(bench, ways, lambda way: 1e9 / statistics.mean(lines(bench, way, "connect", CONNECTIONS)))
    listed("connections per second, one after the other", ways, found, "{:.0f}")
    to_peers(ways, found, "connections per second")
    return found


def memory(bench, ways):
    """Of what moves the bytes, without what the kernel has for sockets. What is mapped from files is not asked for: it comes and
    goes with what else runs."""
    if os.geteuid() != 0:
        print("  left out: reading the memory of what forwards needs root")
        return {}
    count, rows, results = bench.options.connections, [], {}
    for way in ways:
        if way.label == PLAIN:
            continue
        try:
            before, after = held(bench, way, count)
        except Lost:
            print(f"  left out: {way.label} ({count} connections at once do not come through)")
            continue
        results[way.label] = [before, after]
        rows.append([way.label, before, after, "{:.0f}".format((after - before) * 1000 / count)])
    table(["own memory of what moves the bytes, KiB", "without any", f"{count} connections", "per 1000"], rows)
    return results


def held(bench, way, count):
    process = client(bench, way, "hold", str(count), stdin=subprocess.PIPE)
    try:
        expect(process, "ready")
        moving = way.others or [pid for top in (process, way.process) if top for pid in [top.pid] + descendants(top.pid)
                                if comm(pid) not in ("stream_bench", "sleep")]
        total = lambda: sum(field(f"/proc/{pid}/smaps_rollup", "Pss_Anon") for pid in moving)
        before = total()
        process.stdin.write("go\n")
        process.stdin.flush()
        expect(process, "held")
        time.sleep(0.2)
        return before, total()
    finally:
        process.stdin.close()
        finish(process, 5)


def expect(process, word):
    """Reads a line of a client's, and does not wait for it for ever."""
    if not select.select([process.stdout], [], [], PATIENCE)[0] or process.stdout.readline().strip() != word:
        raise Lost


def start(bench):
    true = ["/bin/true"]
    wall, _ = bench.spawn(["latency", bench.options.rounds], {
        "none": bench.snug_run(bench.image, "--network", "none") + true,
        "gate": bench.snug_run(bench.image, "--network", "gate", "--allow", "example.org") + true})
    table(["to the exit of /bin/true, ms", "median", "best"],
          [[label, "{:.2f}".format(statistics.median(values) / 1e6), "{:.2f}".format(min(values) / 1e6)] for label, values in wall.items()])
    over = interval([(gate - none) / 1e6 for gate, none in zip(wall["gate"], wall["none"])])
    print(f"  gate over none, ms: {shown(over)}; the best of each: {(min(wall['gate']) - min(wall['none'])) / 1e6:.2f}")
    goal("gate over none, ms", over[0], 1)
    return wall
