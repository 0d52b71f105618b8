"""Bytes, round trips and connections: through a published port, through the gate, through others' ways, against plain loopback."""
import os, random, shutil, socket, statistics, subprocess, time

from figures import comm, descendants, field, goal, ratio, shown, table

PORT = "7000"
SECONDS = "0.7"
ROUND_TRIPS = "2000"
CONNECTIONS = "300"
HELD = 1000


class Way:
    """A server and where its clients are: `client` is put before "stream_bench MODE HOST PORT …"."""

    def __init__(self, label, host, port, client=(), server=None, peer=True):
        self.label, self.host, self.port, self.client, self.server, self.peer = label, host, str(port), list(client), server, peer


def network(bench):
    bench.tool = bench.path("stream_bench")
    subprocess.run(["gcc", "-O2", "-static", "-w", "-o", bench.tool, os.path.join(os.path.dirname(__file__), "stream_bench.c")],
                   check=True, stderr=subprocess.DEVNULL)
    started, ways = [], []
    try:
        for way in candidates(bench):
            if begin(bench, way, started):
                ways.append(way)
        results = {"throughput": throughput(bench, ways), "latency": times(bench, ways, "echo", ROUND_TRIPS, "round trip of a byte, µs"),
                   "connections": times(bench, ways, "connect", CONNECTIONS, "connection with a round trip, µs"),
                   "memory": held(bench, ways), "start": start(bench)}
    finally:
        for process in started:
            process.terminate()
            process.wait()
        bench.text([bench.snug, "rm", "-f", "bench-net"], stderr=subprocess.DEVNULL)
    return results


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def candidates(bench):
    serve = [bench.tool, "serve"]
    plain, published, pasta, podman = free_port(), free_port(), free_port(), free_port()
    mount = f"{bench.tool}:{bench.tool}:ro"
    yield Way("plain loopback", "127.0.0.1", plain, server=serve + ["127.0.0.1", str(plain)], peer=False)
    yield Way("snug -p", "127.0.0.1", published, peer=False,
              server=[bench.snug, "run", "--name", "bench-net", "-v", mount, "-p", f"{published}:{PORT}", "host"] + serve + ["0.0.0.0", PORT])
    yield Way("snug gate", "host", plain, peer=False,
              client=[bench.snug, "run", "-q", "--network", "gate", "--allow", f"host:{plain}", "-v", mount, "host"])
    yield Way("pasta -t", "127.0.0.1", pasta, server=["pasta", "-q", "-f", "--config-net", "-t", f"127.0.0.1/{pasta}:{PORT}", "--"] + serve + ["0.0.0.0", PORT])
    if shutil.which("podman"):
        words = bench.podman()
        yield Way("podman -p", "127.0.0.1", podman,
                  server=words[:3] + ["run", "--rm", "--network", "slirp4netns:port_handler=rootlesskit", "-p", f"127.0.0.1:{podman}:{PORT}",
                                      "-v", mount, "snug-bench"] + serve + ["0.0.0.0", PORT])


def begin(bench, way, started):
    """Starts its server, where it has one, and sees a client through."""
    if way.server and not shutil.which(way.server[0]):
        print(f"  left out: {way.label} ({way.server[0]} is not installed)")
        return False
    if way.server:
        started.append(subprocess.Popen(bench.command(way.server), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL, cwd=bench.dir))
    for _ in range(100):
        if subprocess.run(client(bench, way, "echo", "1"), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL, cwd=bench.dir).returncode == 0:
            return True
        time.sleep(0.1)
    print(f"  left out: {way.label} (no connection comes through)")
    return False


def client(bench, way, mode, amount):
    return bench.command(way.client + [bench.tool, mode, way.host, way.port, amount])


def rounds(bench, ways, measure, count):
    """Interleaved, each round in an order of its own."""
    found = {way.label: [] for way in ways}
    for _ in range(count):
        for way in random.sample(ways, len(ways)):
            found[way.label].append(measure(way))
    return found


def lines(bench, way, mode, amount):
    done = subprocess.run(client(bench, way, mode, amount), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, cwd=bench.dir, check=True)
    return [float(line) for line in done.stdout.split()]


def throughput(bench, ways):
    found = rounds(bench, ways, lambda way: lines(bench, way, "send", SECONDS)[0] * 8 / 1e9, max(5, bench.options.rounds // 10))
    plain = found[ways[0].label]
    table(["TCP throughput", "Gbit/s", "to plain loopback"],
          [[label, "{:.1f}".format(statistics.median(values)), shown(ratio(values, plain))] for label, values in found.items()])
    for label in ("snug -p", "snug gate"):
        if label in found:
            goal(f"{label} to plain loopback", ratio(found[label], plain)[0], 0.7, at_most=False)
    peers = {way.label: statistics.median(found[way.label]) for way in ways if way.peer}
    if peers and "snug -p" in found:
        best = max(peers, key=peers.get)
        goal(f"snug -p to the best peer, {best}", ratio(found["snug -p"], found[best])[0], 1, at_most=False)
    return found


def times(bench, ways, mode, amount, title):
    found = rounds(bench, ways, lambda way: statistics.median(lines(bench, way, mode, amount)) / 1e3, max(5, bench.options.rounds // 10))
    plain = found[ways[0].label]
    table([title, "median", "to plain loopback"],
          [[label, "{:.1f}".format(statistics.median(values)), shown(ratio(values, plain))] for label, values in found.items()])
    if mode == "echo":
        for label in ("snug -p", "snug gate"):
            if label in found:
                goal(f"{label} to plain loopback", ratio(found[label], plain)[0], 2.5)
    return found


def held(bench, ways):
    """What the forwarder's memory grows by, as root only: it does not show it to its own user."""
    way = next((way for way in ways if way.label == "snug -p"), None)
    if way is None or os.geteuid() != 0:
        return {}
    keeper = int(bench.text(["sh", "-c", f"{bench.snug} inspect bench-net | sed -n 's/.*\"supervisor_pid\": \\([0-9]*\\).*/\\1/p'"]))
    forwarders = [pid for pid in descendants(keeper) if comm(pid) == comm(keeper)]
    total = lambda: sum(field(f"/proc/{pid}/smaps_rollup", "Pss") for pid in forwarders)
    before = total()
    holder = subprocess.Popen(client(bench, way, "hold", str(HELD)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=bench.dir)
    holder.stdout.readline()
    after = total()
    holder.stdin.close()
    holder.wait()
    print(f"  {HELD} connections held: {after - before} KiB more in the processes that forward (kernel buffers apart)")
    return {"before": before, "after": after}


def start(bench):
    wall, _ = bench.spawn(["latency", bench.options.rounds], {
        "none": bench.snug_run("host") + ["/bin/true"],
        "gate": bench.snug_run("host", "--network", "gate", "--allow", "example.org") + ["/bin/true"],
        "full": bench.snug_run("host", "--network", "full") + ["/bin/true"]} if shutil.which("pasta") else {
        "none": bench.snug_run("host") + ["/bin/true"],
        "gate": bench.snug_run("host", "--network", "gate", "--allow", "example.org") + ["/bin/true"]})
    table(["to the exit of /bin/true", "median ms"], [[label, "{:.2f}".format(statistics.median(values) / 1e6)] for label, values in wall.items()])
    goal("gate over none, ms", statistics.median([(a - b) / 1e6 for a, b in zip(wall["gate"], wall["none"])]), 1)
    return wall
