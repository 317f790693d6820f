"""A Python function of the user's: `--entry-point acme.torch=package.module:function`."""

from __future__ import annotations

import importlib
import inspect
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from probelog_runner.confine import PickleGuard
from probelog_runner.errors import Failure
from probelog_runner.job import Info, Job
from probelog_runner.responses import Matrix, as_array, as_matrix

#: A function whose first parameter has one of these names takes all images of a batch.
BATCH_NAMES = {"paths", "images"}


class EntryPoint:
    fixed_batch: int | None = None

    def __init__(self, function: Callable[..., Any], model: dict[str, str], name: str) -> None:
        self._function = function
        names = list(inspect.signature(function).parameters)
        self._takes_batch = bool(names) and names[0] in BATCH_NAMES
        self._arguments = {"model": model} if "model" in names[1:] else {}
        self.info = Info(notes=[f"Run by the function {name}."])

    def run(self, images: Sequence[Path]) -> Matrix:
        if self._takes_batch:
            return as_matrix(self._function(list(images), **self._arguments), len(images))
        rows = [as_array(self._function(image, **self._arguments)).reshape(-1) for image in images]
        return as_matrix(np.stack(rows), len(images))


def load(job: Job, guard: PickleGuard) -> EntryPoint:
    name = job.entry_point
    assert name
    module, _, attribute = name.partition(":")
    sys.path.insert(0, os.getcwd())
    try:
        function = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise Failure("LOAD_FAILED", f"The runner's entry point {name} cannot be imported: {error}.") from None
    return EntryPoint(function, job.model, name)
