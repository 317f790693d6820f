"""What can end the work on one model."""

from __future__ import annotations

from typing import Literal

Reason = Literal["NOT_APPLICABLE", "REFUSED", "LOAD_FAILED", "RUN_FAILED", "SOURCE_UNAVAILABLE", "KILLED"]


class Failure(Exception):
    """The model cannot be probed. The server is told the reason and the message."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason: Reason = reason
        self.message = message


class ClaimLost(Exception):
    """Another runner has the ingest now, or it was canceled."""


class Stopped(Exception):
    """This runner was asked to end."""


def cut(text: str, units: int) -> str:
    """The start of a text, in the units of UTF-16 that the server counts, without what no database stores."""
    return text.replace("\0", "").encode("utf-16-le", "surrogatepass")[: units * 2].decode("utf-16-le", "ignore").strip()


def described(error: BaseException, limit: int = 1500) -> str:
    """An error of a library, as one text."""
    text = f"{type(error).__name__}: {error}".strip()
    return text if len(text) <= limit else text[: limit - 1] + "…"
