"""`MLmodel`, MLflow's description of a model: its input, labels and preprocessing."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from probelog_runner.confine import refuse_code
from probelog_runner.errors import Failure
from probelog_runner.flavors import versions
from probelog_runner.flavors.image_processor import ImageProcessor, is_processor_config, processor_from_config
from probelog_runner.job import Info, Job
from probelog_runner.preprocessing import Input, Preprocessing, parse_preprocessing

#: Larger examples are not read: they only tell the range of pixels.
MAX_EXAMPLE_BYTES = 32 << 20
#: Below, a row of numbers is more likely a row of a table than an image.
MIN_FLAT_EDGE = 8


@dataclass(frozen=True)
class TensorSpec:
    """An input of the signature."""

    dtype: str
    #: None for free sizes.
    shape: list[int | None]


class MLmodel:
    def __init__(self, folder: Path) -> None:
        import yaml

        self.folder = folder
        try:
            content = yaml.safe_load((folder / "MLmodel").read_text())
        except (OSError, yaml.YAMLError) as error:
            raise Failure("LOAD_FAILED", f"The version's MLmodel cannot be read: {error}.") from None
        self._content: Mapping[str, Any] = content if isinstance(content, dict) else {}
        metadata = self._content.get("metadata")
        self.metadata: Mapping[str, Any] = metadata if isinstance(metadata, dict) else {}

    def flavor(self, name: str) -> Mapping[str, Any]:
        flavors = self._content.get("flavors")
        flavor = flavors.get(name) if isinstance(flavors, dict) else None
        if not isinstance(flavor, dict):
            raise Failure("LOAD_FAILED", f"The version's MLmodel has no flavor {name}.")
        return flavor

    def has_flavor(self, name: str) -> bool:
        flavors = self._content.get("flavors")
        return isinstance(flavors, dict) and isinstance(flavors.get(name), dict)

    def check_code(self, job: Job) -> None:
        """
        :raises Failure: REFUSED when MLflow would import Python files of the model
        """
        if job.allow_remote_code:
            return
        flavors = self._content.get("flavors")
        for name, flavor in (flavors if isinstance(flavors, dict) else {}).items():
            for key in ("code", "model_code_path"):
                if isinstance(flavor, dict) and flavor.get(key):
                    raise refuse_code(f"{key} of its flavor {name}")

    @property
    def labels(self) -> list[str] | None:
        labels = self.metadata.get("labels")
        if isinstance(labels, list):
            return [str(label) for label in labels]
        return labels_of(self.metadata.get("id2label"))

    @property
    def is_multi_label(self) -> bool:
        return self.metadata.get("problem_type") == "multi_label_classification"

    @property
    def inputs(self) -> list[TensorSpec] | None:
        """The tensors of the signature; None where it has none or describes columns."""
        specs = self._signature()
        if not specs or any(spec.get("type") != "tensor" for spec in specs):
            return None
        tensors = [spec["tensor-spec"] for spec in specs]
        return [TensorSpec(str(t["dtype"]), [None if n < 0 else int(n) for n in t["shape"]]) for t in tensors]

    @property
    def columns(self) -> int | None:
        """The number of columns of numbers, if the signature describes those."""
        specs = self._signature()
        if not specs or any(spec.get("type") not in ("double", "float", "integer", "long") for spec in specs):
            return None
        return len(specs)

    def _signature(self) -> list[dict[str, Any]]:
        signature = self._content.get("signature")
        text = signature.get("inputs") if isinstance(signature, dict) else None
        try:
            specs = json.loads(text) if isinstance(text, str) else []
        except ValueError:
            return []
        return [spec for spec in specs if isinstance(spec, dict)]

    def example_range(self) -> tuple[float, float] | None:
        """The smallest and the largest number of the input example."""
        info = self._content.get("saved_input_example_info")
        name = info.get("artifact_path") if isinstance(info, dict) else None
        path = self.folder / str(name)
        if not name or path.parent != self.folder or not path.is_file() or path.stat().st_size > MAX_EXAMPLE_BYTES:
            return None
        try:
            example = json.loads(path.read_text())
            values = example.get("inputs", example.get("data")) if isinstance(example, dict) else example
            array = np.asarray(values, dtype=np.float64)
        except (ValueError, TypeError):
            return None
        return (float(array.min()), float(array.max())) if array.size else None


def labels_of(id2label: Any) -> list[str] | None:
    """:param id2label: as in `config.json` of transformers"""
    if not isinstance(id2label, Mapping):
        return None
    by_id = {int(key): str(label) for key, label in id2label.items() if str(key).isdigit()}
    if not by_id:
        return None
    return [by_id.get(index, f"LABEL_{index}") for index in range(max(by_id) + 1)]


def base_info(model: MLmodel, packages: Sequence[str]) -> Info:
    found = versions(packages)
    return Info(labels=model.labels, notes=[f"Run with {', '.join(found)}."] if found else [])


def image_input(spec: TensorSpec, model: MLmodel) -> Input:
    """
    What images the signature asks for.

    :raises Failure: NOT_APPLICABLE when it asks for something else
    """
    shape, dtype = spec.shape, spec.dtype
    if dtype not in ("float32", "float64", "float16", "uint8", "int32", "int64"):
        raise _no_images(f"its input is {dtype}")
    if len(shape) == 4:
        given = model.metadata.get("preprocessing")
        layout = given.get("layout") if isinstance(given, dict) else None
        if layout != "NHWC" and shape[1] in (1, 3, None) and (shape[1] is not None or shape[3] not in (1, 3)):
            return Input(shape[1] or 3, shape[3], shape[2], "NCHW", dtype)
        if layout != "NCHW" and shape[3] in (1, 3, None):
            return Input(shape[3] or 3, shape[2], shape[1], "NHWC", dtype)
    if len(shape) == 3:
        if shape[0] is None or shape[0] not in (1, 3):
            return Input(1, shape[2], shape[1], "NHWC", dtype, without_channels=True)
    if len(shape) == 2 and shape[1] is not None:
        return flat_input(shape[1], dtype, model)
    raise _no_images(f"its input has the shape {[-1 if n is None else n for n in shape]}")


def flat_input(numbers: int, dtype: str, model: MLmodel) -> Input:
    """
    Images as rows of numbers, as scikit-learn takes them.

    :raises Failure: NOT_APPLICABLE when the rows are more likely something else
    """
    given = model.metadata.get("preprocessing")
    described = given if isinstance(given, dict) else {}
    width = described.get("width", described.get("size"))
    height = described.get("height", described.get("size"))
    if isinstance(width, int) and isinstance(height, int) and numbers in (width * height, width * height * 3):
        return Input(numbers // (width * height), width, height, str(described.get("layout", "NHWC")), dtype, flat=True)
    for channels in (1, 3):
        edge = math.isqrt(numbers // channels)
        if edge >= MIN_FLAT_EDGE and edge * edge * channels == numbers:
            return Input(channels, edge, edge, "NHWC", dtype, flat=True)
    raise _no_images(
        f"its input is {numbers} numbers. If they are the pixels of an image, log it with "
        'metadata={"preprocessing": {"width": …, "height": …}}'
    )


def _no_images(why: str) -> Failure:
    return Failure("NOT_APPLICABLE", f"The model is no image classifier: {why}.")


class ImageReader:
    """Prepares images for a model that MLflow describes."""

    def __init__(self, model: MLmodel, to: Input, info: Info, *, takes_pixels: bool = False, stretch: bool = False) -> None:
        """
        :param info: gets `preprocessing`, `input_shape` and notes
        :param takes_pixels: without a description, the model takes 0..255
        :param stretch: without a description, the whole image is used
        """
        self.input = to
        self._own: Preprocessing | None = None
        self._processor: ImageProcessor | None = None
        described = self._described(model, info)
        if described is not None and is_processor_config(described):
            self._processor = processor_from_config(described)
            info.preprocessing = self._processor.description
            info.notes.append(f"Images are prepared by {self._processor.name} of transformers.")
        else:
            defaults = None if described is not None else self._assumed(model, to, takes_pixels, stretch, info)
            self._own, notes = parse_preprocessing(described if described is not None else defaults, to)
            info.preprocessing = self._own.to_json()
            info.notes += notes
        info.input_shape = to.shape

    def tensor(self, images: Sequence[Path]) -> Any:
        if self._own:
            return self._own.tensor(images, self.input)
        assert self._processor
        values = self._processor.pixels(images).astype(self.input.dtype)
        return np.ascontiguousarray(values.transpose(0, 2, 3, 1)) if self.input.layout == "NHWC" else values

    @staticmethod
    def _described(model: MLmodel, info: Info) -> Mapping[str, Any] | None:
        given = model.metadata.get("preprocessing")
        if isinstance(given, dict):
            return given
        for path in sorted(model.folder.glob("**/preprocessor_config.json")):
            info.notes.append(f"The preprocessing is that of {path.relative_to(model.folder)}.")
            config: Mapping[str, Any] = json.loads(path.read_text())
            return config
        return None

    @staticmethod
    def _assumed(model: MLmodel, to: Input, takes_pixels: bool, stretch: bool, info: Info) -> dict[str, Any]:
        what = "No preprocessing was described (metadata.preprocessing)"
        frame = {"resize": "STRETCH"} if stretch else {}
        if to.dtype in ("uint8", "int32", "int64"):
            info.notes.append(f"{what}; the model takes {to.dtype}, so it got pixels of 0 to 255.")
            return {**frame, "resize": frame.get("resize", "CROP")}
        example = model.example_range()
        if takes_pixels or (example is not None and example[0] >= 0 and example[1] > 16):
            why = "rescales its images itself" if takes_pixels else "has an input example of such numbers"
            info.notes.append(f"{what}; the model {why}, so it got pixels of 0 to 255.")
            return {**frame, "scale": 1, "mean": [0], "std": [1]}
        if to.flat or stretch or (example is not None and example[0] >= 0 and example[1] <= 1):
            info.notes.append(f"{what}, so images were scaled to numbers from 0 to 1.")
            return {**frame, "mean": [0], "std": [1]}
        info.notes.append(f"{what}, so images were normalized by the mean and deviation of ImageNet.")
        return {"resize": "CROP"}
