"""`mlflow.keras` (Keras 3)."""

from __future__ import annotations

import importlib.util
import os
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from probelog_runner.confine import PickleGuard, refuse_code
from probelog_runner.errors import Failure
from probelog_runner.flavors import KERAS_BACKENDS
from probelog_runner.flavors.mlmodel import ImageReader, MLmodel, TensorSpec, base_info, image_input
from probelog_runner.job import Info, Job, Kind
from probelog_runner.responses import Matrix, as_array, as_matrix

_KINDS: dict[str, Kind] = {
    "softmax": "PROBABILITIES",
    "log_softmax": "LOG_PROBABILITIES",
    "sigmoid": "MULTI_LABEL_PROBABILITIES",
    "linear": "LOGITS",
}


class KerasModel:
    fixed_batch: int | None = None

    def __init__(self, model: Any, reader: ImageReader, info: Info) -> None:
        self._model = model
        self._reader = reader
        self.info = info

    def run(self, images: Sequence[Path]) -> Matrix:
        return as_matrix(as_array(self._model(self._reader.tensor(images), training=False)), len(images))


def load(job: Job, guard: PickleGuard) -> KerasModel:
    assert job.folder
    description = MLmodel(job.folder)
    description.check_code(job)
    flavor = description.flavor("keras")
    if flavor.get("save_exported_model") and not job.allow_remote_code:
        # A SavedModel's graph may read and write files.
        raise refuse_code("a TensorFlow SavedModel")
    data = job.folder / str(flavor.get("data", "data"))
    for archive in data.glob("*.keras"):
        if not zipfile.is_zipfile(archive):
            raise Failure("LOAD_FAILED", f"{archive.name} is no Keras 3 archive. Save it again with Keras 3.")
    choose_backend(flavor.get("keras_backend"))
    import keras
    import mlflow.keras

    if not job.allow_pickle:
        guard.watch()
    options = {"compile": False, "safe_mode": not job.allow_remote_code}
    try:
        model = mlflow.keras.load_model(str(job.folder), load_model_kwargs=options)
    except ValueError as error:
        if "safe_mode" in str(error) or "unsafe" in str(error).lower():
            raise refuse_code(f"a Lambda layer: {error}"[:800]) from None
        raise
    shapes = model.input_shape
    if isinstance(shapes, (list, dict)):
        raise Failure("NOT_APPLICABLE", f"The model has {len(shapes)} inputs instead of one for images.")
    spec = TensorSpec(str(getattr(model.inputs[0], "dtype", "float32")), list(shapes))
    info = base_info(description, ["keras", keras.backend.backend(), "mlflow"])
    info.kind = "MULTI_LABEL_LOGITS" if description.is_multi_label else kind_of(model)
    layers = [layer for layer in model.layers if type(layer).__name__ != "InputLayer"]
    rescales = bool(layers) and type(layers[0]).__name__ in ("Rescaling", "Normalization")
    reader = ImageReader(description, image_input(spec, description), info, takes_pixels=rescales, stretch=True)
    return KerasModel(model, reader, info)


def choose_backend(saved: object) -> None:
    """Keras needs one of its backends: that of the environment, that of the model, or whichever is installed."""
    if os.environ.get("KERAS_BACKEND"):
        return
    wanted = [str(saved), *KERAS_BACKENDS] if saved in KERAS_BACKENDS else list(KERAS_BACKENDS)
    found = next((name for name in wanted if importlib.util.find_spec(name)), None)
    if found is None:
        raise Failure("LOAD_FAILED", "Keras has no backend. Install tensorflow, jax or torch on the runner.")
    os.environ["KERAS_BACKEND"] = found


def kind_of(model: Any) -> Kind:
    """From the activation of the last layer."""
    last = model.layers[-1]
    if type(last).__name__ == "Softmax":
        return "PROBABILITIES"
    activation = getattr(last, "activation", None)
    return _KINDS.get(getattr(activation, "__name__", ""), "UNKNOWN")
