"""`mlflow.pyfunc`: models whose only interface is `predict`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from probelog_runner.confine import PickleGuard, refuse_code, refuse_pickle
from probelog_runner.errors import Failure
from probelog_runner.flavors.mlmodel import ImageReader, MLmodel, base_info, flat_input, image_input
from probelog_runner.job import Info, Job
from probelog_runner.responses import Matrix, as_matrix


class PyfuncModel:
    fixed_batch: int | None = None

    def __init__(self, model: Any, reader: ImageReader, info: Info) -> None:
        self._model = model
        self._reader = reader
        self.info = info

    def run(self, images: Sequence[Path]) -> Matrix:
        return as_matrix(self._model.predict(self._reader.tensor(images)), len(images))


def load(job: Job, guard: PickleGuard) -> PyfuncModel:
    assert job.folder
    description = MLmodel(job.folder)
    description.check_code(job)
    flavor = description.flavor("python_function")
    loader = str(flavor.get("loader_module", ""))
    if not job.allow_pickle:
        if flavor.get("python_model"):
            raise refuse_pickle(f"a Python object ({flavor['python_model']})")
        if loader != "mlflow.pyfunc.model":
            # Its loader is a module of MLflow or of anybody, and most of them unpickle.
            raise refuse_pickle(f"data for {loader}")
    if loader == "mlflow.pyfunc.model" and not flavor.get("python_model") and not job.allow_remote_code:
        raise refuse_code("a file of Python")
    import mlflow.pyfunc

    model = mlflow.pyfunc.load_model(str(job.folder))
    tensors, columns = description.inputs, description.columns
    if tensors is not None and len(tensors) == 1:
        wanted = image_input(tensors[0], description)
    elif columns is not None and "preprocessing" in description.metadata:
        wanted = flat_input(columns, "float64", description)
    else:
        message = "The model's signature describes no image. Log it with input_example=… of a batch of images."
        raise Failure("NOT_APPLICABLE", message)
    info = base_info(description, ["mlflow"])
    info.kind = "MULTI_LABEL_LOGITS" if description.is_multi_label else "UNKNOWN"
    return PyfuncModel(model, ImageReader(description, wanted, info), info)
