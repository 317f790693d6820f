from __future__ import annotations

from typing import Any

import pytest

from probelog_runner.errors import cut
from probelog_runner.job import result_of


@pytest.mark.parametrize(
    ("field", "told", "sent"),
    [
        ("kind", "OTHER", "UNKNOWN"),
        ("kind", ["LOGITS"], "UNKNOWN"),
        ("labels", ["x" * 2000, 1], ["x" * 1000, "1"]),
        ("labels", "crow", None),
        ("inputShape", [None, 3, 224, 224], [None, 3, 224, 224]),
        ("inputShape", [1.5], None),
        ("inputShape", [1 << 40], None),
        ("inputShape", [True], None),
        ("outputName", " " * 3, None),
        ("outputName", "y" * 300, "y" * 200),
        ("preprocessing", {"a": "b" * 70_000}, None),
        ("preprocessing", {"a": float("nan")}, None),
        ("preprocessing", [1], None),
    ],
)
def test_only_what_the_server_takes_is_sent(field: str, told: Any, sent: Any) -> None:
    assert result_of({field: told})[field] == sent


def test_notes_are_cut_and_never_empty() -> None:
    result = result_of({"notes": ["", " ", "a", "a", "n" * 600, 7, *(f"note {index}" for index in range(30))], "other": 1})
    assert result["notes"][:3] == ["a", "n" * 500, "7"] and len(result["notes"]) == 20 and "other" not in result


def test_texts_are_counted_as_the_server_counts() -> None:
    assert cut("\U0001f426" * 3, 4) == "\U0001f426" * 2
    assert cut("\U0001f426" * 3, 3) == "\U0001f426"
    assert cut("a\0\ud800b", 9) == "ab"
