"""Requests to the server, repeated until it answers."""

from __future__ import annotations

import email.utils
import http.client
import json
import random
import ssl
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import IO, Any, TypeVar

from probelog_runner import __version__
from probelog_runner.errors import ClaimLost, Failure, Stopped, cut

T = TypeVar("T")

TIMEOUT_SECONDS = 60
FIRST_WAIT_SECONDS = 0.5
MAX_WAIT_SECONDS = 30.0
#: Codes in replies of GraphQL after which the same request may succeed.
TRANSIENT = {
    "RATE_LIMITED", "SERVER_BUSY", "UPLOADS_BUSY", "OPERATION_TIMEOUT", "DATABASE_UNAVAILABLE", "STORAGE_FULL",
    "STORAGE_UNUSABLE", "SEARCH_UNAVAILABLE", "SERVER_CLOSING", "UPLOAD_TOO_SLOW", "INTERNAL",
}  # fmt: skip
#: A bug of the server may stay: how long its requests are repeated.
BUG_SECONDS = 120.0
MAX_MESSAGE = 2000


class ServerError(Exception):
    """The server refused a request."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class ServerUnreachable(Exception):
    """The server gave no usable answer for as long as the client was told to try."""


@dataclass(frozen=True)
class ProbeSet:
    name: str
    #: SHA-256 over the SHA-256s of the images, in order.
    digest: str
    kit_url: str


@dataclass
class Piece:
    number: int
    #: Positions in the probe set.
    probes: list[int]
    received: bool


@dataclass
class Claim:
    id: str
    flavor: str
    #: A registry URI, such as `mlflow:/birds/3`.
    source: str
    name: str
    version: str
    probe_set: ProbeSet
    pieces: list[Piece]
    #: No more pieces will come after these.
    complete: bool
    responses_url: str


CLAIM_FIELDS = """
    id flavor source complete responsesUrl
    model { name version }
    probeSet { name digest kitUrl }
    pieces { number probes received }
