from __future__ import annotations

import contextlib
import errno
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from made import image_files, job_of

from probelog_runner.errors import Failure, Stopped
from probelog_runner.sandbox import ModelProcess, has_isolation
from probelog_runner.workspace import remove_abandoned


def process_of(work: Path, deed: str, timeout: float = 60, memory: int = 1 << 28, version: str = "1") -> ModelProcess:
    model = {"name": "made", "version": version, "source": "mlflow:/made/1"}
    job = job_of(deed, work, [], memory=memory, model=model)
    return ModelProcess(job, work, lambda: None, timeout, module="hostile")


@pytest.mark.parametrize(
    ("deed", "timeout", "message"),
    [
        ("grow", 60, "Raise --memory"),
        ("allocate at once", 60, "MemoryError"),
        ("hang", 1, "Raise --model-timeout"),
        ("drip", 1, "Raise --model-timeout"),
        ("real-time signal", 60, "signal 40"),
        ("crash", 60, "SIGABRT(.|\n)*about to crash"),
        ("exit", 60, "with status 7"),
    ],
)
def test_a_process_that_misbehaves_is_killed(tmp_path: Path, deed: str, timeout: float, message: str) -> None:
    with process_of(tmp_path, deed, timeout) as process:
        with pytest.raises(Failure, match=message) as failed:
            process.load()
        assert failed.value.reason == "KILLED"
        assert process._process and process._process.poll() is not None


@pytest.mark.parametrize(
    "line", ["no reply", "[" * 100_000, '{"failure": []}', "[]", "{}", '{"info": 1}', '{"info": {}, "peak": "much"}', '{"failure": "OTHER"}', '{"info": {"notes": 1}}']
)
def test_a_reply_that_is_none_is_a_failure(tmp_path: Path, line: str) -> None:
    with process_of(tmp_path, "chatter", version=line) as process:
        with pytest.raises(Failure, match="something else than a reply") as failed:
            process.load()
        assert failed.value.reason == "RUN_FAILED"


def test_the_environment_has_no_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HF_TOKEN", "MLFLOW_TRACKING_TOKEN", "AWS_SECRET_ACCESS_KEY", "HTTPS_PROXY", "PROBELOG_KEY"):
        monkeypatch.setenv(name, "secret")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "https://user:secret@mlflow.example.org")
    with process_of(tmp_path, "environment") as process:
        told = process.load()["preprocessing"]
    assert "secret" not in str(told["environment"])
    assert told["environment"]["HOME"] == told["cwd"] == str(tmp_path)


@pytest.mark.skipif(sys.platform != "linux", reason="namespaces")
def test_the_process_has_no_network(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        with process_of(tmp_path, "network", version=str(listener.getsockname()[1])) as process:
            told = process.load()["preprocessing"]
    assert told["left"] is not told["reached"]
    if os.geteuid() == 0:
        assert told["left"]


@pytest.mark.skipif(sys.platform != "linux", reason="prctl")
def test_a_killed_runner_takes_the_process_along(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from test_sandbox import process_of\n"
        "with process_of(Path(sys.argv[1]), 'tell pid') as process:\n"
        "    print(process.load()['preprocessing']['pid'], flush=True); time.sleep(600)"
    )
    runner = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert runner.stdout
    pid = int(runner.stdout.readline())
    runner.send_signal(signal.SIGKILL)
    runner.wait()
    for _ in range(100):
        if not Path(f"/proc/{pid}").exists() or Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z":
            return
        time.sleep(0.05)
    os.kill(pid, signal.SIGKILL)
    raise AssertionError("the model's process outlived its runner")


@pytest.mark.parametrize("deed", ["drip", "deaf"])
def test_a_process_that_does_not_listen_does_not_hold_up_the_runner(tmp_path: Path, deed: str) -> None:
    """Neither by never being silent nor by never reading."""

    def check() -> None:
        if time.monotonic() > end:
            raise Stopped()

    end = time.monotonic() + 1
    work = tmp_path / deed
    work.mkdir()
    images = [Path(f"/images/{index:09}.png") for index in range(20_000)]
    with ModelProcess(job_of(deed, work, images), work, check, 60, module="hostile") as process:
        with pytest.raises(Stopped):
            process.load()
    assert time.monotonic() - end < 10


@pytest.mark.skipif(sys.platform != "linux", reason="prctl")
def test_what_the_process_started_ends_with_it(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from test_sandbox import process_of\n"
        "from probelog_runner.confine import adopt_orphans; adopt_orphans()\n"
        "with process_of(Path(sys.argv[1]), 'daemon') as process: pid = process.load()['preprocessing']['pid']\n"
        "print(Path(f'/proc/{pid}').exists())"
    )
    made = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True)
    assert made.stdout.strip() == "False", made.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="prctl")
