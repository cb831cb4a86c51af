"""Each new day beside the forecast that was live when it began, whether or not that version is still there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Any, Final

import numpy as np
import pandas as pd

from forecasting.analysis.monitoring import published as names
from forecasting.analysis.monitoring.grading import Graded
from forecasting.core import caches, calendar, schema
from forecasting.core.arrays import BoolArray, FloatArray
from forecasting.core.errors import NotFound, RecordDamaged, ShelfcastError, VersionDamaged
from forecasting.core.panel import Panel
from forecasting.core.period import Period
from forecasting.jobs.cron import LOCAL
from forecasting.services import product_changes, published_forecasts, saved_sales, sold_panel
from forecasting.storage.published import Published
from forecasting.storage.versions.spans import span_at, spans
from forecasting.storage.versions.store import Versions
from forecasting.storage.workspace import Workspace
from forecasting.training.ensemble import Ensemble

STEPS: Final = {"day": 91, "week": 52, "month": 24}
"""Newest steps that are graded, at most."""
_BANDS: Final = schema.BANDS[:2]
_VALUES: Final = (names.LINE, schema.EXPECTED, *_BANDS, names.SCALE)


@dataclass(frozen=True, eq=False)
class _Candidate:
    """A version that served: its number, and the last day that it knew."""

    number: int
    sales_to: pd.Timestamp


def sales_now(ws: Workspace, ensemble: Ensemble, manifest: Mapping[str, Any]) -> Panel:
    """The saved sales of the series of the version that serves, in its order; series without a row since have none. Raises SalesDamaged."""
    saved = saved_sales.saved(ws)
    if saved is None or saved.version == int(manifest["sales_version"]):
        return ensemble.panel
    now = sold_panel.sold(ws, product_changes.learned(manifest))
    if now is None:
        return ensemble.panel
    rows = pd.Index(now.unique_ids).get_indexer(pd.Index(ensemble.panel.unique_ids))

    def placed(values: FloatArray) -> FloatArray:
        return np.where((rows >= 0)[:, None], values[rows], np.nan)

    drivers = {name: placed(values) for name, values in now.drivers.items()}
    return Panel(ensemble.panel.series, now.dates, placed(now.sales), drivers, now.period)


def holidays_near(of: Panel, country: str | None, dates: pd.DatetimeIndex) -> BoolArray:
    """Which dates are no holiday and not beside one, shape (t,); all where no holidays count, and in files of weeks or months."""
    days = [caches.once(of, calendar.closings, of, 0).to_numpy().astype("datetime64[D]")]
    if country is not None and len(dates):
        years = tuple(range(dates[0].year - 1, dates[-1].year + 2))
        days.append(np.array(list(calendar.holidays_of(country, years)), dtype="datetime64[D]"))
    holidays = np.concatenate(days)
    if of.period.days > 1 or not len(holidays):
        return np.ones(len(dates), dtype=bool)
    distance = np.abs(dates.to_numpy().astype("datetime64[D]")[:, None] - holidays)
    return np.asarray(distance.min(axis=1).astype(int) > 1)


def graded(ws: Workspace, ensemble: Ensemble, now: Panel) -> Graded:
    """The newest days of the saved sales, each beside the forecast of the version that was live when it began.

    A day that began before any version served is graded by the newest one that served later and did not know it: a file that is older than the
    shop. Days beyond a version's horizon, and those that nobody can say which version served, are not graded.
    """
    dates = now.dates[-STEPS[now.period.name] :]
    days = _Days(ensemble.panel.unique_ids, dates)
    for number, steps in _assigned(ws, dates, now.period).items():
        days.read(ws, number, steps)
    return days.graded(now, holidays_near(now, ensemble.country, dates))


class _Days:
    """What is read of the published forecasts, version by version."""

    def __init__(self, unique_ids: list[str], dates: pd.DatetimeIndex) -> None:
        shape = (len(unique_ids), len(dates))
        self._rows, self._dates = pd.Index(unique_ids), dates
        self._values: dict[str, FloatArray] = {name: np.full(shape, np.nan) for name in _VALUES}
        self._bins = np.zeros(shape, dtype=np.int8)
        self._version = np.zeros(len(dates), dtype=int)
        self._dispersion: dict[int, FloatArray] = {}
        self._reference: dict[int, FloatArray] = {}
        self._power: dict[int, float] = {}

    def read(self, ws: Workspace, number: int, steps: np.ndarray) -> None:
        """Reads what a version forecast for some steps; one whose forecast is gone or damaged leaves them ungraded."""
        try:
            if Published(ws.published).missing([number]):
                published_forecasts.remake(ws, number)
            kept = Published(ws.published).read(number, first=self._dates[steps[0]], last=self._dates[steps[-1]])
        except (FileNotFoundError, ShelfcastError):
            return
        rows = kept.rows
        series, column = (
            self._rows.get_indexer(pd.Index(rows[schema.UNIQUE_ID].astype("str"))),
            self._dates.get_indexer(pd.DatetimeIndex(rows[schema.DS])),
        )
        wanted = (series >= 0) & np.isin(column, steps)
        at = series[wanted], column[wanted]
        for name, values in self._values.items():
            values[at] = rows[name].to_numpy()[wanted]
        self._bins[at] = rows[names.BIN].to_numpy()[wanted]
        self._version[np.unique(at[1])] = number
        dispersion = np.full(len(self._rows), np.nan)
        dispersion[at[0]] = rows[names.DISPERSION].to_numpy()[wanted]
        self._dispersion[number] = dispersion
        self._reference[number], self._power[number] = np.array(kept.facts[names.REFERENCE]), float(kept.facts[names.POWER])

    def graded(self, now: Panel, ordinary: BoolArray) -> Graded:
        """All of it beside what was sold; a closed day has no score."""
        y = now.sales[:, -len(self._dates) :].copy()
        if schema.OPEN in now.drivers:
            first = len(now.dates) - len(self._dates)
            shut = now.drivers[schema.OPEN][:, first : len(now.dates)] <= 0
            y[shut & ~(y > 0)] = np.nan
        values = self._values
        return Graded(
            dates=self._dates,
            period=now.period,
            version=self._version,
            ordinary=ordinary,
            y=y,
            line=values[names.LINE],
            expected=values[schema.EXPECTED],
            lower=values[_BANDS[0]],
            upper=values[_BANDS[1]],
            scale=values[names.SCALE],
            bins=self._bins,
            dispersion=self._dispersion,
            reference=self._reference,
            power=self._power,
        )


def _assigned(ws: Workspace, dates: pd.DatetimeIndex, period: Period) -> dict[int, np.ndarray]:
    """The steps that each version is graded by, as positions."""
    store = Versions(ws.versions)
    moves = store.moves()
    candidates = _candidates(ws, store, period)
    knew = {each.number: each.sales_to for each in candidates}
    steps: dict[int, list[int]] = {}
    for place, day in enumerate(dates):
        try:
            span = span_at(moves, day.to_pydatetime().replace(tzinfo=LOCAL).astimezone(UTC))
        except RecordDamaged:
            continue
        number = None if span is None else span.version
        if number is None or number not in knew or knew[number] >= day:
            number = next((each.number for each in candidates if each.sales_to < day), None) if span is None else None
        if number is not None:
            steps.setdefault(number, []).append(place)
    return {number: np.array(places) for number, places in steps.items()}


def _candidates(ws: Workspace, store: Versions, period: Period) -> list[_Candidate]:
    """The versions that served, those that knew the most first; none of the sample once own sales took its place."""
    now = saved_sales.saved(ws)
    found = []
    for number in {span.version for span in spans(store.moves()) if span.version is not None}:
        try:
            facts = store.pruned_manifest(number) if number in store.pruned() else store.manifest(number)
        except (NotFound, VersionDamaged):
            continue
        same = facts.get("period", "day") == period.name
        if same and "sales_to" in facts and (now is None or now.was_sample(int(facts["sales_version"])) == now.is_sample):
            found.append(_Candidate(number, pd.Timestamp(facts["sales_to"])))
    return sorted(found, key=lambda each: (each.sales_to, each.number), reverse=True)
