"""The kinds of models that a runner can run: one module each."""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import re
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
    "mlflow.sklearn": Flavor("mlflow_sklearn", ("mlflow", "sklearn", "skops")),
    "mlflow.onnx": Flavor("mlflow_onnx", ("mlflow", "onnx", "onnxruntime")),
    "mlflow.pyfunc": Flavor("mlflow_pyfunc", ("mlflow", "pandas")),
    "huggingface.transformers": Flavor("huggingface_transformers", ("huggingface_hub", "transformers", "torch")),
    "huggingface.timm": Flavor("huggingface_timm", ("huggingface_hub", "timm", "torch", "safetensors")),
}
#: Earlier releases run code of a model that they should refuse, or lack what the flavors call. Also in pyproject.toml.
OLDEST = {"mlflow": (3, 17), "torch": (2, 10), "transformers": (5,), "keras": (3, 12), "skops": (0, 13)}
DISTRIBUTIONS = {"mlflow": ("mlflow-skinny", "mlflow")}
KERAS_BACKENDS = ("tensorflow", "jax", "torch")
ENTRY_POINT = Flavor("entry_point", ())
#: Named in `software` and in the notes of a model.
PACKAGES = ("torch", "transformers", "timm", "keras", "scikit-learn", "onnxruntime", "mlflow")


def installed(names: Iterable[str] = FLAVORS) -> list[str]:
    """The flavors whose packages are installed, without importing them."""
    return [name for name in names if not missing(name)]


def missing(name: str) -> list[str]:
    """The modules that a flavor lacks, or has in a release that is too old."""
    lacking = [wanted for module in FLAVORS[name].needs if (wanted := _wanted(module))]
    if name == "mlflow.keras" and not any(importlib.util.find_spec(backend) for backend in KERAS_BACKENDS):
        lacking.append("one of " + ", ".join(KERAS_BACKENDS))
    return lacking


def _wanted(module: str) -> str | None:
    """What is to be installed for a module; None if it is."""
    oldest = OLDEST.get(module)
    wanted = module if oldest is None else f"{module}>={'.'.join(map(str, oldest))}"
    if importlib.util.find_spec(module) is None:
        return wanted
    return None if oldest is None or _release(module) >= oldest else wanted


def _release(module: str) -> tuple[int, ...]:
    """Such as (2, 15, 0) of "2.15.0+cu132"; () if the module does not say."""
    for distribution in DISTRIBUTIONS.get(module, (module,)):
        try:
            found = re.match(r"\d+(\.\d+)*", importlib.metadata.version(distribution))
        except importlib.metadata.PackageNotFoundError:
            continue
        return tuple(int(part) for part in found[0].split(".")) if found else ()
    return ()


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
