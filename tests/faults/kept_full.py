"""A store on a disk without room: an error, nothing half made, and all is well again once there is room.

    kept_full.py SNUG PROBE, in a user namespace that may mount"""
import os, subprocess, sys

import kept

ROOM, KIB = "16m", 1024


def mount(rig, options):
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", rig.path("data")], check=True)
    rig.mounts = kept.traced.mounts_of(rig.dir)


def remount(rig, options):
    # Without the options that are shown: uid= as it is outside cannot be given inside.
    subprocess.run(["mount", "--options-mode", "ignore", "-o", "remount," + options, "none", rig.path("data")], check=True)
    rig.mounts = kept.traced.mounts_of(rig.dir)


def unmount(rig):
    rig.nothing_is_left()
    subprocess.run(["umount", rig.path("data")], check=True)


def attempt(rig, *words):
    """Done or refused."""
    status, out, err = rig.run(*words)
    kept.must(status == 0 or (status == 125 and err.startswith("snug: ")), f"{words}: status {status}: {out}{err}")
    return status == 0


def start(rig, limit):
    """A disk that gets full while a container is made and started, at each place in turn."""
    mount(rig, limit)
    done = attempt(rig, "run", "-q", "-d", "--name", "box", rig.image, "/bin/probe", "wait")
    for text in rig.problems():
        kept.must(kept.LEFTOVER.search(text), f"check says: {text}")
    for name, one in rig.listed().items():
        kept.must(one["status"] == ("running" if done else "exited"), f"{name} is {one['status']}, and it {done}")
    kept.must(done or rig.names() == [], f"refused, and there is {rig.names()}")
    if done:
        # It can be ended on a full disk, and its place be given back.
        rig.works("rm", "-f", "box")
    remount(rig, f"size={ROOM}" if limit.startswith("size") else "nr_inodes=1000")
    out = rig.make("box")
    kept.must(out.endswith("end of probe\n"), f"does not run with room: {out!r}")
    rig.is_whole()
    rig.works("rm", "box")
    unmount(rig)
    return done


def again(rig, limit):
    """A disk that gets full before a container that is there is started."""
    mount(rig, f"size={ROOM}")
    rig.make("box")
    fill(rig, limit)
    attempt(rig, "start", "-a", "box")
    kept.must(rig.listed()["box"]["status"] == "exited", f"it is {rig.listed()['box']['status']}")
    for text in rig.problems():
        kept.must(kept.LEFTOVER.search(text), f"check says: {text}")
    os.unlink(rig.path("data/filler"))
    kept.must(rig.works("start", "-a", "box").endswith("end of probe\n"), "does not start with room")
    rig.is_whole()
    rig.works("rm", "box")
    unmount(rig)


def fill(rig, left):
    """All but so many pages."""
    free = os.statvfs(rig.path("data"))
    with open(rig.path("data/filler"), "wb") as file:
        file.write(bytes((free.f_bavail - left) * free.f_bsize))


def commit(rig, left):
    """A disk that gets full while an image is made of a container's 256 KiB."""
    mount(rig, f"size={ROOM}")
    rig.make("box")
    with open(rig.path("file"), "wb") as file:
        file.write(bytes(range(256)) * KIB)
    rig.works("cp", rig.path("file"), "box:/etc/file")
    fill(rig, left)
    images = rig.path("data/snug/images")
    done = attempt(rig, "commit", "box", "made")
    there = sorted(os.listdir(images)) if os.path.isdir(images) else []
    kept.must(there == (["made"] if done else []), f"commit done: {done}, and there is {there}")
    for text in rig.problems():
        kept.must(kept.LEFTOVER.search(text), f"check says: {text}")
    os.unlink(rig.path("data/filler"))
    if not done:
        rig.works("commit", "box", "made")
    with open(os.path.join(images, "made/layer/etc/file"), "rb") as file:
        kept.must(file.read() == bytes(range(256)) * KIB, "the image has another file than the container")
    rig.is_whole()
    rig.works("rm", "box")
    unmount(rig)
    return done


def both(outcomes, what):
    kept.must(any(outcomes) and not all(outcomes), f"{what}: the limits tried are all too {'wide' if any(outcomes) else 'narrow'}")


def main():
    rig = kept.Kept(*sys.argv[1:3])
    try:
        limits = [f"size={pages * 4}k" for pages in range(1, 12)] + [f"nr_inodes={inodes}" for inodes in range(2, 24)]
        both([start(rig, limit) for limit in limits], "start")
        for pages in range(5):
            again(rig, pages)
        both([commit(rig, pages) for pages in (0, 1, 2, 3, 20, 60, 64, 66, 68, 80)], "commit")
    except (kept.Broken, subprocess.SubprocessError) as error:
        print(error)
        return 1
    finally:
        rig.end_all()
        subprocess.run(["umount", "-l", rig.path("data")], stderr=subprocess.DEVNULL, check=False)
        rig.remove()
    return 0


def full(rig):
    if subprocess.run(["unshare", "-rm", "true"], stderr=subprocess.DEVNULL, check=False).returncode != 0:
        print("this machine lacks user namespaces with mounts of one's own")
        kept.must(os.environ.get("CI") != "true", "nothing was tried")
        return
    # It has waits of its own, and ends by them.
    done = subprocess.run(["unshare", "-rm", sys.executable, "-B", __file__, rig.snug, rig.path("image/bin/probe")],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=False)
    kept.must(done.returncode == 0, done.stdout.strip())


if __name__ == "__main__":
    sys.exit(main())
