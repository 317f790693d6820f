"""Running PyTorch modules."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from probelog_runner.job import Info
from probelog_runner.responses import Matrix, as_matrix


class TorchModel:
    def __init__(self, module: Any, read: Callable[[Sequence[Path]], Any], info: Info, fixed_batch: int | None = None) -> None:
        """
        :param read: prepares images as an array
        """
        import torch

        self._torch = torch
        self._module = module
        self._read = read
        self.info = info
        self.fixed_batch = fixed_batch
        parameter = next(iter(module.parameters()), None)
        self._device = "cpu" if parameter is None else parameter.device
        self._dtype = torch.float32 if parameter is None or not parameter.is_floating_point() else parameter.dtype

    def run(self, images: Sequence[Path]) -> Matrix:
        values = self._torch.as_tensor(self._read(images)).to(self._device)
        if values.is_floating_point():
            values = values.to(self._dtype)
        with self._torch.inference_mode():
            return as_matrix(self._module(values), len(images))


def best_device() -> str:
    """A GPU, where there is one."""
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"
