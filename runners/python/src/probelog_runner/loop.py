"""A runner's life: announce, claim, run, complete."""

from __future__ import annotations

import dataclasses
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from probelog_runner import __version__, flavors
from probelog_runner.client import Claim, Client, ServerError, ServerUnreachable
from probelog_runner.errors import ClaimLost, Failure, Stopped, described
from probelog_runner.job import Job, notes_of
from probelog_runner.kit import Kit, KitInvalid, Kits
from probelog_runner.lease import Lease
from probelog_runner.sandbox import ModelProcess
from probelog_runner.source import fetch
from probelog_runner.workspace import remove_abandoned, temporary_folder

POLL_SECONDS = 3.0
MAX_PAUSE_SECONDS = 300.0
#: Codes of a server that refuses this runner, or of an address that is no server of ours.
FATAL = {"UNAUTHENTICATED", "FORBIDDEN", "NOT_PROBELOG", "REDIRECTED", "CERTIFICATE_INVALID"}
#: A server that does not take what this runner says of itself. What it says of a model may be the model's fault.
INVALID = {"INPUT_INVALID", "GRAPHQL_VALIDATION_FAILED"}
#: Codes about a model's responses and description. After any other, another runner or a later try may succeed.
ABOUT_MODEL = {
    *INVALID, "RESPONSES_FORMAT_INVALID", "RESPONSES_SHAPE_MISMATCH", "RESPONSES_LAYOUT_AMBIGUOUS", "RESPONSES_INVALID",
    "MODEL_TOO_MANY_OUTPUTS", "MODEL_LABELS_MISMATCH", "MODEL_ALL_DEGENERATE", "PREPROCESSING_INVALID", "PAYLOAD_TOO_LARGE",
}  # fmt: skip


@dataclass(frozen=True)
class Settings:
    name: str
    flavors: list[str]
    #: Functions of the user's, by the flavor that they run.
    entry_points: dict[str, str]
    allow_pickle: bool
    allow_remote_code: bool
    batch: int
    #: Bytes; None: no limit.
    memory: int | None
    model_timeout_seconds: float
    max_model_bytes: int
    cache: Path
    #: End when nothing is due.
    once: bool


