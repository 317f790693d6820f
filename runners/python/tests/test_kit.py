from __future__ import annotations

import io
import threading
from pathlib import Path

import pytest
from fake_server import KEY, FakeServer
from made import digest_of, image_bytes, kit_archive

from probelog_runner.client import Client, ProbeSet
from probelog_runner.kit import KitInvalid, Kits

IMAGES = [image_bytes(seed) for seed in range(3)]
PROBE_SET = ProbeSet("made", digest_of(IMAGES), "/kit.tar")


class Archives:
    """Gives one archive after another."""

    def __init__(self, *archives: bytes) -> None:
        self.archives = list(archives)

    def download(self, address: str, read) -> None:  # type: ignore[no-untyped-def]
        read(io.BytesIO(self.archives.pop(0)))


def test_downloads_a_kit_once_per_digest(tmp_path: Path) -> None:
    archives = Archives(kit_archive(IMAGES))
    kit = Kits(tmp_path, archives).get(PROBE_SET)
    assert [path.read_bytes() for path in kit.images] == IMAGES
    assert Kits(tmp_path, archives).get(PROBE_SET) == kit


def test_downloads_a_damaged_kit_again(tmp_path: Path) -> None:
    archives = Archives(kit_archive(IMAGES), kit_archive(IMAGES))
    Kits(tmp_path, archives).get(PROBE_SET).images[1].write_bytes(b"other")
    assert Kits(tmp_path, archives).get(PROBE_SET).images[1].read_bytes() == IMAGES[1]


@pytest.mark.parametrize(
    "archive",
    [
        kit_archive(IMAGES, {"images/00001.png": b"other"}),
        kit_archive([*IMAGES, image_bytes(9)]),
        kit_archive(IMAGES, {"manifest.json": b"{"}),
        kit_archive(IMAGES, {"manifest.json": b'{"format": "probelog-kit", "formatVersion": 2}'}),
    ],
    ids=["another image", "another set", "no manifest", "a later format"],
)
def test_refuses_another_kit(tmp_path: Path, archive: bytes) -> None:
    with pytest.raises(KitInvalid):
        Kits(tmp_path, Archives(archive)).get(PROBE_SET)
    assert [path.name for path in tmp_path.iterdir()] == ["kits"] and not any((tmp_path / "kits").iterdir())


def test_writes_nothing_outside_its_folder(tmp_path: Path) -> None:
    archive = kit_archive(IMAGES, {"../../escaped": b"x", "images/../../escaped.png": b"x", "respond.py": b"x"})
    kit = Kits(tmp_path / "cache", Archives(archive)).get(PROBE_SET)
    assert not list(tmp_path.glob("**/escaped*"))
    assert {path.name for path in kit.folder.iterdir()} == {"manifest.json", "images"}


def test_a_download_that_breaks_off_is_repeated(tmp_path: Path) -> None:
    with FakeServer() as server:
        short = server.kit[: len(server.kit) // 2]
        server.faults = [(200, {"Content-Length": str(len(server.kit))}, short)]
        client = Client(server.url, KEY, threading.Event(), lambda _: None, 10)
        kit = Kits(tmp_path, client).get(ProbeSet("made", server.digest, "/kit.tar"))
        assert [path.read_bytes() for path in kit.images] == server.images
