"""The series that the rows of a stock file are about: a row that leaves a key open is about all series that it fits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from forecasting.core import schema, spreadsheets
from forecasting.core.arrays import FloatArray
from forecasting.core.panel import Panel
from forecasting.core.spellings import ALIKE, loose
from forecasting.intake import cells, key_texts
from forecasting.intake.findings import Findings

OPEN, UNKNOWN = -1, -2
"""Codes of a key that a row leaves open, and of a value that no series has."""


@dataclass(frozen=True, eq=False)
class Group:
    """Rows that name the same keys.

    Args:
        rows: Shape (r,), positions of the rows.
        row: Shape (r,), for each row the number of the values of these keys that it names; -1 where no series has them together.
        series: Shape (n,), the number of each series' values of these keys.
        count: Shape (numbers,), how many series have each number.
    """

    rows: np.ndarray
    row: np.ndarray
    series: np.ndarray
    count: np.ndarray

    def only(self, good: np.ndarray) -> Group:
        """The group without rows that are bad or fit no series."""
        good_rows = good[self.rows] & (self.row >= 0)
        return Group(self.rows[good_rows], self.row[good_rows], self.series, self.count)


def groups(findings: Findings, panel: Panel) -> list[Group]:
    """The rows grouped by the keys that they name: most keys first; of equally many, product before region before store.

    Rows that name no key are in no group, except in panels of one series, where they are about that series.
    """
    n = len(findings.table)
    codes = {role: _codes(findings, role, panel) for role in panel.keys if role in findings.mapping}
    parts = []
    for named in _patterns(list(codes)):
        rows = np.flatnonzero(np.all([(codes[role] != OPEN) == (role in named) for role in codes], axis=0) if codes else np.ones(n, dtype=bool))
        if len(rows) and (named or len(panel) == 1):
            parts.append(_group(rows, {role: codes[role][rows] for role in named}, panel))
    return parts


def _patterns(keys: list[str]) -> Iterator[tuple[str, ...]]:
    """Every choice of the keys, from all of them to none."""
    chosen = [tuple(key for key, take in zip(keys, taken, strict=True) if take) for taken in product((True, False), repeat=len(keys))]
    return iter(sorted(chosen, key=len, reverse=True))


def _codes(findings: Findings, role: str, panel: Panel) -> np.ndarray:
    """Each row's value as a position among the values of the series, or `OPEN` or `UNKNOWN`; shape (rows,).

    Of series whose sales were read when an apostrophe before "=" still counted as part of a name, the name is that without, too.
    """
    values = panel.series[role].unique().tolist()
    place = {spreadsheets.as_meant(text): number for number, text in enumerate(values)} | {text: number for number, text in enumerate(values)}
    texts = cells.as_texts(findings.table.rows[findings.mapping[role]])
    known = np.array([*(place.get(text, UNKNOWN) for text in texts.dictionary.to_pylist()), OPEN])
    return known[texts.indices.fill_null(len(known) - 1).to_numpy(zero_copy_only=False)]


def _group(rows: np.ndarray, codes: dict[str, np.ndarray], panel: Panel) -> Group:
    series, row = np.zeros(len(panel), dtype=np.int64), np.zeros(len(rows), dtype=np.int64)
    unknown = np.zeros(len(rows), dtype=bool)
    for role, code in codes.items():
        places = pd.factorize(panel.series[role])[0]
        width = int(places.max()) + 1
        series, row = series * width + places, row * width + code
        unknown |= code == UNKNOWN
    numbers, of_series, count = np.unique(series, return_inverse=True, return_counts=True)
    place = np.minimum(np.searchsorted(numbers, row), len(numbers) - 1)
    return Group(rows, np.where((numbers[place] == row) & ~unknown, place, -1), of_series, count)


def strangers(parts: list[Group], n: int) -> np.ndarray:
    """Which of n rows are about no series, shape (n,)."""
    strange = np.ones(n, dtype=bool)
    for part in parts:
        strange[part.rows[part.row >= 0]] = False
    return strange


def note_strangers(findings: Findings, parts: list[Group], panel: Panel) -> None:
    """Records why rows are about no series."""
    strange, nameless = strangers(parts, len(findings.table)), np.ones(len(findings.table), dtype=bool)
    for part in parts:
        nameless[part.rows] = False
    strange &= ~nameless
    named = [role for role in panel.keys if role in findings.mapping]
    if named:
        findings.add(nameless, named[0], f"No {_word(named[0])}", f"Write the {_word(named[0])}.")
    alone = strange.copy()
    for role in named:
        never = strange & (_codes(findings, role, panel) == UNKNOWN)
        _note_unknown(findings, role, never, panel)
        alone &= ~never
    if alone.any():
        columns = ", ".join(findings.mapping[role] for role in named)
        texts = zip(*(cells.shown(findings.table.rows[findings.mapping[role]], alone) for role in named), strict=True)
        findings.add_lines(alone, columns, [", ".join(filter(None, row)) for row in texts], "Unknown series", "No series has these keys together.")


def _note_unknown(findings: Findings, role: str, unknown: np.ndarray, panel: Panel) -> None:
    """Records values that no series has: those that cannot be names, those that are spelled like one, and the others."""
    column, word = findings.mapping[role], _word(role)
    texts = cells.as_texts(findings.table.rows[column])
    for rows, fault, remedy in key_texts.faults(texts, word):
        findings.add(unknown & rows, role, fault, f"{remedy}.")
        unknown = unknown & ~rows
    spelled = {loose(text): text for text in panel.series[role].unique()} if unknown.any() else {}
    usual = f"No series has it; correct the {word}, or train on its sales first."
    remedies = [f'It differs from "{spelled[loose(text)]}" {ALIKE}.' if loose(text) in spelled else usual for text in texts.dictionary.to_pylist()]
    places = texts.indices.fill_null(0).to_numpy(zero_copy_only=False)[unknown]
    findings.add(unknown, role, f"Unknown {word}", [remedies[place] for place in places])


def note_shared(findings: Findings, part: Group, role: str, values: FloatArray) -> None:
    """Records units of a shelf on rows that are about several series."""
    wrong = np.zeros(len(findings.table), dtype=bool)
    wrong[part.rows] = ~np.isnan(values[part.rows]) & (part.row >= 0) & (part.count[part.row] > 1)
    findings.add(wrong, role, "Units of several series", "Say which one has them: fill in all keys.")


def note_conflicts(findings: Findings, part: Group, role: str, values: FloatArray, due: np.ndarray | None = None) -> None:
    """Records values of a column that differ between rows about the same series (and, with `due`, the same day); all rows of the group count."""
    sound = part.only(~np.isnan(values))
    if not len(sound.rows):
        return
    days = np.zeros(len(sound.rows)) if due is None else due[sound.rows].astype(np.int64)
    frame = pd.DataFrame({"row": sound.row, "day": days, "value": values[sound.rows]})
    spread = frame.groupby(["row", "day"])["value"].agg(["min", "max"])
    same = spread.index.get_indexer(pd.MultiIndex.from_frame(frame[["row", "day"]]))
    wrong = np.zeros(len(findings.table), dtype=bool)
    wrong[sound.rows] = (spread["min"] != spread["max"]).to_numpy()[same]
    remedy = "Keep one of these rows." if due is None else "Keep one of these rows, or give each delivery its own due date."
    findings.add(wrong, role, "Several values for one series", remedy)


def spread(parts: list[Group], values: FloatArray, good: np.ndarray, n: int) -> FloatArray:
    """Each series' value from the rows about it, shape (n,): from the rows that name most keys; NaN where there is none."""
    spread_values = np.full(n, np.nan)
    for part in parts:
        sound = part.only(good & ~np.isnan(values))
        by_number = np.full(len(part.count), np.nan)
        by_number[sound.row] = values[sound.rows]
        spread_values = np.where(np.isnan(spread_values), by_number[part.series], spread_values)
    return spread_values


def _word(role: str) -> str:
    return "product" if role == schema.PRODUCT else role
