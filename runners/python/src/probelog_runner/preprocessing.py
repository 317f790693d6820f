"""The server's own preprocessing description, in Pillow: the same pixels (docs/preprocessing.md, docs/pixels.md)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

from probelog_runner.errors import Failure

FILTERS = {
    "NEAREST": Image.Resampling.NEAREST,
    "BOX": Image.Resampling.BOX,
    "BILINEAR": Image.Resampling.BILINEAR,
    "HAMMING": Image.Resampling.HAMMING,
    "BICUBIC": Image.Resampling.BICUBIC,
    "LANCZOS": Image.Resampling.LANCZOS,
}
RESIZES = ("STRETCH", "CROP", "CROP_FIRST", "PAD", "NONE")
ROUNDINGS = ("TRANSFORMERS", "TORCHVISION", "PADDLE")
#: Of ImageNet's training images: what most classifiers expect.
IMAGENET_MEAN = [0.485, 0.456, 0.406]
IMAGENET_STD = [0.229, 0.224, 0.225]
DEFAULT_EDGE = 224
MAX_EDGE = 4096
FIELDS = {
    "width", "height", "resize", "cropFraction", "shortEdge", "resizeWidth", "resizeHeight", "rounding", "padColor",
    "resample", "scale", "mean", "std", "channelOrder", "layout", "grayscale",
}  # fmt: skip


@dataclass(frozen=True)
class Input:
    """What a model takes."""

    channels: int
    #: None for any size.
    width: int | None
    height: int | None
    layout: str
    dtype: str = "float32"
    #: Images are rows of numbers.
    flat: bool = False
    #: Grayscale images without an axis of channels.
    without_channels: bool = False

    @property
    def shape(self) -> list[int | None]:
        if self.flat:
            assert self.width and self.height
            return [None, self.width * self.height * self.channels]
        if self.without_channels:
            return [None, self.height, self.width]
        if self.layout == "NCHW":
            return [None, self.channels, self.height, self.width]
        return [None, self.height, self.width, self.channels]


@dataclass(frozen=True)
class Preprocessing:
    """`PreprocessingSpec` of the server, complete."""

    width: int
    height: int
    resize: str
    cropFraction: float
    resample: str
    scale: float
    mean: list[float]
    std: list[float]
    channelOrder: str
    grayscale: bool
    rounding: str = "TRANSFORMERS"
    shortEdge: int | None = None
    resizeWidth: int | None = None
    resizeHeight: int | None = None
    padColor: list[int] | None = None

    def to_json(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value is not None}

    def pixels(self, path: Path) -> npt.NDArray[np.uint8]:
        """:returns: height × width × channels"""
        with Image.open(path) as opened:
            image = ImageOps.exif_transpose(opened).convert("RGB")
        framed = frame(image.convert("L") if self.grayscale else image, self)
        return np.asarray(framed, dtype=np.uint8).reshape(self.height, self.width, -1)

    def tensor(self, paths: Sequence[Path], to: Input) -> npt.NDArray[Any]:
        """The images as the model takes them: `(pixel · scale − mean[c]) / std[c]`."""
        pixels = np.stack([self.pixels(path) for path in paths])
        if to.dtype in ("uint8", "int32", "int64"):
            values: npt.NDArray[Any] = pixels.astype(to.dtype)
        else:
            steps = np.arange(256, dtype=np.float64)
            tables = [(steps * self.scale - mean) / std for mean, std in zip(self.mean, self.std)]
            channels = [table[pixels[..., c]] for c, table in enumerate(tables)]
            values = np.stack(channels, axis=-1).astype(to.dtype)
        if self.channelOrder == "BGR":
            values = values[..., ::-1]
        if to.layout == "NCHW":
            values = values.transpose(0, 3, 1, 2)
        if to.flat:
            values = values.reshape(len(paths), -1)
        elif to.without_channels:
            values = values.reshape(len(paths), self.height, self.width)
        return np.ascontiguousarray(values)


def parse_preprocessing(description: Mapping[str, Any] | None, to: Input) -> tuple[Preprocessing, list[str]]:
    """
    Completes a description as the server does for ONNX models.

    :returns: the complete description, and a sentence for each assumption
    :raises Failure: LOAD_FAILED when a field is not known or contradicts the model's input
    """
    given = dict(description or {})
    notes = [] if description else ["No preprocessing was described, so the default was used."]
    if "size" in given and isinstance(given["size"], int):
        # The short form.
        size = given.pop("size")
        given.pop("note", None)
        given = {"width": size, "height": size, "resize": "CROP", "resample": "BILINEAR", **given}
    unknown = sorted(set(given) - FIELDS)
    if unknown:
        raise invalid(f"has a field that this runner does not know: {unknown[0]}")
    grayscale = to.channels == 1
    spec = Preprocessing(
        width=_edge("width", given.get("width"), to.width, notes),
        height=_edge("height", given.get("height"), to.height, notes),
        resize=_one_of("resize", given.get("resize", "CROP"), RESIZES),
        cropFraction=_number("cropFraction", given.get("cropFraction", 1)),
        resample=_one_of("resample", given.get("resample", "BILINEAR"), FILTERS),
        scale=_number("scale", given.get("scale", 1 / 255)),
        mean=_per_channel("mean", given.get("mean", [0] if grayscale else IMAGENET_MEAN), to.channels),
        std=_per_channel("std", given.get("std", [1] if grayscale else IMAGENET_STD), to.channels),
        channelOrder=_one_of("channelOrder", given.get("channelOrder", "RGB"), ("RGB", "BGR")),
        grayscale=grayscale,
        rounding=_one_of("rounding", given.get("rounding", "TRANSFORMERS"), ROUNDINGS),
        shortEdge=given.get("shortEdge"),
        resizeWidth=given.get("resizeWidth"),
        resizeHeight=given.get("resizeHeight"),
        padColor=[round(value) for value in _per_channel("padColor", given["padColor"], to.channels)]
        if "padColor" in given
        else None,
    )
    if not 0.1 < spec.cropFraction <= 1 or spec.scale <= 0 or 0 in spec.std:
        raise invalid("has a cropFraction, scale or std out of range")
    return spec, notes


def frame(image: Image.Image, spec: Preprocessing) -> Image.Image:
    """Resizes, and takes the center or adds borders."""
    if spec.resize == "CROP_FIRST":
        edge = max(1, int(spec.cropFraction * min(image.size)))
        left, top = (image.width - edge) >> 1, (image.height - edge) >> 1
        return _resized(image.crop((left, top, left + edge, top + edge)), spec.width, spec.height, spec)
    if spec.resize == "PAD":
        width, height = _fitting(image.width, image.height, spec)
        left, top = -round((spec.width - width) / 2), -round((spec.height - height) / 2)
        return _cut(_resized(image, width, height, spec), left, top, spec)
    width, height = _size_after(image.width, image.height, spec)
    left, top = _start(width, spec.width, spec.rounding), _start(height, spec.height, spec.rounding)
    return _cut(_resized(image, width, height, spec), left, top, spec)


def _resized(image: Image.Image, width: int, height: int, spec: Preprocessing) -> Image.Image:
    return image if image.size == (width, height) else image.resize((width, height), FILTERS[spec.resample])


def _cut(image: Image.Image, left: int, top: int, spec: Preprocessing) -> Image.Image:
    if (left, top) == (0, 0) and image.size == (spec.width, spec.height):
        return image
    color = spec.padColor or [0]
    fill = tuple(color) if len(color) == len(image.getbands()) else tuple(color[:1] * len(image.getbands()))
    canvas = Image.new(image.mode, (spec.width, spec.height), fill if len(fill) > 1 else fill[0])
    canvas.paste(image, (-left, -top))
    return canvas


def _size_after(width: int, height: int, spec: Preprocessing) -> tuple[int, int]:
    to_width, to_height = _js_round(spec.width / spec.cropFraction), _js_round(spec.height / spec.cropFraction)
    if spec.resize == "STRETCH":
        return spec.resizeWidth or to_width, spec.resizeHeight or to_height
    if spec.resize == "NONE":
        return width, height
    if spec.shortEdge is not None:
        short = spec.shortEdge
        paddle = spec.rounding == "PADDLE"
        if width <= height:
            return short, round(height * (short / width)) if paddle else int(short * height / width)
        return round(width * (short / height)) if paddle else int(short * width / height), short
    if to_width * height >= to_height * width:
        return to_width, max(to_height, int(to_width * height / width))
    return max(to_width, int(to_height * width / height)), to_height


def _fitting(width: int, height: int, spec: Preprocessing) -> tuple[int, int]:
    """As Pillow's ImageOps.contain."""
    if width / height > spec.width / spec.height:
        return spec.width, max(1, round(height / width * spec.width))
    return max(1, round(width / height * spec.height)), spec.height


