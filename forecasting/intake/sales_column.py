"""The question for a file of which no column is the units sold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from forecasting.core import schema
from forecasting.intake import column_words as known
from forecasting.intake.answers import Answers
from forecasting.intake.column_facts import facts_of
from forecasting.intake.column_guess import MIN_SHARE_WITHOUT_NAME, can_be_sales
from forecasting.intake.column_mapping import require_columns
from forecasting.intake.names import holds
from forecasting.intake.receipts import is_receipt_column, receipts_by
from forecasting.intake.table import Table, listed
from forecasting.intake.understood import Choice, Question, Understood, open_questions

MAX_COLUMNS: Final = 6
"""Columns that are offered, at most."""


def require_sales(table: Table, mapping: Mapping[str, str], answers: Answers) -> None:
    """Raises QuestionsOpen where the dates are known and the sales are not, and InputError for a mapping that does not fit the file."""
    if schema.SALES in mapping or schema.DATE not in mapping or answers.count_rows or not len(table):
        return
    require_columns(table, mapping, schema.COLUMNS)
    facts = [each for each in facts_of(table.rows) if each.name not in mapping.values() and not is_receipt_column(each.name)]
    fitting = [each.name for each in facts if can_be_sales(each) and each.numeric >= MIN_SHARE_WITHOUT_NAME and each.days < 1.0]
    fitting.sort(key=lambda name: holds(name, known.NOT_SALES, known.NOT_SALES_ANYWHERE))
    each_row = Choice("count_rows", f"Each row is one unit sold: {len(table):,} units", {"count_rows": True}, float(len(table)))
    columns = [Choice(name, f"{name} is the units sold", {"mapping": {schema.SALES: name}}) for name in fitting[:MAX_COLUMNS]]
    choices = [each_row, *columns] if receipts_by(table, mapping) or not columns else [*columns, each_row]
    text = "No column is called units sold. What was sold?" if fitting else "No column has numbers that can be the units sold. What was sold?"
    if len(fitting) > 1 and schema.PRODUCT not in mapping:
        shown = listed(fitting, 3)
        text += f" If {shown} are products side by side, the file is wide: give each product a row of its own, with its name and its units."
    roles = {role: mapping.get(role) for role in schema.COLUMNS}
    raise open_questions(Understood(read=table.reading, mapping=roles, notes=table.notes, questions=(Question("sales", text, tuple(choices)),)))
