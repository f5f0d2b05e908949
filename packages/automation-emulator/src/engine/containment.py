"""What a step can get at: its own folder, Python, and the emulator.

On Linux the kernel sees to it (Landlock, https://docs.kernel.org/userspace-api/landlock.html): a step opens no file but
its own and the system's programs, and so neither the user's files nor, in /proc, other processes' environment and
memory; it makes TCP connections to the emulator's port alone (Linux 6.7 and later), and signals no process but its own
(6.12). Elsewhere, and for older kernels besides, Python itself refuses to connect to anything but loopback, to look up
names, and to open files of the user or of other processes: that keeps a script from reaching AWS by mistake, not one
that starts other programs.

Not contained: UDP and raw sockets (of programs other than Python), computing time below the step's timeout, and what
the user may do without files, such as seeing which processes run.
"""

import contextlib
import ctypes
import functools
import os
import pwd
import resource
import signal
import sys
import threading
from pathlib import Path
from typing import Any

# "aws:executeScript actions … can use up to 512MB of memory":
# https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-executeScript.html
MEMORY_BYTES = 512 * 1024 * 1024

# System calls have these numbers on all architectures.
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
PATH_BENEATH, NET_PORT = 1, 2
EXECUTE, READ_FILE, READ_DIR, WRITE_FILE, TRUNCATE, IOCTL_DEV = 1, 1 << 2, 1 << 3, 1 << 1, 1 << 14, 1 << 15
CONNECT_TCP = 2
SCOPE_ABSTRACT_UNIX_SOCKET, SCOPE_SIGNAL = 1, 2
# Rights on files that each version of the interface knows, as how many bits.
FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15}
NEWEST_FILE_RIGHTS = 16

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 1, 36, 38
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
SYSTEM = ("/usr", "/lib", "/lib64", "/bin", "/sbin", "/etc", "/Library", "/System")

LOOPBACK = ("localhost", "127.0.0.1", "::1")


class RulesetAttributes(ctypes.Structure):
    """struct landlock_ruleset_attr."""

    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class PathRule(ctypes.Structure):
    """struct landlock_path_beneath_attr."""

    _pack_ = 1
    _fields_ = (("rights", ctypes.c_uint64), ("parent", ctypes.c_int32))


class PortRule(ctypes.Structure):
    """struct landlock_net_port_attr."""

    _fields_ = (("rights", ctypes.c_uint64), ("port", ctypes.c_uint64))


def prepare() -> None:
    """Finds out once, before the first fork, what each child would find out anew."""
    _libc()
    _home()
    _programs()


@functools.cache
def _libc() -> Any:
    return ctypes.CDLL(None, use_errno=True)


@functools.cache
def _home() -> str:
    return os.path.realpath(pwd.getpwuid(os.getuid()).pw_dir)


def adopt_orphans() -> None:
    """Makes this process the parent of what its descendants leave behind, where the system can (Linux)."""
    if sys.platform == "linux":
        _libc().prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def die_with_parent() -> None:
    """Ends this process when its parent ends, where the system can (Linux)."""
    if sys.platform == "linux":
        _libc().prctl(PR_SET_PDEATHSIG, 9, 0, 0, 0)


def part_from_parent() -> None:
    """What a fork of worker.py does first: it gets a process group of its own and none of its parent's signals, and
    ends when its parent does."""
    os.setpgid(0, 0)
    die_with_parent()
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)


def children() -> set[int]:
    """The process ids of this process's children, those that it adopted too; none where there is no /proc."""
    own = os.getpid()
    with contextlib.suppress(OSError):
        return {int(pid) for pid in Path(f"/proc/{own}/task/{own}/children").read_text().split()}
    # A kernel without that list.
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            # After the name, which is in parentheses and may hold anything: the state, then the parent.
            parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
            if parent == str(own):
                found.add(int(folder.name))
    return found


def limit_memory() -> None:
    """Lets this process have 512 MB of memory; each process that it starts has as much."""
    limit = MEMORY_BYTES if sys.platform == "linux" else resource.RLIM_INFINITY
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
        # The limit counts each thread's whole stack, used or not: AWS counts memory in use.
        threading.stack_size(512 * 1024)


