"""The sandboxes that are asked, as command lines. Peers get the strictest options that they have and that let a build
run in a writable project directory; docs/isolation.md says which."""
import os, shlex, shutil, subprocess

WRITABLE = ["-v", "PROJECT:/work", "-w", "/work"]
INSIDE = ["/work/inside", "/work/bait"]
BWRAP = ["--unshare-all", "--unshare-user", "--disable-userns", "--die-with-parent", "--new-session",
         "--cap-drop", "ALL", "--clearenv", "--setenv", "PATH", "/usr/bin:/bin", "--hostname", "box",
         "--ro-bind", "/usr", "/usr",
         "--symlink", "usr/bin", "/bin", "--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64",
         "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"]
PODMAN = ["run", "--rm", "--quiet", "--network", "none", "--cap-drop", "all", "--security-opt", "no-new-privileges",
          "--cgroupns", "private", "--ipc", "private", "--ulimit", "core=0:0", "--workdir", "/work"]

# A profile that gives away what snug has to give.
WEAK_PROFILE = """image = "host"
workdir = "/work"
[user]
fake-root = "off"
[[mount]]
source = "{project}"
target = "/work"
access = "rw"
[[mount]]
source = "/tmp"
target = "/tmp"
access = "rw"
[[mount]]
source = "{home}"
target = "{home}"
access = "rw"
[env]
pass = ["*"]
[network]
mode = "host"
[security]
seccomp = "off"
caps = ["ALL"]
nested-userns = true
proc = "full"
"""
# Namespaces and nothing else: every capability, mounts that spread, two on the root, layers by their names. The network
# comes last, for its devices' settings belong to whoever is root by then.
UNSHARE = ["unshare", "--user", "--map-root-user", "--mount", "--pid", "--fork", "--ipc", "--uts", "--mount-proc",
           "--propagation", "shared", "unshare", "--net", "sh", "-c",
           "mount -t sysfs sysfs /sys; mkdir -p o/1 o/2 o/3; mount -t overlay -o lowerdir=\"$1/o/1:$1/o/2\" none o/3; "
           "mount --rbind / /; exec setpriv --inh-caps +all --ambient-caps +all ./inside bait", "sh"]
# Into a directory by chroot, with the working directory left behind.
CHROOT = ["unshare", "--user", "--map-root-user", "perl", "-e", "chdir '/'; chroot shift; exec @ARGV"]


class Subject:
    """command(project, what): the checks in `what`, or all of them; "work" and "guards" with the directory writable."""

    def __init__(self, name, title, command, asked=("all", "work", "guards", "stdio", "stdin_directory")):
        self.name, self.title, self.command, self.asked = name, title, command, asked


def snug_words(project, what, options):
    words = [word.replace("PROJECT", project) for word in options]
    # A guard is for a directory that is writable by name; by itself "untrusted" holds the writes back.
    if what == "guards" and "untrusted" in words:
        words[2:2] = ["-v", f"{project}:/work"]
    return words


def snug(bench, *options):
    return lambda project, what: [bench.snug, "run", *snug_words(project, what, options), *INSIDE]


def joined(bench, *options):
    """The checks join a container that is there already. All of it is started on the same terminal or files, with the
    same descriptors."""
    def command(project, what):
        name = os.path.basename(project)
        made = [bench.snug, "run", "-d", "--name", name, *snug_words(project, what, options), INSIDE[0], "wait"]
        script = (f"{shlex.join(made)} </dev/null >/dev/null || exit; {shlex.join([bench.snug, 'exec', name, *INSIDE])} "
                  f"\"$@\"; status=$?; {shlex.join([bench.snug, 'rm', '-f', name])} >/dev/null; exit $status")
        return ["sh", "-c", script, "sh"]
    return command


def snugs(bench):
    untrusted, default = ["--profile", "untrusted", "--"], [*WRITABLE, bench.image]
    return [
        Subject("untrusted", "snug untrusted (strict)", snug(bench, *untrusted)),
        Subject("image", "snug untrusted, image", snug(bench, "--profile", "untrusted", bench.image)),
        Subject("strict", "snug --seccomp strict", snug(bench, "--seccomp", "strict", *WRITABLE, "host")),
        Subject("default", "snug default, image", snug(bench, *default)),
        Subject("untrusted-joined", "snug exec, untrusted", joined(bench, *untrusted)),
        Subject("default-joined", "snug exec, default", joined(bench, *default)),
    ]


def bwrap(program):
    return lambda project, what: [program, *BWRAP, "--bind", project, "/work", "--chdir", "/work", *INSIDE]


def podman(bench):
    def command(project, what):
        # A volume's own overlay is podman's way to hold writes back.
        volume = f"{project}:/work:O" if what == "work" else f"{project}:/work"
        return ["podman", "--runtime", bench.runtime, *PODMAN, "--volume", volume, "--rootfs", bench.image, *INSIDE]
    return command


def peers(bench):
    return [Subject("bwrap", "bubblewrap", bwrap("bwrap")), Subject("podman", "podman", podman(bench))]


def weak(bench):
    """Each gives something away, and so shows that the checks notice."""
    profile = bench.path("weak.toml")

    def weak_snug(project, what):
        with open(profile, "w") as file:
            file.write(WEAK_PROFILE.format(project=project, home=bench.bait.home))
        return [bench.snug, "run", "--profile", profile, "--", *INSIDE]

    found = [
        Subject("outside", "no sandbox", lambda project, what: [f"{project}/inside", f"{project}/bait"]),
        Subject("weak snug", "snug that gives all away", weak_snug),
        Subject("unshare", "namespaces alone", lambda project, what: UNSHARE + [project], ["all"]),
        Subject("chroot", "chroot", lambda project, what: CHROOT + [project, "/inside", "/bait", "fds"], ["all"]),
    ]
    if shutil.which("bwrap"):
        owned = shutil.copy(shutil.which("bwrap"), bench.path("bwrap"))
        found += [
            Subject("bwrap of the caller's", "bubblewrap, the caller's own file", bwrap(owned), ["all"]),
            Subject("weak bwrap", "bubblewrap without options", lambda project, what: [
                "bwrap", "--dev-bind", "/", "/", "--chdir", project, f"{project}/inside", f"{project}/bait"], ["all"]),
        ]
    return found


def version(words):
    text = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=False).stdout.split("\n")[0]
    return next(word for word in text.split() if word[0].isdigit())  # "podman version 4.3.1", "snug 0.2.0 (2026-12-01)"


def choose_runtime(bench):
    """crun 1.8 refuses a machine where cgroup v1 and v2 are both in use; then runc."""
    for runtime in ("crun", "runc"):
        words = ["podman", "--runtime", runtime, *PODMAN, "--workdir", "/", "--rootfs", bench.image, "true"]
        done = subprocess.run(words, env=bench.bait.environment, cwd="/", stdin=subprocess.DEVNULL, capture_output=True,
                              check=False)
        if done.returncode == 0:
            return runtime
    raise SystemExit("isolation: podman runs with neither crun nor runc: " + os.fsdecode(done.stderr[-300:]))
