"""What an upload would change of the saved sales: decided once, for the preview and the merge alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from forecasting import keys, schema, words
from forecasting.errors import InputError

GAPS: Final = 100
"""Gaps that are listed, the longest first; all are counted."""


@dataclass(frozen=True, eq=False)
class Change:
    """Rows of an upload beside the rows that are saved.

    Args:
        new: Rows of a key and day not saved yet; all columns that they will have.
        changed: One row a row that is saved with other values: keys, date, sales `before` and `after`, and `price_before`,
            `price_after`, ... of each other column that differs anywhere.
        unchanged: Rows that say nothing new.
        rows: What a merge writes: the new rows, then the changed ones whole.
        new_series: Series not saved yet, one row each, key columns only.
        first: The upload's first day; not a time if it has no rows.
        last: The upload's last day.
        gap_days: Days without sales between a series' first and last day with sales, over the series of the upload, after the merge.
        gaps: The longest of them: keys, first and last missing day, `days`.
        replaces_sample: Whether the sample's rows are put aside.
    """

    new: pd.DataFrame
    changed: pd.DataFrame
    unchanged: int
    rows: pd.DataFrame
    new_series: pd.DataFrame
    first: pd.Timestamp
    last: pd.Timestamp
    gap_days: int
    gaps: pd.DataFrame
    replaces_sample: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether a merge would write nothing."""
        return self.rows.empty

    def counts(self) -> dict[str, int]:
        """Rows by what happens to them."""
        return {"new": len(self.new), "changed": len(self.changed), "unchanged": self.unchanged}

    def __str__(self) -> str:
        if self.is_empty:
            return (
                "Nothing to merge: the row is already saved."
                if self.unchanged == 1
                else f"All {self.unchanged:,} rows are already saved. Nothing to merge."
            )
        parts = [f"{words.count(len(self.new), 'row')} new, {len(self.changed):,} changed, {self.unchanged:,} unchanged"]
        if len(self.new_series):
            parts.append(f"{len(self.new_series):,} series new")
        parts.append(f"days {words.date(self.first)} to {words.date(self.last)}")
        if self.gap_days:
            parts.append(f"{words.count(self.gap_days, 'day')} without sales in between")
        return "; ".join(parts) + "." + (" The sample sales are put aside." if self.replaces_sample else "")


def compare(saved: pd.DataFrame, upload: pd.DataFrame, *, only_sample: bool = False) -> Change:
    """The change that an upload makes.

    Args:
        saved: Columns of `schema.COLUMNS` that have any value, one row a key and day.
        upload: The same of the upload; an empty or absent cell says nothing.
        only_sample: Whether all that is saved is the sample: sales of other series then take its place.

    Raises:
        InputError: One of the two has a key column that the other has not, so that the same sales would count twice.
    """
    saved, upload = saved.reset_index(drop=True), upload.reset_index(drop=True)
    series = keys.series_codes([saved, upload])
    replaces = only_sample and len(upload) > 0 and not np.isin(series[1], series[0]).any()
    if replaces:
        saved, series = saved.iloc[:0], [series[0][:0], series[1]]
    _check_keys(saved, upload)
    saved_rows, upload_rows = keys.row_codes(series, [keys.days(saved), keys.days(upload)])
    codes, firsts = np.unique(series[1], return_index=True)
    places = pd.Index(saved_rows).get_indexer(upload_rows) if len(saved) else np.full(len(upload), -1)
    known = places >= 0
    whole, differs = _filled(saved, upload, places)
    touched = np.zeros(len(upload), dtype=bool)
    for other in differs.values():
        touched |= other
    changed = known & touched
    gap_days, gaps = _gaps(saved, upload, series, (codes, firsts))
    return Change(
        new=whole[~known].reset_index(drop=True),
        changed=_before_after(saved, whole, places, changed, differs),
        unchanged=int((known & ~touched).sum()),
        rows=pd.concat([whole[~known], whole[changed]], ignore_index=True) if changed.any() else whole[~known].reset_index(drop=True),
        new_series=_keys(upload).iloc[firsts[~np.isin(codes, series[0])]].reset_index(drop=True),
        first=upload[schema.DATE].min(),
        last=upload[schema.DATE].max(),
        gap_days=gap_days,
        gaps=gaps,
        replaces_sample=replaces,
    )


