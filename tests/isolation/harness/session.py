"""Starts a sandbox the way a person does, on a terminal, and collects what the checks inside say."""
import fcntl, os, select, signal, sys, termios, time

LONGEST = 600  # seconds, for what hangs


def start(command, bait, directory, streams):
    """A child whose standard descriptors are `streams`, or the terminal that is its first."""
    pid = os.fork()
    if pid:
        return pid
    try:
        os.setsid()
        if len(streams) == 1:
            fcntl.ioctl(streams[0], termios.TIOCSCTTY, 0)
            streams = streams * 3
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
        os.chdir(directory)
        bait.as_caller()
        os.execvpe(command[0], command, bait.environment)
    except Exception as error:  # whatever it is, this process is not the one to go on
        os.write(2, f"{command[0]}: {error}\n".encode())
    finally:
        os._exit(127)


def finish(pid, deadline):
    """Its status; one that does not end is killed, and says so."""
    while time.monotonic() < deadline:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.02)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return "hangs"


def on_terminal(command, bait, directory, guarded=()):
    """(status, text) of a command on a terminal of its own."""
    master, slave = os.openpty()
    bait.write(os.path.join(directory, "bait"), slave, guarded)
    pid = start(command, bait, directory, [slave])
    os.close(slave)
    text, deadline = b"", time.monotonic() + LONGEST
    while time.monotonic() < deadline and select.select([master], [], [], deadline - time.monotonic())[0]:
        try:
            chunk = os.read(master, 65536)
        except OSError:
            break  # the last one that had it open has gone
        if not chunk:
            break
        text += chunk
    status = finish(pid, max(deadline, time.monotonic() + 1))
    os.close(master)
    return status, text.decode(errors="replace").replace("\r", "")


def on_files(command, bait, directory, input_path, output_path):
    """(status, text) of a command with a file or directory as standard input, and a file that output is appended to."""
    bait.write(os.path.join(directory, "bait"), None)
    with open(output_path, "w") as file:
        file.write("earlier\n")
    source = os.open(input_path, os.O_RDONLY)
    target = os.open(output_path, os.O_WRONLY | os.O_APPEND)
    status = finish(start(command, bait, directory, [source, target, target]), time.monotonic() + LONGEST)
    os.close(source)
    os.close(target)
    with open(output_path) as file:
        return status, file.read()


def answers(text):
    """{property: "" or what was seen}"""
    found = {}
    for line in text.splitlines():
        word, _, rest = line.partition(" ")
        if word == "ok":
            found[rest.strip()] = ""
        elif word == "FAIL":
            name, _, seen = rest.partition(": ")
            found[name] = seen
    return found


def say(text):
    print(text, file=sys.stderr, flush=True)
