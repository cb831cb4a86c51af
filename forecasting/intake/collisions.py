"""How rows of one series and day are joined: receipts are added up, of corrections the last one counts, and in doubt a person says which."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd

from forecasting.core import row_keys, schema
from forecasting.core.formatting import count, listing
from forecasting.intake.answers import Duplicates
from forecasting.intake.returns import without_returns
from forecasting.intake.understood import Choice, Question

KIND: Final = "duplicates"
_NAMES: Final = {schema.PRODUCT: "the product", schema.REGION: "the region", schema.STORE: "the store"}
RECEIPT_SHARE: Final = 0.5
"""Share of the rows that meet another row of their series and day from which a file is one of receipts, whatever its columns are called."""


@dataclass(frozen=True, eq=False)
class RowNumbers:
    """Keys and day of rows as numbers, worked out once.

    Args:
        series: Equal where all keys are equal, in their order, shape (n,).
        rows: Equal where the day is equal too, in the order of series, then day, shape (n,).
    """

    series: np.ndarray
    rows: np.ndarray

    @classmethod
    def of(cls, frame: pd.DataFrame) -> RowNumbers:
        """Those of a frame in columns of the schema."""
        series = row_keys.series_codes([frame])
        return cls(series[0], row_keys.row_codes(series, [row_keys.days(frame)])[0])

    @cached_property
    def order(self) -> np.ndarray | slice:
        """The positions of the rows by series and day, those of one day in the order of the file; all of them where they stand so."""
        return slice(None) if row_keys.is_increasing(self.rows) else np.argsort(self.rows, kind="stable")

    @cached_property
    def met(self) -> np.ndarray:
        """Which rows have the series and the day of another one, shape (n,)."""
        met = np.zeros(len(self.rows), dtype=bool)
        if not isinstance(self.order, slice):
            ordered = self.rows[self.order]
            same = ordered[1:] == ordered[:-1]
            met[self.order] = np.append(False, same) | np.append(same, False)
        return met


@dataclass(frozen=True, eq=False)
class Joined:
    """One row per series and day.

    Args:
        sales: Sorted by series and day.
        series: The number of each row's series, shape (n,).
        duplicates: How rows were joined; empty where no two met.
        notes: What was done, a sentence each.
        questions: What a person has to say before this may be merged; empty where it is clear.
    """

    sales: pd.DataFrame
    series: np.ndarray
    duplicates: Duplicates | None
    notes: tuple[str, ...]
    questions: tuple[Question, ...]


def join(frame: pd.DataFrame, numbers: RowNumbers, copies: np.ndarray, *, duplicates: Duplicates | None, receipts: str) -> Joined:
    """Joins the rows of each series and day.

    Args:
        frame: Good rows in the order of the file, in columns of the schema.
        numbers: Theirs.
        copies: Which rows repeat an earlier row of the file in every cell, shape (n,).
        duplicates: What a person said.
        receipts: Why these are receipts, e.g. "InvoiceNo numbers receipts"; empty if nothing says so.
    """
    series, codes = numbers.series, numbers.rows
    order = numbers.order
    if not isinstance(order, slice):
        frame, series, codes, copies = frame.iloc[order].reset_index(drop=True), series[order], codes[order], copies[order]
    same = np.concatenate([[False], codes[1:] == codes[:-1]])
    if not same.any():
        return _netted(Joined(frame, series, None, (), ()), frame[schema.SALES])
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
    names = [_NAMES[key] for key in schema.KEYS if key in frame]
    questions = (_question(names, met, copies[same], units, rule),) if asked else ()
    return _netted(Joined(merged.reset_index(drop=True), series[~same], rule, (joined + said,), questions), frame[schema.SALES])


def _netted(joined: Joined, given: pd.Series) -> Joined:
    """The rows without returns."""
    sales, note = without_returns(joined.sales, joined.series, given, added_up=joined.duplicates == "sum")
    return replace(joined, sales=sales, notes=(*joined.notes, note) if note else joined.notes)


def _question(names: list[str], met: np.ndarray, repeated: np.ndarray, units: dict[str, float], likelier: Duplicates) -> Question:
    """What to do with a few rows that meet, the likelier answer first."""
    copies = "repeat another row in every cell" if repeated.all() else f"have {listing(['the day', *names])} of another row"
    texts = {
        "sum": f"Add them up, as separate sales: {units['sum']:,.0f} units in all",
        "last": f"Only the last row of each counts, as a correction: {units['last']:,.0f} units in all",
    }
    choices = [Choice(rule, texts[rule], {"duplicates": rule}, units[rule]) for rule in ("sum", "last")]
    choices.sort(key=lambda choice: choice.value != likelier)
    return Question(KIND, f"{count(int(met.sum()), 'row')} {copies}. What should we do?", tuple(choices))
