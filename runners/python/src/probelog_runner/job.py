"""What a model's process is told and what it tells: lines of JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

Kind = Literal[
    "UNKNOWN", "LOGITS", "LOG_PROBABILITIES", "PROBABILITIES", "MULTI_LABEL_LOGITS", "MULTI_LABEL_PROBABILITIES"
]


@dataclass(frozen=True)
class Job:
    flavor: str
    #: The downloaded files; None for entry points.
    folder: Path | None
    #: The images of the probe set, by position.
    images: list[Path]
    #: `package.module:function`, for a flavor that the user named.
    entry_point: str | None
    #: What an entry point is told: name, version and source.
    model: dict[str, str]
    allow_pickle: bool
    allow_remote_code: bool
    #: Images that a model gets at once, at most.
    batch: int
    #: Bytes that the process may allocate; None: any.
    memory: int | None

    def to_json(self) -> dict[str, Any]:
        data = asdict(self)
        return {**data, "folder": self.folder and str(self.folder), "images": [str(image) for image in self.images]}

    @staticmethod
    def from_json(data: dict[str, Any]) -> Job:
        folder = data["folder"]
        images = [Path(image) for image in data["images"]]
        return Job(**{**data, "folder": Path(folder) if folder else None, "images": images})


@dataclass
class Info:
    """What is known of a loaded model; the fields of `RunnerResultInput`."""

    kind: Kind = "UNKNOWN"
    labels: list[str] | None = None
    #: None for free sizes.
    input_shape: list[int | None] | None = None
    output_name: str | None = None
    preprocessing: dict[str, Any] | None = None
    notes: list[str] = field(default_factory=list)

    def to_result(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "labels": self.labels,
            "inputShape": self.input_shape,
            "outputName": self.output_name,
            "preprocessing": self.preprocessing,
            "notes": [note[:500] for note in self.notes[:20]],
        }
