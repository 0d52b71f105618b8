"""Containers that last: exec, what a sleeping one costs, and many at once."""
import json, os, statistics, subprocess, time

from figures import comm, descendants, field, goal, ratio, table

SLEEP = ["/bin/sleep", "100000"]


def containers(bench):
    bench.text([bench.snug, "run", "-q", "-d", "--name", "bench", bench.image, *SLEEP])
    podman = podman_container(bench)
    try:
        return {"exec": entering(bench, podman), "memory": resident(bench, podman), "many": many(bench)}
    finally:
        remove(bench, listed(bench))
        if podman:
            subprocess.run(bench.command(podman + ["rm", "-f", "-t", "0", "bench"]), stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL, cwd=bench.dir)


def podman_container(bench):
    """How podman is called, with a sleeping container, or None."""
    words = bench.podman()
    prefix = words[:3]
    create = prefix + ["run", "-d", "--name", "bench", "--network", "none", "snug-bench", *SLEEP]
    return prefix if bench.works("podman, detached", create) else None


def listed(bench):
    return json.loads(bench.text([bench.snug, "ps", "-a", "--json"]))


def remove(bench, found):
    names = [one["name"] for one in found]
    for i in range(0, len(names), 50):
        bench.text([bench.snug, "rm", "-f", *names[i:i + 50]])


def entering(bench, podman):
    contestants = {"snug run": bench.snug_run(bench.image) + ["/bin/true"],
                   "snug exec": [bench.snug, "exec", "bench", "/bin/true"]}
    wall, _ = bench.spawn(["latency", bench.options.rounds], contestants)
    if podman:
        # Fewer, and beside the others: each takes as long as fifty of theirs.
        beside, _ = bench.spawn(["latency", max(5, bench.options.rounds // 10)],
                                {"snug exec": contestants["snug exec"], "podman exec": podman + ["exec", "bench", "/bin/true"]})
        wall["podman exec"] = beside["podman exec"]
    rows = [[label, "{:.2f}".format(statistics.median(times) / 1e6)] for label, times in wall.items()]
    table(["to the exit of /bin/true", "median ms"], rows)
    goal("snug exec to snug run", ratio(wall["snug exec"], wall["snug run"])[0], 0.5)
    if podman:
        goal("podman exec to snug exec", ratio(beside["podman exec"], beside["snug exec"])[0], 20, at_most=False)
    return wall


def pss(pid):
    return field(f"/proc/{pid}/smaps_rollup", "Pss")


def resident(bench, podman):
    if os.geteuid() != 0:
        print("  left out: reading the memory of another's init needs root")
        return {}
    time.sleep(2)
    supervisor = next(one["supervisor_pid"] for one in listed(bench) if one["name"] == "bench")
    family = [pid for pid in [supervisor] + descendants(supervisor) if comm(pid) != "sleep"]
    sizes = [pss(pid) for pid in family]
    rows = [["snug", sum(sizes), " + ".join(f"{comm(pid)} {size}" for pid, size in zip(family, sizes))]]
    if podman:
        state = json.loads(bench.text(podman + ["inspect", "bench"]))[0]["State"]
        pids = [state["ConmonPid"]] + [pid for pid in descendants(state["ConmonPid"]) if comm(pid) not in ("sleep", "conmon")]
        rows.append(["podman", sum(map(pss, pids)), " + ".join(f"{comm(pid)} {pss(pid)}" for pid in pids)])
    table(["KiB (PSS), payload asleep", "together", "by process"], rows)
    goal("supervisor and init of one that sleeps, KiB", sum(sizes), 700)
    return {"snug": sizes}


def timed(bench, words):
    began = time.monotonic()
    subprocess.run(bench.command(words), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, cwd=bench.dir, check=True)
    return time.monotonic() - began


def many(bench):
    count, edge = bench.options.containers, max(1, min(30, bench.options.containers // 10))
    before = field("/proc/meminfo", "MemAvailable")
    starts = [timed(bench, [bench.snug, "run", "-q", "-d", "--name", f"many{i}", bench.image, *SLEEP]) for i in range(count)]
    time.sleep(2)
    cost = (before - field("/proc/meminfo", "MemAvailable")) / count
    lists = [timed(bench, [bench.snug, "ps"]) for _ in range(11)]
    nothing = [timed(bench, [bench.snug, "--version"]) for _ in range(11)]
    first, last = statistics.median(starts[:edge]), statistics.median(starts[-edge:])
    stopped = min(count, 100)
    began = time.monotonic()
    names = [f"many{i}" for i in range(stopped)]
    processes = [subprocess.Popen(bench.command([bench.snug, "stop", name]), stdout=subprocess.DEVNULL, cwd=bench.dir)
                 for name in names]
    failed = [process.returncode for process in processes if process.wait() != 0]
    stop = time.monotonic() - began
    names = [f"many{i}" for i in range(stopped, min(count, 2 * stopped))]
    by_one = timed(bench, [bench.snug, "stop", *names]) if names else 0
    table([f"{count} asleep at once", ""],
          [["start, the first ones, median ms", f"{first * 1e3:.1f}"], ["start, the last ones, median ms", f"{last * 1e3:.1f}"],
           ["memory of each, KiB, by the machine's account", f"{cost:.0f}"],
           ["ps, median ms", f"{statistics.median(lists) * 1e3:.1f}"],
           ["(snug --version, median ms)", f"{statistics.median(nothing) * 1e3:.1f}"],
           [f"stop of {stopped}, each by its own command, at once, ms", f"{stop * 1e3:.0f}"],
           [f"stop of {len(names)} by one command, ms", f"{by_one * 1e3:.0f}"]])
    if failed:
        print(f"  {len(failed)} stops have failed")
    goal("start of the last to that of the first", last / first, 1.5)
    goal("ps over all, ms", statistics.median(lists) * 1e3, 50)
    return {"starts": starts, "ps": lists, "stop": stop, "stop by one": by_one}