def test_what_outlived_a_killed_runner_ends_when_the_next_one_starts(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from test_sandbox import process_of\n"
        "from probelog_runner.workspace import temporary_folder\n"
        "with temporary_folder(Path(sys.argv[1])) as work:\n"
        "    (work / 'home').mkdir()\n"
        "    with process_of(work / 'home', 'fork') as process:\n"
        "        process.load(); print('forked', flush=True); time.sleep(600)"
    )
    runner = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert runner.stdout and runner.stdout.readline() == "forked\n"
    runner.send_signal(signal.SIGKILL)
    runner.wait()
    deadline = time.monotonic() + 10
    # The fork only: the model's process ends with its runner.
    while len(left := living_in(tmp_path)) != 1:
        assert time.monotonic() < deadline, left
        time.sleep(0.05)
    remove_abandoned(tmp_path)
    while living_in(tmp_path):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert list(tmp_path.iterdir()) == []


def living_in(folder: Path) -> list[str]:
    """Processes whose home is below a folder."""
    found = []
    for environment in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if f"HOME={folder}/".encode() in environment.read_bytes():
                found.append(environment.parent.name)
    return found


def test_a_full_disk_is_the_runners_own_trouble(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    full = shutil.disk_usage(tmp_path)._replace(free=0)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: full)
    with process_of(tmp_path, "exit") as process, pytest.raises(OSError) as failed:
        process.load()
    assert failed.value.errno == errno.ENOSPC
    with process_of(tmp_path, "chatter", version='{"failure": "KILLED"}') as process, pytest.raises(OSError):
        process.load()


@pytest.mark.skipif(sys.platform != "linux", reason="namespaces")
def test_the_runner_knows_whether_models_have_a_network(tmp_path: Path) -> None:
    with process_of(tmp_path, "network", version="9") as process:
        assert has_isolation() == process.load()["preprocessing"]["left"]


@pytest.mark.skipif(sys.platform != "linux", reason="prctl")
def test_secrets_are_hidden_from_other_processes() -> None:
    code = (
        "import ctypes; from probelog_runner.confine import hide_secrets; hide_secrets(); print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "0"


def test_what_interrupts_the_wait_ends_the_process(tmp_path: Path) -> None:
    def check() -> None:
        raise Stopped()

    with ModelProcess(job_of("hang", tmp_path, []), tmp_path, check, 60, module="hostile") as process:
        with pytest.raises(Stopped):
            process.load()
    assert process._process and process._process.returncode == -signal.SIGKILL


def test_the_real_process_runs_an_entry_point(tmp_path: Path) -> None:
    job = job_of("acme.python", None, image_files(tmp_path, 3), entry_point="my_models:scores")
    with ModelProcess(job, tmp_path, lambda: None, 60) as process:
        assert process.load()["kind"] == "UNKNOWN"
        responses, notes = process.respond([2, 0])
        assert responses.startswith(b"\x93NUMPY") and notes == []
        assert process.peak_bytes > 1 << 20


def test_a_label_instead_of_scores_is_not_applicable(tmp_path: Path) -> None:
    job = job_of("acme.python", None, image_files(tmp_path, 1), entry_point="my_models:labels")
    with ModelProcess(job, tmp_path, lambda: None, 60) as process:
        process.load()
        with pytest.raises(Failure, match="a label per image") as failed:
            process.respond([0])
        assert failed.value.reason == "NOT_APPLICABLE"
