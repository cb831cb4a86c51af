"""What an upload changes in the saved sales, worked out in one place for the preview and the merge."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasting.core import formatting, period, row_keys, schema
from forecasting.core.errors import KeysDiffer
from forecasting.core.period import DAY, Period
from forecasting.core.plausibility.findings import NOTHING, Findings, findings
from forecasting.storage.sales.gaps import SavedDays
from forecasting.storage.sales.gaps import gaps as added_gaps
from forecasting.storage.sales.saved import Saved


@dataclass(frozen=True, eq=False)
class Change:
    """Rows of an upload compared with the saved rows.

    Args:
        new: Rows of a key and day that is not saved yet, with all columns that they will have.
        changed: A row for each saved row that gets other values: keys, date, sales `before` and `after`, and `price_before`,
            `price_after`, ... of each other column that differs anywhere.
        unchanged: How many rows say nothing new.
        rows: What is new in the sales: the new rows, then the changed ones whole.
        new_series: Series that are not saved yet, one row each, key columns only.
        first: The upload's first day; NaT if it has no rows.
        last: The upload's last day; NaT if it has no rows.
        gap_days: Days (weeks, months) without sales that the upload adds between a series' first and last day with sales, without weekdays on
            which it is closed.
        gaps: The longest runs of such days: keys, first and last missing day, `days`.
        replaces_sample: Whether the sample's rows are put aside.
        period: Whether a row of the sales is a day, a week or a month after the merge.
        mixed: Why days, weeks or months of the upload do not fit the saved sales, and what to do; empty if they fit.
        starts_anew: Whether all saved rows are put aside, since other keys tell the upload's sales apart.
        findings: What a person should look at; nothing where a merge would write nothing.
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
    period: Period = DAY
    mixed: str = ""
    starts_anew: bool = False
    findings: Findings = NOTHING

    @property
    def notes(self) -> tuple[str, ...]:
        """What can be right, and often is a mistake, a sentence each."""
        return self.findings.notes

    @property
    def puts_aside(self) -> bool:
        """Whether the rows saved before are put aside, all of them."""
        return self.replaces_sample or self.starts_anew

    @property
    def is_empty(self) -> bool:
        """Whether a merge would write nothing."""
        return self.rows.empty

    def counts(self) -> dict[str, int]:
        """How many rows are new, changed and unchanged."""
        return {"new": len(self.new), "changed": len(self.changed), "unchanged": self.unchanged}

    def __str__(self) -> str:
        if self.is_empty:
            return (
                "Nothing to merge: the row is already saved."
                if self.unchanged == 1
                else f"All {self.unchanged:,} rows are already saved. Nothing to merge."
            )
        parts = [f"{formatting.count(len(self.new), 'row')} new, {len(self.changed):,} changed, {self.unchanged:,} unchanged"]
        if len(self.new_series):
            parts.append(f"{len(self.new_series):,} series new")
        parts.append(f"{self.dates[0].lower()}{self.dates[1:]}")
        if self.gap_days:
            parts.append(f"{self.period.count(self.gap_days)} without sales in between")
        sample = "The sample sales are put aside." if self.replaces_sample else "The sales saved before are put aside." if self.starts_anew else ""
        return " ".join(["; ".join(parts) + ".", *filter(None, (sample, self.mixed))])

    @property
    def dates(self) -> str:
        """The upload's period and dates, as text: "Days 1 Jan 2024 to 5 Jan 2024"."""
        steps = self.period.plural.title() if self.period == DAY else f"{self.period.adjective.title()} sales,"
        return f"{steps} {formatting.date(self.first)} to {formatting.date(self.last)}"


