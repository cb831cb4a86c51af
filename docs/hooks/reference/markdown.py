"""Markdown that the reference pages are made of."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Sequence
from dataclasses import MISSING, Field, fields
from typing import Any

ARGUMENT = re.compile(r"^ {4}(\w+): (.+?)(?=^ {4}\w+: |\Z)", re.MULTILINE | re.DOTALL)


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '&#124;') for cell in row)} |" for row in lines)


def code(value: Any) -> str:
    """A value in code type; nothing for None or an empty text."""
    return "" if value is None or value == "" else f"`{value}`"


def argument_texts(documented: type) -> dict[str, str]:
    """What a Google docstring says of each argument."""
    section = (inspect.getdoc(documented) or "").partition("Args:\n")[2].split("\n\n")[0]
    return {name: " ".join(text.split()) for name, text in ARGUMENT.findall(section)}


def default(field: Field[Any]) -> Any:
    """What a field of a dataclass is where nothing is given."""
    return field.default if field.default is not MISSING else None


def fields_table(settings: type, header: str = "setting") -> str:
    """Each plain field of a dataclass: its name, its default, and what its docstring says."""
    texts = argument_texts(settings)
    plain = [field for field in fields(settings) if field.default is not MISSING]
    return table([header, "default", "says"], [[code(field.name), code(default(field)), texts[field.name]] for field in plain])
