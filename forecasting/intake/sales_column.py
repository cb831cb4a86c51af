"""The question for a file of which no column is the units sold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from forecasting.core import schema
from forecasting.core.formatting import count
from forecasting.intake import products_across
from forecasting.intake.answers import Answers
from forecasting.intake.column_mapping import require_columns
from forecasting.intake.receipts import receipts_by
from forecasting.intake.table import Table, listed
from forecasting.intake.understood import Choice, Question, Understood, open_questions

MAX_COLUMNS: Final = 6
"""Columns that are offered, at most."""


def require_sales(table: Table, mapping: Mapping[str, str], answers: Answers) -> None:
    """Raises QuestionsOpen where the dates are known and the sales are not, and InputError for a mapping that does not fit the file."""
    if schema.SALES in mapping or schema.DATE not in mapping or answers.count_rows or not len(table):
        return
    require_columns(table, mapping, schema.ROLES)
    fitting = products_across.numbers_beside(table, mapping)
    each_row = Choice("count_rows", f"Each row is one unit sold: {len(table):,} units", {"count_rows": True}, float(len(table)))
    columns = [Choice(name, f"{name} is the units sold", {"mapping": {schema.SALES: name}}) for name in fitting[:MAX_COLUMNS]]
    choices = [each_row, *columns] if receipts_by(table, mapping) or not columns else [*columns, each_row]
    text = "No column is called units sold. What was sold?" if fitting else "No column has numbers that can be the units sold. What was sold?"
    if products := products_across.products_of(fitting, mapping):
        across = f"{listed(products, 3)} are {count(len(products), 'product')} side by side"
        choices.insert(0, Choice(products_across.ACCEPTED, across, {"accept": [products_across.ACCEPTED]}))
    roles = {role: mapping.get(role) for role in schema.ROLES}
    raise open_questions(Understood(read=table.reading, mapping=roles, notes=table.notes, questions=(Question("sales", text, tuple(choices)),)))