def _check_keys(saved: pd.DataFrame, upload: pd.DataFrame) -> None:
    if saved.empty or upload.empty:
        return
    for name in schema.KEYS:
        if (name in saved) == (name in upload):
            continue
        what = "product" if name == schema.PRODUCT else name
        if name in saved:
            text = f"The saved sales are told apart by {what}; this file has no column for it. Map the column that names the {what}"
        else:
            text = f"This file tells sales apart by {what}; the saved sales do not. Leave that column without a role if the keys and days stay unique"
        raise InputError(f"{text}, or take the earlier uploads back: both together would count the same sales twice.")


def _filled(saved: pd.DataFrame, upload: pd.DataFrame, places: np.ndarray) -> tuple[pd.DataFrame, dict[str, np.ndarray]]:
    """The upload's rows with what was known before in their empty cells; and for each value column, which known rows get another value."""
    names = [name for name in schema.COLUMNS if name in saved or name in upload]
    known = places >= 0
    columns, differs = {}, {}
    for name in names:
        if name == schema.DATE or name in schema.KEYS or not known.any():
            columns[name] = upload[name] if name in upload else _nothing(saved[name], len(upload))
            continue
        before = (
            saved[name].take(np.where(known, places, 0)).reset_index(drop=True).where(known) if name in saved else _nothing(upload[name], len(upload))
        )
        after = upload.get(name, before)
        given = after.notna().to_numpy()
        columns[name] = after.where(given, before)
        differs[name] = known & given & ~(before.notna().to_numpy() & (before == after).to_numpy(dtype=bool, na_value=False))
    return pd.DataFrame(columns), differs


def _nothing(like: pd.Series, length: int) -> pd.Series:
    return pd.Series([None] * length, dtype=like.dtype)


def _before_after(saved: pd.DataFrame, whole: pd.DataFrame, places: np.ndarray, changed: np.ndarray, differs: dict[str, np.ndarray]) -> pd.DataFrame:
    """One row a changed row, values side by side."""
    after, at = whole[changed].reset_index(drop=True), places[changed]
    table = {name: after[name] for name in (*schema.KEYS, schema.DATE) if name in after}
    for name in (schema.SALES, *schema.DRIVERS, *schema.ATTRIBUTES):
        if name not in after or (name != schema.SALES and not differs.get(name, changed).any()):
            continue
        before = saved[name].take(at).reset_index(drop=True) if name in saved else _nothing(after[name], len(after))
        prefix = "" if name == schema.SALES else f"{name}_"
        table |= {f"{prefix}before": before, f"{prefix}after": after[name]}
    return pd.DataFrame(table)


def _keys(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[[name for name in schema.KEYS if name in frame]]


def _gaps(saved: pd.DataFrame, upload: pd.DataFrame, series: list[np.ndarray], distinct: tuple[np.ndarray, np.ndarray]) -> tuple[int, pd.DataFrame]:
    """Missing days of the upload's series, counted, and the longest runs of them.

    Args:
        saved: The saved rows.
        upload: The upload's rows.
        series: The series of the rows of both.
        distinct: The upload's series, and a row of each.
    """
    sold = [frame[schema.SALES].notna().to_numpy() for frame in (saved, upload)]
    sold[0] = sold[0] & np.isin(series[0], distinct[0])
    codes = [code[mask] for code, mask in zip(series, sold, strict=True)]
    days = [keys.days(frame)[mask] for frame, mask in zip((saved, upload), sold, strict=True)]
    first, length = keys.span(days)
    rows = np.sort(np.concatenate(keys.row_codes(codes, days)), kind="stable")
    code, day = np.divmod(rows, length)
    steps = np.where(np.diff(code) == 0, np.maximum(np.diff(day) - 1, 0), 0)
    found = np.flatnonzero(steps)
    longest = found[np.argsort(-steps[found], kind="stable")][:GAPS]
    start = day[longest] + first + 1
    gaps = _keys(upload).iloc[distinct[1][np.searchsorted(distinct[0], code[longest])]].reset_index(drop=True)
    ends = {"first": start, "last": start + steps[longest] - 1}
    times = {name: pd.Series(end.astype("datetime64[D]")).astype("datetime64[us]") for name, end in ends.items()}
    return int(steps.sum()), gaps.assign(**times, days=steps[longest])
