"""A small server that speaks the runner protocol, and can be told to fail."""

from __future__ import annotations

import io
import json
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
from made import digest_of, image_bytes, kit_archive

KEY = "pk_test"


class FakeServer:
    """One version waits, with `pieces` of two probes each."""

    def __init__(self, pieces: int = 3, rounds: int = 1, flavor: str = "acme.python") -> None:
        self.images = [image_bytes(seed) for seed in range(pieces * 2)]
        self.kit = kit_archive(self.images)
        self.digest = digest_of(self.images)
        self.flavor = flavor
        self.source = "acme:/made/1"
        self.received: dict[int, np.ndarray] = {}
        self.uploads: list[int] = []
        self.calls: list[str] = []
        self.state = "AWAITING_RUNNER"
        self.claim = 0
        self.claimed_at = 0.0
        self.lease_seconds = 60.0
        self.shown = pieces if rounds == 1 else 1
        self.pieces = pieces
        self.result: dict[str, Any] | None = None
        self.failure: dict[str, Any] | None = None
        #: (status, headers, body) to answer instead, for the next requests.
        self.faults: list[tuple[int, dict[str, str], bytes]] = []
        self.put_seconds = 0.0
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_port}"

    def __enter__(self) -> FakeServer:
        threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()

    def _claim(self) -> dict[str, Any]:
        return {
            "id": f"c{self.claim}",
            "flavor": self.flavor,
            "source": self.source,
            "complete": self.shown == self.pieces,
            "responsesUrl": f"/runner-claims/c{self.claim}/responses",
            "model": {"name": "made", "version": "1"},
            "probeSet": {"name": "made", "digest": self.digest, "kitUrl": "/probe-sets/made/kit.tar"},
            "pieces": [
                {"number": k, "probes": [2 * k, 2 * k + 1], "received": k in self.received} for k in range(self.shown)
            ],
        }

    def graphql(self, query: str, variables: dict[str, Any]) -> dict[str, Any]:
        field = re.search(r"\{ (\w+)\(", query)
        assert field
        name = field[1]
        self.calls.append(name)
        if name == "announceRunner":
            return {name: {"id": "r1"}}
        if name == "claimForRunner":
            is_due = self.state == "AWAITING_RUNNER" or (
                self.state == "RUNNING" and time.monotonic() - self.claimed_at > self.lease_seconds
            )
            if not is_due:
                return {name: None}
            self.claim += 1
            self.state, self.claimed_at = "RUNNING", time.monotonic()
            return {name: self._claim()}
        if variables["claim"] != f"c{self.claim}" or self.state != "RUNNING":
            raise LookupError
        if name == "renewRunnerClaim":
            self.claimed_at = time.monotonic()
        elif name == "nextRunnerProbes":
            self.shown = min(self.shown + 1, self.pieces)
            return {name: self._claim()}
        elif name == "completeRunnerClaim":
            assert sorted(self.received) == list(range(self.pieces))
            self.state, self.result = "SUCCEEDED", variables["input"]
        elif name == "failRunnerClaim":
            self.state, self.failure = "FAILED", variables["input"]
        elif name == "releaseRunnerClaim":
            self.state = "AWAITING_RUNNER"
        return {name: {"id": "i1"}}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: object) -> None:
                pass

            def _send(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def _begin(self) -> bytes | None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if server.faults:
                    status, headers, content = server.faults.pop(0)
                    self.close_connection = True
                    self._send(status, content, {**headers, "Connection": "close"})
                    return None
                if self.headers.get("Authorization") != f"Bearer {KEY}":
                    self._send(401, b'{"error": {"code": "UNAUTHENTICATED", "message": "The key is unknown."}}')
                    return None
                return body

            def do_POST(self) -> None:
                body = self._begin()
                if body is None:
                    return
                request = json.loads(body)
                try:
                    reply: dict[str, Any] = {"data": server.graphql(request["query"], request["variables"])}
                except LookupError:
                    lost = {"message": "Lost.", "extensions": {"code": "RUNNER_CLAIM_LOST"}}
                    reply = {"data": None, "errors": [lost]}
                self._send(200, json.dumps(reply).encode())

            def do_GET(self) -> None:
                if self._begin() is not None:
                    server.calls.append("kit")
                    self._send(200, server.kit)

            def do_PUT(self) -> None:
                body = self._begin()
                if body is None:
                    return
                time.sleep(server.put_seconds)
                if not self.path.startswith(f"/runner-claims/c{server.claim}/") or server.state != "RUNNING":
                    self._send(409, b'{"error": {"code": "RUNNER_CLAIM_LOST", "message": "Lost."}}')
                    return
                number = int(self.path.rsplit("/", 1)[1])
                server.received[number] = np.load(io.BytesIO(body), allow_pickle=False)
                server.uploads.append(number)
                self._send(200, b'{"received": [], "missing": []}')

        return Handler
