"""Downloads by the libraries' own clients, from a Hub on loopback."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from probelog_runner.errors import Failure, Stopped, without_secrets
from probelog_runner.source import fetch

COMMIT = "c" * 40
TOKEN = "hf_test"


@contextmanager
def hub(files: dict[str, bytes]) -> Iterator[str]:
    """Has one repository, `owner/birds`, for those with the token."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def reply(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), "X-Repo-Commit": COMMIT, **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        def do_GET(self) -> None:
            if self.headers.get("Authorization") != f"Bearer {TOKEN}":
                self.reply(401, b"", {"X-Error-Code": "RepoNotFound"})
                return
            path = self.path.split("?")[0]
            if path in ("/api/models/owner/birds", f"/api/models/owner/birds/revision/{COMMIT}"):
                siblings = [{"rfilename": name, "size": len(content)} for name, content in files.items()]
                info = {"id": "owner/birds", "modelId": "owner/birds", "sha": COMMIT, "siblings": siblings, "private": False}
                self.reply(200, json.dumps(info).encode(), {"Content-Type": "application/json"})
                return
            if path.startswith(f"/api/models/owner/birds/tree/{COMMIT}"):
                tree = [{"type": "file", "path": name, "size": len(content), "oid": "0" * 40} for name, content in files.items()]
                self.reply(200, json.dumps(tree).encode(), {"Content-Type": "application/json"})
                return
            name = path.removeprefix(f"/owner/birds/resolve/{COMMIT}/")
            if name in files:
                self.reply(200, files[name], {"ETag": f'"{hashlib.sha1(files[name]).hexdigest()}"'})
            else:
                self.reply(404, b"", {"X-Error-Code": "EntryNotFound"})

        do_HEAD = do_GET

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def fetched(url: str, to: Path, monkeypatch: pytest.MonkeyPatch, source: str = f"hf://owner/birds@{COMMIT}", **changes: object) -> Path:
    monkeypatch.setenv("HF_ENDPOINT", url)
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    monkeypatch.setenv("HF_HOME", str(to / "home"))
    options = {"allow_pickle": False, "allow_remote_code": False, "max_bytes": 1 << 20, "timeout_seconds": 60.0, **changes}
    return fetch(source, to, lambda: None, **options)  # type: ignore[arg-type]


SAFE = {"config.json": b"{}", "preprocessor_config.json": b"{}", "model.safetensors": b"weights"}
PICKLED = {"config.json": b"{}", "pytorch_model.bin": b"weights"}


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.is_file()}


def test_takes_what_needs_no_permission_from_the_hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with hub({**SAFE, "pytorch_model.bin": b"the same", "own.py": b"", "model.onnx": b""}) as url:
        folder = fetched(url, tmp_path, monkeypatch)
        assert names(folder) == set(SAFE) and (folder / "model.safetensors").read_bytes() == b"weights"


def test_pickled_weights_are_refused_before_they_are_downloaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with hub(PICKLED) as url:
        with pytest.raises(Failure, match="--allow-pickle") as failed:
            fetched(url, tmp_path, monkeypatch)
        assert failed.value.reason == "REFUSED"
        assert names(fetched(url, tmp_path, monkeypatch, allow_pickle=True)) == set(PICKLED)


def test_code_is_taken_from_the_hub_only_where_it_is_allowed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with hub({**SAFE, "own.py": b""}) as url:
        assert names(fetched(url, tmp_path, monkeypatch, allow_remote_code=True)) == {*SAFE, "own.py"}


def test_no_message_has_credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://user:pa55word@127.0.0.1:9/?sig=s1gnature")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    monkeypatch.setenv("HTTP_TOKEN_OF_A_PROXY", "127.0.0.1")
    with pytest.raises(Failure) as failed:
        fetched("http://127.0.0.1:9", tmp_path, monkeypatch, "mlflow:/birds/1")
    assert not any(secret in failed.value.message for secret in ("pa55word", "s1gnature", "127.0.0.1"))


def test_what_counts_as_a_secret() -> None:
    environment = {"HF_TOKEN": "hf_abc", "AWS_SECRET_ACCESS_KEY": "xyz1", "DB_PASSWORD": "x", "HOME": "/home"}
    text = "a x hf_abc xyz1 /home 'https://u:p@h.example/a?sig=1' postgres://u:p@q@h/db"
    assert without_secrets(text, environment) == "a x … … /home 'https://h.example/a' postgres://h/db"


def test_a_version_above_the_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with hub(SAFE) as url, pytest.raises(Failure, match="--max-model-size") as failed:
        fetched(url, tmp_path, monkeypatch, max_bytes=10)
    assert failed.value.reason == "REFUSED"


def test_a_registry_that_gives_nothing_is_tried_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with hub(SAFE) as url:
        for source in ("hf://owner/other", "acme:/made/1", "mlflow:/birds/1"):
            monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
            with pytest.raises(Failure) as failed:
                fetched(url, tmp_path, monkeypatch, source)
            assert failed.value.reason == "SOURCE_UNAVAILABLE"


def test_a_download_can_be_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def check() -> None:
        raise Stopped()

    # Accepts, and never answers.
    with socket.create_server(("127.0.0.1", 0)) as listener:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{listener.getsockname()[1]}")
        with pytest.raises(Stopped):
            fetch("mlflow:/birds/1", tmp_path, check, allow_pickle=False, allow_remote_code=False, max_bytes=1, timeout_seconds=60)
    assert os.listdir(tmp_path) == []
