"""Files whose days, weeks or months run across in columns."""

from __future__ import annotations

from forecasting.intake.periods import periods_across
from forecasting.intake.table import Table


def wide_columns(table: Table) -> str:
    """What a table says with its periods in columns, and what to do; empty for a table with a row for each day.

    Example:
        The days run across in columns 3 to 90 ("d_1" to "d_88"), and one row for each day and product is needed.
    """
    places = periods_across(table.columns)
    if not places:
        return ""
    first, last = table.columns[places[0]], table.columns[places[-1]]
    return (
        f'{_what(first)} run across in columns {places[0] + 1:,} to {places[-1] + 1:,} ("{first}" to "{last}"): one row is a product, not a day. '
        "A row for each day and product is needed, with a column for the date and one for the units. In a spreadsheet, unpivot these columns "
        "(Data, From table, Unpivot columns) and upload that."
    )


def _what(name: str) -> str:
    """What a column stands for, in the plural."""
    plain = name.casefold()
    if plain.startswith(("d", "tag")) and plain[-1:].isdigit():
        return "The days"
    if "w" in plain and plain[-1:].isdigit():
        return "The weeks"
    digits = sum(letter.isdigit() for letter in plain)
    if plain.isdigit() and digits == 4:
        return "The years"
    return "The days" if digits > 4 and len(plain) >= 8 and plain.count("-") + plain.count("/") + plain.count(".") == 2 else "The months"
