"""What a model's process gives up before it loads anything."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
from pathlib import Path

from probelog_runner.errors import Failure

CLONE_NEWNET = 0x40000000
CLONE_NEWUSER = 0x10000000
PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_CHILD_SUBREAPER = 36
PR_GET_CHILD_SUBREAPER = 37
#: A process that starts others as fast as they are ended is left after so many rounds.
MAX_ROUNDS = 100


def die_with_parent() -> None:
    """A runner that is killed takes its model's process along. Linux only."""
    if sys.platform != "linux":
        return
    parent = os.getppid()
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def limit_memory(memory: int | None) -> None:
    """An allocation beyond the limit fails. Shared libraries and address space do not count, or CUDA could not start."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if memory is not None:
        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))


def leave_network() -> bool:
    """Takes the process out of every network, where the system allows it. The process must have one thread."""
    if sys.platform != "linux":
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    return bool(libc.unshare(CLONE_NEWNET) == 0 or libc.unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0)


#: What no library does while it loads or runs a model.
_STARTS = {"os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.forkpty", "pty.spawn", "subprocess.Popen"}


def hide_secrets() -> None:
    """Keeps other processes of the same user from this one's memory and environment. Linux only; root reads them anyway."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)


def adopt_orphans() -> None:
    """What a model's process started becomes a child of this one when that process ends. Linux only."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def end_orphans() -> None:
    """Ends all children of a process that adopts orphans; it must have no others."""
    if sys.platform != "linux":
        return
    adopts = ctypes.c_int(0)
    ctypes.CDLL(None).prctl(PR_GET_CHILD_SUBREAPER, ctypes.byref(adopts), 0, 0, 0)
    for _ in range(MAX_ROUNDS if adopts.value else 0):
        children = _children()
        if not children:
            return
        for child in children:
            try:
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
            except (ProcessLookupError, ChildProcessError):
                continue


def _children() -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            # The name, in parentheses, may have any characters.
            parent = stat.read_text(errors="replace").rpartition(")")[2].split()[1]
        except (OSError, IndexError):
            continue
        if int(parent) == os.getpid():
            found.append(int(stat.parent.name))
    return found


class PickleGuard:
    """
    Refuses pickles that the checks of a flavor missed: whatever library loads them, Python announces every class. Refuses other
    programs, too, which code that no check knows would start.
    """

    def __init__(self) -> None:
        self.refused: Failure | None = None

    def watch(self) -> None:
        """There is no way back."""
        sys.addaudithook(self._hook)

    def _hook(self, event: str, arguments: tuple[object, ...]) -> None:
        if event == "pickle.find_class":
            self.refused = refuse_pickle(f"a pickle that wants {arguments[0]}.{arguments[1]}")
        elif event in _STARTS:
            self.refused = refuse_code(f"it would start another program by {event}")
        else:
            return
        raise self.refused


def refuse_pickle(what: str) -> Failure:
    return Failure(
        "REFUSED",
        f"The model has {what}; a pickle can run any code when it is loaded. "
        "Save the model in a safe format, or start the runner with --allow-pickle if you trust it.",
    )


def refuse_code(what: str) -> Failure:
    return Failure(
        "REFUSED",
        f"The model brings its own code ({what}). Start the runner with --allow-remote-code if you trust it.",
    )
