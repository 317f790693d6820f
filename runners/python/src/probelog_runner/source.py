"""Downloads a version's files, with the credentials that the model's own process does not get."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from probelog_runner.errors import Failure, without_secrets

#: Of the last words of the downloading process.
MAX_MESSAGE = 1500
MAX_READ = 1 << 20


def fetch(
    source: str,
    to: Path,
    check: Callable[[], None],
    *,
    allow_pickle: bool,
    allow_remote_code: bool,
    max_bytes: int,
    timeout_seconds: float,
) -> Path:
    """
    Downloads `source` into the folder `to`, in a process that can be stopped.

    :param check: called several times a second; what it raises ends the download
    :returns: the model's folder
    :raises Failure: SOURCE_UNAVAILABLE, NOT_APPLICABLE or REFUSED
    """
    permissions = {"allow_pickle": allow_pickle, "allow_remote_code": allow_remote_code}
    order = json.dumps({"source": source, "to": str(to), "max_bytes": max_bytes, **permissions})
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "probelog_runner.fetch", order],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
        )
        try:
            rounds = 0
            while True:
                try:
                    reply, _ = process.communicate(timeout=0.2)
                    break
                except subprocess.TimeoutExpired:
                    check()
                    rounds += 1
                    if rounds % 10 == 0 and _size(to) > max_bytes:
                        raise _too_large(source, max_bytes) from None
                    if rounds * 0.2 > timeout_seconds:
                        message = f"{source} took more than {timeout_seconds:.0f} s to download. Raise --model-timeout."
                        raise Failure("SOURCE_UNAVAILABLE", message) from None
        finally:
            process.kill()
            process.wait()
        try:
            answer = json.loads(reply.splitlines()[-1])
        except (IndexError, ValueError):
            errors.seek(max(0, errors.seek(0, os.SEEK_END) - MAX_READ))
            # A piece of a secret is not known as one, so the text is cut afterwards.
            said = without_secrets(errors.read().decode(errors="replace")).strip()[-MAX_MESSAGE:]
            raise Failure("SOURCE_UNAVAILABLE", f"The download of {source} ended early: {said}") from None
    if "failure" in answer:
        raise Failure(answer["failure"], answer["message"])
    if _size(to) > max_bytes:
        raise _too_large(source, max_bytes)
    return Path(answer["folder"])


def _too_large(source: str, max_bytes: int) -> Failure:
    return Failure("REFUSED", f"{source} has more than {max_bytes} bytes. Raise --max-model-size to run it.")


def _size(folder: Path) -> int:
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(parent, name)).st_size
            except OSError:
                # Renamed meanwhile.
                continue
    return total
