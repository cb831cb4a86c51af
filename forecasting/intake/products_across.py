"""Files with a row for each day and a column for each product."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from forecasting.core import schema
from forecasting.core.formatting import count
from forecasting.intake import column_words as known
from forecasting.intake.answers import Answers
from forecasting.intake.cells import as_numbers
from forecasting.intake.column_facts import facts_of
from forecasting.intake.column_guess import MIN_SHARE_WITHOUT_NAME, can_be_sales
from forecasting.intake.names import holds
from forecasting.intake.receipts import is_receipt_column
from forecasting.intake.table import Table, listed
from forecasting.intake.understood import Choice, Question
from forecasting.intake.wide import rows_of_cells

ACCEPTED: Final = "products-across"
"""What a person accepts who says that the columns are products."""
ONE_PRODUCT: Final = "one-product"
"""What a person accepts who says that only their sum is sales."""
TOLERANCE: Final = 0.5
"""Units by which a sum may differ from the column of sums: cells are rounded."""
PRODUCT: Final = "Product"
"""What the column is called that their names become."""


def numbers_beside(table: Table, mapping: Mapping[str, str]) -> list[str]:
    """Columns without a role whose numbers may be units, those whose names say something else last."""
    facts = [each for each in facts_of(table.rows) if each.name not in mapping.values() and not is_receipt_column(each.name)]
    fitting = [each.name for each in facts if can_be_sales(each) and each.numeric >= MIN_SHARE_WITHOUT_NAME and each.days < 1.0]
    return sorted(fitting, key=is_other)


def products_of(fitting: list[str], mapping: Mapping[str, str]) -> list[str]:
    """Those of these columns that may be products, if a file can have them across: several, and none in the rows."""
    products = [name for name in fitting if not is_other(name)]
    return products if len(products) > 1 and schema.PRODUCT not in mapping else []


def question(table: Table, mapping: Mapping[str, str], answers: Answers) -> Question | None:
    """Whether the columns that the sales add up are products; None where the sales add up no others, or a person said so."""
    sold = mapping.get(schema.SALES)
    if sold is None or not {ACCEPTED, ONE_PRODUCT}.isdisjoint(answers.accept):
        return None
    products = products_of(numbers_beside(table, mapping), mapping)
    if not products or not np.allclose(_numbers(table, products).sum(axis=0), _numbers(table, [sold])[0], atol=TOLERANCE, equal_nan=True):
        return None
    text = f"{sold} adds up {listed(products, 3)}. Are these {len(products):,} products, each with sales of its own?"
    total = float(np.nansum(_numbers(table, [sold])))
    each = Choice(ACCEPTED, f"Yes: {count(len(products), 'series', 'series')}, {total:,.0f} units", {"accept": [ACCEPTED]}, total)
    return Question("products", text, (each, Choice(ONE_PRODUCT, f"No, only {sold}: {total:,.0f} units", {"accept": [ONE_PRODUCT]}, total)))


def _numbers(table: Table, columns: list[str]) -> np.ndarray:
    """The numbers of columns, NaN for a cell that has none, shape (columns, n)."""
    return np.stack([as_numbers(table.rows[name], "," if table.decimal == "," else ".") for name in columns])


def unfolded(table: Table, mapping: Mapping[str, str], answers: Answers) -> tuple[Table, dict[str, str]]:
    """The table with a row for each day and product, and its mapping, where a person says that the columns are products; else both as they are."""
    roles = {role: column for role, column in mapping.items() if column in table.columns}
    products = products_of(numbers_beside(table, roles), roles) if ACCEPTED in answers.accept else []
    if not products:
        return table, dict(mapping)
    note = f"{listed(products, 3)} are products side by side; each of their cells became a row."
    changed = rows_of_cells(table, table.rows.drop(columns=products), products, PRODUCT, (note,))
    product, sold = changed.columns[-2:]
    return changed, roles | {schema.PRODUCT: product, schema.SALES: sold}


def is_other(name: str) -> bool:
    """Whether a column's name says that its numbers are something else than units."""
    return holds(name, known.NOT_SALES, known.NOT_SALES_ANYWHERE)
