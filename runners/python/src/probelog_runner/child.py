"""The process of one model: reads a job and then requests from standard input, writes replies to standard output."""

from __future__ import annotations

import errno
import json
import os
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from probelog_runner.confine import PickleGuard, die_with_parent, leave_network, limit_memory
from probelog_runner.errors import Failure, Reason, described
from probelog_runner.job import Job


def main() -> None:
    replies = os.fdopen(os.dup(1), "w")
    # Libraries print; what they print must not be taken for a reply.
    os.dup2(2, 1)
    die_with_parent()
    guard = PickleGuard()

    def answer(make: Callable[[], dict[str, Any]], reason: Reason) -> bool:
        try:
            reply = make()
        except BaseException as error:  # noqa: BLE001 - whatever a model raises is its failure
            failure = guard.refused or failure_of(error, reason)
            reply = {"failure": failure.reason, "message": failure.message}
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
        replies.write(json.dumps({**reply, "peak": peak}) + "\n")
        replies.flush()
        return "failure" not in reply

    job = Job.from_json(json.loads(sys.stdin.readline()))
    limit_memory(job.memory)
    if job.entry_point is None:
        leave_network()
    # After the limits: NumPy starts threads.
    from probelog_runner.flavors import load
    from probelog_runner.responses import Responder

    loaded: list[Responder] = []

    def start() -> dict[str, Any]:
        model = load(job, guard)
        loaded.append(Responder(model, job.images, job.batch))
        return {"info": model.info.to_result()}

    if not answer(start, "LOAD_FAILED"):
        return
    for line in sys.stdin:
        request = json.loads(line)
        if not answer(lambda: loaded[0].write(request["probes"], Path(request["to"])), "RUN_FAILED"):
            return


def failure_of(error: BaseException, reason: Reason) -> Failure:
    """:param reason: of an error that says no other"""
    if isinstance(error, Failure):
        return error
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        # The version is tried again later.
        return Failure("KILLED", f"The runner's disk is full, or its user's share of it. {described(error, 300)}")
    if isinstance(error, MemoryError) or "can't allocate memory" in str(error) or "std::bad_alloc" in str(error):
        return Failure("KILLED", f"The model needed more memory than it may have. Raise --memory. {described(error, 300)}")
    if reason == "LOAD_FAILED":
        return Failure(reason, f"The model cannot be loaded. {described(error)}")
    return Failure(reason, f"The model cannot be run on the probes. {described(error)}")


if __name__ == "__main__":
    main()
