"""Small records as JSON, each with a checksum of itself."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from forecasting.core.json_values import jsonable
from forecasting.storage import reading
from forecasting.storage.atomic_files import write_plain_json

CHECKSUM: Final = "checksum"


def write(path: Path, values: Mapping[str, Any]) -> None:
    """Replaces a file by these values and their checksum, in one step."""
    plain = jsonable(values)
    write_plain_json(path, {**plain, CHECKSUM: checksum(plain)})


def read(path: Path) -> dict[str, Any]:
    """The values in a file; those that an earlier release wrote have no checksum.

    Raises:
        ValueError: They are not as they were written.
        FileNotFoundError: There is no such file.
        StorageUnavailable: It cannot be read now.
    """
    values = json.loads(reading.text(path))
    if not isinstance(values, dict):
        raise ValueError(f"{path.name} is no record")
    stated = values.pop(CHECKSUM, None)
    if stated is not None and stated != checksum(values):
        raise ValueError(f"{path.name} is not as it was written")
    return values


def line(facts: Mapping[str, Any]) -> bytes:
    """One line with plain facts and their checksum, its line feed included."""
    return json.dumps({**facts, CHECKSUM: checksum(facts)}, ensure_ascii=False).encode() + b"\n"


def facts_of(line: bytes) -> dict[str, Any] | None:
    """The facts of such a line, with or without its line feed; None if it is not as it was written."""
    try:
        facts = json.loads(line)
        return dict(facts) if facts.pop(CHECKSUM) == checksum(facts) else None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def checksum(values: Mapping[str, Any]) -> str:
    """The sha256 of plain values, whatever their order."""
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()
