"""Small images and kits, made on the spot."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from pathlib import Path

import numpy as np
from PIL import Image

from probelog_runner.job import Job


def image_bytes(seed: int, width: int = 40, height: int = 32) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def image_files(folder: Path, count: int) -> list[Path]:
    paths = [folder / f"{index:05}.png" for index in range(count)]
    for index, path in enumerate(paths):
        path.write_bytes(image_bytes(index))
    return paths


def digest_of(images: list[bytes]) -> str:
    return hashlib.sha256("".join(hashlib.sha256(image).hexdigest() + "\n" for image in images).encode()).hexdigest()


def kit_archive(images: list[bytes], files: dict[str, bytes] | None = None) -> bytes:
    """A kit as the server sends it; `files` replaces or adds entries."""
    manifest = {
        "format": "probelog-kit",
        "formatVersion": 1,
        "probeSet": {"id": "UHJvYmVTZXQ6MQ", "name": "made", "digest": digest_of(images), "count": len(images)},
        "images": [
            {"position": index, "file": f"images/{index:05}.png", "sha256": hashlib.sha256(image).hexdigest()}
            for index, image in enumerate(images)
        ],
    }
    entries = {"manifest.json": json.dumps(manifest).encode(), "README.txt": b"read me"}
    entries |= {f"images/{index:05}.png": image for index, image in enumerate(images)}
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for name, content in (entries | (files or {})).items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return file.getvalue()


def job_of(flavor: str, folder: Path | None, images: list[Path], **changes: object) -> Job:
    fields = {
        "flavor": flavor,
        "folder": folder,
        "images": images,
        "entry_point": None,
        "model": {"name": "made", "version": "1", "source": "mlflow:/made/1"},
        "allow_pickle": False,
        "allow_remote_code": False,
        "batch": 4,
        "memory": 4 << 30,
    }
    return Job(**{**fields, **changes})  # type: ignore[arg-type]
