"""Folders of a runner's cache that are for one model only, also those that a killed runner left behind."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PREFIX = "work-"
#: Locked by the system while its runner lives.
_LOCK = "lock"
OLD_SECONDS = 3600


@contextmanager
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
            shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue
        finally:
            os.close(lock)
