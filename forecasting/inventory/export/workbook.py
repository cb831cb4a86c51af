"""Orders as a workbook for buyers: after a change of the stock, a pack or a minimum, the order recalculates."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from xlsxwriter import Workbook
from xlsxwriter.utility import xl_col_to_name

from forecasting.core import schema
from forecasting.core.arrays import FloatArray
from forecasting.inventory import order_quantities
from forecasting.inventory.export.cell_formulas import ROW, STATE, formulas, until_counted
from forecasting.inventory.export.columns import INPUT, LATER, RULES, Column, evidence_columns, key_columns, order_columns
from forecasting.inventory.export.sheet import Sheet, add_sheet
from forecasting.inventory.export.styles import WorkbookStyles
from forecasting.inventory.orders import wording
from forecasting.inventory.orders.recommend import FINE, SOON
from forecasting.inventory.policy import Rule
from forecasting.models import registry

TOTAL, GROUPS, HEADER, FIRST = 2, 3, 4, 5
"""Rows of the sheet of orders, from 0; the lines start at the last."""
ABOVE: Final = 6
"""The row of the header of the sheet of evidence, from 0."""
FROZEN: Final = 2
"""Columns that stay in view when scrolling, at most."""
ALWAYS: Final = ("state", "order", "order_value", "inventory_position")
"""Columns with a formula on every line; the other formulas need a level."""
OPTIONS: Final = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def orders_xlsx(table: pd.DataFrame, evidence: Mapping[str, Any], *, rule: Rule) -> bytes:
    """A workbook of three sheets: Orders (inputs, and formulas with their values), Evidence (the numbers behind each line), About.

    Where `order_quantity` differs from the rule's quantity, it is treated as a person's own order.

    Args:
        table: Recommendations, a line each, in order; columns as `orders.Orders` has them.
        evidence: `version` (a number), `trained` (a text, may be empty), `sales_to` (a day), `cutoffs` (days), `judged` (a text: "28 days"),
            `errors_used` (of each line, in the same order).
        rule: The rule by which orders are calculated.
    """
    file = io.BytesIO()
    book = Workbook(file, OPTIONS)
    book.set_properties({"title": "Orders", "created": pd.Timestamp(evidence["sales_to"]).to_pydatetime()})
    look = WorkbookStyles(book, table)
    _write_orders(add_sheet(book, "Orders", look), _lines(table, rule), evidence, rule)
    _write_evidence(add_sheet(book, "Evidence", look), table, evidence)
    _write_about(add_sheet(book, "About", look), table, rule)
    book.close()
    return file.getvalue()


def quantities(table: pd.DataFrame, rule: Rule) -> FloatArray:
    """Units that the rule orders on each line, NaN where the level is unknown or the shelf was not counted."""
    position = (table["on_hand"] + table["on_order"] - table["backorders"]).to_numpy(dtype=float)
    names = ("reorder_point", "order_up_to", "lot", "pack_size", "minimum_order")
    terms = order_quantities.Terms(*(table[name].to_numpy(dtype=float) for name in names))
    return np.where(np.isfinite(terms.order_up_to) & np.isfinite(position), order_quantities.quantity_by(rule, terms, position), np.nan)


def _lines(table: pd.DataFrame, rule: Rule) -> pd.DataFrame:
    """The table with the values of every column of the sheet of orders."""
    recommended = quantities(table, rule)
    given = table["order_quantity"].to_numpy(dtype=float)
    changed = np.isfinite(given) & (np.abs(given - np.nan_to_num(recommended)) > 1e-6)
    order = np.where(changed, given, recommended)
    columns = {"recommended": recommended, "yours": np.where(changed, given, np.nan), "order": order}
    return table.assign(**columns, order_value=order * table["unit_cost"].to_numpy(dtype=float), state=table["state"].map(wording.STATES))


def _write_orders(sheet: Sheet, lines: pd.DataFrame, evidence: Mapping[str, Any], rule: Rule) -> None:
    columns, last = order_columns(lines, rule), FIRST + max(len(lines), 1) - 1
    letters = {column.name: xl_col_to_name(place) for place, column in enumerate(columns)}
    live = formulas(rule, letters)
    sheet.head(HEADER, columns, last, min(len(key_columns(lines)), FROZEN))
    sheet.write_string(0, 0, "Orders", sheet.look.title)
    facts = f"Model v{evidence['version']}, sales to {pd.Timestamp(evidence['sales_to']):%Y-%m-%d}."
    sheet.write_string(1, 0, f"{facts} {RULES[rule]} Change a blue cell and the order recalculates.", sheet.look.note)
    _write_groups(sheet, columns)
    _write_totals(sheet, columns, lines, last)
    for place, column in enumerate(columns):
        if column.name in live:
            sheet.fill_formulas(FIRST, place, column, _formulas(column.name, lines, live[column.name], letters))
        else:
            sheet.fill(FIRST, place, column, lines[column.name])
    if len(lines):
        _check_inputs(sheet, letters, last)
        sheet.look.mark_states(sheet, f"{letters['state']}{FIRST + 1}:{letters['state']}{last + 1}")


def _formulas(name: str, lines: pd.DataFrame, formula: str, letters: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    """A column's formulas, each with its value; empty where the level is unknown. A shelf that was not counted has them: they wait for its count."""
    stays = (wording.STATES[SOON], wording.STATES[FINE])
    waiting = until_counted(name, formula, letters)
    facts = (lines[name], lines["state"], lines["order_up_to"].isna(), lines["on_hand"].isna())
    for row, (value, state, unknown, uncounted) in enumerate(zip(*(fact.tolist() for fact in facts), strict=True), start=FIRST + 1):
        text = (waiting if uncounted else formula).replace(ROW, str(row)).replace(STATE, state if state in stays else LATER)
        yield "" if unknown and name not in ALWAYS else text, value


