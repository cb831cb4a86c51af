"""Series too new for any model: the pattern of those they belong to, at their own level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from forecasting.core import calendar, formatting, schema
from forecasting.core.arrays import FloatArray, mean_where
from forecasting.core.panel import Panel
from forecasting.training.cold_start import launches
from forecasting.training.cold_start.age import needs_cold_start
from forecasting.training.cold_start.credibility import Credibility, learn_credibility
from forecasting.training.cold_start.groups import MEMBERS, Grouping, days_on_sale, groupings
from forecasting.training.cold_start.launches import History
from forecasting.training.cold_start.untested import untested
from forecasting.training.cold_start.variation import Variation

_STILL: Final = 1
"""Weeks (or single weeks and months) without a row after which a series no longer lends its pattern: it would drag the mean down."""


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
        launches: Earlier launches of which its level is learned too; 0 where it was not launched, or none are known.
    """

    row: int
    group: str
    members: np.ndarray
    scale: float
    weekdays: FloatArray
    rows: int
    launches: int = 0


def forecast(panel: Panel, newcomers: Sequence[Newcomer], blend: FloatArray, modelled: np.ndarray) -> FloatArray:
    """What new series will sell: the mean forecast of their group, scaled to their own level and week.

    Args:
        panel: What is known.
        newcomers: What `learn_cold_start` says of them.
        blend: Shape (n, h), units a day, of the series that models serve; others are not looked at.
        modelled: Which these are, shape (n,) of bool.

    Returns:
        Shape (n, h), units a day, 0 on closed days; NaN for series that are modelled, are not new, or have nobody to follow.
    """
    h = blend.shape[1]
    forecast = np.full((len(panel), h), np.nan)
    closed = _closed_ahead(panel, blend, modelled)
    patterns: dict[int, FloatArray] = {}
    position = (len(panel.dates) + np.arange(h)) % panel.period.cycle
    for new in newcomers:
        if id(new.members) not in patterns:  # one array stands for the members of all newcomers that follow the same ones
            patterns[id(new.members)] = mean_where(blend[new.members], ~closed[new.members], axis=0)
        pattern = patterns[id(new.members)]
        forecast[new.row] = np.where(closed[new.row], 0.0, new.scale * new.weekdays[position] * np.nan_to_num(pattern))
    return forecast


def learn_cold_start(panel: Panel, modelled: np.ndarray) -> list[Newcomer]:
    """The level of each new series within its group, but of those that are too new to say anything of (`untested`).

    It follows its product in other stores, else its category, else its store, else its region, else the whole file: the first that has 3 modelled
    series which were open on days when it was too.

    Its sales since its first row over the group's mean on the same days say its level, but few days say it badly, and first days are better than
    the weeks after. So they are read as those of earlier launches were followed by their next four weeks (`Credibility`); those of a series with
    which the file or a store in it begins, as any stretch of the modelled series was.

    Args:
        panel: What is known.
        modelled: Series that models serve over all days ahead, shape (n,) of bool; only these lend their pattern.
    """
    new = np.flatnonzero(needs_cold_start(panel) & ~untested(panel) & ~modelled)
    if not len(new) or not modelled.any():
        return []
    learner = _Learner(panel, modelled)
    return [learner.newcomer(int(row)) for row in new]


