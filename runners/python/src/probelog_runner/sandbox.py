"""A model's own process: limited, without secrets, killed when it hangs."""

from __future__ import annotations

import collections
import contextlib
import errno
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any, get_args

from probelog_runner.confine import end_orphans
from probelog_runner.errors import Failure, Reason
from probelog_runner.job import Job, result_of

#: All that a model's process gets of the runner's environment. Credentials and addresses of registries stay behind.
PASSED_ON = {
    "PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "SYSTEMROOT", "VIRTUAL_ENV", "PYTHONPATH", "LD_LIBRARY_PATH",
    "CUDA_VISIBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES", "NVIDIA_DRIVER_CAPABILITIES", "CUDA_HOME",
    "OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "KERAS_BACKEND",
}  # fmt: skip
LOOK_SECONDS = 0.1
STDERR_LINES = 12
#: Longer replies are not ours.
MAX_REPLY = 1 << 24
MAX_RESPONSES = 1 << 29
#: No machine has more memory.
MAX_PEAK = 1 << 50
#: A model that fails with less space left on the disk is not to blame.
MIN_FREE = 1 << 24


def model_environment(environment: Mapping[str, str], home: Path, allow_pickle: bool) -> dict[str, str]:
    """The environment of a model's process."""
    kept = {name: value for name, value in environment.items() if name in PASSED_ON}
    return {
        **kept,
        "HOME": str(home),
        "TMPDIR": str(home),
        "HF_HOME": str(home),
        "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_OFFLINE": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "MLFLOW_TRACKING_URI": f"sqlite:///{home}/mlflow.db",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_ALLOW_PICKLE_DESERIALIZATION": "true" if allow_pickle else "false",
        "PYTHONDONTWRITEBYTECODE": "1",
        "TF_CPP_MIN_LOG_LEVEL": "2",
        **({} if allow_pickle else {"TORCH_FORCE_WEIGHTS_ONLY_LOAD": "1"}),
    }