def _write_groups(sheet: Sheet, columns: Sequence[Column]) -> None:
    """The name of each group over its first column."""
    before = ""
    for place, column in enumerate(columns):
        if column.group != before:
            sheet.write_string(GROUPS, place, column.group, sheet.look.group(column))
        before = column.group


def _write_totals(sheet: Sheet, columns: Sequence[Column], lines: pd.DataFrame, last: int) -> None:
    sheet.write_string(TOTAL, 0, "Total of the rows shown", sheet.look.total("text"))
    for place, column in enumerate(columns[1:], start=1):
        if column.name in ("order", "order_value", "recommended"):
            letter, style = xl_col_to_name(place), sheet.look.total(column.kind)
            total = float(np.nansum(lines[column.name].to_numpy(dtype=float)))
            sheet.write_formula(TOTAL, place, f"=SUBTOTAL(109,{letter}{FIRST + 1}:{letter}{last + 1})", style, total)
        else:
            sheet.write_blank(TOTAL, place, None, sheet.look.total("text"))


def _check_inputs(sheet: Sheet, letters: Mapping[str, str], last: int) -> None:
    """Makes the spreadsheet refuse inputs outside the range of the arithmetic."""
    for name in ("yours", "on_hand", "on_order", "backorders", "pack_size", "minimum_order", "unit_cost"):
        if name in letters:
            least = 1 if name == "pack_size" else 0
            text = {"error_title": "Not possible", "error_message": f"Type a number of at least {least}."}
            span = f"{letters[name]}{FIRST + 1}:{letters[name]}{last + 1}"
            sheet.data_validation(span, {"validate": "decimal", "criteria": ">=", "value": least, **text})


def _write_evidence(sheet: Sheet, table: pd.DataFrame, evidence: Mapping[str, Any]) -> None:
    cutoffs, columns = pd.DatetimeIndex(evidence["cutoffs"]), evidence_columns(table)
    judged = f", {cutoffs.min():%Y-%m-%d} to {cutoffs.max():%Y-%m-%d}, {evidence['judged']} ahead each" if len(cutoffs) else ""
    facts = {
        "Model": f"v{evidence['version']}" + (f", trained {evidence['trained']}" if evidence["trained"] else ""),
        "Sales to": f"{pd.Timestamp(evidence['sales_to']):%Y-%m-%d}",
        "Past check": f"{len(cutoffs)} past dates{judged}",
    }
    sheet.head(ABOVE, columns, ABOVE + len(table), min(len(key_columns(table)), FROZEN))
    sheet.write_string(0, 0, "Evidence", sheet.look.title)
    sheet.write_string(1, 0, "The evidence for each row, with the stock as exported.", sheet.look.note)
    for row, (name, text) in enumerate(facts.items(), start=2):
        sheet.write_string(row, 0, name, sheet.look.strong)
        sheet.write_string(row, 1, text, sheet.look.fact)
    rows = [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]
    lines = table.assign(
        version=evidence["version"],
        cutoffs=len(cutoffs),
        errors_used=evidence["errors_used"],
        defaults=[", ".join(wording.assumptions(row)) for row in rows],
        model=table[schema.MODEL].map(registry.label),
    )
    sheet.fit_to_paper(2)
    for place, column in enumerate(columns):
        sheet.fill(ABOVE + 1, place, column, lines[column.name])


def _write_about(sheet: Sheet, table: pd.DataFrame, rule: Rule) -> None:
    keys = len(key_columns(table))
    texts = {
        "How orders are made": RULES[rule],
        "What can be changed": "The blue cells on the sheet Orders. Position, level, recommended order, order, value, state and totals recalculate.",
        "What stays": "Forecast, safety stock, lot, “With the stock as exported” and the sheet Evidence. Export again to update them.",
        "Totals": "They add up the rows that a filter shows. The value counts rows whose unit cost is known.",
    }
    orders, proof = (
        {column.label: _explained(column) for column in columns} for columns in (order_columns(table, rule), evidence_columns(table)[keys:])
    )
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 110)
    first = 0
    for title, lines in (("About this workbook", texts), ("Columns of Orders", orders), ("Columns of Evidence", proof)):
        sheet.write_string(first, 0, title, sheet.look.title)
        for row, (name, text) in enumerate(lines.items(), start=first + 1):
            sheet.write_string(row, 0, name, sheet.look.strong)
            sheet.write_string(row, 1, text, sheet.look.plain)
        first += len(lines) + 2


def _explained(column: Column) -> str:
    return f"You can change it. {column.says}" if column.group == INPUT else column.says
