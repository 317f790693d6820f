"""Which flavors a runner announces."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import tomllib
from pathlib import Path

import pytest

from probelog_runner.flavors import FLAVORS, OLDEST, missing


def test_all_are_announced_where_all_is_installed() -> None:
    assert [name for name in FLAVORS if missing(name)] == []


@pytest.mark.parametrize(("flavor", "package", "version"), [("mlflow.keras", "keras", "3.11.3"), ("mlflow.sklearn", "skops", "0.12.0")])
def test_none_below_its_oldest_release(monkeypatch: pytest.MonkeyPatch, flavor: str, package: str, version: str) -> None:
    real = importlib.metadata.version
    monkeypatch.setattr(importlib.metadata, "version", lambda name: version if name == package else real(name))
    assert missing(flavor)[0].startswith(f"{package}>=")


def test_keras_needs_a_backend(monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.util.find_spec
    backends = ("tensorflow", "jax", "torch")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name in backends else real(name))
    assert missing("mlflow.keras") == ["one of tensorflow, jax, torch"]


def test_the_extras_ask_for_the_same_releases() -> None:
    project = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text())["project"]
    for module, oldest in OLDEST.items():
        asked = {text for extra in project["optional-dependencies"].values() for text in extra if text.split(">=")[0] == module}
        assert asked == {f"{module}>={'.'.join(map(str, oldest))}"}
