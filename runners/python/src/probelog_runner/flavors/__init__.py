"""The kinds of models that a runner can run: one module each."""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
from collections.abc import Iterable
from dataclasses import dataclass

from probelog_runner.confine import PickleGuard
from probelog_runner.job import Job
from probelog_runner.responses import LoadedModel


@dataclass(frozen=True)
class Flavor:
    #: Of `probelog_runner.flavors`; has a function `load(job: Job, guard: PickleGuard) -> LoadedModel`.
    module: str
    #: Modules that must be installed.
    needs: tuple[str, ...]


FLAVORS = {
    "mlflow.pytorch": Flavor("mlflow_pytorch", ("mlflow", "torch")),
    "mlflow.transformers": Flavor("mlflow_transformers", ("mlflow", "transformers", "torch")),
    "mlflow.keras": Flavor("mlflow_keras", ("mlflow", "keras")),
    "mlflow.sklearn": Flavor("mlflow_sklearn", ("mlflow", "sklearn")),
    "mlflow.onnx": Flavor("mlflow_onnx", ("mlflow", "onnx", "onnxruntime")),
    "mlflow.pyfunc": Flavor("mlflow_pyfunc", ("mlflow", "pandas")),
    "huggingface.transformers": Flavor("huggingface_transformers", ("huggingface_hub", "transformers", "torch")),
    "huggingface.timm": Flavor("huggingface_timm", ("huggingface_hub", "timm", "torch", "safetensors")),
}
ENTRY_POINT = Flavor("entry_point", ())
#: Named in `software` and in the notes of a model.
PACKAGES = ("torch", "transformers", "timm", "keras", "scikit-learn", "onnxruntime", "mlflow")


def installed(names: Iterable[str] = FLAVORS) -> list[str]:
    """The flavors whose packages are installed, without importing them."""
    return [name for name in names if not missing(name)]


def missing(name: str) -> list[str]:
    """The modules that a flavor lacks."""
    return [module for module in FLAVORS[name].needs if importlib.util.find_spec(module) is None]


def versions(packages: Iterable[str] = PACKAGES) -> list[str]:
    """Such as "torch 2.15.0"."""
    found = []
    for package in packages:
        try:
            found.append(f"{package} {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def load(job: Job, guard: PickleGuard) -> LoadedModel:
    """
    Loads a model by its flavor's library.

    :raises Failure: when it must not or cannot be loaded
    """
    flavor = ENTRY_POINT if job.entry_point else FLAVORS[job.flavor]
    module = importlib.import_module(f"probelog_runner.flavors.{flavor.module}")
    model: LoadedModel = module.load(job, guard)
    return model