class Runner:
    def __init__(self, settings: Settings, client: Client, stop: threading.Event, log: Callable[[str], None]) -> None:
        self._settings = settings
        self._client = client
        self._stop = stop
        self._log = log
        self._kits = Kits(settings.cache, client)
        self._id = ""
        #: Claims given back in a row because of this machine.
        self._troubles = 0

    def run(self) -> None:
        """
        Returns when the runner was asked to stop, or with `once` when nothing is due.

        :raises ServerError: when the server refuses this runner
        """
        try:
            remove_abandoned(self._settings.cache)
            self._announce()
            while not self._stop.is_set():
                claim = self._claim()
                if claim:
                    self._work(claim)
                elif self._settings.once:
                    return
                else:
                    self._stop.wait(POLL_SECONDS)
        except Stopped:
            return

    def _announce(self) -> None:
        software = f"probelog-runner {__version__}"
        packages = ", ".join(flavors.versions())
        software += f" ({packages})" if packages else ""
        self._id = self._client.announce(self._settings.name, self._settings.flavors, software)
        self._log(f"Waiting for models of {', '.join(self._settings.flavors)}.")

    def _claim(self) -> Claim | None:
        try:
            return self._client.claim(self._id)
        except ServerError as error:
            if error.code != "NOT_FOUND":
                if error.code in FATAL | INVALID or self._settings.once:
                    raise
                self._log(f"The server cannot give work now. {error}")
                return None
            # The server forgot this runner, as after a restore.
            self._announce()
            return self._client.claim(self._id)

    def _work(self, claim: Claim) -> None:
        what = f"{claim.name}@{claim.version}"
        self._log(f"{what}: claimed, {claim.flavor} from {claim.source}.")
        try:
            with Lease(self._client, claim.id, self._stop) as lease:
                self._probe(claim, lease)
            self._log(f"{what}: done.")
            self._troubles = 0
        except ClaimLost:
            self._log(f"{what}: another runner has it now, or it was canceled.")
        except Stopped:
            self._release(claim)
            self._log(f"{what}: released.")
        except Failure as failure:
            self._log(f"{what}: {failure.reason}. {failure.message}")
            self._fail(claim, failure)
        except ServerError as error:
            if error.code in FATAL:
                raise
            if error.code == "NOT_FOUND":
                self._log(f"{what}: the server does not know the claim any more.")
                return
            if error.code not in ABOUT_MODEL:
                self._log(f"{what}: released, because the server cannot go on. {error}")
                self._release(claim)
                self._stop.wait(POLL_SECONDS)
                return
            self._log(f"{what}: the server refused the responses. {error}")
            self._fail(claim, Failure("RUN_FAILED", f"The server refused the responses. {error}"))
        except OSError as error:
            # As when the runner's disk is full: the model is not to blame.
            self._log(f"{what}: released, because of the runner's own machine. {error}.")
            self._release(claim)
            self._stop.wait(min(POLL_SECONDS * 2**self._troubles, MAX_PAUSE_SECONDS))
            self._troubles += 1
        except ServerUnreachable:
            raise
        except Exception as error:
            # A model must not end the runner, whatever its process says.
            self._log(f"{what}: RUN_FAILED. {traceback.format_exc()}")
            self._fail(claim, Failure("RUN_FAILED", f"The runner failed on this model. {described(error)}"))

    def _probe(self, claim: Claim, lease: Lease) -> None:
        settings = self._settings
        entry_point = settings.entry_points.get(claim.flavor)
        try:
            kit = self._kits.get(claim.probe_set)
        except (KitInvalid, ServerError) as error:
            if isinstance(error, ServerError):
                raise
            raise Failure("SOURCE_UNAVAILABLE", f"The probe images cannot be downloaded. {error}") from None
        with temporary_folder(settings.cache) as work:
            (work / "home").mkdir()
            (work / "model").mkdir()
            folder = None
            if entry_point is None:
                folder = fetch(
                    claim.source,
                    work / "model",
                    lease.check,
                    allow_pickle=settings.allow_pickle,
                    allow_remote_code=settings.allow_remote_code,
                    max_bytes=settings.max_model_bytes,
                    timeout_seconds=settings.model_timeout_seconds,
                )
            job = self._job(claim, kit, folder, entry_point)
            with ModelProcess(job, work / "home", lease.check, settings.model_timeout_seconds) as process:
                result = process.load()
                result["notes"] = notes_of([*result["notes"], *self._respond(claim, process, lease)])
                peak = process.peak_bytes or None
            lease.check()
            self._client.complete(claim.id, {**result, "peakMemoryBytes": peak})

    def _job(self, claim: Claim, kit: Kit, folder: Path | None, entry_point: str | None) -> Job:
        settings = self._settings
        return Job(
            flavor=claim.flavor,
            folder=folder,
            images=kit.images,
            entry_point=entry_point,
            model={"name": claim.name, "version": claim.version, "source": claim.source},
            allow_pickle=settings.allow_pickle,
            allow_remote_code=settings.allow_remote_code,
            batch=settings.batch,
            memory=settings.memory,
        )

    def _respond(self, claim: Claim, process: ModelProcess, lease: Lease) -> list[str]:
        """Runs and uploads all pieces that the server lacks, and those that it chooses then."""
        notes: list[str] = []
        while True:
            for piece in claim.pieces:
                if piece.received:
                    continue
                lease.check()
                responses, new = process.respond(piece.probes)
                notes += new
                self._client.put_piece(claim, piece.number, responses)
            if claim.complete:
                return notes
            further = self._client.next_probes(claim.id)
            claim = dataclasses.replace(further, id=claim.id)

    def _fail(self, claim: Claim, failure: Failure) -> None:
        try:
            self._client.fail(claim.id, failure)
        except (ClaimLost, Stopped):
            return
        except ServerError as error:
            if error.code in ("UNAUTHENTICATED", "FORBIDDEN"):
                raise
            self._log(f"The server did not take the failure. {error}")

    def _release(self, claim: Claim) -> None:
        """Other runners need not wait for the lease to end. Tried once if this runner was asked to stop."""
        try:
            self._client.release(claim.id)
        except (ClaimLost, Stopped, ServerError):
            return