def contain(folder: Path, port: int) -> None:
    """Closes the process, and what it starts, in: for good. `port` is the emulator's."""
    _guard(folder)
    if sys.platform == "linux":
        _landlock(folder, port)


def _landlock(folder: Path, port: int) -> None:
    libc = _libc()
    version = libc.syscall(CREATE_RULESET, None, ctypes.c_size_t(0), 1)
    if version < 1:
        # A kernel without it.
        return
    file_rights = (1 << FILE_RIGHTS.get(version, NEWEST_FILE_RIGHTS)) - 1
    attributes = RulesetAttributes(
        files=file_rights,
        network=CONNECT_TCP if version >= 4 else 0,
        scoped=SCOPE_ABSTRACT_UNIX_SOCKET | SCOPE_SIGNAL if version >= 6 else 0,
    )
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    ruleset = libc.syscall(CREATE_RULESET, ctypes.byref(attributes), ctypes.c_size_t(size), 0)
    if ruleset < 0:
        return
    try:
        _allow_path(libc, ruleset, str(folder), file_rights)
        for path in _programs():
            _allow_path(libc, ruleset, path, EXECUTE | READ_FILE | READ_DIR)
        for device in DEVICES:
            _allow_path(libc, ruleset, device, (READ_FILE | WRITE_FILE | TRUNCATE | IOCTL_DEV) & file_rights)
        if version >= 4:
            rule = PortRule(rights=CONNECT_TCP, port=port)
            libc.syscall(ADD_RULE, ruleset, NET_PORT, ctypes.byref(rule), 0)
        libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        if libc.syscall(RESTRICT_SELF, ruleset, 0) != 0:
            raise OSError(ctypes.get_errno(), "the step could not be contained")
    finally:
        os.close(ruleset)


@functools.cache
def _programs() -> list[str]:
    python = (sys.prefix, sys.base_prefix, sys.exec_prefix, str(Path(sys.executable).resolve().parent))
    modules = (path for path in sys.path if path)
    return list(dict.fromkeys((*SYSTEM, *python, *modules)))


def _allow_path(libc: Any, ruleset: int, path: str, rights: int) -> None:
    try:
        parent = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        of_files = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV
        allowed = rights if Path(path).is_dir() else rights & of_files
        rule = PathRule(rights=allowed, parent=parent)
        libc.syscall(ADD_RULE, ruleset, PATH_BENEATH, ctypes.byref(rule), 0)
    finally:
        os.close(parent)


def _guard(folder: Path) -> None:
    """Python's own refusals; a hook can't be taken out again."""
    home = _home()
    allowed = tuple(os.path.realpath(path) + os.sep for path in (str(folder), *_programs()))
    own = f"/proc/{os.getpid()}"

    def refuse(event: str, arguments: tuple[Any, ...]) -> None:
        if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
            address = arguments[1] if len(arguments) > 1 else None
            if isinstance(address, tuple) and not _is_loopback(address[0]):
                raise ConnectionRefusedError(f"A step in the emulator reaches the emulator only, not {address[0]}.")
        elif event == "socket.getaddrinfo":
            if arguments[0] is not None and not _is_loopback(arguments[0]):
                raise ConnectionRefusedError(f"A step in the emulator looks up no names, such as {arguments[0]}.")
        elif event == "open" and isinstance(arguments[0], str | bytes):
            path = os.path.realpath(os.fsdecode(arguments[0]))
            others = path.startswith("/proc/") and path[6:7].isdigit() and not path.startswith((own + os.sep, own))
            of_user = home != os.sep and path.startswith(home + os.sep) and not path.startswith(allowed)
            if others or of_user:
                raise PermissionError(f"A step in the emulator may not open {path}.")

    sys.addaudithook(refuse)


def _is_loopback(host: Any) -> bool:
    name = host.decode(errors="replace") if isinstance(host, bytes) else str(host)
    return name in LOOPBACK or name.startswith("127.")
