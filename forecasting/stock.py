"""What is on the shelves and on the way, and on which terms it is replenished: typed, from a file, or by default."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from forecasting.panel import FloatArray, Panel
from forecasting.policy import Policy

ON_HAND: Final = "on_hand"
ON_ORDER: Final = "on_order"
DUE: Final = "due"
BACKORDERS: Final = "backorders"
LEAD_TIME: Final = "lead_time"
LEAD_TIME_SD: Final = "lead_time_sd"
LEAD_TIMES: Final = "lead_times"
REVIEW_PERIOD: Final = "review_period"
PACK_SIZE: Final = "pack_size"
MINIMUM_ORDER: Final = "minimum_order"
UNIT_COST: Final = "unit_cost"
PRICE: Final = "price"
HOLDING_COST: Final = "holding_cost"
ORDER_COST: Final = "order_cost"
SHELF_LIFE: Final = "shelf_life"
SERVICE_LEVEL: Final = "service_level"

AMOUNTS: Final = (ON_HAND, ON_ORDER, BACKORDERS)
"""Units of one shelf: never spread over several series."""
TERMS: Final = (
    LEAD_TIME,
    LEAD_TIME_SD,
    REVIEW_PERIOD,
    PACK_SIZE,
    MINIMUM_ORDER,
    UNIT_COST,
    PRICE,
    HOLDING_COST,
    ORDER_COST,
    SHELF_LIFE,
    SERVICE_LEVEL,
)
"""Days (lead time, review period, shelf life), units (pack size, minimum order), money (costs, price; holding: a unit and year), a share."""
COLUMNS: Final = (ON_HAND, ON_ORDER, DUE, BACKORDERS, LEAD_TIME, LEAD_TIME_SD, LEAD_TIMES, *TERMS[2:])
"""What a stock file may say beside the keys, in order."""


@dataclass(frozen=True, eq=False)
class Given:
    """What a person gave, of some or all series; everything else is a default.

    Args:
        table: One row a series of the panel, in its order; float columns `AMOUNTS` and `TERMS`, NaN where nothing was given.
        due: Deliveries on the way: `row` (position of the series), `day` (datetime, NaT where not said), `units`; they add up to `on_order`.
        lead_times: Position of the series -> its past lead times in days, at least one.
    """

    table: pd.DataFrame
    due: pd.DataFrame
    lead_times: dict[int, tuple[int, ...]]

    @classmethod
    def nothing(cls, n: int) -> Given:
        """Of n series, nothing."""
        table = pd.DataFrame(np.nan, index=range(n), columns=[*AMOUNTS, *TERMS])
        due = pd.DataFrame({"row": pd.Series(dtype=np.int64), "day": pd.Series(dtype="datetime64[us]"), "units": pd.Series(dtype=float)})
        return cls(table, due, {})

    def changed(self, column: str, values: FloatArray | float, rows: np.ndarray | None = None) -> Given:
        """The same with other values in one column, of the series at `rows` (default: all)."""
        table = self.table.copy()
        table.loc[slice(None) if rows is None else table.index[rows], column] = values
        return replace(self, table=table)


@dataclass(frozen=True, eq=False)
class Stock:
    """Shelves and terms of n series, complete. A step is a day, or a week or month where the sales come so.

    Args:
        table: One row a series; float columns `AMOUNTS` and `TERMS`, without NaN but for `unit_cost`, `price`, `holding_cost` (not known)
            and `shelf_life` (keeps). Lead time, review period and shelf life in days.
        lead: Shape (n, m): the chance that an order takes 0, 1, ... m - 1 steps; rows sum to 1.
        review: Shape (n,), steps from one review to the next, at least 1.
        life: Shape (n,), steps that goods keep on the shelf; inf where they keep.
        receipts: Shape (n, horizon), units that arrive before the sales of each step from the counting on; overdue ones and those
            without a day arrive on the first. Those due later are in `on_order` alone.
        given: Shape (n, columns) of bool, like `table`: what was given rather than assumed.
    """

    table: pd.DataFrame
    lead: FloatArray
    review: np.ndarray
    life: FloatArray
    receipts: FloatArray
    given: pd.DataFrame

    def __len__(self) -> int:
        return len(self.table)

    def __getitem__(self, column: str) -> FloatArray:
        values: FloatArray = self.table[column].to_numpy(dtype=float)
        return values

    @property
    def position(self) -> FloatArray:
        """On hand, and on order, less backorders: shape (n,), units."""
        return self[ON_HAND] + self[ON_ORDER] - self[BACKORDERS]

    def select(self, rows: np.ndarray) -> Stock:
        """The series at these positions."""
        table, given = (frame.iloc[rows].reset_index(drop=True) for frame in (self.table, self.given))
        return Stock(table, self.lead[rows], self.review[rows], self.life[rows], self.receipts[rows], given)


def complete(given: Given, policy: Policy, panel: Panel, horizon: int) -> Stock:
    """What was given, with the policy's terms wherever nothing was.

    Shelves that nobody counted are taken for empty, packs for single units.

    Args:
        given: Of the panel's n series.
        policy: Terms by default.
        panel: Whose period says what a step is, and whose last day when the stock was counted.
        horizon: Steps ahead for which receipts are wanted.
    """
    defaults = {
        **dict.fromkeys(AMOUNTS, 0.0),
        LEAD_TIME: policy.lead_time,
        LEAD_TIME_SD: policy.lead_time_sd,
        REVIEW_PERIOD: policy.review_period,
        PACK_SIZE: 1.0,
        MINIMUM_ORDER: 0.0,
        ORDER_COST: policy.order_cost,
        SERVICE_LEVEL: policy.service_level,
    }
    table = given.table.fillna(defaults).astype(float)
    table[LEAD_TIME_SD] = table[LEAD_TIME_SD].where(given.table[LEAD_TIME].isna() | given.table[LEAD_TIME_SD].notna(), 0.0)
    for row, days in given.lead_times.items():
        table.loc[row, [LEAD_TIME, LEAD_TIME_SD]] = float(np.mean(days)), float(np.std(days))
    table[HOLDING_COST] = table[HOLDING_COST].fillna(policy.holding_rate * table[UNIT_COST])
    return Stock(
        table=table,
        lead=_lead(table, given.lead_times, panel),
        review=_steps(table[REVIEW_PERIOD], panel),
        life=np.where(np.isnan(table[SHELF_LIFE]), np.inf, np.floor(table[SHELF_LIFE] / panel.period.days)),
        receipts=_receipts(given.due, policy, panel, horizon),
        given=given.table.notna(),
    )


def _steps(days: pd.Series, panel: Panel) -> np.ndarray:
    return np.maximum(np.ceil(days.to_numpy(dtype=float) / panel.period.days), 0).astype(int)


def _lead(table: pd.DataFrame, listed: dict[int, tuple[int, ...]], panel: Panel) -> FloatArray:
    """Chances of lead times of 0, 1, ... steps: those listed, equally likely; else fixed, or a gamma distribution of the mean and spread.

    A gamma variable has its mean and spread, is never negative and leans to the late side, as deliveries do (Silver, Pyke & Thomas 2017, 7.10);
    a delivery arrives with the next step's.
    """
    mean, spread = (table[name].to_numpy(dtype=float) / panel.period.days for name in (LEAD_TIME, LEAD_TIME_SD))
    reach = np.ceil(mean + 5 * spread)
    longest = max([int(reach.max(initial=0)), *(-(-max(days) // panel.period.days) for days in listed.values())])
    steps = np.arange(longest + 1)
    chances: FloatArray = (steps == np.ceil(mean)[:, None]).astype(float)
    random = (spread > 0) & (mean > 0)
    if random.any():
        from scipy.special import gammainc  # type: ignore[import-untyped]

        shape = (mean[random] / spread[random]) ** 2
        below = gammainc(shape[:, None], (steps + 0.5) * (shape / mean[random])[:, None])
        chances[random] = np.diff(below, prepend=0.0, axis=1)
        chances[random, -1] += 1 - below[:, -1]
    for row, days in listed.items():
        chances[row] = np.bincount([-(-day // panel.period.days) for day in days], minlength=longest + 1) / len(days)
    return chances


def _receipts(due: pd.DataFrame, policy: Policy, panel: Panel, horizon: int) -> FloatArray:
    """Units that arrive before the sales of each step after the counting."""
    receipts = np.zeros((len(panel), horizon))
    first = panel.ahead(1 + panel.period.steps(policy.start))[-1]
    days = pd.DatetimeIndex(due["day"].fillna(first))
    step = np.maximum(panel.period.positions(days, first), 0)
    known = step < horizon
    np.add.at(receipts, (due["row"].to_numpy()[known], step[known]), due["units"].to_numpy()[known])
    return receipts
