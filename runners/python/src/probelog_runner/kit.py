"""Probe kits: downloaded once per digest, checked image by image."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from probelog_runner.client import ProbeSet
from probelog_runner.workspace import temporary_folder

MAX_MANIFEST_BYTES = 1 << 28
MAX_IMAGE_BYTES = 1 << 28
_IMAGE_NAME = re.compile(r"images/[0-9A-Za-z_-]+\.[0-9a-z]+")


class KitInvalid(Exception):
    """The archive is not the kit of its probe set."""


class Downloads(Protocol):
    def download(self, address: str, read: Callable[[IO[bytes]], None]) -> None: ...


@dataclass(frozen=True)
class Kit:
    folder: Path
    #: By position.
    images: list[Path]


def open_kit(folder: Path, digest: str) -> Kit:
    """
    Opens an extracted kit and checks every image.

    :raises KitInvalid:
    """
    try:
        manifest = json.loads((folder / "manifest.json").read_text())
        if manifest["format"] != "probelog-kit" or manifest["formatVersion"] != 1:
            raise KitInvalid("The kit has a format that this runner does not know. Update the runner.")
        entries = manifest["images"]
        names = [str(entry["file"]) for entry in entries]
        digests = [str(entry["sha256"]) for entry in entries]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise KitInvalid(f"The kit's manifest cannot be read: {error}.") from None
    if hashlib.sha256("".join(f"{image}\n" for image in digests).encode()).hexdigest() != digest:
        raise KitInvalid("The kit is not the one of its probe set: the digests differ.")
    for name, expected in zip(names, digests):
        if not _IMAGE_NAME.fullmatch(name):
            raise KitInvalid(f"The kit names an image {name!r}.")
        try:
            found = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        except OSError as error:
            raise KitInvalid(f"The kit's image {name} cannot be read: {error}.") from None
        if found != expected:
            raise KitInvalid(f"The kit's image {name} is damaged.")
    return Kit(folder, [folder / name for name in names])


class Kits:
    """The kits in a cache folder, which several runners may share."""

    def __init__(self, cache: Path, downloads: Downloads) -> None:
        self._cache = cache / "kits"
        self._downloads = downloads
        self._opened: dict[str, Kit] = {}

    def get(self, probe_set: ProbeSet) -> Kit:
        """:raises KitInvalid: when the server's archive is damaged"""
        digest = probe_set.digest
        if not re.fullmatch(r"[0-9a-f]{64}", digest):
            raise KitInvalid(f"The probe set {probe_set.name} has no SHA-256 digest.")
        # Who cleans the cache may have removed images since.
        if digest in self._opened and all(image.is_file() for image in self._opened[digest].images):
            return self._opened[digest]
        folder = self._cache / digest
        if folder.exists():
            try:
                self._opened[digest] = open_kit(folder, digest)
                return self._opened[digest]
            except KitInvalid:
                shutil.rmtree(folder)
        self._cache.mkdir(parents=True, exist_ok=True)
        with temporary_folder(self._cache.parent) as temporary:
            target = temporary / "kit"
            self._downloads.download(probe_set.kit_url, lambda body: _extract(body, target))
            open_kit(target, digest)
            try:
                os.rename(target, folder)
            except OSError:
                # Another runner was first.
                if not folder.exists():
                    raise
        self._opened[digest] = open_kit(folder, digest)
        return self._opened[digest]


def _extract(body: IO[bytes], target: Path) -> None:
    """Writes the manifest and the images, nothing else that an archive may have."""
    shutil.rmtree(target, ignore_errors=True)
    (target / "images").mkdir(parents=True)
    try:
        with tarfile.open(fileobj=body, mode="r|") as archive:
            for member in archive:
                limit = MAX_MANIFEST_BYTES if member.name == "manifest.json" else MAX_IMAGE_BYTES
                if member.name != "manifest.json" and not _IMAGE_NAME.fullmatch(member.name):
                    continue
                content = archive.extractfile(member) if member.isreg() else None
                if content is None or member.size > limit:
                    raise KitInvalid(f"The kit's {member.name} is no plain file of up to {limit} bytes.")
                with open(target / member.name, "xb") as file:
                    shutil.copyfileobj(content, file)
        while body.read(1 << 16):
            pass
    except tarfile.TarError as error:
        # As when the connection breaks: the download is repeated.
        raise ConnectionError(f"the kit broke off: {error}") from None
    # What http.client still expects; a body that ends early is no error to it.
    if getattr(body, "length", None):
        raise ConnectionError("the kit broke off")