def compare(saved: Saved, upload: pd.DataFrame, *, only_sample: bool = False, anew: bool = False, look: bool = False) -> Change:
    """The change that an upload makes. Of the saved rows those of its days are read, others only where something has to be asked.

    Args:
        saved: The saved sales.
        upload: The upload's sales: columns of `schema.COLUMNS` that have any value, one row per key and day; an empty cell or a missing column
            changes nothing.
        only_sample: Whether only the sample is saved: sales of other series then replace it.
        anew: Whether saved sales that other key columns tell apart are put aside.
        look: Whether to look for what a person should check.

    Raises:
        KeysDiffer: Only one of `saved` and `upload` has some key column, so that the same sales would count twice.
    """
    upload = upload.reset_index(drop=True)
    near = saved.of_days(upload[schema.DATE].min(), upload[schema.DATE].max())
    known_series, *series = row_keys.series_codes([saved.summary.keys, near, upload])
    replaces = only_sample and len(upload) > 0 and not np.isin(series[1], known_series).any()
    starts_anew = anew and not replaces and bool(_other_keys(saved, upload))
    if replaces or starts_anew:
        saved, near, known_series, series = saved.put_aside(), near.iloc[:0], known_series[:0], [series[0][:0], series[1]]
    _check_keys(saved, upload)
    near_rows, upload_rows = row_keys.row_codes(series, [row_keys.days(near), row_keys.days(upload)])
    codes, firsts = np.unique(series[1], return_index=True)
    places = _places(near_rows, upload_rows)
    known = places >= 0
    whole, differs = _filled(near, upload, places)
    touched = np.zeros(len(upload), dtype=bool)
    for other in differs.values():
        touched |= other
    changed = known & touched
    periods = _periods(saved, upload)
    gap_days, gaps = added_gaps(SavedDays.of(saved.summary, known_series, codes), upload, series[1], periods[-1])
    new = whole[~known].reset_index(drop=True)
    rows = pd.concat([new, whole[changed]], ignore_index=True) if changed.any() else new
    return Change(
        new=new,
        changed=_before_after(near, whole, places, changed, differs),
        unchanged=int((known & ~touched).sum()),
        rows=rows,
        new_series=_keys(upload).iloc[firsts[~np.isin(codes, known_series)]].reset_index(drop=True),
        first=upload[schema.DATE].min(),
        last=upload[schema.DATE].max(),
        gap_days=gap_days,
        gaps=gaps,
        replaces_sample=replaces,
        period=periods[-1],
        mixed=_mixed(*periods, adds=bool(2 * known.sum() < len(known))),
        starts_anew=starts_anew,
        findings=findings(saved.known(known_series), upload, series[1]) if look and len(rows) else NOTHING,
    )


def applied(saved: pd.DataFrame, change: Change) -> pd.DataFrame:
    """The saved sales after a change, sorted by their keys, then the day."""
    if change.is_empty:
        return saved
    if change.puts_aside or saved.empty:
        return row_keys.in_order(change.rows)
    series = row_keys.series_codes([saved, change.rows])
    before, after = row_keys.row_codes(series, [row_keys.days(saved), row_keys.days(change.rows)])
    return row_keys.in_order(pd.concat([saved[~np.isin(before, after)], change.rows], ignore_index=True))


def _places(saved: np.ndarray, upload: np.ndarray) -> np.ndarray:
    """The position of the saved row with each upload row's key and day, shape (rows of the upload,); -1 where there is none."""
    if not len(saved):
        return np.full(len(upload), -1)
    if not row_keys.is_increasing(saved):
        return np.asarray(pd.Index(saved).get_indexer(upload))
    places = np.minimum(np.searchsorted(saved, upload), len(saved) - 1)
    return np.where(saved[places] == upload, places, -1)


def _periods(saved: Saved, upload: pd.DataFrame) -> tuple[Period | None, Period, Period]:
    """The period of the saved sales (None if there are none), of the upload, and of both together."""
    old = pd.DatetimeIndex(saved.summary.sold_days().astype("datetime64[us]"))
    new = pd.DatetimeIndex(upload.loc[upload[schema.SALES].notna(), schema.DATE].unique())
    return period.period_of_dates(old) if len(old) else None, period.period_of_dates(new), period.period_of_dates(pd.DatetimeIndex(old.append(new)))


