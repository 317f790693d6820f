"""`mlflow.onnx`, for ONNX models that the server itself does not run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from probelog_runner.confine import PickleGuard
from probelog_runner.errors import Failure
from probelog_runner.flavors.mlmodel import ImageReader, MLmodel, TensorSpec, base_info, image_input
from probelog_runner.job import Info, Job
from probelog_runner.responses import Matrix, as_matrix

_TYPES = {
    "tensor(float)": "float32",
    "tensor(float16)": "float16",
    "tensor(double)": "float64",
    "tensor(uint8)": "uint8",
    "tensor(int32)": "int32",
    "tensor(int64)": "int64",
}


class OnnxModel:
    def __init__(self, session: Any, reader: ImageReader, info: Info, fixed_batch: int | None) -> None:
        self._session = session
        self._reader = reader
        self._input = session.get_inputs()[0].name
        self.info = info
        self.fixed_batch = fixed_batch

    def run(self, images: Sequence[Path]) -> Matrix:
        outputs = self._session.run([self.info.output_name], {self._input: self._reader.tensor(images)})
        return as_matrix(outputs[0], len(images))


def load(job: Job, guard: PickleGuard) -> OnnxModel:
    assert job.folder
    description = MLmodel(job.folder)
    description.check_code(job)
    import onnxruntime

    guard.watch()
    path = job.folder / str(description.flavor("onnx").get("data", "model.onnx"))
    if not path.resolve().is_relative_to(job.folder.resolve()):
        raise Failure("LOAD_FAILED", f"MLmodel names a file outside of its folder: {path.name}.")
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    inputs = session.get_inputs()
    if len(inputs) != 1:
        raise Failure("NOT_APPLICABLE", f"The model has {len(inputs)} inputs instead of one for images.")
    shape = [size if isinstance(size, int) else None for size in inputs[0].shape]
    spec = TensorSpec(_TYPES.get(inputs[0].type, inputs[0].type), shape)
    info = base_info(description, ["onnxruntime", "mlflow"])
    info.output_name = session.get_outputs()[0].name
    info.kind = "MULTI_LABEL_LOGITS" if description.is_multi_label else "UNKNOWN"
    reader = ImageReader(description, image_input(spec, description), info)
    return OnnxModel(session, reader, info, shape[0] if shape else None)