"""


class Client:
    """One runner's connection to a server. Safe to use from several threads."""

    def __init__(
        self,
        url: str,
        key: str | None,
        stop: threading.Event,
        log: Callable[[str], None],
        give_up_seconds: float | None = None,
    ) -> None:
        """
        :param stop: ends waiting; requests after it are tried once
        :param give_up_seconds: how long an unreachable server is tried; None: for ever
        """
        self.url = url.rstrip("/")
        self._key = key
        self._stop = stop
        self._log = log
        self._give_up_seconds = give_up_seconds
        self._opener = urllib.request.build_opener(
            _SameServer(self.url), urllib.request.HTTPSHandler(context=ssl.create_default_context())
        )

    def announce(self, name: str, flavors: list[str], software: str) -> str:
        """:returns: the runner's id"""
        data = self._graphql(
            "mutation ($input: AnnounceRunnerInput!) { announceRunner(input: $input) { id } }",
            {"input": {"name": name, "flavors": flavors, "software": software}},
        )
        return str(data["announceRunner"]["id"])

    def claim(self, runner: str) -> Claim | None:
        data = self._graphql(
            f"mutation ($runner: ID!) {{ claimForRunner(runner: $runner) {{ {CLAIM_FIELDS} }} }}", {"runner": runner}
        )
        claim = data["claimForRunner"]
        return None if claim is None else _claim(claim)

    def renew(self, claim: str) -> None:
        self._graphql("mutation ($claim: ID!) { renewRunnerClaim(claim: $claim) { id } }", {"claim": claim})

    def next_probes(self, claim: str) -> Claim:
        data = self._graphql(
            f"mutation ($claim: ID!) {{ nextRunnerProbes(claim: $claim) {{ {CLAIM_FIELDS} }} }}", {"claim": claim}
        )
        return _claim(data["nextRunnerProbes"])

    def complete(self, claim: str, result: Mapping[str, object]) -> None:
        self._graphql(
            "mutation ($claim: ID!, $input: RunnerResultInput!) "
            "{ completeRunnerClaim(claim: $claim, input: $input) { id } }",
            {"claim": claim, "input": result},
        )

    def fail(self, claim: str, failure: Failure) -> None:
        self._graphql(
            "mutation ($claim: ID!, $input: RunnerFailureInput!) { failRunnerClaim(claim: $claim, input: $input) { id } }",
            {"claim": claim, "input": {"reason": failure.reason, "message": cut(failure.message, MAX_MESSAGE) or "no message"}},
        )

    def release(self, claim: str) -> None:
        self._graphql("mutation ($claim: ID!) { releaseRunnerClaim(claim: $claim) { id } }", {"claim": claim})

    def put_piece(self, claim: Claim, number: int, npy: bytes) -> None:
        """The server has the piece on disk when this returns."""
        address = f"{self._absolute(claim.responses_url)}/{number}"
        # A server that got a part of the body finds the request invalid.
        self._repeat(lambda: self._send("PUT", address, npy, "application/octet-stream").close(), broken={"INPUT_INVALID"})

    def download(self, address: str, read: Callable[[IO[bytes]], None]) -> None:
        """Hands the body to `read`, again from its start if the connection breaks."""

        def attempt() -> None:
            with self._send("GET", self._absolute(address), None, None) as body:
                read(body)

        self._repeat(attempt)

    def _absolute(self, address: str) -> str:
        return urllib.parse.urljoin(self.url + "/", self.url + address if address.startswith("/") else address)

    def _graphql(self, query: str, variables: Mapping[str, object]) -> dict[str, Any]:
        body = json.dumps({"query": query, "variables": variables}).encode()

        def attempt() -> dict[str, Any]:
            with self._send("POST", f"{self.url}/graphql", body, "application/json") as response:
                reply = json.load(response)
            if not isinstance(reply, dict):
                raise ServerError("NOT_PROBELOG", f"{self.url}/graphql gives no GraphQL. Check --url.")
            errors = reply.get("errors")
            if errors:
                raise _refusal(errors[0].get("extensions", {}).get("code", "UNKNOWN"), errors[0].get("message", ""))
            data = reply.get("data")
            if not isinstance(data, dict):
                raise ServerError("NOT_PROBELOG", f"{self.url}/graphql gives no GraphQL. Check --url.")
            return data

        return self._repeat(attempt)

    def _send(self, method: str, address: str, body: bytes | None, media_type: str | None) -> http.client.HTTPResponse:
        headers = {"User-Agent": f"probelog-runner/{__version__}", "Accept": "application/json, */*"}
        if media_type:
            headers["Content-Type"] = media_type
        if self._key and address.startswith(self.url + "/"):
            headers["Authorization"] = f"Bearer {self._key}"
        request = urllib.request.Request(address, data=body, method=method, headers=headers)
        response: http.client.HTTPResponse = self._opener.open(request, timeout=TIMEOUT_SECONDS)
        return response

    def _repeat(self, attempt: Callable[[], T], broken: Collection[str] = ()) -> T:
        """:param broken: codes that may be due to a connection that broke"""
        wait = FIRST_WAIT_SECONDS
        began = time.monotonic()
        while True:
            asked: float | None = None
            try:
                return attempt()
            except urllib.error.HTTPError as error:
                refusal = _http_refusal(error)
                is_transient = error.code in (408, 429) or error.code >= 500
                may_stay = error.code == 500 or refusal.code in broken
                if not (is_transient or may_stay) or (may_stay and time.monotonic() - began > BUG_SECONDS):
                    raise _refusal(refusal.code, refusal.message) from None
                reason = str(refusal)
                asked = _retry_after(error.headers.get("Retry-After"))
            except ServerError as error:
                if error.code not in TRANSIENT or (error.code == "INTERNAL" and time.monotonic() - began > BUG_SECONDS):
                    raise
                reason = str(error)
            except (OSError, http.client.HTTPException, json.JSONDecodeError) as error:
                inner = getattr(error, "reason", error)
                if isinstance(inner, ssl.SSLCertVerificationError):
                    raise ServerError(
                        "CERTIFICATE_INVALID",
                        f"The certificate of {self.url} is not trusted ({inner.verify_message}). "
                        "Set SSL_CERT_FILE to the certificates of your own authority.",
                    ) from None
                reason = f"{self.url} cannot be reached ({inner})"
            if self._stop.is_set():
                raise Stopped()
            pause = max(wait * random.uniform(0.5, 1), asked or 0)
            if self._give_up_seconds is not None and time.monotonic() - began + pause > self._give_up_seconds:
                raise ServerUnreachable(reason)
            self._log(f"{reason}. Trying again in {pause:.0f} s.")
            if self._stop.wait(pause):
                raise Stopped()
            wait = min(wait * 2, MAX_WAIT_SECONDS)


class _SameServer(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: urllib would send the key along."""

    def __init__(self, url: str) -> None:
        self._url = url

    def redirect_request(self, *_: Any) -> None:
        raise ServerError("REDIRECTED", f"{self._url} redirects to another address. Give that address as --url.")


def _refusal(code: str, message: str) -> Exception:
    return ClaimLost() if code == "RUNNER_CLAIM_LOST" else ServerError(code, message)


def _http_refusal(error: urllib.error.HTTPError) -> ServerError:
    try:
        body = json.loads(error.read(1 << 16))
        refused = body["error"] if "error" in body else {**body["errors"][0], **body["errors"][0].get("extensions", {})}
        return ServerError(str(refused["code"]), str(refused["message"]))
    except (ValueError, KeyError, TypeError, IndexError, OSError, http.client.HTTPException):
        return ServerError(f"HTTP_{error.code}", f"The server answered {error.code} {error.reason}")


def _retry_after(value: str | None) -> float | None:
    """Seconds; at most 10 minutes."""
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = email.utils.parsedate_to_datetime(value).timestamp() - time.time()
        except ValueError:
            return None
    return min(max(seconds, 0), 600)


def _claim(data: Mapping[str, Any]) -> Claim:
    probe_set = data["probeSet"]
    return Claim(
        id=data["id"],
        flavor=data["flavor"],
        source=data["source"],
        name=data["model"]["name"],
        version=data["model"]["version"],
        probe_set=ProbeSet(probe_set["name"], probe_set["digest"], probe_set["kitUrl"]),
        pieces=[Piece(piece["number"], piece["probes"], piece["received"]) for piece in data["pieces"]],
        complete=data["complete"],
        responses_url=data["responsesUrl"],
    )