class _Learner:
    """What newcomers of one panel share, learned once: how groups vary, and what first days say.

    Args:
        panel: What is known.
        modelled: Series that models serve, shape (n,) of bool.
    """

    def __init__(self, panel: Panel, modelled: np.ndarray) -> None:
        self._panel, self._history, self._days = panel, History(panel), calendar.selling_days(panel)
        self._on_sale = days_on_sale(panel, self._days)
        self._groupings = groupings(panel, self._days, modelled)
        self._still_sold = self._days[:, -_STILL * panel.period.cycle :].any(axis=1)
        self._followed: dict[tuple[str, int, bytes], tuple[np.ndarray, np.ndarray]] = {}
        self._same: dict[bytes, np.ndarray] = {}
        self._variations: dict[int, Variation] = {}
        self._believed: dict[tuple[str, int, int, bool], tuple[Credibility | None, int]] = {}

    def newcomer(self, row: int) -> Newcomer:
        """What is known of one series."""
        grouping, members = self._whom(row)
        variation, mean = self._variation(members), grouping.means(np.array([row]))[0]
        use = self._on_sale[row] & np.isfinite(mean)
        own, expected = (np.where(use, np.nan_to_num(values), 0.0) for values in (self._panel.sales[row], mean))
        believed, count = self._credibility(row, grouping)
        return Newcomer(
            row=row,
            group=grouping.name(grouping.codes[row]),
            members=members,
            scale=(believed or variation.level).level(float(own.sum()), float(expected.sum())),
            weekdays=variation.weekdays(own, expected, self._panel.period.cycle),
            rows=int(np.isfinite(self._panel.sales[row]).sum()),
            launches=count,
        )

    def _whom(self, row: int) -> tuple[Grouping, np.ndarray]:
        """How a series belongs to others, and those of them that were open on its own days and are still sold, shape (n,) of bool."""
        chosen = [grouping for grouping in self._groupings if grouping.codes[row] >= 0]
        grouping = next((each for each in chosen if self._members(each, row)[0].sum() >= MEMBERS), chosen[-1])
        return grouping, self._members(grouping, row)[1]

    def _members(self, grouping: Grouping, row: int) -> tuple[np.ndarray, np.ndarray]:
        """Those of a series' group that were open on its own days, and those that it follows: of them those still sold, if any; learned once."""
        key = (grouping.label, int(grouping.codes[row]), self._on_sale[row].tobytes())
        if key not in self._followed:
            members = grouping.those_of(grouping.codes[row])
            open_then = members.copy()
            open_then[members] = self._days[np.ix_(members, self._on_sale[row])].any(axis=1)
            followed = next(some for some in (open_then & self._still_sold, open_then, members) if some.any())
            self._followed[key] = open_then, self._same.setdefault(followed.tobytes(), followed)
        return self._followed[key]

    def _variation(self, members: np.ndarray) -> Variation:
        if id(members) not in self._variations:
            self._variations[id(members)] = Variation.of(self._panel, self._days, members)
        return self._variations[id(members)]

    def _credibility(self, row: int, grouping: Grouping) -> tuple[Credibility | None, int]:
        """What the first days of such a series say, None where nobody's are known; and from how many launches, 0 where it was not launched."""
        history, age = self._history, len(self._panel.dates) - int(self._history.first[row])
        group, launched = int(grouping.codes[row]), bool(history.launched[row])
        key = (grouping.label, group, age, launched)
        if key not in self._believed:
            earlier = (launches.launches if launched else launches.stretches)(history, grouping, group, age)
            self._believed[key] = (learn_credibility(earlier), launches.count(history, age) if launched else 0)
        return self._believed[key]


def reasons(panel: Panel, newcomers: Sequence[Newcomer], needed: int) -> dict[str, str]:
    """Why new series follow others, by unique_id, in one sentence each.

    Args:
        panel: What is known.
        newcomers: What `learn_cold_start` says of them.
        needed: Rows that the least demanding model needs.
    """
    return {panel.unique_ids[new.row]: _reason(panel, new, needed) for new in newcomers}


def _reason(panel: Panel, new: Newcomer, needed: int) -> str:
    size = f"{new.scale:.2g}" if new.scale < 10 else formatting.units(new.scale)
    members = formatting.count(int(new.members.sum()), "series", "series")
    earlier = f", as {formatting.count(new.launches, 'earlier launch', 'earlier launches')} went on" if new.launches else ""
    return (
        f"Only {panel.period.count(new.rows)} of sales: follows the pattern of {new.group} ({members})"
        f" at {size} times its mean{earlier}; a model needs {panel.period.count(needed)}."
    )


def _closed_ahead(panel: Panel, blend: FloatArray, modelled: np.ndarray) -> np.ndarray:
    """Closed days ahead, shape (n, h): its own, and for a series that no model serves those of which all others of its store are closed."""
    closed = calendar.closed_ahead(panel, blend.shape[1])
    if schema.STORE not in panel.series:
        return closed
    _, store = np.unique(panel.series[schema.STORE].to_numpy(dtype=str), return_inverse=True)
    open_series = np.zeros((store.max() + 1, blend.shape[1]))
    np.add.at(open_series, store[modelled], ~closed[modelled])
    others = np.bincount(store[modelled], minlength=len(open_series)) > 0
    return closed | (~modelled & others[store])[:, None] & (open_series == 0)[store]
