"""Small files that appear whole or not at all, even when the power fails."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from forecasting.core.json_values import jsonable


def write_text(path: Path, text: str) -> None:
    """Replaces a file in one step; readers see the old text or the new one, never a part."""
    write_bytes(path, text.encode())


def write_bytes(path: Path, content: bytes) -> None:
    """Replaces a file by these bytes in one step; readers see the old bytes or the new ones, never a part."""
    draft = path.with_name(f".{path.name}-{os.getpid()}-{secrets.token_hex(4)}")
    try:
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    sync(path.parent)


def write_json(path: Path, values: Mapping[str, Any]) -> None:
    """Replaces a file by these values as JSON in one step; `jsonable` says what they may be."""
    write_plain_json(path, jsonable(values))


def write_plain_json(path: Path, values: Mapping[str, Any]) -> None:
    """Replaces a file in one step by values that are as JSON knows them."""
    try:
        content = orjson.dumps(values, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    except TypeError:  # whole numbers of more than 64 bits, and halves of characters
        content = (json.dumps(values, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()
    write_bytes(path, content)


def sync(path: Path) -> None:
    """Returns when a file's bytes, or a folder's names, are on the disk."""
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
