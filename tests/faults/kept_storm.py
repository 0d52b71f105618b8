"""Many starts at once, half of them fighting for the same names: one winner for each, and nothing is left over."""
import collections, os, random, time

import kept, traced

AT_ONCE = 50
RIVALS = 10  # for each name that is fought for


def at_once(rig, commands):
    """Runs them, so many at a time, and answers [(command, status, standard error)] in the order of their ends."""
    waiting, running, done = collections.deque(commands), [], []
    while waiting or running:
        while waiting and len(running) < AT_ONCE:
            command = waiting.popleft()
            running.append((command, rig.start(*command)))
        for entry in [entry for entry in running if entry[1].poll() is not None]:
            running.remove(entry)
            command, process = entry
            _, err = process.communicate()
            done.append((command, process.returncode, err))
        time.sleep(0.002)
    return done


def one_winner_each(done, name_of, names, why):
    """Of those that lose each says why."""
    won = collections.Counter(name_of(command) for command, status, _ in done if status == 0)
    kept.must(set(won) == set(names), f"without a winner: {sorted(set(names) - set(won))[:5]}")
    kept.must(max(won.values()) == 1, f"several have won: {won.most_common(3)}")
    for command, status, err in done:
        refused = status == 125 and err.startswith("snug: ") and why in err
        kept.must(status == 0 or refused, f"{' '.join(command)}: status {status}: {err}")


def descriptors(rig, names):
    """How many each supervisor has open: {count: supervisors}."""
    counts = collections.Counter()
    pids = [one["supervisor_pid"] for name, one in rig.listed().items() if name in names]
    for pid in pids:
        kept.must(traced.read(f"/proc/{pid}/cmdline").startswith("snug: "), f"{pid} is no supervisor")
        counts[len(os.listdir(f"/proc/{pid}/fd"))] += 1
    return counts


def storm(rig, starts):
    fought = [f"fought{number}" for number in range(max(1, starts // 2 // RIVALS))]
    own = [f"own{number}" for number in range(starts - RIVALS * len(fought))]
    names = own + fought * RIVALS
    random.Random(1).shuffle(names)
    word = ("/bin/probe", "wait")
    done = at_once(rig, [("run", "-q", "-d", "--name", name, rig.image, *word) for name in names])
    every = own + fought
    one_winner_each(done, lambda command: command[4], every, "is in use")
    all_run(rig, every)

    # The ends, all together, and starts again: each by several.
    stopped = at_once(rig, [("stop", "-t", "20", name) for name in every])
    kept.must(all(status == 0 for _, status, _ in stopped), f"stop: {[end for end in stopped if end[1]][:2]}")
    kept.must({one["status"] for one in rig.listed().values()} == {"exited"}, "stopped ones run")
    kept.until(lambda: not rig.processes(), "after stop: ", rig.processes)
    names = fought * RIVALS
    random.Random(2).shuffle(names)
    done = at_once(rig, [("start", name) for name in names])
    one_winner_each(done, lambda command: command[1], fought, "is running already")
    all_run(rig, fought)

    # Removed by three at once, of which one is the first: the others find none, or have waited for it.
    names = every + fought * 2
    random.Random(3).shuffle(names)
    for command, status, err in at_once(rig, [("rm", "-f", name) for name in names]):
        kept.must(status in (0, 125) and len(err.splitlines()) <= 2, f"{' '.join(command)}: status {status}: {err}")
    rig.nothing_is_left()


def all_run(rig, names):
    listed = rig.listed()
    wrong = [name for name in names if listed.get(name, {}).get("status") != "running"]
    kept.must(not wrong, f"do not run: {wrong[:5]}")
    rig.is_whole()
    # Supervisor, init, payload.
    kept.must(len(found := rig.processes()) == 3 * len(names), f"{len(found)} processes of {len(names)} containers")
    kept.must(len(counts := descriptors(rig, names)) == 1, f"supervisors with so many descriptors: {dict(counts)}")


def run(options):
    starts = int(os.environ.get("SNUG_STORM", "200"))
    rig = kept.Kept(options.snug, options.probe, options.dir)
    try:
        storm(rig, starts)
    except kept.Broken as error:
        print(f"FAILED storm of {starts}: {error}", flush=True)
        return 1
    finally:
        rig.end_all()
    print(f"storm of {starts}: one winner for each name, nothing left")
    return 0
