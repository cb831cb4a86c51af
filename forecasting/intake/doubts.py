"""What makes a file doubtful although every cell can be read: each doubt is a question, with the units of each answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from forecasting.core import row_keys, schema
from forecasting.core.formatting import count
from forecasting.core.spellings import folded, has_spare_zeros, loose, spelling
from forecasting.intake import cells
from forecasting.intake import column_words as known
from forecasting.intake.answers import Answers
from forecasting.intake.column_mapping import YES
from forecasting.intake.column_words import words_of
from forecasting.intake.names import holds, words
from forecasting.intake.table import Table
from forecasting.intake.understood import Choice, Question

MAX_VALUES: Final = 50
"""Different texts of a column of states, at most."""
SAME_DAYS_SHARE: Final = 0.9
"""Share of the days on which a row is the sum of all others from which it counts as a total."""
MIN_DAYS: Final = 3
MIN_ROWS_RISING: Final = 14
"""Rows of a series from which it counts that its sales never fall."""
MIN_SHARE_BELOW: Final = 0.3
"""Share of rows below zero from which they are hardly all returns."""
RISING_SHARE: Final = 0.5
"""Share of the steps that have to rise in a running total; sales that stay the same prove nothing."""
HEAD_ROWS: Final = 5_000
"""Rows from the start that are looked at first: hardly any sales that are no running total never fall in them."""
MONTHLY_DAYS: Final = 20
"""Days from row to row above which a running total can only begin anew with a year, not with a month."""
TOTALS: Final = words_of(
    "all total totals sum gesamt alle summe todas todos tous toutes tutti totale totaal hepsi toplam итого все razem celkem ukupno osszesen"
)


def states(table: Table, rows: np.ndarray, units: pd.Series, mapping: Mapping[str, str], answers: Answers) -> Question | None:
    """Rows that a column calls cancelled, refunded or void, and that count as sold."""
    if "states" in answers.accept:
        return None
    for column in (name for name in table.columns if name not in mapping.values() and holds(name, known.STATES, known.STATES_ANYWHERE)):
        places, texts = cells.distinct(table.rows[column][rows])
        shown = [text.strip() for text in texts.to_pylist()]
        if len(set(shown)) > MAX_VALUES:
            continue
        undone = [text for text in dict.fromkeys(shown) if text and says_undone(column, text)]
        sold = {text: float(units[(np.array([each == text for each in shown]))[places] & (units > 0).to_numpy()].sum()) for text in undone}
        undone = [text for text in undone if sold[text] > 0]
        if not undone or len(undone) == len({text for text in shown if text}):
            continue
        lost, whole = sum(sold[text] for text in undone), float(units.sum())
        names = ", ".join(undone)
        text = f"{column} says {names} for rows with {lost:,.0f} units. Were they sold?"
        without = Choice(
            "leave_out", f"No, leave them out: {whole - lost:,.0f} units", {"leave_out": [(column, each) for each in undone]}, whole - lost
        )
        return Question("states", text, (without, Choice("keep", f"Yes, keep them: {whole:,.0f} units", {"accept": ["states"]}, whole)))
    return None


def says_undone(column: str, text: str) -> bool:
    """Whether a text of a column says that its row was cancelled, refunded or void.

    Example:
        >>> says_undone("Status", "Cancelled"), says_undone("Refunded", "true"), says_undone("Status", "closed"), says_undone("Product", "Void")
        (True, True, False, False)
    """
    if not holds(column, known.STATES, known.STATES_ANYWHERE):
        return False
    if holds(column, known.UNDONE, known.UNDONE_ANYWHERE) and folded(text) in YES:
        return True
    negated = not {"not", "no", "non", "un"}.isdisjoint(words(text))
    return not negated and holds(text, known.UNDONE, known.UNDONE_ANYWHERE)


def totals(frame: pd.DataFrame, mapping: Mapping[str, str], answers: Answers) -> Question | None:
    """Rows that are the sum of all others, day by day: "All stores" beside the stores."""
    if "totals" in answers.accept:
        return None
    units = frame[schema.SALES].fillna(0.0)
    whole = float(units.sum())
    for key in (key for key in schema.KEYS if key in frame):
        codes, uniques = pd.factorize(frame[key])
        values = np.asarray(uniques)
        sums = np.bincount(codes[codes >= 0], weights=units.to_numpy()[codes >= 0], minlength=len(values))
        if len(values) < 2 or whole <= 0:
            continue
        for place in np.flatnonzero(np.isclose(2 * sums, whole, rtol=0.02)):
            value = values[place]
            if _is_total(str(value), len(values)) and _adds_up(frame, units, key, value):
                rest = whole - float(sums[place])
                text = f"{mapping[key]} {value} is the sum of the others on the same day. Count it?"
                without = Choice("leave_out", f"No, it is a total: {rest:,.0f} units", {"leave_out": [(mapping[key], str(value))]}, rest)
                return Question("totals", text, (without, Choice("keep", f"Yes: {whole:,.0f} units", {"accept": ["totals"]}, whole)))
    return None


def _is_total(value: str, values: int) -> bool:
    """Whether a value may be called a total: of two values each is the sum of the other, so that one needs a telling name."""
    return values > 2 or not TOTALS.isdisjoint(words(value))


def _adds_up(frame: pd.DataFrame, units: pd.Series, key: str, value: object) -> bool:
    others = [name for name in (schema.DATE, *schema.KEYS) if name in frame and name != key]
    these = frame[key] == value
    own = units[these].groupby([frame.loc[these, name] for name in others], sort=False).sum()
    rest = units[~these].groupby([frame.loc[~these, name] for name in others], sort=False).sum().reindex(own.index)
    return len(own) >= MIN_DAYS and float(np.isclose(own, rest).mean()) >= SAME_DAYS_SHARE


def spellings(frame: pd.DataFrame, mapping: Mapping[str, str], answers: Answers) -> Question | None:
    """Names that differ by capitals, accents or spaces only, and are series of their own."""
    if not {"same-spellings", "different-spellings"}.isdisjoint(answers.accept):
        return None
    for key in (key for key in schema.KEYS if key in frame):
        names = pd.Series(frame[key].unique())
        groups: dict[str, list[str]] = {}
        for name in names:
            groups.setdefault(spelling(name), []).append(f'"{name}"')
        alike = [group for group in groups.values() if len(group) > 1]
        if alike:
            shown = "; ".join(", ".join(group) for group in alike[:3])
            text = f"{mapping[key]} has names that differ only in capitals, accents or spaces: {shown}. Are they the same?"
            one = Choice("same", f"Yes, one each: {len(groups):,} instead of {len(names):,}", {"accept": ["same-spellings"]})
            return Question("spellings", text, (one, Choice("different", "No, keep them apart", {"accept": ["different-spellings"]})))
    return None


def zeros(frame: pd.DataFrame, mapping: Mapping[str, str]) -> list[str]:
    """Notes about names that differ in zeros only, which a spreadsheet takes from numbers, and that are series of their own."""
    notes = []
    for key in (key for key in schema.KEYS if key in frame):
        groups: dict[str, dict[str, str]] = {}
        names = frame[key].unique()
        for name in names if any(map(has_spare_zeros, names)) else ():
            groups.setdefault(loose(name), {}).setdefault(spelling(name), f'"{name}"')
        alike = [", ".join(group.values()) for group in groups.values() if len(group) > 1]
        if alike:
            shown = "; ".join(alike[:3]) + ("; ..." if len(alike) > 3 else "")
            notes.append(f"{mapping[key]} has names that differ only in zeros: {shown}. Each has forecasts of its own.")
    return notes


def joined_spellings(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows with one spelling of each name, the one of most rows."""
    joined = frame.copy()
    for key in (key for key in schema.KEYS if key in frame):
        counts = frame[key].value_counts()
        best = counts.groupby(counts.index.map(spelling), sort=False).idxmax()
        joined[key] = frame[key].map(lambda name, best=best: best[spelling(name)], na_action="ignore").astype("str")
    return joined


