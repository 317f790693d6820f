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
    scores = _scores(model, info)
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


def _scores(model: Any, info: Info) -> Callable[[Any], Any]:
    """The scores of all classes; sets `kind` and `labels`."""
    classes = getattr(model, "classes_", None)
    if hasattr(model, "predict_proba"):
        if isinstance(classes, list):
            # One classifier per label: the probability of its last class.
            info.kind = "MULTI_LABEL_PROBABILITIES"
            return lambda rows: np.stack([column[:, -1] for column in model.predict_proba(rows)], axis=1)
        info.kind = "MULTI_LABEL_PROBABILITIES" if getattr(model, "multilabel_", False) else "PROBABILITIES"
        _label(classes, info)
        return lambda rows: model.predict_proba(rows)
    if hasattr(model, "decision_function"):
        info.kind = "LOGITS"
        _label(classes, info)

        def decide(rows: Any) -> Any:
            values = np.asarray(model.decision_function(rows))
            # Two classes have one value, for the second.
            return values if values.ndim == 2 else np.stack([-values, values], axis=1) / 2

        return decide
    raise Failure("NOT_APPLICABLE", f"{type(model).__name__} gives no scores: it has no predict_proba and no decision_function.")


def _label(classes: Any, info: Info) -> None:
    """Classes that are only counted are no labels."""
    if info.labels is None and classes is not None and np.asarray(classes).dtype.kind in "OUS":
        info.labels = [str(name) for name in classes]
