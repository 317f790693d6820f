"""`mlflow.transformers`: an image classifier of transformers with its own image processor."""

from __future__ import annotations

from probelog_runner.confine import PickleGuard
from probelog_runner.errors import Failure
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
    files = job.folder / str(flavor.get("model_binary", "model"))
    check_config(files, job)
    check_weights(files, job)
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
