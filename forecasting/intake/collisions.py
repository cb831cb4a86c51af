"""How rows of one series and day are joined: receipts are added up, of corrections the last one counts, and in doubt a person says which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from forecasting.core import row_keys, schema
from forecasting.core.formatting import count
from forecasting.intake.answers import Duplicates
from forecasting.intake.returns import without_returns
from forecasting.intake.understood import Choice, Question

KIND: Final = "duplicates"
RECEIPT_SHARE: Final = 0.5
"""Share of the rows that meet another row of their series and day from which a file is one of receipts, whatever its columns are called."""


@dataclass(frozen=True, eq=False)
class Joined:
    """One row per series and day.

    Args:
        sales: Sorted by series and day.
        duplicates: How rows were joined; empty where no two met.
        notes: What was done, a sentence each.
        questions: What a person has to say before this may be merged; empty where it is clear.
    """

    sales: pd.DataFrame
    duplicates: Duplicates | None
    notes: tuple[str, ...]
    questions: tuple[Question, ...]


def join(frame: pd.DataFrame, copies: np.ndarray, *, duplicates: Duplicates | None, receipts: str) -> Joined:
    """Joins the rows of each series and day.

    Args:
        frame: Good rows in the order of the file, in columns of the schema.
        copies: Which rows repeat an earlier row of the file in every cell, shape (n,).
        duplicates: What a person said.
        receipts: Why these are receipts, e.g. "InvoiceNo numbers receipts"; empty if nothing says so.
    """
    codes = row_keys.row_codes(row_keys.series_codes([frame]), [row_keys.days(frame)])[0]
    order = slice(None) if row_keys.is_increasing(codes) else np.argsort(codes, kind="stable")
    frame, codes, copies = frame.iloc[order].reset_index(drop=True), codes[order], copies[order]
    same = np.concatenate([[False], codes[1:] == codes[:-1]])
    if not same.any():
        return _netted(frame, None, frame[schema.SALES], (), ())
    met = same | np.append(same[1:], False)
    added = frame[schema.SALES].groupby(codes, sort=True).sum(min_count=1)
    merged = frame[~copies].groupby(codes[~copies], sort=True).last()
    units = {"sum": float(added.clip(lower=0).sum()), "last": float(merged[schema.SALES].clip(lower=0).sum())}
    asked = duplicates is None and not receipts and met.mean() < RECEIPT_SHARE
    rule: Duplicates = duplicates or ("sum" if not asked or not copies[same].all() else "last")
    if rule == "sum":
        merged = frame.groupby(codes, sort=True).last()
        merged[schema.SALES] = added
    joined = f"{count(len(frame), 'row')} became {len(merged):,}, one a day for each series: "
    why = f" ({receipts})" if receipts and duplicates is None else ""
    said = f"rows of one day were added up{why}." if rule == "sum" else "of rows of one day the last one counts."
    questions = (_question(met, copies[same], units, rule),) if asked else ()
    return _netted(merged.reset_index(drop=True), rule, frame[schema.SALES], (joined + said,), questions)


def _netted(sales: pd.DataFrame, duplicates: Duplicates | None, given: pd.Series, notes: tuple[str, ...], questions: tuple[Question, ...]) -> Joined:
    """The rows without returns."""
    sales, note = without_returns(sales, given, added_up=duplicates == "sum")
    return Joined(sales, duplicates, (*notes, note) if note else notes, questions)


def _question(met: np.ndarray, repeated: np.ndarray, units: dict[str, float], likelier: Duplicates) -> Question:
    """What to do with a few rows that meet, the likelier answer first."""
    copies = "repeat another row in every cell" if repeated.all() else "have the day and the product of another row"
    texts = {
        "sum": f"Add them up, as separate sales: {units['sum']:,.0f} units in all",
        "last": f"Only the last row of each counts, as a correction: {units['last']:,.0f} units in all",
    }
    choices = [Choice(rule, texts[rule], {"duplicates": rule}, units[rule]) for rule in ("sum", "last")]
    choices.sort(key=lambda choice: choice.value != likelier)
    return Question(KIND, f"{count(int(met.sum()), 'row')} {copies}. What should we do?", tuple(choices))
