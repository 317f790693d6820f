"""The command `probelog-runner`."""

from __future__ import annotations

import argparse
import os
import re
import signal
import socket
import sys
import threading
import time
import urllib.parse
from collections.abc import Sequence
from pathlib import Path

from probelog_runner import __version__
from probelog_runner.client import Client, ServerError, ServerUnreachable
from probelog_runner.confine import adopt_orphans, hide_secrets
from probelog_runner.flavors import FLAVORS, installed, missing
from probelog_runner.loop import Runner, Settings
from probelog_runner.sandbox import has_isolation

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_REFUSED = 3
EXIT_UNREACHABLE = 4
#: With --once, how long an unreachable server is tried.
ONCE_SECONDS = 60.0

_FLAVOR = re.compile(r"[a-z][a-z0-9_-]*\.[a-z0-9_-]+")
_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}

EPILOG = """\
Credentials of the registry come from its own variables: MLFLOW_TRACKING_URI, MLFLOW_TRACKING_TOKEN (or _USERNAME and
_PASSWORD), HF_TOKEN, HF_ENDPOINT. Only the process that downloads sees them; a model's own process does not.

Exit codes: 0 ended as asked, 1 failed, 2 wrong options, 3 the server refuses the key or the runner, 4 the server cannot
be reached (with --once).
"""


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="probelog-runner",
        description="Runs models that are not ONNX for a ProbeLog server: claims waiting versions, runs them on the probe "
        "images, and uploads their responses.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    made.add_argument("--version", action="version", version=f"probelog-runner {__version__}")
    made.add_argument("--url", required=True, type=_url, help="the server, such as https://probelog.example.org")
    made.add_argument("--key-file", type=Path, metavar="FILE", help="has an API key with the scope ingest")
    made.add_argument("--name", default=socket.gethostname()[:100], help="shown to users (default: %(default)s)")
    made.add_argument(
        "--flavors",
        metavar="LIST",
        help="what to run, separated by commas (default: all whose packages are installed; mlflow.pyfunc with --allow-pickle only). Known: " + ", ".join(FLAVORS),
    )
    made.add_argument(
        "--entry-point",
        action="append",
        default=[],
        metavar="FLAVOR=MODULE:FUNCTION",
        help="run versions of this flavor by a Python function of yours, which takes the path of an image and returns its "
        "outputs; may be repeated",
    )
    made.add_argument("--allow-pickle", action="store_true", help="load pickles. They can run any code on this machine")
    made.add_argument("--allow-remote-code", action="store_true", help="run Python code that comes with a model. It can do anything on this machine")
    made.add_argument("--memory", type=_size, default="8GiB", metavar="SIZE", help="of a model's process, or 'none' (default: 8GiB)")
    made.add_argument("--max-model-size", type=_size, default="16GiB", metavar="SIZE", help="of a version's files (default: 16GiB)")
    made.add_argument(
        "--model-timeout",
        type=_positive,
        default=600,
        metavar="SECONDS",
        help="longest time for a download, for loading, and for each piece of up to 64 probes (default: %(default)s)",
    )
    made.add_argument("--batch", type=_positive, default=16, metavar="N", help="images at once (default: %(default)s)")
    made.add_argument("--cache-dir", type=Path, default=_default_cache(), metavar="FOLDER", help="for probe images and models (default: %(default)s)")
    made.add_argument("--once", action="store_true", help="run what is due, then end")
    return made


