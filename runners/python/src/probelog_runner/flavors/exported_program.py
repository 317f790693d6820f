"""Archives of `torch.export`: what torch would run as Python while it loads one."""

from __future__ import annotations

import ast
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from probelog_runner.confine import refuse_code
from probelog_runner.errors import Failure

#: torch writes the names of nodes and arguments into the source of a function, and runs it.
_NAME = re.compile(r"[\w.:/+-]*", re.ASCII)
_ARGUMENT = re.compile(r"([A-Za-z_][\w.]*)?", re.ASCII)
#: Strings that torch writes as literals, or only shows.
_FREE = {"as_string", "as_strings", "metadata", "range_constraints"}
#: What compute only. Others read and write files, or are any attribute of the module `torch`, such as `torch.os.system`.
_OPERATOR = re.compile(
    r"torch\.ops\.(aten|prims|torchvision|quantized_decomposed)\.([A-Za-z]\w*|_[A-Za-z]\w*|__i?(and|or|xor|lshift|rshift)__)(\.[A-Za-z]\w*)?"
    r"|torch\.ops\.higher_order\.(cond|while_loop|scan|map_impl|wrap_with_set_grad_enabled|wrap_with_autocast)"
    r"|torch\._?sym_[a-z]\w*|math\.[a-z]\w*"
    r"|_operator\.(getitem|add|sub|mul|neg|pos|floordiv|truediv|mod|pow|eq|ne|lt|le|gt|ge|and_|or_|not_|lshift|rshift)",
    re.ASCII,
)
_FILE_OPERATOR = re.compile(r"torch\.ops\.aten\.(from_file|save)\b")
#: Of sympy and torch.utils._sympy.functions.
_FUNCTIONS = {
    "Symbol", "Integer", "Float", "Rational", "Max", "Min", "Abs", "Mod", "Eq", "Ne", "Lt", "Le", "Gt", "Ge", "And", "Or", "Not",
    "Add", "Mul", "Pow", "Piecewise", "floor", "ceiling", "log", "sqrt", "FloorDiv", "ModularIndexing", "Where", "PythonMod",
    "CleanDiv", "CeilToInt", "FloorToInt", "CeilDiv", "LShift", "RShift", "PowByNatural", "FloatPow", "FloatTrueDiv",
    "IntTrueDiv", "IsNonOverlappingAndDenseIndicator", "TruncToFloat", "TruncToInt", "RoundToInt", "RoundDecimal", "ToFloat",
    "Identity",
}  # fmt: skip
_PLAIN = (
    ast.Expression, ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.Name, ast.Load, ast.operator, ast.unaryop, ast.boolop,
    ast.cmpop, ast.keyword,
)  # fmt: skip


def check_exported_program(archive: Path) -> None:
    """
    :raises Failure: REFUSED when a record is more than data; LOAD_FAILED when one cannot be read
    """
    for name, record in _records(archive):
        try:
            content = json.loads(record)
        except (ValueError, RecursionError) as error:
            raise Failure("LOAD_FAILED", f"{archive.name} has a record {name} that cannot be read: {error}.") from None
        for key, value in _strings(content):
            if not _is_data(key, value):
                raise refuse_code(f"{key or 'a string'} {value[:100]!r} of {name} in {archive.name}")


def is_data_expression(text: str) -> bool:
    """Whether sympy, which evaluates expressions as Python, may get this one."""
    try:
        tree = ast.parse(text, mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    names: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if not isinstance(node.func, ast.Name) or node.func.id not in _FUNCTIONS:
                return False
            if node.func.id == "Symbol" and node.args:
                names.add(id(node.args[0]))
        elif isinstance(node, ast.Constant):
            # sympy evaluates strings again, wherever it meets them.
            if isinstance(node.value, str) and not (id(node) in names and _ARGUMENT.fullmatch(node.value)):
                return False
            if not isinstance(node.value, (str, int, float)):
                return False
        elif not isinstance(node, _PLAIN) or (isinstance(node, ast.Name) and "__" in node.id):
            return False
    return True


def _records(archive: Path) -> Iterator[tuple[str, bytes]]:
    """By both readers that torch has for archives: one may see what another does not."""
    try:
        with zipfile.ZipFile(archive) as opened:
            names = opened.namelist()
            if len({name.lower() for name in names}) != len(names):
                raise Failure("LOAD_FAILED", f"{archive.name} has two records of one name.")
            for name in names:
                if name.lower().endswith(".json"):
                    yield name, opened.read(name)
        # Loading torch takes seconds; most archives to refuse are refused before.
        import torch

        reader = torch._C.PyTorchFileReader(str(archive))
        for name in reader.get_all_records():
            if name.lower().endswith(".json"):
                yield name, reader.get_record(name)
    except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise Failure("LOAD_FAILED", f"{archive.name} is no archive of torch.export: {error}.") from None


def _strings(content: object) -> Iterator[tuple[str, str]]:
    """Every string that torch reads, with the field that has it; also keys."""
    waiting: list[tuple[str, object]] = [("", content)]
    while waiting:
        key, value = waiting.pop()
        if isinstance(value, str):
            yield key, value
        elif isinstance(value, list):
            waiting.extend((key, item) for item in value)
        elif isinstance(value, dict):
            for inner, item in value.items():
                yield "", inner
                if inner not in _FREE:
                    waiting.append((inner, item))


def _is_data(key: str, value: str) -> bool:
    if key == "expr_str":
        return is_data_expression(value)
    if key == "guards_code":
        return False
    if key in ("target", "as_operator"):
        return _OPERATOR.fullmatch(value) is not None and not _FILE_OPERATOR.match(value)
    if key in ("in_spec", "out_spec"):
        return _is_data_tree(value)
    if key in ("name", "forward_arg_names"):
        return _ARGUMENT.fullmatch(value) is not None
    return _NAME.fullmatch(value) is not None


def _is_data_tree(text: str) -> bool:
    """Whether no context has an object: those name modules to import."""
    if not text:
        return True
    try:
        waiting: list[Any] = [json.loads(text)]
        while waiting:
            value = waiting.pop()
            if isinstance(value, list):
                waiting.extend(value)
            elif isinstance(value, dict):
                waiting.extend(value.get("children_spec") or [])
                context = value.get("context")
                if context is not None and _has_object(json.loads(context)):
                    return False
    except (ValueError, TypeError, RecursionError):
        return False
    return True


def _has_object(content: object) -> bool:
    if isinstance(content, list):
        return any(_has_object(item) for item in content)
    return isinstance(content, dict)
