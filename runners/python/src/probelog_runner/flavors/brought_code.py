"""Python code among a version's files."""

from __future__ import annotations

import json
from pathlib import Path

from probelog_runner.confine import refuse_code
from probelog_runner.errors import Failure


def check_brought_code(folder: Path) -> None:
    """
    :raises Failure: REFUSED when transformers could be led to Python files by any configuration in the folder
    """
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.suffix.lower() in (".py", ".pyc", ".so"):
            raise refuse_code(name)
        if path.suffix.lower() == ".json" and path.is_file() and _has_key(_content(path, name), "auto_map"):
            raise refuse_code(f"auto_map of {name}")


def _content(path: Path, name: str) -> object:
    try:
        content: object = json.loads(path.read_text(encoding="utf-8"))
        return content
    except (OSError, ValueError, RecursionError) as error:
        raise Failure("LOAD_FAILED", f"The version's {name} cannot be read: {error}.") from None


def _has_key(content: object, key: str) -> bool:
    waiting = [content]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if value.get(key):
                return True
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
    return False
