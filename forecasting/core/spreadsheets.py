"""CSV that is safe to open in a spreadsheet: texts that it would run as formulas are made harmless, and read back as they were.

A spreadsheet runs a cell that begins with `=`, `+`, `-` or `@`, also a full-width one (systems in Japanese or Chinese read it as the same sign)
and, in some programs, behind spaces, quotation marks or signs that nobody sees. A cell may also begin inside a text: a file with commas that
is opened where semicolons part cells is cut at semicolons, tabs and line ends, whatever quotation marks stand around them. The remedy is the
one that spreadsheets have themselves: an apostrophe in front says "this is text". Signs that nobody sees are written as escapes (`unseen`).

Source: OWASP, "CSV Injection".
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, Literal

import pandas as pd

from forecasting.core import unseen

_RUN: Final = "[=+\\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b]"
_UNSEEN: Final = f"\"'\\s{unseen.SIGNS}"
_CUT: Final = ";\\t\\r\\n"
_FIRST: Final = f"[{_UNSEEN}]*{_RUN}|'*[\\t\\r\\n]"
"""What a text must not begin with."""
_INSIDE: Final = f"(?![{_CUT}])[{_UNSEEN}]"
"""What hides the beginning of a cell inside a text; without the signs that cut, so that looking a text through takes time in proportion."""
_LATER: Final = f"(?:{_INSIDE})*{_RUN}"
_OPEN: Final = re.compile(f"^(?={_FIRST})|(?<=[{_CUT}])(?={_LATER})")
_MARK: Final = re.compile(f"^'(?={_FIRST})|(?<=[{_CUT}])'(?={_LATER})")


def harmless(text: str) -> str:
    """The text, with an apostrophe wherever a spreadsheet would begin to run it.

    Example:
        >>> harmless("Bread"), harmless("=1+1"), harmless("Bread;=1+1")
        ('Bread', "'=1+1", "Bread;'=1+1")
    """
    return _OPEN.sub("'", text)


def as_meant(text: str) -> str:
    """The text as it was before it was made harmless, and signs that nobody sees instead of their escapes; other texts stay as they are.

    Example:
        >>> as_meant("'=1+1"), as_meant("Baker's"), as_meant("'tis")
        ('=1+1', "Baker's", "'tis")
    """
    return _MARK.sub("", unseen.read_back(text))


def to_csv(table: pd.DataFrame) -> bytes:
    """The table as UTF-8 CSV with ISO dates; a text that a spreadsheet would run as a formula gets a leading apostrophe.

    Names of columns are texts too. Signs that nobody sees, and what UTF-8 cannot encode (half a surrogate pair), are written as escapes.
    """
    safe, texts = _safe(table)
    returns = any(_has_return(column) for column in (*texts, pd.Series(safe.columns, dtype=object)))
    return _written(safe, quoted=returns)


def csv_parts(tables: Iterable[pd.DataFrame], texts: Iterable[str]) -> Iterator[bytes]:
    """The same CSV of the rows of several tables with the same columns, a table at a time.

    Args:
        tables: In order.
        texts: What their texts may be, by which all of them are quoted alike.
    """
    returns = any("\r" in _cell(text) for text in texts)
    for number, table in enumerate(tables):
        yield _written(_safe(table)[0], quoted=returns, header=number == 0)


def _safe(table: pd.DataFrame) -> tuple[pd.DataFrame, list[pd.Series]]:
    """The table with harmless texts, and its columns of texts."""
    texts = {str(name): _mapped(table[name], _cell) for name in table.select_dtypes(include=["object", "str", "category"])}
    return table.assign(**texts).rename(columns=lambda name: _cell(str(name))), list(texts.values())


def _written(safe: pd.DataFrame, *, quoted: bool, header: bool = True) -> bytes:
    quoting: Literal[0, 2] = csv.QUOTE_NONNUMERIC if quoted else csv.QUOTE_MINIMAL
    text = safe.to_csv(index=False, header=header, date_format="%Y-%m-%d", lineterminator="\n", quoting=quoting)
    return text.encode(errors="backslashreplace")


def neutralised(texts: pd.Series) -> pd.Series:
    """The texts, with an apostrophe where a spreadsheet would run them; cells that are not text stay as they are.

    Example:
        >>> neutralised(pd.Series(["Bread", "=1+1"])).tolist()
        ['Bread', "'=1+1"]
    """
    return _mapped(texts, harmless)


def _cell(text: str) -> str:
    return unseen.escaped_cell(harmless(text))


def _mapped(texts: pd.Series, safe_text: Callable[[str], str]) -> pd.Series:
    """The texts made safe; cells that are not text stay as they are."""
    if isinstance(texts.dtype, pd.CategoricalDtype):
        return _mapped(texts.astype(object), safe_text)
    by_text = {text: safe_text(text) for text in set(filter(_is_text, texts.tolist()))}
    if all(text == safe for text, safe in by_text.items()):
        return texts
    return pd.Series([by_text[cell] if isinstance(cell, str) else cell for cell in texts.tolist()], index=texts.index, name=texts.name, dtype=object)


def _has_return(texts: pd.Series) -> bool:
    """Whether a text holds a carriage return, which spreadsheets read as the end of a row; Python's writer puts no quotation marks around it."""
    return any("\r" in text for text in set(filter(_is_text, texts.tolist())))


def _is_text(cell: Any) -> bool:
    return isinstance(cell, str)
