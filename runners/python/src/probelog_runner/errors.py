"""What can end the work on one model."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Literal

Reason = Literal["NOT_APPLICABLE", "REFUSED", "LOAD_FAILED", "RUN_FAILED", "SOURCE_UNAVAILABLE", "KILLED"]


_USER = re.compile(r"(\w[\w+.-]*://)[^/\s'\"<>]*@")
#: Also of the paths that urllib3 names: "with url: /a?b".
_QUERY = re.compile(r"((?:\w[\w+.-]*://|\burl: /)[^\s?'\"<>]*)\?[^\s'\"<>]*")
_SECRET = re.compile(r"TOKEN|PASSWORD|SECRET|ACCESS_KEY|API_KEY|CREDENTIAL")
#: Shorter values may be in any text.
_MIN_SECRET = 4


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
    text = without_secrets(f"{type(error).__name__}: {error}".strip())
    return text if len(text) <= limit else text[: limit - 1] + "…"


def without_secrets(text: str, environment: Mapping[str, str] = os.environ) -> str:
    """A text of a library, without credentials in addresses and without the values of variables that have some."""
    for name, value in environment.items():
        if len(value) >= _MIN_SECRET and _SECRET.search(name.upper()):
            text = text.replace(value, "…")
    return _QUERY.sub(r"\1", _USER.sub(r"\1", text))
