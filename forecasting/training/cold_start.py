"""Series too new for any model: the pattern of those they belong to, at their own level."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from forecasting.core import calendar, formatting, schema
from forecasting.core.arrays import FloatArray, mean_where
from forecasting.core.panel import Panel

RECENT = 56
"""Days within which a series must have a row to be forecast."""
_WEEKS = 6
"""Weeks of rows from which models are as good as the pattern of others, measured on four files."""
_STEPS = 12
"""The same in files of weeks or months."""
_MEMBERS = 3
"""Series of a group that lends its pattern, at least; of the whole file 1."""
_LABELS = {schema.CATEGORY: "category", schema.PRODUCT: "product", schema.STORE: "store", schema.REGION: "region"}
_FILE = "the whole file"


@dataclass(frozen=True, eq=False)
class Newcomer:
    """What is known of one new series.

    Args:
        row: Of the panel.
        group: Whose pattern it follows, for a person: "category Bread".
        members: The modelled series of the group, shape (n,) of bool.
        scale: Its level over the mean of the group's, at least 0.
        weekdays: Its share of each weekday over the group's, around 1, by position in the week of the panel's first day, shape (cycle,).
        rows: Days with sales that this is learned from.
    """

    row: int
    group: str
    members: np.ndarray
    scale: float
    weekdays: FloatArray
    rows: int


def forecast(panel: Panel, newcomers: Sequence[Newcomer], blend: FloatArray, modelled: np.ndarray) -> FloatArray:
    """What new series will sell: the mean forecast of their group, scaled to their own level and week.

    Args:
        panel: What is known.
        newcomers: What `learn` says of them.
        blend: Shape (n, h), units a day, of the series that models serve; others are not looked at.
        modelled: Which these are, shape (n,) of bool.

    Returns:
        Shape (n, h), units a day, 0 on closed days; NaN for series that are modelled, are not new, or have nobody to follow.
    """
    h = blend.shape[1]
    forecast = np.full((len(panel), h), np.nan)
    closed = _closed_ahead(panel, blend, modelled)
    for new in newcomers:
        pattern = mean_where(blend[new.members], ~closed[new.members], axis=0)
        position = (len(panel.dates) + np.arange(h)) % panel.period.cycle
        forecast[new.row] = np.where(closed[new.row], 0.0, new.scale * new.weekdays[position] * np.nan_to_num(pattern))
    return forecast


def least_rows(panel: Panel) -> int:
    """Rows below which a series counts as new: 42 days (12 weeks or months), or half of the file's where that is less, at least 14 (6)."""
    most = _WEEKS * panel.period.cycle if panel.period.cycle > 1 else _STEPS
    return max(_fewest(panel), min(most, len(panel.dates) // 2))


def needs_cold_start(panel: Panel) -> np.ndarray:
    """Series that the pattern of others serves better than a model of their own, shape (n,) of bool.

    Their first row is younger than `least_rows`, or they have fewer than 14 rows (6 weeks or months); and they have one in the last 56 days.
    """
    known = np.isfinite(panel.sales)
    age = known.shape[1] - known.argmax(axis=1)
    recent = known[:, -panel.period.steps(RECENT) :].any(axis=1)
    few = known.sum(axis=1) < _fewest(panel)
    return recent & (few | (age < least_rows(panel)))


def _fewest(panel: Panel) -> int:
    return 2 * panel.period.cycle if panel.period.cycle > 1 else _STEPS // 2


def reasons(panel: Panel, newcomers: Sequence[Newcomer], needed: int) -> dict[str, str]:
    """Why new series follow others, by unique_id, in one sentence each.

    Args:
        panel: What is known.
        newcomers: What `learn` says of them.
        needed: Rows that the least demanding model needs.
    """
    return {panel.unique_ids[new.row]: _reason(panel, new, needed) for new in newcomers}


def _reason(panel: Panel, new: Newcomer, needed: int) -> str:
    size = f"{new.scale:.2g}" if new.scale < 10 else formatting.units(new.scale)
    members = formatting.count(int(new.members.sum()), "series", "series")
    return (
        f"Only {panel.period.count(new.rows)} of sales: follows the pattern of {new.group} ({members})"
        f" at {size} times its mean; a model needs {panel.period.count(needed)}."
    )


def learn_cold_start(panel: Panel, modelled: np.ndarray) -> list[Newcomer]:
    """The level of each new series within its group.

    It follows its category, else its product in other stores, else its store, else its region, else the whole file: the first that has 3 modelled
    series which were open on days when it was too.

    Its sales on its own days over the group's mean on these days say its level, but few days say it badly. So the level is shrunk towards
    the group's mean as far as chance goes: with S units sold where the group's mean sold E, a variance of the noise of phi units per unit and a
    variance of tau2 among the levels of the group's series, both estimated from the group, it is (S + phi / tau2) / (E + phi / tau2): the mean
    of a gamma posterior (Buehlmann & Straub 1970, Glaubwuerdigkeit fuer Schadensaetze). Each weekday is shrunk towards the group's week alike.

    Args:
        panel: What is known.
        modelled: Series that models serve over all days ahead, shape (n,) of bool; only these lend their pattern.
    """
    rows = np.isfinite(panel.sales).sum(axis=1)
    new = np.flatnonzero(needs_cold_start(panel) & ~modelled)
    if not len(new) or not modelled.any():
        return []
    days = calendar.selling_days(panel)
    values = {label: panel.series[column].to_numpy(dtype=object) for column, label in _LABELS.items() if column in panel.series}
    groups: dict[bytes, _Group] = {}
    newcomers = []
    for row in new:
        label, members = _group_of(values, days, modelled, int(row))
        key = members.tobytes()
        if key not in groups:
            groups[key] = _Group.of(panel, days, members)
        scale, weekdays = groups[key].place(panel.sales[row], days[row])
        newcomers.append(Newcomer(int(row), label, members, scale, weekdays, int(rows[row])))
    return newcomers


def _group_of(values: Mapping[str, np.ndarray], days: np.ndarray, modelled: np.ndarray, row: int) -> tuple[str, np.ndarray]:
    """Whose pattern a series follows: for a person, and as a mask.

    Args:
        values: "category" and other ways to belong together -> each series' value, shape (n,).
        days: Days that each series was open, shape (n, d).
        modelled: Shape (n,).
        row: The series.
    """
    for label, of in values.items():
        if of[row]:
            members = modelled & (of == of[row])
            rows = np.flatnonzero(members)
            members[rows] = days[np.ix_(rows, np.flatnonzero(days[row]))].any(axis=1)
            if members.sum() >= _MEMBERS:
                return f"{label} {of[row]}", members
    return _FILE, modelled


@dataclass(frozen=True, eq=False)
class _Group:
    """What a set of series shares.

    Args:
        mean: Units a day, shape (d,); NaN where none was open.
        level: phi / tau2 of the levels, in units.
        week: phi / tau2 of the weekdays, in units.
        cycle: Days of a week.
    """

    mean: FloatArray
    level: float
    week: float
    cycle: int

    @classmethod
    def of(cls, panel: Panel, days: np.ndarray, members: np.ndarray) -> _Group:
        """Learned from the sales of the members on days that they were open."""
        sales, open_ = panel.sales[members], days[members]
        mean, cycle = mean_where(sales, open_, axis=0), panel.period.cycle
        recent = slice(-(panel.period.steps(RECENT) // cycle) * cycle, None)
        y = np.where(open_, sales, 0.0)[:, recent]
        expected = np.where(open_, mean, 0.0)[:, recent]
        levels = _over(y.sum(axis=1), expected.sum(axis=1))
        fitted = levels[:, None] * expected
        weeks, fitted_weeks = (_by(cycle, values, axis=2) for values in (y, fitted))
        weekdays, fitted_weekdays = (_by(cycle, values, axis=1) for values in (y, fitted))
        noise = _ratio(((y - fitted) ** 2).sum(), fitted.sum())
        among = ((_over(weekdays, fitted_weekdays) - 1.0) ** 2 - _over(np.full_like(weekdays, noise), fitted_weekdays)) * fitted_weekdays
        variance = float(((levels - 1.0) ** 2).mean()) if len(levels) >= _MEMBERS else 1.0
        return cls(
            mean=mean,
            level=_ratio(_ratio(((weeks - fitted_weeks) ** 2).sum(), fitted_weeks.sum()), variance),
            week=_ratio(noise, max(_ratio(among.sum(), fitted_weekdays.sum()), 0.0)),
            cycle=cycle,
        )

    def place(self, sales: FloatArray, days: np.ndarray) -> tuple[float, FloatArray]:
        """Level and weekdays of a series over the mean's, from the days that it was open."""
        use = days & np.isfinite(self.mean)
        own, expected = (np.where(use, values, 0.0) for values in (sales, self.mean))
        scale = _shrunk(own.sum(keepdims=True), expected.sum(keepdims=True), self.level)[0]
        position = np.arange(len(sales)) % self.cycle
        seen, fitted = (np.bincount(position, values, minlength=self.cycle).astype(float) for values in (own, scale * expected))
        return float(scale), _shrunk(seen, fitted, self.week)


def _shrunk(own: FloatArray, expected: FloatArray, prior: float) -> FloatArray:
    """own / expected, drawn towards 1 by `prior` units; 1 where nothing is expected or the prior has all the weight."""
    total = expected + prior
    usable = (total > 0) & np.isfinite(total)
    return np.where(usable, (own + np.where(usable, prior, 0.0)) / np.where(usable, total, 1.0), 1.0)


def _by(cycle: int, values: FloatArray, *, axis: int) -> FloatArray:
    """Sums of whole weeks (axis 2) or of weekdays (axis 1) of shape (m, days)."""
    whole = values.shape[1] // cycle * cycle
    return values[:, values.shape[1] - whole :].reshape(len(values), -1, cycle).sum(axis=axis)


def _over(part: FloatArray, whole: FloatArray) -> FloatArray:
    """part / whole; 1 where nothing is expected."""
    return np.where(whole > 0, part / np.where(whole > 0, whole, 1.0), 1.0)


def _ratio(part: float, whole: float) -> float:
    """part / whole; infinite where the whole is 0, 0 where the part is."""
    return 0.0 if part == 0 else float(part / whole) if whole > 0 else np.inf


def _closed_ahead(panel: Panel, blend: FloatArray, modelled: np.ndarray) -> np.ndarray:
    """Closed days ahead, shape (n, h): its own, and for a series that no model serves those of which all others of its store are closed."""
    closed = calendar.closed_ahead(panel, blend.shape[1])
    if schema.STORE not in panel.series:
        return closed
    store = panel.series[schema.STORE].to_numpy()
    for name in np.unique(store[~modelled]):
        others = (store == name) & modelled
        if others.any():
            closed[(store == name) & ~modelled] |= closed[others].all(axis=0)
    return closed
