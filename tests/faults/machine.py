"""A machine of a worker's own, as far as its network goes: nothing of it is outside, and nothing can leave it.

198.51.100.2 is the machine's address and 203.0.113.5 one that is not its own, since pasta takes it for another's; both
have a server at port 8000, 127.0.0.1 one at 8001, which says something to whoever comes. Somebody visits port 8002 of
127.0.0.1 again and again. What runs here is an ordinary user, without rights over the network. """
import os, select, socket, subprocess

import ptrace

OWN, OTHER, LOOPBACK = ("198.51.100.2", 8000), ("203.0.113.5", 8000), ("127.0.0.1", 8001)
PUBLISHED = ("127.0.0.1", 8002)
COMMANDS = ("link set lo up", "address add 203.0.113.5/32 dev lo", "link add up0 type veth peer name far0",
            "address add 198.51.100.2/24 dev up0", "link set up0 up", "link set far0 up",
            "route add default via 198.51.100.1")
_NEWUSER, _NEWNET = 0x10000000, 0x40000000
_life = None


def enter():
    """Before the rig, which takes over what loses its parent."""
    global _life
    uid, gid = os.getuid(), os.getgid()
    unshare(_NEWUSER | _NEWNET, f"0 {uid} 1", f"0 {gid} 1")
    for command in COMMANDS:
        subprocess.run(["ip", *command.split()], check=True)
    servers = [socket.create_server(address, backlog=64) for address in (OWN, OTHER, LOOPBACK)]
    ends, _life = os.pipe()
    apart(lambda: serve(servers, ends))
    apart(lambda: visit(ends))
    os.close(ends)
    unshare(_NEWUSER, f"{uid} 0 1", f"{gid} 0 1")


def unshare(flags, uids, gids):
    if ptrace.libc.unshare(flags) != 0:
        raise OSError("no namespaces are to be had")
    for name, text in (("setgroups", "deny"), ("uid_map", uids), ("gid_map", gids)):
        with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
            file.write(text)


def apart(work):
    """In a process that is not the worker's child, and ends with the worker by the end of a pipe."""
    child = os.fork()
    if child == 0:
        if os.fork() == 0:
            os.close(_life)
            work()
        os._exit(0)
    os.waitpid(child, 0)


def serve(servers, ends):
    while True:
        ready, _, _ = select.select([*servers, ends], [], [])
        if ends in ready:
            os._exit(0)
        for server in ready:
            connection, _ = server.accept()
            with connection:
                try:
                    connection.sendall(b"hello\n")
                except OSError:
                    pass  # it has gone


def visit(ends):
    while not select.select([ends], [], [], 0.02)[0]:
        try:
            with socket.create_connection(PUBLISHED, timeout=1) as connection:
                connection.sendall(b"x")
                connection.recv(1)
        except OSError:
            pass  # nobody is there, or not yet
    os._exit(0)
