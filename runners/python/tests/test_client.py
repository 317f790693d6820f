from __future__ import annotations

import threading
import time

import pytest
from fake_server import KEY, FakeServer

from probelog_runner.client import Client, ServerError, ServerUnreachable
from probelog_runner.errors import ClaimLost, Stopped


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
