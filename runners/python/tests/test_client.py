from __future__ import annotations

import io
import threading
import time

import numpy as np
import pytest
from fake_server import KEY, FakeServer

from probelog_runner.client import Client, ServerError, ServerUnreachable
from probelog_runner.errors import ClaimLost, Failure, Stopped


def client_of(server: FakeServer | str, key: str | None = KEY, give_up: float | None = 5) -> tuple[Client, list[str]]:
    lines: list[str] = []
    url = server if isinstance(server, str) else server.url
    return Client(url, key, threading.Event(), lines.append, give_up), lines


def test_repeats_a_request_that_failed_for_the_moment() -> None:
    with FakeServer() as server:
        server.faults = [(503, {}, b'{"error": {"code": "SERVER_BUSY", "message": "Busy."}}'), (502, {}, b"<html>")]
        client, lines = client_of(server)
        assert client.announce("a", ["acme.python"], "test") == "r1"
        assert len(lines) == 2 and "SERVER_BUSY" in lines[0]


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (503, b'{"error": {"code": "SERVER_CLOSING", "message": "Closing."}}'),
        (503, b'{"error": {"code": "NEW_CODE", "message": "What a later server says."}}'),
        (408, b'{"error": {"code": "UPLOAD_TOO_SLOW", "message": "Slow."}}'),
        (500, b'{"error": {"code": "INTERNAL", "message": "Oops."}}'),
        (200, b'{"errors": [{"message": "Closing.", "extensions": {"code": "SERVER_CLOSING"}}]}'),
        (200, b'{"errors": [{"message": "Away.", "extensions": {"code": "SEARCH_UNAVAILABLE"}}]}'),
        (200, b'{"errors": [{"message": "Oops.", "extensions": {"code": "INTERNAL"}}]}'),
    ],
)
def test_a_server_that_restarts_is_asked_again(status: int, body: bytes) -> None:
    with FakeServer() as server:
        server.faults = [(status, {}, body)]
        client, lines = client_of(server)
        assert client.announce("a", ["acme.python"], "test") == "r1" and len(lines) == 1


def test_a_bug_of_the_server_is_not_asked_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("probelog_runner.client.BUG_SECONDS", 0)
    with FakeServer() as server:
        server.faults = [(500, {}, b'{"error": {"code": "INTERNAL", "message": "Oops."}}')]
        client, _ = client_of(server)
        with pytest.raises(ServerError, match="Oops"):
            client.announce("a", ["acme.python"], "test")


def test_a_piece_that_arrived_in_part_is_sent_again() -> None:
    with FakeServer() as server:
        client, lines = client_of(server)
        claim = client.claim("r1")
        assert claim
        server.faults = [(400, {}, b'{"error": {"code": "INPUT_INVALID", "message": "The upload ended before it was whole."}}')]
        file = io.BytesIO()
        np.save(file, np.zeros((2, 3), dtype=np.float32))
        client.put_piece(claim, 0, file.getvalue())
        assert server.uploads == [0] and len(lines) == 1


def test_a_failure_always_has_a_message_that_the_server_takes() -> None:
    with FakeServer() as server:
        client, _ = client_of(server)
        claim = client.claim("r1")
        assert claim
        client.fail(claim.id, Failure("RUN_FAILED", "\0 "))
        assert server.failure == {"reason": "RUN_FAILED", "message": "no message"}


def test_waits_as_long_as_the_server_asks() -> None:
    with FakeServer() as server:
        server.faults = [(429, {"Retry-After": "1"}, b'{"error": {"code": "RATE_LIMITED", "message": "Slow down."}}')]
        client, _ = client_of(server)
        began = time.monotonic()
        client.announce("a", ["acme.python"], "test")
        assert time.monotonic() - began >= 1


def test_does_not_repeat_a_refusal() -> None:
    with FakeServer() as server:
        client, lines = client_of(server, key="wrong")
        with pytest.raises(ServerError) as refused:
            client.announce("a", ["acme.python"], "test")
        assert refused.value.code == "UNAUTHENTICATED" and lines == []


def test_a_lost_claim_has_an_error_of_its_own() -> None:
    with FakeServer() as server:
        client, _ = client_of(server)
        with pytest.raises(ClaimLost):
            client.renew("c9")
        claim = client.claim("r1")
        assert claim
        server.claim += 1
        with pytest.raises(ClaimLost):
            client.put_piece(claim, 0, b"")


def test_gives_up_where_there_is_no_server() -> None:
    client, lines = client_of("http://127.0.0.1:9", give_up=1)
    with pytest.raises(ServerUnreachable, match="cannot be reached"):
        client.announce("a", [], "")
    assert lines


def test_stops_waiting_when_asked() -> None:
    stop = threading.Event()
    client = Client("http://127.0.0.1:9", None, stop, lambda _: None)
    threading.Timer(0.2, stop.set).start()
    began = time.monotonic()
    with pytest.raises(Stopped):
        client.announce("a", [], "")
    assert time.monotonic() - began < 5


def test_follows_no_redirect_with_the_key() -> None:
    with FakeServer() as server:
        server.faults = [(302, {"Location": "http://127.0.0.1:9/"}, b"")]
        client, _ = client_of(server)
        with pytest.raises(ServerError, match="REDIRECTED"):
            client.claim("r1")
