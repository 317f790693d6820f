"""Keeps a claim while its model runs."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Protocol

from probelog_runner.client import ServerError, ServerUnreachable
from probelog_runner.errors import ClaimLost, Stopped

#: The server takes a claim back after 60 s without a sign of life.
RENEW_SECONDS = 20.0


class Renewals(Protocol):
    def renew(self, claim: str) -> None: ...


class Lease:
    """Renews a claim in a thread of its own, until it is left."""

    def __init__(self, client: Renewals, claim: str, stop: threading.Event, seconds: float = RENEW_SECONDS) -> None:
        self._client = client
        self._claim = claim
        self._stop = stop
        self._seconds = seconds
        self._left = threading.Event()
        self._lost = threading.Event()
        self._thread = threading.Thread(target=self._renew, name="lease", daemon=True)

    def check(self) -> None:
        """
        :raises ClaimLost: when another runner has the work now
        :raises Stopped: when this runner was asked to end
        """
        if self._lost.is_set():
            raise ClaimLost()
        if self._stop.is_set():
            raise Stopped()

    def __enter__(self) -> Lease:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._left.set()

    def _renew(self) -> None:
        while not self._left.wait(self._seconds):
            try:
                self._client.renew(self._claim)
            except (ClaimLost, ServerError):
                self._lost.set()
                return
            except (Stopped, ServerUnreachable):
                # The next renewal or the next piece tells whether the claim is lost.
                continue
