"""Image processors of transformers, by their own code."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

from probelog_runner.errors import Failure, described


def is_processor_config(description: Mapping[str, Any]) -> bool:
    """Whether a description has the form of `preprocessor_config.json`."""
    if isinstance(description.get("size"), dict):
        return True
    prefixes = ("do_", "image_mean", "image_std", "image_processor", "feature_extractor_type", "processor_class")
    return any(key.startswith(prefixes) for key in description)


class ImageProcessor:
    def __init__(self, processor: Any) -> None:
        self._processor = processor
        self.name = type(processor).__name__

    @property
    def description(self) -> dict[str, Any]:
        text = self._processor.to_json_string() if hasattr(self._processor, "to_json_string") else "{}"
        fields: dict[str, Any] = json.loads(text)
        return {name: value for name, value in fields.items() if value is not None}

    def pixels(self, images: Sequence[Path]) -> npt.NDArray[Any]:
        """:returns: images × channels × height × width"""
        opened = []
        for path in images:
            with Image.open(path) as image:
                opened.append(ImageOps.exif_transpose(image).convert("RGB"))
        output = self._processor(opened, return_tensors="np")
        if "pixel_values" not in output:
            raise Failure("NOT_APPLICABLE", f"{self.name} gives no pixel values, but {list(output)}.")
        return np.asarray(output["pixel_values"])


def processor_in(folder: Path, allow_remote_code: bool = False) -> ImageProcessor:
    """
    The image processor of a folder, computed with Pillow as the server does it.

    :raises Failure: LOAD_FAILED
    """
    import transformers

    options = {"trust_remote_code": allow_remote_code}
    try:
        return ImageProcessor(transformers.AutoImageProcessor.from_pretrained(str(folder), backend="pil", **options))
    except Exception as first:
        try:
            # Some classes have only the fast form.
            return ImageProcessor(transformers.AutoImageProcessor.from_pretrained(str(folder), **options))
        except Exception:
            raise Failure("LOAD_FAILED", f"The model's image processor cannot be loaded. {described(first)}") from None


def processor_from_config(config: Mapping[str, Any]) -> ImageProcessor:
    """:param config: the content of `preprocessor_config.json`"""
    try:
        import transformers  # noqa: F401
    except ImportError:
        message = "The preprocessing is that of an image processor of transformers; install transformers on the runner."
        raise Failure("LOAD_FAILED", message) from None
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "preprocessor_config.json").write_text(json.dumps(config))
        return processor_in(Path(folder))
