"""Models of timm in repositories of the Hub."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps

from probelog_runner.confine import PickleGuard, refuse_pickle
from probelog_runner.errors import Failure
from probelog_runner.flavors import versions
from probelog_runner.flavors.torch_model import TorchModel, best_device
from probelog_runner.job import Info, Job


def load(job: Job, guard: PickleGuard) -> TorchModel:
    assert job.folder
    config = _config(job.folder / "config.json")
    pretrained = config.get("pretrained_cfg") or {}
    weights = next((path for path in (job.folder / "model.safetensors", *job.folder.glob("*.safetensors")) if path.is_file()), None)
    if weights is None and not job.allow_pickle:
        raise refuse_pickle("its weights as pytorch_model.bin")
    import timm
    import timm.data
    import torch

    if not job.allow_pickle:
        guard.watch()
    outputs = config.get("num_classes", pretrained.get("num_classes"))
    if outputs == 0:
        raise Failure("NOT_APPLICABLE", "The model is no image classifier: it has no classes (num_classes is 0).")
    model = timm.create_model(
        config["architecture"],
        pretrained=False,
        **({} if outputs is None else {"num_classes": outputs}),
        **({"global_pool": config["global_pool"]} if config.get("global_pool") else {}),
        **(config.get("model_args") or {}),
    )
    timm.models.load_checkpoint(model, str(weights or job.folder / "pytorch_model.bin"))
    model.eval().to(best_device())
    data = timm.data.resolve_data_config(pretrained_cfg=pretrained, model=model)
    transform = timm.data.create_transform(**data, is_training=False)

    def read(images: Sequence[Path]) -> Any:
        rows = []
        for path in images:
            with Image.open(path) as image:
                rows.append(transform(ImageOps.exif_transpose(image).convert("RGB")))
        return torch.stack(rows)

    channels, height, width = data["input_size"]
    names = config.get("label_names", pretrained.get("label_names"))
    info = Info(
        kind="LOGITS",
        labels=[str(name) for name in names] if isinstance(names, list) else None,
        input_shape=[None, channels, height, width],
        preprocessing=json.loads(json.dumps({"architecture": config["architecture"], **data}, default=str)),
        notes=[f"Run with {', '.join(versions(['timm', 'torch']))}.", "Images are prepared by timm's own transform."],
    )
    return TorchModel(model, read, info)


def _config(path: Path) -> dict[str, Any]:
    try:
        config = json.loads(path.read_text())
        if isinstance(config["architecture"], str):
            return dict(config)
    except (OSError, ValueError, KeyError, TypeError):
        pass
    raise Failure("LOAD_FAILED", "The repository's config.json names no architecture of timm.")
