"""Article numbers of which a spreadsheet kept only the first digits."""

from __future__ import annotations

from typing import Final

import pyarrow as pa
from pyarrow import compute

_SCIENTIFIC: Final = r"^\s*[1-9](?:[.,][0-9]+)?[eE]\+[0-9]{1,3}\s*$"


def spoiled_ids(texts: pa.Array, column: str) -> str:
    """What happened to numbers such as 4.00638E+12 in a column of keys and what to do, the text of an InputError; "" if there are none.

    Args:
        texts: Distinct texts of the column.
        column: Its name.
    """
    spoiled = texts.filter(compute.match_substring_regex(texts, _SCIENTIFIC))
    if not len(spoiled):
        return ""
    return (
        f'{column} has numbers such as "{spoiled[0].as_py().strip()}": a spreadsheet kept only their first digits, so that different products '
        f"became one. The digits cannot be brought back from this file. Format the column {column} as text in the spreadsheet, export again and "
        f"upload that; or leave {column} out if another column names the products."
    )
