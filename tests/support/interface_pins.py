"""What must stay as it is while modules move: pins, one JSON file each in `tests/data/interfaces`, and how a value is compared with one.

SHELFCAST_WRITE_PINS=1 writes them anew. A pin holds names and kinds, never wording.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from difflib import unified_diff
from functools import reduce
from typing import Any, Final

import pytest
from repository import ROOT

WRITE_PINS: Final = "SHELFCAST_WRITE_PINS"
AGAIN: Final = f"To write it anew: {WRITE_PINS}=1 .venv/bin/python -m pytest tests/architecture"
PINS: Final = ROOT / "tests" / "data" / "interfaces"
WIDTH: Final = 120
"""Characters up to which a list or an object stands on one line."""
KINDS: Final = {str: "string", bool: "boolean", int: "number", float: "number", type(None): "null"}


def check_pin(name: str, value: Any) -> None:
    """Fails with the lines that differ where a value is not what its pin says."""
    found = json.loads(json.dumps(value))
    _compare(name, found, _pinned(name, found))


def check_shapes(name: str, values: Mapping[str, Any]) -> None:
    """The same of the keys and kinds of answers in JSON; what is null in one of the two may be anything in the other."""
    found = {label: shape(value) for label, value in values.items()}
    pinned = _pinned(name, found)
    _compare(name, nulls_filled(found, pinned), nulls_filled(pinned, found))


def _pinned(name: str, found: Any) -> Any:
    path = PINS / f"{name}.json"
    if os.environ.get(WRITE_PINS):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(readable(found) + "\n", encoding="utf-8")
    assert path.is_file(), f"{path} is missing. {AGAIN}"
    return json.loads(path.read_text(encoding="utf-8"))


def _compare(name: str, found: Any, pinned: Any) -> None:
    lines = [*unified_diff(readable(pinned).splitlines(), readable(found).splitlines(), "pinned", "found", lineterm="", n=1)]
    if lines:
        pytest.fail("\n".join([f"This differs from {PINS / name}.json. If it is meant, edit that file. {AGAIN}", *lines]), pytrace=False)


def shape(value: Any) -> Any:
    """JSON by its keys: instead of a leaf its kind, and of a list one item that stands for all of them, so that its length is free."""
    if isinstance(value, dict):
        return {key: shape(item) for key, item in value.items()}
    if isinstance(value, list):
        return [reduce(_both, map(shape, value))] if value else []
    return KINDS[type(value)]


def _both(one: Any, other: Any) -> Any:
    """What stands for two items of one list."""
    if other in (one, "null", []):
        return one
    if one in ("null", []):
        return other
    if isinstance(one, list) and isinstance(other, list):
        return [_both(one[0], other[0])]
    if isinstance(one, dict) and isinstance(other, dict):
        return {key: _both(one.get(key, "null"), other.get(key, "null")) for key in {**one, **other}}
    return " or ".join(sorted({*str(one).split(" or "), *str(other).split(" or ")}))


def nulls_filled(one: Any, other: Any) -> Any:
    """A shape in which a null is what another shape says there."""
    if one == "null":
        return other
    if isinstance(one, dict) and isinstance(other, dict):
        return {key: nulls_filled(item, other.get(key, item)) for key, item in one.items()}
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return [nulls_filled(*pair) for pair in zip(one, other, strict=True)]
    return one


def readable(value: Any, indent: str = "") -> str:
    """Sorted JSON, indented, with what is short on one line."""
    line = json.dumps(value, sort_keys=True, ensure_ascii=False)
    if not isinstance(value, (dict, list)) or len(indent) + len(line) <= WIDTH:
        return line
    deeper = f"{indent}  "
    if isinstance(value, list):
        return "[\n" + ",\n".join(deeper + readable(item, deeper) for item in value) + f"\n{indent}]"
    items = (f"{deeper}{json.dumps(key, ensure_ascii=False)}: {readable(value[key], deeper)}" for key in sorted(value))
    return "{\n" + ",\n".join(items) + f"\n{indent}}}"
