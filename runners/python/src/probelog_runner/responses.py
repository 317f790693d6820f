"""From a model's outputs to a matrix: one row per image, one column per class."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from probelog_runner.errors import Failure
from probelog_runner.job import Info

Matrix = npt.NDArray[np.float32]
#: Names that libraries give the scores of classes, if a model has several outputs.
SCORE_NAMES = ("logits", "scores", "probabilities", "output", "predictions")


class LoadedModel(Protocol):
    info: Info
    #: Images that the model takes at once, exactly; None: any number.
    fixed_batch: int | None

    def run(self, images: Sequence[Path]) -> Matrix:
        """:returns: images × outputs"""
        ...


class Responder:
    """Runs a model on probes, batch by batch."""

    def __init__(self, model: LoadedModel, images: list[Path], batch: int) -> None:
        self._model = model
        self._images = images
        self._batch = batch

    def write(self, probes: list[int], to: Path) -> dict[str, Any]:
        """Writes probes × outputs as a .npy file of float32, and gives what is to be noted."""
        notes: list[str] = []
        rows: list[Matrix] = []
        images = [self._images[probe] for probe in probes]
        size = self._model.fixed_batch or self._batch
        while len(rows) == 0 or sum(map(len, rows)) < len(images):
            done = sum(map(len, rows))
            some = images[done : done + size]
            # A fixed batch is filled up with its last image.
            filled = some + [some[-1]] * ((self._model.fixed_batch or len(some)) - len(some))
            try:
                made = self._model.run(filled)
            except Failure:
                raise
            except Exception:
                if self._model.fixed_batch is not None or len(filled) == 1:
                    raise
                # A graph that was traced with one image.
                made = self._model.run(filled[:1])
                self._model.fixed_batch = size = 1
                notes.append("The model takes one image at a time.")
                some = some[:1]
            rows.append(made[: len(some)])
        outputs = {row.shape[1] for row in rows}
        if len(outputs) != 1:
            raise Failure("RUN_FAILED", f"The model has a different number of outputs from batch to batch: {sorted(outputs)}.")
        partial = to.with_suffix(".part")
        with open(partial, "wb") as file:
            np.save(file, np.ascontiguousarray(np.concatenate(rows), dtype="<f4"), allow_pickle=False)
        os.replace(partial, to)
        return {"notes": notes}


def as_matrix(output: Any, count: int) -> Matrix:
    """
    The scores of classes for `count` images.

    :raises Failure: NOT_APPLICABLE when the outputs are no scores of classes
    """
    values = as_array(output)
    if values.dtype.kind in "OUS":
        message = "The model gives a label per image instead of a score per class, so its outputs cannot be compared."
        raise Failure("NOT_APPLICABLE", message)
    if values.ndim > 2:
        # Feature maps of 1 × 1.
        trailing = [size for size in values.shape[1:] if size != 1]
        if len(trailing) > 1:
            raise Failure("NOT_APPLICABLE", f"The model is no image classifier: its outputs are {list(values.shape)}.")
        values = values.reshape(len(values), -1)
    if values.ndim == 1:
        if values.dtype.kind in "iub":
            message = "The model gives the number of a class per image instead of a score per class."
            raise Failure("NOT_APPLICABLE", message)
        values = values.reshape(count, -1)
    if values.ndim != 2 or len(values) != count:
        raise Failure("RUN_FAILED", f"The model gave outputs of shape {list(values.shape)} for {count} images.")
    return values.astype(np.float32, copy=False)


def as_array(output: Any) -> npt.NDArray[Any]:
    """A tensor, data frame, list or the scores among several outputs, as an array."""
    if isinstance(output, Mapping):
        named = [output[name] for name in SCORE_NAMES if name in output]
        if not named and len(output) != 1:
            raise Failure("NOT_APPLICABLE", f"The model has several outputs, and none is known as scores: {list(output)[:10]}.")
        return as_array(named[0] if named else next(iter(output.values())))
    if hasattr(output, "logits"):
        return as_array(output.logits)
    if isinstance(output, tuple):
        return as_array(output[0])
    if hasattr(output, "detach"):
        output = output.detach()
        if str(output.dtype) == "torch.bfloat16":
            output = output.float()
        return np.asarray(output.cpu().numpy())
    if hasattr(output, "to_numpy"):
        return np.asarray(output.to_numpy())
    return np.asarray(output)
