"""Logs classifiers in MLflow with what ProbeLog wants to know: labels and preprocessing."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from typing import Any

FLAVORS = ("pytorch", "onnx", "keras", "transformers", "sklearn")


def log_classifier(
    model: Any,
    name: str,
    labels: Sequence[str] | None = None,
    preprocessing: Mapping[str, Any] | None = None,
    flavor: str | None = None,
    *,
    multi_label: bool = False,
    **options: Any,
) -> Any:
    """
    Calls `mlflow.<flavor>.log_model(model, name=name, …)` with `labels` and `preprocessing` in the model's metadata.

    :param labels: one per output, in their order
    :param preprocessing: as in docs/preprocessing.md, or the content of `preprocessor_config.json`
    :param flavor: one of `FLAVORS`; told from the model by default
    :param multi_label: each output has its own sigmoid
    :param options: of `log_model`, such as `registered_model_name` and `input_example`
    :returns: what `log_model` returns
    """
    chosen = flavor or flavor_of(model)
    if chosen not in FLAVORS:
        raise ValueError(f"The flavor {chosen!r} is not one of {', '.join(FLAVORS)}.")
    metadata = dict(options.pop("metadata", None) or {})
    if labels is not None:
        metadata["labels"] = [str(label) for label in labels]
    if preprocessing is not None:
        metadata["preprocessing"] = dict(preprocessing)
    if multi_label:
        metadata["problem_type"] = "multi_label_classification"
    return importlib.import_module(f"mlflow.{chosen}").log_model(model, name=name, metadata=metadata, **options)


def flavor_of(model: Any) -> str:
    """
    The flavor of a model, by the library that its class comes from.

    :raises ValueError: when it is none of `FLAVORS`
    """
    if isinstance(model, Mapping):
        return "transformers"
    libraries = [parent.__module__.split(".")[0] for parent in type(model).__mro__]
    for library, flavor in (("transformers", "transformers"), ("keras", "keras"), ("onnx", "onnx"), ("torch", "pytorch"), ("sklearn", "sklearn")):
        if library in libraries:
            return flavor
    raise ValueError(f"The flavor of {type(model).__name__} is not known. Give flavor=, one of {', '.join(FLAVORS)}.")
