"""Image classifiers of transformers in repositories of the Hub."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from probelog_runner.confine import PickleGuard, refuse_code, refuse_pickle
from probelog_runner.errors import Failure
from probelog_runner.flavors import versions
from probelog_runner.flavors.image_processor import ImageProcessor, processor_in
from probelog_runner.flavors.mlmodel import labels_of
from probelog_runner.flavors.torch_model import TorchModel, best_device
from probelog_runner.job import Info, Job


def load(job: Job, guard: PickleGuard) -> TorchModel:
    assert job.folder
    check_config(job.folder, job)
    check_weights(job.folder, job)
    import transformers

    if not job.allow_pickle:
        guard.watch()
    model = transformers.AutoModelForImageClassification.from_pretrained(
        str(job.folder),
        trust_remote_code=job.allow_remote_code,
        use_safetensors=None if job.allow_pickle else True,
    )
    return classifier(model.to(best_device()), processor_in(job.folder, job.allow_remote_code), ["transformers", "torch"])


def check_config(folder: Path, job: Job) -> None:
    """
    :raises Failure: NOT_APPLICABLE or REFUSED
    """
    try:
        config = json.loads((folder / "config.json").read_text())
    except (OSError, ValueError) as error:
        raise Failure("LOAD_FAILED", f"The model's config.json cannot be read: {error}.") from None
    if not isinstance(config, dict):
        raise Failure("LOAD_FAILED", "The model's config.json is no object.")
    if config.get("auto_map") and not job.allow_remote_code:
        raise refuse_code("auto_map of its config.json")
    architectures = config.get("architectures")
    if isinstance(architectures, list) and architectures and not any("Classification" in str(name) for name in architectures):
        raise Failure("NOT_APPLICABLE", f"The model is no image classifier, but {architectures[0]}.")


def check_weights(folder: Path, job: Job) -> None:
    """
    :raises Failure: REFUSED when the weights are pickled
    """
    if job.allow_pickle or any(folder.glob("*.safetensors")):
        return
    pickled = next(folder.glob("*.bin"), None)
    raise refuse_pickle(f"its weights as {pickled.name}" if pickled else "no safetensors")


def classifier(model: Any, processor: ImageProcessor, packages: Sequence[str]) -> TorchModel:
    """An image classifier of transformers, ready to run."""
    config = model.config
    names = labels_of({str(key): label for key, label in (getattr(config, "id2label", None) or {}).items()})
    is_multi_label = getattr(config, "problem_type", None) == "multi_label_classification"
    info = Info(
        kind="MULTI_LABEL_LOGITS" if is_multi_label else "LOGITS",
        # What transformers makes up when nobody gave labels.
        labels=None if names and all(name.startswith("LABEL_") for name in names) else names,
        output_name="logits",
        preprocessing=processor.description,
        notes=[
            f"Run with {', '.join(versions(packages))}.",
            f"{type(model).__name__}; images are prepared by {processor.name}.",
        ],
    )
    model.eval()
    return TorchModel(model, processor.pixels, info)
