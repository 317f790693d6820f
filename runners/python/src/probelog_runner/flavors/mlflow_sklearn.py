"""`mlflow.sklearn`: classifiers over the pixels of an image."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from probelog_runner.confine import PickleGuard, refuse_pickle
from probelog_runner.errors import Failure
from probelog_runner.flavors.mlmodel import ImageReader, MLmodel, base_info, flat_input, image_input
from probelog_runner.job import Info, Job
from probelog_runner.responses import Matrix, as_matrix


class SklearnModel:
    fixed_batch: int | None = None

    def __init__(self, scores: Callable[[Any], Any], reader: ImageReader, info: Info) -> None:
        self._scores = scores
        self._reader = reader
        self.info = info

    def run(self, images: Sequence[Path]) -> Matrix:
        with warnings.catch_warnings():
            # "X does not have valid feature names": pixels have none.
            warnings.simplefilter("ignore", UserWarning)
            return as_matrix(self._scores(self._reader.tensor(images)), len(images))


def load(job: Job, guard: PickleGuard) -> SklearnModel:
    assert job.folder
    description = MLmodel(job.folder)
    description.check_code(job)
    model = _load(job, description, guard)
    from sklearn.base import is_classifier

    if not is_classifier(model):
        raise Failure("NOT_APPLICABLE", f"The model is no classifier, but {type(model).__name__}.")
    tensors, columns = description.inputs, description.columns
    if tensors is not None and len(tensors) == 1:
        wanted = image_input(tensors[0], description)
    elif columns is not None and "preprocessing" in description.metadata:
        wanted = flat_input(columns, "float64", description)
    elif columns is not None:
        raise Failure(
            "NOT_APPLICABLE",
            f"The model is no image classifier: its input is a table of {columns} columns. If they are the pixels of an "
            'image, log it with metadata={"preprocessing": {"width": …, "height": …}}.',
        )
    elif isinstance(getattr(model, "n_features_in_", None), int):
        wanted = flat_input(model.n_features_in_, "float64", description)
    else:
        message = "The model's input is not known: it was logged without a signature. Log it with input_example=…"
        raise Failure("NOT_APPLICABLE", message)
    info = base_info(description, ["scikit-learn", "mlflow"])
    info.notes.append(f"The model is {type(model).__name__}.")
    scores = scores_of(model, description.is_multi_label, info)
    return SklearnModel(scores, ImageReader(description, wanted, info, stretch=True), info)


def _load(job: Job, description: MLmodel, guard: PickleGuard) -> Any:
    assert job.folder
    flavor = description.flavor("sklearn")
    file = str(flavor.get("pickled_model", "model.skops"))
    if job.allow_pickle:
        import mlflow.sklearn

        return mlflow.sklearn.load_model(str(job.folder))
    if flavor.get("serialization_format") != "skops":
        raise refuse_pickle(f"its estimator as a pickle ({file})")
    # MLflow trusts the types that the model's own MLmodel lists. Here only those count that skops itself trusts.
    import skops.io

    path = job.folder / file
    if path.parent != job.folder:
        raise Failure("LOAD_FAILED", f"MLmodel names a file outside of its folder: {file}.")
    untrusted = skops.io.get_untrusted_types(file=path)
    if untrusted:
        raise refuse_pickle(f"types that skops does not trust ({', '.join(untrusted[:5])})")
    guard.watch()
    return skops.io.load(path, trusted=[])


def scores_of(model: Any, is_multi_label: bool, info: Info) -> Callable[[Any], Any]:
    """The scores of all classes; sets `kind` and `labels`."""
    classes = getattr(model, "classes_", None)
    steps = getattr(model, "steps", None)
    # Of a pipeline, the last step knows.
    last = steps[-1][1] if steps else model
    # A perceptron for several labels is known by its outputs alone.
    has_sigmoids = getattr(last, "out_activation_", None) == "logistic" and getattr(last, "n_outputs_", 1) > 1
    is_multi_label = is_multi_label or bool(getattr(last, "multilabel_", False)) or has_sigmoids
    if hasattr(model, "predict_proba"):
        if isinstance(classes, list):
            # One classifier per label: the probability of its last class.
            info.kind = "MULTI_LABEL_PROBABILITIES"
            return lambda rows: np.stack([column[:, -1] for column in model.predict_proba(rows)], axis=1)
        info.kind = "MULTI_LABEL_PROBABILITIES" if is_multi_label else "PROBABILITIES"
        _label(classes, info)
        return lambda rows: _checked(model.predict_proba(rows), classes)
    if hasattr(model, "decision_function"):
        if getattr(last, "decision_function_shape", None) == "ovo" and classes is not None and len(classes) > 2:
            message = "The model has a score per pair of classes. Train it with decision_function_shape='ovr'."
            raise Failure("NOT_APPLICABLE", message)
        info.kind = "MULTI_LABEL_LOGITS" if is_multi_label else "LOGITS"
        _label(classes, info)

        def decide(rows: Any) -> Any:
            values = np.asarray(model.decision_function(rows))
            # Two classes have one value, for the second.
            return _checked(values if values.ndim == 2 else np.stack([-values, values], axis=1) / 2, classes)

        return decide
    raise Failure("NOT_APPLICABLE", f"{type(model).__name__} gives no scores: it has no predict_proba and no decision_function.")


def _checked(scores: Any, classes: Any) -> Any:
    columns = np.asarray(scores).shape[-1]
    if classes is None or columns == len(classes) or (columns == 1 and len(classes) == 2):
        return scores
    raise Failure("NOT_APPLICABLE", f"The model has {len(classes)} classes, but gives {columns} scores.")


def _label(classes: Any, info: Info) -> None:
    """Classes that are only counted are no labels."""
    if info.labels is None and classes is not None and np.asarray(classes).dtype.kind in "OUS":
        info.labels = [str(name) for name in classes]