def _mixed(saved: Period | None, upload: Period, both: Period, *, adds: bool) -> str:
    """Why an upload must not be mixed with the saved sales, and what to do; empty if it may. A week's sales would count as one day's.

    An upload that mostly corrects saved rows may have Saturdays only, and still be one of days.
    """
    if saved is None or saved == upload or both != DAY or (saved == DAY and not adds):
        return ""
    longer = saved if upload == DAY else upload
    return (
        f"These sales are {upload.adjective} and the saved ones {saved.adjective}: together they count as daily, and the sales of a whole"
        f" {longer.name} as those of one day. Take the earlier uploads back, or upload {saved.adjective} sales."
    )


def _other_keys(saved: Saved, upload: pd.DataFrame) -> list[str]:
    """The key columns that only one of the two has."""
    return [] if not len(saved.summary) or upload.empty else [name for name in schema.KEYS if (name in saved.columns) != (name in upload)]


def _check_keys(saved: Saved, upload: pd.DataFrame) -> None:
    for name in _other_keys(saved, upload):
        what = "product" if name == schema.PRODUCT else name
        if name in saved.columns:
            text = f"The saved sales are told apart by {what}; this file has no column for it. Map the column that names the {what}"
        else:
            text = f"This file tells sales apart by {what}; the saved sales do not. Leave that column without a role if the keys and days stay unique"
        text = f"{text}, or take the earlier uploads back: both together would count the same sales twice."
        first, last = pd.DatetimeIndex(saved.summary.days.days[[0, -1]].astype("datetime64[D]").astype("datetime64[us]"))
        raise KeysDiffer(text, rows=len(saved.summary), first=first, last=last)


def _filled(saved: pd.DataFrame, upload: pd.DataFrame, places: np.ndarray) -> tuple[pd.DataFrame, dict[str, np.ndarray]]:
    """The upload's rows with empty cells filled from the saved rows; and for each value column, which saved rows get another value."""
    names = [name for name in schema.COLUMNS if name in saved or name in upload]
    known = places >= 0
    columns, differs = {}, {}
    for name in names:
        if name == schema.DATE or name in schema.KEYS or not known.any():
            columns[name] = upload[name] if name in upload else _nothing(saved[name], len(upload))
            continue
        before = _taken(saved[name], np.where(known, places, 0)).where(known) if name in saved else _nothing(upload[name], len(upload))
        after = upload.get(name, before)
        given = after.notna().to_numpy()
        columns[name] = after.where(given, before)
        differs[name] = known & given & ~(before.notna().to_numpy() & (before == after).to_numpy(dtype=bool, na_value=False))
    return pd.DataFrame(columns), differs


def _nothing(like: pd.Series, length: int) -> pd.Series:
    return pd.Series([None] * length, dtype="str" if isinstance(like.dtype, pd.CategoricalDtype) else like.dtype)


def _taken(saved: pd.Series, places: np.ndarray) -> pd.Series:
    """The saved cells at these places, in the type that an upload has them in."""
    cells = saved.take(places).reset_index(drop=True)
    return cells.astype("str") if isinstance(cells.dtype, pd.CategoricalDtype) else cells


def _before_after(saved: pd.DataFrame, whole: pd.DataFrame, places: np.ndarray, changed: np.ndarray, differs: dict[str, np.ndarray]) -> pd.DataFrame:
    """A row for each changed row, the values before and after side by side."""
    after, at = whole[changed].reset_index(drop=True), places[changed]
    table = {name: after[name] for name in (*schema.KEYS, schema.DATE) if name in after}
    for name in (schema.SALES, *schema.DRIVERS, *schema.ATTRIBUTES):
        if name not in after or (name != schema.SALES and not differs.get(name, changed).any()):
            continue
        before = _taken(saved[name], at) if name in saved else _nothing(after[name], len(after))
        prefix = "" if name == schema.SALES else f"{name}_"
        table |= {f"{prefix}before": before, f"{prefix}after": after[name]}
    return pd.DataFrame(table)


def _keys(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[[name for name in schema.KEYS if name in frame]]