def signs(frame: pd.DataFrame, answers: Answers) -> Question | None:
    """Sales below zero on so many rows that they are hardly returns: a list of goods that left the stock."""
    if not {"returns", "negative-sales"}.isdisjoint(answers.accept):
        return None
    units = frame[schema.SALES].dropna()
    below = units < 0
    few = len(units) < (MIN_DAYS if below.all() else MIN_ROWS_RISING)
    if few or below.mean() < MIN_SHARE_BELOW:
        return None
    turned, kept = float((-units).clip(lower=0).sum()), max(float(units.sum()), 0.0)
    text = f"{count(int(below.sum()), 'row')} of {len(units):,} are below zero. Are they sales, written with a minus, or returns?"
    sold = Choice("negative-sales", f"Sales: {turned:,.0f} units", {"accept": ["negative-sales"]}, turned)
    return Question("signs", text, (sold, Choice("returns", f"Returns: {kept:,.0f} units", {"accept": ["returns"]}, kept)))


def running_total(sales: pd.DataFrame, series: np.ndarray, answers: Answers) -> Question | None:
    """Sales that never fall within any series, except where a month or a year begins: the total so far, not what a day sold."""
    if not {"running-total", "differences"}.isdisjoint(answers.accept) or len(sales) < MIN_ROWS_RISING:
        return None
    _, first_falls, first_anew = _steps(sales.iloc[:HEAD_ROWS], series[:HEAD_ROWS])
    if (first_falls & ~first_anew).any():
        return None
    same, falls, anew = _steps(sales, series)
    values = sales[schema.SALES].to_numpy(dtype=float)
    rising = same & (values[1:] > values[:-1])
    lengths = np.diff(np.flatnonzero(np.append(np.append(True, ~same), True)))
    if (falls & ~anew).any() or not same.any() or rising.sum() / same.sum() < RISING_SHARE or lengths.max() < MIN_ROWS_RISING:
        return None
    units, kept = float(values.sum()), float(differences(sales, series)[schema.SALES].sum())
    choices = (
        Choice("differences", f"A running total: {kept:,.0f} units, the difference from day to day", {"accept": ["differences"]}, kept),
        Choice("keep", f"What each day sold: {units:,.0f} units", {"accept": ["running-total"]}, units),
    )
    return Question("running-total", "The sales never fall from one day to the next, in any series. Are they a running total?", choices)