class ModelProcess:
    """
    Runs one model. Every method may raise Failure with the reason KILLED, what `check` raises, and OSError when the runner's disk
    is full.
    """

    def __init__(
        self,
        job: Job,
        work: Path,
        check: Callable[[], None],
        timeout_seconds: float,
        module: str = "probelog_runner.child",
    ) -> None:
        """
        :param work: an empty folder, the process's home
        :param check: called several times a second
        :param timeout_seconds: a process that is silent for longer is killed
        """
        self._job = job
        self._work = work
        self._check = check
        self._timeout_seconds = timeout_seconds
        self._module = module
        self._process: subprocess.Popen[bytes] | None = None
        self._stderr: collections.deque[str] = collections.deque(maxlen=STDERR_LINES)
        self._drainer: threading.Thread | None = None
        self._replies = b""
        self.peak_bytes = 0

    def __enter__(self) -> ModelProcess:
        # An entry point is the user's own code, not the model's.
        is_trusted = self._job.entry_point is not None
        environment = (
            dict(os.environ) if is_trusted else model_environment(os.environ, self._work, self._job.allow_pickle)
        )
        self._process = subprocess.Popen(
            [sys.executable, "-m", self._module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            cwd=None if is_trusted else self._work,
            start_new_session=True,
        )
        assert self._process.stderr
        self._drainer = threading.Thread(target=self._drain, args=(self._process.stderr,), daemon=True)
        self._drainer.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._kill()

    def load(self) -> dict[str, Any]:
        """:returns: the fields of `RunnerResultInput`"""
        info = self._ask(self._job.to_json(), "loading the model").get("info")
        if not isinstance(info, dict) or not isinstance(info.get("notes", []), list):
            raise no_reply(info)
        return result_of(info)

    def respond(self, probes: list[int]) -> tuple[bytes, list[str]]:
        """:returns: the responses as .npy, one row per probe, and sentences to note"""
        file = self._work / "responses.npy"
        reply = self._ask({"probes": probes, "to": str(file)}, "a piece")
        notes = reply.get("notes")
        if not isinstance(notes, list) or not file.is_file() or file.stat().st_size > MAX_RESPONSES:
            raise no_reply(reply)
        return file.read_bytes(), [str(note) for note in notes]

    def _ask(self, request: dict[str, Any], what: str) -> dict[str, Any]:
        process = self._process
        assert process and process.stdin
        deadline = time.monotonic() + self._timeout_seconds
        self._tell(process, json.dumps(request).encode() + b"\n", deadline, what)
        line = self._reply(process, deadline, what)
        try:
            reply: object = json.loads(line)
        except (ValueError, RecursionError):
            raise no_reply(line) from None
        if not isinstance(reply, dict) or not isinstance(peak := reply.get("peak", 0), int):
            raise no_reply(reply)
        self.peak_bytes = max(self.peak_bytes, min(peak, MAX_PEAK))
        if "failure" in reply:
            if reply["failure"] not in get_args(Reason):
                raise no_reply(reply)
            self._check_disk()
            raise Failure(reply["failure"], str(reply.get("message")))
        return reply

    def _check_disk(self) -> None:
        """What a model's process says of the disk is not to be trusted: it would be tried for ever."""
        if shutil.disk_usage(self._work).free < MIN_FREE:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self._work))

    def _tell(self, process: subprocess.Popen[bytes], request: bytes, deadline: float, what: str) -> None:
        """A process that does not read must not hold up the runner."""
        assert process.stdin
        descriptor = process.stdin.fileno()
        os.set_blocking(descriptor, False)
        while request:
            _, ready, _ = select.select([], [descriptor], [], LOOK_SECONDS)
            try:
                request = request[os.write(descriptor, request[: 1 << 16]) :] if ready else request
            except BlockingIOError:
                pass
            except BrokenPipeError:
                raise self._death() from None
            self._look(process, deadline, what)

    def _reply(self, process: subprocess.Popen[bytes], deadline: float, what: str) -> bytes:
        assert process.stdout
        descriptor = process.stdout.fileno()
        while b"\n" not in self._replies:
            ready, _, _ = select.select([descriptor], [], [], LOOK_SECONDS)
            if ready:
                some = os.read(descriptor, 1 << 16)
                if not some or len(self._replies) > MAX_REPLY:
                    raise self._death()
                self._replies += some
            self._look(process, deadline, what)
        line, _, self._replies = self._replies.partition(b"\n")
        return line

    def _look(self, process: subprocess.Popen[bytes], deadline: float, what: str) -> None:
        self._check()
        self._check_memory(process.pid)
        if time.monotonic() > deadline:
            self._kill()
            seconds = self._timeout_seconds
            message = f"The model was silent for {seconds:.0f} s during {what} and was ended. Raise --model-timeout."
            raise Failure("KILLED", message)

    def _check_memory(self, pid: int) -> None:
        limit = self._job.memory
        used = resident_bytes(pid)
        self.peak_bytes = max(self.peak_bytes, used)
        if limit is not None and used > limit:
            self._kill()
            raise Failure("KILLED", f"The model needed more than {limit} bytes of memory and was ended. Raise --memory.")

    def _death(self) -> Failure:
        process = self._process
        assert process
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(5)
        self._kill()
        if self._drainer:
            # A process that it started may hold the pipe open.
            self._drainer.join(1)
        self._check_disk()
        code = process.returncode
        how = f"by {signal_name(-code)}" if code is not None and code < 0 else f"with status {code}"
        said = "\n".join(self._stderr)
        return Failure("KILLED", f"The model's process ended {how}.{f' It said: {said}' if said else ''}"[:2000])

    def _kill(self) -> None:
        process = self._process
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if self._job.entry_point is None:
            end_orphans()
        for pipe in (process.stdin, process.stdout):
            if pipe:
                with contextlib.suppress(OSError):
                    pipe.close()

    def _drain(self, stderr: IO[bytes]) -> None:
        with stderr:
            while line := stderr.readline(1 << 12):
                self._stderr.append(line.decode(errors="replace").rstrip()[:300])


def has_isolation() -> bool:
    """Whether this system lets a model's process leave the network."""
    code = "import sys; from probelog_runner.confine import leave_network; sys.exit(not leave_network())"
    return subprocess.run([sys.executable, "-c", code], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


def signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        # Real-time signals have no names.
        return f"signal {number}"


def no_reply(found: object) -> Failure:
    """What a model's process wrote is not to be trusted: the model may have written it."""
    return Failure("RUN_FAILED", f"The model's process wrote something else than a reply: {str(found)[:200]!r}")


def resident_bytes(pid: int) -> int:
    """Memory in use; 0 where the system does not tell."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError, ValueError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
