"""The command against a server that speaks the protocol."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from fake_server import KEY, FakeServer
from made import image_files
from my_models import scores


def start(server: FakeServer, folder: Path, *options: str, slow: float = 0) -> subprocess.Popen[str]:
    key = folder / "key"
    key.write_text(KEY + "\n")
    command = [sys.executable, "-m", "probelog_runner", "--url", server.url, "--key-file", str(key)]
    command += ["--cache-dir", str(folder / "cache"), "--flavors", "", "--entry-point", "acme.python=my_models:scores"]
    environment = {**os.environ, "SLOW": str(slow)}
    return subprocess.Popen([*command, *options], env=environment, stderr=subprocess.PIPE, text=True)


def wait_for(condition, seconds: float = 120) -> None:  # type: ignore[no-untyped-def]
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)


def expected(server: FakeServer, folder: Path) -> np.ndarray:
    return np.stack([scores(path) for path in image_files(folder, len(server.images))]).astype(np.float32)


def received(server: FakeServer) -> np.ndarray:
    return np.concatenate([server.received[k] for k in range(server.pieces)])


@pytest.mark.parametrize("rounds", [1, 3])
def test_runs_what_is_due_and_ends(tmp_path: Path, rounds: int) -> None:
    with FakeServer(rounds=rounds) as server:
        runner = start(server, tmp_path, "--once")
        _, log = runner.communicate(timeout=60)
        assert runner.returncode == 0, log
        assert server.state == "SUCCEEDED" and server.uploads == [0, 1, 2]
        np.testing.assert_array_equal(received(server), expected(server, tmp_path))
        assert server.result and server.result["kind"] == "UNKNOWN"
        assert server.calls.count("nextRunnerProbes") == rounds - 1
        assert [path.name for path in (tmp_path / "cache").iterdir()] == ["kits"]


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_gives_the_claim_back_when_asked_to_end(tmp_path: Path, sent: signal.Signals) -> None:
    with FakeServer() as server:
        runner = start(server, tmp_path, slow=0.2)
        wait_for(lambda: len(server.uploads) >= 1)
        runner.send_signal(sent)
        assert runner.wait(60) == 0
        assert server.state == "AWAITING_RUNNER" and server.calls[-1] == "releaseRunnerClaim"


def test_loses_nothing_when_it_is_killed_at_any_point(tmp_path: Path) -> None:
    """Kills ten runners, each later after its claim; the eleventh completes. No piece that was received is run again."""
    with FakeServer(pieces=20) as server:
        server.lease_seconds = 0
        for point in range(10):
            runner = start(server, tmp_path, slow=0.15)
            wait_for(lambda: server.claim > point)
            time.sleep(0.08 * point)
            runner.kill()
            runner.wait()
        assert 0 < len(server.uploads) < 20
        runner = start(server, tmp_path, "--once")
        assert runner.wait(60) == 0
        assert server.state == "SUCCEEDED"
        assert sorted(server.uploads) == list(range(20))
        np.testing.assert_array_equal(received(server), expected(server, tmp_path))
        assert server.calls.count("kit") <= 2
        # Not even the files of those that were killed are left.
        assert [path.name for path in (tmp_path / "cache").iterdir()] == ["kits"]


def test_stops_work_that_another_runner_has(tmp_path: Path) -> None:
    with FakeServer() as server:
        runner = start(server, tmp_path, slow=0.2)
        wait_for(lambda: len(server.uploads) == 1)
        server.claim += 1
        wait_for(lambda: server.calls[-1] == "claimForRunner" and server.calls.count("claimForRunner") > 1)
        runner.terminate()
        assert "another runner has it now" in runner.communicate(timeout=60)[1]
        assert server.uploads == [0]


def test_goes_on_after_the_server_was_away(tmp_path: Path) -> None:
    with FakeServer() as server:
        runner = start(server, tmp_path, "--once", slow=0.1)
        wait_for(lambda: len(server.uploads) == 1)
        server.faults = [(503, {}, b"")] * 3
        _, log = runner.communicate(timeout=60)
        assert runner.returncode == 0 and server.state == "SUCCEEDED" and "Trying again" in log


def test_an_error_of_the_server_does_not_end_a_runner(tmp_path: Path) -> None:
    with FakeServer() as server:
        runner = start(server, tmp_path)
        wait_for(lambda: server.state == "SUCCEEDED")
        server.faults = [(500, {}, b'{"error": {"code": "INTERNAL", "message": "Oops."}}')]
        server.received.clear()
        server.state = "AWAITING_RUNNER"
        wait_for(lambda: server.state == "SUCCEEDED")
        runner.terminate()
        assert "Oops." in runner.communicate(timeout=60)[1]
        assert runner.returncode == 0


@pytest.mark.parametrize(
    ("status", "code", "state"),
    [
        (409, "RESPONSES_SHAPE_MISMATCH", "FAILED"),
        (400, "MODEL_TOO_MANY_OUTPUTS", "FAILED"),
        (404, "PROBE_SET_UNKNOWN", "SUCCEEDED"),
    ],
)
def test_only_a_refusal_of_the_responses_is_the_models_fault(tmp_path: Path, status: int, code: str, state: str) -> None:
    with FakeServer() as server:
        runner = start(server, tmp_path, "--once", slow=0.1)
        wait_for(lambda: len(server.uploads) == 1)
        server.faults = [(status, {}, json.dumps({"error": {"code": code, "message": "No."}}).encode())]
        _, log = runner.communicate(timeout=60)
        assert runner.returncode == 0 and server.state == state, log


def test_tells_the_server_why_a_model_cannot_be_run(tmp_path: Path) -> None:
    with FakeServer() as server:
        runner = start(server, tmp_path, "--once", "--entry-point", "acme.python=my_models:missing")
        runner.communicate(timeout=60)
        assert runner.returncode == 0
        assert server.failure and server.failure["reason"] == "LOAD_FAILED" and "my_models:missing" in server.failure["message"]


@pytest.mark.parametrize(
    ("options", "status", "message"),
    [
        (["--key-file", "/nowhere"], 2, "The key file cannot be read"),
        (["--flavors", "acme.other"], 2, "is not known"),
        (["--memory", "much"], 2, "is no size"),
        (["--entry-point", "nonsense"], 2, "is not of the form"),
        (["--url", "nonsense"], 2, "is no address"),
    ],
)
def test_wrong_options_end_with_a_sentence(tmp_path: Path, options: list[str], status: int, message: str) -> None:
    with FakeServer() as server:
        runner = start(server, tmp_path, *options)
        assert message in runner.communicate(timeout=60)[1]
        assert runner.returncode == status


def test_a_refused_key_ends_the_runner(tmp_path: Path) -> None:
    with FakeServer() as server:
        wrong = tmp_path / "wrong"
        wrong.write_text("pk_other")
        runner = start(server, tmp_path, "--key-file", str(wrong))
        assert "refuses the key" in runner.communicate(timeout=60)[1]
        assert runner.returncode == 3
