"""Folders of a runner's cache that are for one model only, also those that a killed runner left behind."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

_PREFIX = "work-"
#: Locked by the system while its runner lives.
_LOCK = "lock"
OLD_SECONDS = 3600


@contextlib.contextmanager
def temporary_folder(cache: Path) -> Iterator[Path]:
    """An empty folder, on the cache's disk."""
    cache.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=cache))
    lock = os.open(folder / _LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        content = folder / "content"
        content.mkdir()
        yield content
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def _is_old(folder: Path) -> bool:
    try:
        return time.time() - folder.stat().st_mtime > OLD_SECONDS
    except OSError:
        return False


def _end_processes(folder: Path) -> None:
    """Ends what a model's process started and what outlived the runner: its environment names the folder. Linux only."""
    mark = f"HOME={folder}{os.sep}".encode()
    for environment in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if any(variable.startswith(mark) for variable in environment.read_bytes().split(b"\0")):
                os.kill(int(environment.parent.name), signal.SIGKILL)


def remove_abandoned(cache: Path) -> None:
    """Removes the folders of runners that were killed; a model may have many gigabytes."""
    for folder in cache.glob(f"{_PREFIX}*"):
        try:
            lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            # Being made, or removed by its runner; unless that was ended at just this moment.
            if _is_old(folder):
                shutil.rmtree(folder, ignore_errors=True)
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _end_processes(folder)
            shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue
        finally:
            os.close(lock)
