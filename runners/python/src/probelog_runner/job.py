"""What a model's process is told and what it tells: lines of JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

from probelog_runner.errors import cut

Kind = Literal[
    "UNKNOWN", "LOGITS", "LOG_PROBABILITIES", "PROBABILITIES", "MULTI_LABEL_LOGITS", "MULTI_LABEL_PROBABILITIES"
]


#: What the server takes (`RunnerResultInput`).
MAX_LABELS, MAX_LABEL, MAX_NAME, MAX_AXES, MAX_PREPROCESSING, MAX_NOTES, MAX_NOTE = 1_000_000, 1000, 200, 10, 1 << 16, 20, 500


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
            "notes": self.notes,
        }


def result_of(info: dict[str, Any]) -> dict[str, Any]:
    """The fields of `RunnerResultInput` among what a model's process tells, as the server takes them."""
    kind, labels, shape = info.get("kind"), info.get("labels"), info.get("inputShape")
    name, preprocessing = info.get("outputName"), info.get("preprocessing")
    notes = [str(note) for note in info["notes"]] if isinstance(info.get("notes"), list) else []
    if preprocessing is not None and not _is_small_json(preprocessing):
        preprocessing = None
        notes.insert(0, "The preprocessing is too long to be shown.")
    return {
        "kind": kind if kind in get_args(Kind) else "UNKNOWN",
        "labels": [cut(str(label), MAX_LABEL) for label in labels] if isinstance(labels, list) and len(labels) <= MAX_LABELS else None,
        "inputShape": shape if isinstance(shape, list) and len(shape) <= MAX_AXES and all(map(_is_size, shape)) else None,
        "outputName": (cut(name, MAX_NAME) or None) if isinstance(name, str) else None,
        "preprocessing": preprocessing,
        "notes": notes_of(notes),
    }


def notes_of(notes: list[str]) -> list[str]:
    """Each once, none empty, as many as the server takes."""
    kept = (cut(note, MAX_NOTE) for note in notes)
    return list(dict.fromkeys(note for note in kept if note))[:MAX_NOTES]


def _is_size(size: object) -> bool:
    return size is None or (type(size) is int and 0 <= size < 1 << 31)


def _is_small_json(content: object) -> bool:
    try:
        return isinstance(content, dict) and len(json.dumps(content, allow_nan=False)) <= MAX_PREPROCESSING
    except (ValueError, RecursionError):
        return False