def _start(resized: int, size: int, rounding: str) -> int:
    excess = resized - size
    if rounding != "TORCHVISION":
        return excess // 2
    return round(excess / 2) if excess >= 0 else -(-excess // 2)


def _js_round(value: float) -> int:
    return math.floor(value + 0.5)


def _edge(name: str, given: Any, declared: int | None, notes: list[str]) -> int:
    if given is not None and declared is not None and given != declared:
        raise invalid(f"has {name} {given}, but the model takes {declared}")
    size = given or declared or DEFAULT_EDGE
    if not isinstance(size, int) or not 1 <= size <= MAX_EDGE:
        raise invalid(f"has {name} {size}; it must be from 1 to {MAX_EDGE}")
    if given is None and declared is None:
        notes.append(f"The model takes any {name} and none was given, so {DEFAULT_EDGE} was used.")
    return size


def _one_of(name: str, value: Any, allowed: Sequence[str] | Mapping[str, Any]) -> str:
    if value not in allowed:
        raise invalid(f"has {name} {value!r}; it must be one of {', '.join(allowed)}")
    return str(value)


def _number(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise invalid(f"has {name} {value!r}, which is no number")
    return value


def _per_channel(name: str, values: Any, channels: int) -> list[float]:
    if not isinstance(values, (list, tuple)) or not values:
        raise invalid(f"has {name} {values!r}, which is no list of numbers")
    numbers = [_number(name, value) for value in values]
    if len(numbers) == channels:
        return numbers
    if len(numbers) == 1:
        return numbers * channels
    if channels == 1:
        return [sum(numbers) / len(numbers)]
    raise invalid(f"has {len(numbers)} values of {name}, but the model has {channels} channels")


def invalid(what: str) -> Failure:
    return Failure("LOAD_FAILED", f"The preprocessing {what}. Correct it in the registry (metadata.preprocessing).")
