"""`mlflow.transformers`: an image classifier of transformers with its own image processor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from probelog_runner.confine import PickleGuard, refuse_code
from probelog_runner.errors import Failure
from probelog_runner.flavors.brought_code import check_brought_code
from probelog_runner.flavors.huggingface_transformers import check_weights, classifier, check_config
from probelog_runner.flavors.image_processor import ImageProcessor
from probelog_runner.flavors.mlmodel import MLmodel
from probelog_runner.flavors.torch_model import TorchModel
from probelog_runner.job import Job


def load(job: Job, guard: PickleGuard) -> TorchModel:
    assert job.folder
    model = MLmodel(job.folder)
    model.check_code(job)
    flavor = model.flavor("transformers")
    task = flavor.get("task")
    if task and task != "image-classification":
        raise Failure("NOT_APPLICABLE", f"The model is no image classifier: its task is {task}.")
    if flavor.get("source_model_revision") or flavor.get("model_local_base"):
        message = "The version refers to weights elsewhere instead of having them. Log it with save_pretrained=True."
        raise Failure("REFUSED", message)
    files = job.folder / _plain_name(flavor.get("model_binary"), "model_binary")
    check_config(files, job)
    check_weights(files, job)
    if not job.allow_remote_code:
        check_brought_code(job.folder)
        check_classes(flavor)
    import mlflow.transformers

    if not job.allow_pickle:
        guard.watch()
    parts = mlflow.transformers.load_model(str(job.folder), return_type="components")
    processor = parts.get("image_processor") or parts.get("feature_extractor")
    if processor is None:
        message = "The version has no image processor. Log a pipeline, or components={'model': …, 'image_processor': …}."
        raise Failure("NOT_APPLICABLE", message)
    loaded = classifier(parts["model"], ImageProcessor(processor), ["transformers", "torch", "mlflow"])
    loaded.info.labels = model.labels or loaded.info.labels
    return loaded


def _plain_name(name: object, field: str) -> str:
    """Without it, or with a path, MLflow loads from a folder that the checks have not seen."""
    if isinstance(name, str) and name not in ("", ".", "..") and "/" not in name and "\\" not in name:
        return name
    raise Failure("LOAD_FAILED", f"The version's MLmodel has {field} {name!r}, which is no name in its folder. Log it with MLflow 3.")


def check_classes(flavor: Mapping[str, Any]) -> None:
    """
    MLflow allows a class that transformers does not know to bring its own code, whatever the runner allows.

    :raises Failure: REFUSED
    """
    import transformers

    components = flavor.get("components") or []
    if not isinstance(components, list):
        raise Failure("LOAD_FAILED", "The version's MLmodel lists no components.")
    names = [_plain_name(component, "a component") for component in components]
    fields = ["pipeline_model_type", *(f"{name}_type" for name in names), *(["processor_type"] if "processor_type" in flavor else [])]
    for field in fields:
        kind = flavor.get(field)
        if not isinstance(kind, str) or not hasattr(transformers, kind):
            raise refuse_code(f"its {field} {kind!r}, which transformers does not have")