def differences(sales: pd.DataFrame, series: np.ndarray) -> pd.DataFrame:
    """What each day added to a running total; where it begins anew, all of it."""
    same, falls, _ = _steps(sales, series)
    values = sales[schema.SALES].to_numpy(dtype=float)
    steps = np.diff(values, prepend=0.0)
    begins = np.append(True, ~same | falls)
    return sales.assign(**{schema.SALES: np.where(begins, values, steps)})


def _steps(sales: pd.DataFrame, series: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of the steps from row to row: within one series, down, and into a new month, each shape (n - 1,)."""
    days = sales[schema.DATE].to_numpy().astype("datetime64[D]")
    values = sales[schema.SALES].to_numpy(dtype=float)
    same = series[1:] == series[:-1]
    apart = (days[1:] - days[:-1])[same].astype(np.int64)
    begins = days.astype("datetime64[Y]" if len(apart) and np.median(apart) > MONTHLY_DAYS else "datetime64[M]")
    return same, same & (values[1:] < values[:-1]), begins[1:] != begins[:-1]


def weeks(sales: pd.DataFrame, series: np.ndarray, period: str, answers: Answers) -> Question | None:
    """Series whose rows lie whole weeks apart although those of the file do not: shops that close their weeks on different days."""
    if answers.period is not None or period != "day" or len(sales) < MIN_ROWS_RISING:
        return None
    days = row_keys.days(sales)
    same = series[1:] == series[:-1]
    steps = (days[1:] - days[:-1])[same].astype(np.int64)
    if not len(steps) or (steps % 7).any() or (steps != 7).mean() > 0.5 or same.sum() < 3 * (~same).sum():
        return None
    choices = (
        Choice("week", f"A week; {count(len(sales), 'row')} of {len(np.unique(series)):,} series", {"period": "week"}),
        Choice("day", "A day, with six days between without sales", {"period": "day"}),
    )
    text = "Each series has one row every seven days, but on different weekdays. What does a row stand for?"
    return Question("period", text, choices)