def settings_of(options: argparse.Namespace) -> Settings:
    """:raises argparse.ArgumentTypeError: with a message for the user"""
    entry_points = dict(_entry_point(text) for text in options.entry_point)
    chosen = default_flavors(options.allow_pickle) if options.flavors is None else [name.strip() for name in options.flavors.split(",") if name.strip()]
    for name in chosen:
        if name in entry_points:
            continue
        if name not in FLAVORS:
            raise argparse.ArgumentTypeError(
                f"The flavor {name} is not known. Known are {', '.join(FLAVORS)}; others need --entry-point {name}=…"
            )
        lacking = missing(name)
        if lacking:
            raise argparse.ArgumentTypeError(f"The flavor {name} needs {', '.join(lacking)}, which is not installed.")
    announced = list(dict.fromkeys([*entry_points, *chosen]))
    if not announced:
        raise argparse.ArgumentTypeError(
            "No flavor can be run: install what your models need (pip install 'probelog-runner[pytorch,transformers,timm]')."
        )
    return Settings(
        name=options.name[:100],
        flavors=announced,
        entry_points=entry_points,
        allow_pickle=options.allow_pickle,
        allow_remote_code=options.allow_remote_code,
        batch=options.batch,
        memory=options.memory,
        model_timeout_seconds=options.model_timeout,
        max_model_bytes=options.max_model_size or sys.maxsize,
        cache=options.cache_dir,
        once=options.once,
    )


def default_flavors(allow_pickle: bool) -> list[str]:
    """
    What is installed. Nearly every version of MLflow has `mlflow.pyfunc`, too, and nearly all need pickles for it: without
    permission, this runner would take them from those that run their own flavor, only to refuse them.
    """
    return [name for name in installed() if allow_pickle or name != "mlflow.pyfunc"]


def main(arguments: Sequence[str] | None = None) -> int:
    made = parser()
    options = made.parse_args(arguments)
    try:
        settings = settings_of(options)
        key = _key(options.key_file)
    except argparse.ArgumentTypeError as error:
        made.error(str(error))
    hide_secrets()
    adopt_orphans()
    if set(settings.flavors) - set(settings.entry_points) and not has_isolation():
        log("Warning: this system has no network namespaces for this user, so models can reach the network.")
    stop = threading.Event()
    _stop_on_signals(stop)
    client = Client(options.url, key, stop, log, ONCE_SECONDS if settings.once else None)
    try:
        Runner(settings, client, stop, log).run()
    except ServerUnreachable as error:
        log(f"{error}. Check --url, or whether the server runs.")
        return EXIT_UNREACHABLE
    except ServerError as error:
        if error.code in ("UNAUTHENTICATED", "FORBIDDEN"):
            log(f"The server refuses the key: {error.message} Give a key with the scope ingest by --key-file.")
        else:
            log(f"The server refuses this runner. {error}")
        return EXIT_REFUSED
    except OSError as error:
        log(f"The runner cannot go on: {error}.")
        return EXIT_FAILED
    return 0


def log(line: str) -> None:
    print(f"{time.strftime('%Y-%m-%dT%H:%M:%S%z')} {line}", file=sys.stderr, flush=True)


def _stop_on_signals(stop: threading.Event) -> None:
    def on_signal(number: int, _: object) -> None:
        if stop.is_set():
            os._exit(128 + number)
        log("Ending: the claim is given back. Send the signal again to end at once.")
        stop.set()

    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGINT, on_signal)


def _key(path: Path | None) -> str | None:
    if path is None:
        return None
    try:
        key = path.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise argparse.ArgumentTypeError(f"The key file cannot be read: {error}.") from None
    if not key or not key.isascii() or any(character.isspace() for character in key):
        raise argparse.ArgumentTypeError(f"The key file {path} does not have one key.")
    return key


def _url(text: str) -> str:
    parts = urllib.parse.urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise argparse.ArgumentTypeError(f"{text!r} is no address such as https://probelog.example.org.")
    return text


def _entry_point(text: str) -> tuple[str, str]:
    flavor, _, target = text.partition("=")
    module, _, function = target.partition(":")
    if not _FLAVOR.fullmatch(flavor) or not module or not function:
        raise argparse.ArgumentTypeError(f"--entry-point {text!r} is not of the form acme.torch=package.module:function.")
    return flavor, target


def _size(text: str) -> int | None:
    """Bytes; None for "none"."""
    if text.lower() == "none":
        return None
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?", text.strip().lower())
    if not found:
        raise argparse.ArgumentTypeError(f"{text!r} is no size such as 8GiB.")
    return int(float(found[1]) * _UNITS[found[2]])


def _positive(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1.")
    return int(text)


def _default_cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "probelog-runner"
