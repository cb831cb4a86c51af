"""Names of columns and texts of cells, compared without capitals, accents and signs."""

from __future__ import annotations

import re
from collections.abc import Iterable

from forecasting.core.spellings import folded

_WORD = re.compile(r"[^\W\d_]+")
_OF_LINES = re.compile(r"^[^/]*lines?/", re.IGNORECASE)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def plain(name: str) -> str:
    """Lower case letters and digits without accents.

    Example:
        >>> plain("Qté vendue (unités)"), plain("Straße Nr.")
        ('qtevendueunites', 'strassenr')
    """
    return "".join(c for c in folded(name) if c.isalnum())


def words(name: str) -> list[str]:
    """The words of a name, plain.

    Example:
        >>> words("Lineitem quantity"), words("StockCode"), words("transaction_qty"), words("Week5")
        (['lineitem', 'quantity'], ['stock', 'code'], ['transaction', 'qty'], ['week'])
    """
    return _WORD.findall(folded(_CAMEL.sub(" ", name).replace("_", " ")))


def own_name(name: str) -> str:
    """The name of a column without the list that it is of.

    Example:
        >>> own_name("Order Lines/Product"), own_name("order_line/product_id"), own_name("Product/Service")
        ('Product', 'product_id', 'Product/Service')
    """
    return _OF_LINES.sub("", name)


def is_number_of(name: str, things: frozenset[str], endings: Iterable[str]) -> bool:
    """Whether a name is one of these things, alone or before one of the endings.

    Example:
        >>> is_number_of("Receipt No.", frozenset({"receipt"}), ("", "no"))
        True
    """
    text = plain(name)
    return any(text.removesuffix(ending) in things for ending in endings if text.endswith(ending))


def holds(name: str, known: frozenset[str], anywhere: Iterable[str] = ()) -> bool:
    """Whether a name has one of these words, or one of these texts anywhere."""
    return not known.isdisjoint({*words(name), plain(name)}) or any(text in name for text in anywhere)
