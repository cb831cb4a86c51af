"""Tables that a version keeps of what follows from its other files: Parquet with the form of their numbers, and with facts that are no numbers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import pyarrow as pa
from pyarrow import parquet

NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})
_FACTS: Final = b"shelfcast"


class Head(NamedTuple):
    """What a table says of itself.

    Args:
        facts: What was written besides its numbers.
        names: Of its columns.
    """

    facts: Mapping[str, Any]
    names: list[str]


def write(table: pa.Table, path: Path, form: int, facts: Mapping[str, Any] = NOTHING, *, use_dictionary: bool = True) -> None:
    """Writes a table.

    Args:
        table: Its columns.
        path: The file.
        form: Of what the numbers mean; who reads another one works them out.
        facts: What JSON can hold, besides.
        use_dictionary: Whether numbers that occur again are written once.
    """
    described = table.replace_schema_metadata({_FACTS: json.dumps({"form": form, **facts})})
    parquet.write_table(described, path, compression="zstd", use_dictionary=use_dictionary, write_page_checksum=True)


def head(path: Path, form: int) -> Head | None:
    """The facts and columns of a table of this form; None where there is none, or one of another form."""
    if not path.exists():
        return None
    written = parquet.read_schema(path)
    facts = json.loads(written.metadata[_FACTS])
    return Head(facts, written.names) if facts["form"] == form else None


def read(path: Path) -> pa.Table:
    """All of a table; raises OSError where its bytes are not as they were written."""
    return parquet.ParquetFile(path, page_checksum_verification=True).read()
